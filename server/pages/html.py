"""HTML made of nested calls: every text is escaped unless it is already HTML. Knows no page."""

from html import escape


class Html(str):
    """Text that is HTML already, so it is not escaped again. Only this file makes it."""

    __slots__ = ()


Inside = str | Html
"""What may stand inside an element: text, or HTML made here."""

_VOID = {"input", "meta", "link", "br", "hr"}

_UNSEEN = dict.fromkeys([*range(9), *range(0x0B, 0x20), 0x7F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Control characters, and those that turn the direction of writing: they could make a text read as what it is not."""


def el(tag: str, *inside: Inside, **attributes: str | bool) -> Html:
    """One element. An attribute that is True stands bare, one that is False or "" is left out.

    `class_` is written `class`, `data_x` is written `data-x`.
    """
    head = "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in _VOID:
        return Html(f"<{tag}{head}>")
    return Html(f"<{tag}{head}>{together(*inside)}</{tag}>")


def together(*parts: Inside) -> Html:
    """The parts one after the other, text escaped."""
    return Html("".join(part if isinstance(part, Html) else _escaped(part) for part in parts))


def verbatim(tag: str, inside: str) -> Html:
    """An element whose content HTML does not read as text, such as our own style sheet. Never for what people wrote."""
    return Html(f"<{tag}>{inside}</{tag}>")


def document(lang: str, head: Html, body: Html, *, class_: str = "") -> str:
    """A whole page."""
    return "<!doctype html>" + el("html", el("head", head), el("body", body), lang=lang, class_=class_)


def _escaped(text: str) -> str:
    return escape(text.translate(_UNSEEN), quote=True)


def _attribute(name: str, value: str | bool) -> str:
    if value is False or value == "":
        return ""
    written = name.rstrip("_").replace("_", "-")
    return f" {written}" if value is True else f' {written}="{_escaped(value)}"'
