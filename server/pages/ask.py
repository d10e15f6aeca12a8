"""What a resident is asked: the last digits of his telephone, whether it is solved, how content he is. Plain forms and links."""

from server.pages.html import Html, el, together
from server.pages.look import Look, address, say
from server.pages.steps import closed_by, may_withdraw, round_of
from sync.fold import Shape
from sync.subjects.issue import phones

MAX_COMMENT = 300
"""Characters, as the law has it."""
MAX_WHY = 200

SATISFACTIONS = ("satisfied", "basically_satisfied", "dissatisfied")
SOLVED = ("solved", "not_solved")


def second_step(look: Look, shape: Shape, note: Html) -> Html:
    """Asks for the last four digits of the reporter's telephone; where none is known, only for a press."""
    is_known = bool(phones(shape))
    title = "open_pending" if shape.stage == "pending_confirm" else "open_title"
    digits = together(
        el("label", say(look, "open_label"), for_="digits", class_="above"),
        el(
            "input", class_="digits", id="digits", name="digits", inputmode="numeric", pattern="[0-9]{4}", minlength="4",
            maxlength="4", autocomplete="off", required=True, title=say(look, "four_digits"),
        ),
    )  # fmt: skip
    form = el(
        "form",
        _hidden("step", "open"),
        digits if is_known else "",
        el(
            "button",
            say(look, "open_button" if is_known else "open_plain"),
            class_="send",
            data_sending=say(look, "sending"),
        ),
        method="post",
        action=address(look),
    )
    return el("section", el("h2", say(look, title)), note, form, el("p", say(look, "open_note"), class_="small"))


def question(look: Look) -> Html:
    """Solved or not: two big buttons of equal weight. They only lead on; nothing is sent yet."""
    picks = together(
        el("a", say(look, "solved"), class_="pick yes", href=address(look, said="solved")),
        el("a", say(look, "not_solved"), class_="pick no", href=address(look, said="not_solved")),
    )
    return el(
        "section", el("h2", say(look, "ask_title")), el("div", picks, class_="picks"), el("p", say(look, "ask_note"), class_="small")
    )  # fmt: skip


def answer_form(look: Look, shape: Shape, note: Html, comment: str = "", chosen: str = "") -> Html:
    """How content he is, and what he wants to add; then one button that sends it."""
    choices = [
        el(
            "label", el("input", type="radio", name="satisfaction", value=one, required=True, checked=one == chosen), say(look, one),
            class_="choice",
        )
        for one in SATISFACTIONS
    ]  # fmt: skip
    form = el(
        "form",
        _hidden("step", "answer"),
        _hidden("solved", look.said),
        _hidden("round", str(round_of(shape))),
        _hidden("instead", str(closed_by(shape))),
        el("fieldset", el("legend", say(look, "ask_satisfaction")), *choices),
        el("label", say(look, f"comment_{look.said}"), for_="comment", class_="above"),
        el("textarea", comment, id="comment", name="comment", maxlength=str(MAX_COMMENT), dir="auto"),
        el("p", say(look, f"then_{look.said}"), class_="small"),
        el("button", say(look, "send"), class_="send", data_sending=say(look, "sending")),
        method="post",
        action=address(look),
    )
    back = el("a", say(look, "change"), class_="back", href=address(look, said=""))
    return el("section", el("h2", say(look, f"said_{look.said}")), note, form, back)


def otherwise(look: Look, shape: Shape) -> Html:
    """While a matter is closed: the way to say something else than what stands."""
    if not closed_by(shape):
        return Html("")
    links = [
        el("a", say(look, one), class_="call", href=address(look, said=one)) for one in ("not_solved", "solved")
    ]  # fmt: skip
    return el(
        "section",
        el(
            "details",
            el("summary", say(look, "otherwise")),
            el("p", say(look, "otherwise_note"), class_="small"),
            *links,
        ),
    )


def withdrawal(look: Look, shape: Shape, note: Html, why: str = "") -> Html:
    """Taking the matter back, where the law allows it: why, and one button. Folded, so that nobody presses it in passing."""
    if not may_withdraw(shape):
        return Html("")
    form = el(
        "form",
        _hidden("step", "withdraw"),
        el("label", say(look, "withdraw_why"), for_="why", class_="above"),
        el("textarea", why, id="why", name="why", minlength="2", maxlength=str(MAX_WHY), required=True, dir="auto"),
        el("p", say(look, "withdraw_note"), class_="small"),
        el("button", say(look, "withdraw_send"), class_="send", data_sending=say(look, "sending")),
        method="post",
        action=address(look),
    )
    return el("section", el("details", el("summary", say(look, "withdraw")), note, form, open=bool(why or note)))


def _hidden(name: str, value: str) -> Html:
    return el("input", type="hidden", name=name, value=value)
