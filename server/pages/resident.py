"""The whole pages a resident may be given, one function each: stranger, reporter, staff's browser, no such link. Pure."""

import msgspec

from server.pages.ask import answer_form, otherwise, question, second_step, withdrawal
from server.pages.frame import framed
from server.pages.html import Html, el, together
from server.pages.look import Look, clock_time, day, either, say
from server.pages.matter import (
    Matter,
    answer,
    bar,
    earlier,
    number_changed,
    own_answer,
    own_words,
    route,
    summary,
    together_with,
    until,
    who,
)
from server.pages.steps import closed_by
from server.pages.talks import promises, talk


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the request just made came to, and what had been typed into it."""

    why: str = ""
    """A key of the area `resident`; "" when there is nothing to tell."""
    blanks: dict[str, str | int] = msgspec.field(default_factory=dict[str, str | int])
    comment: str = ""
    chosen: str = ""
    at: str = ""
    """`withdraw` for what stands in that form."""


NOTHING = Told()


def for_stranger(look: Look, script: str, matter: Matter, told: Told = NOTHING) -> str:
    """Before the second step."""
    main = together(
        summary(look, matter),
        second_step(look, matter.shape, _note(look, told)),
        bar(look, matter.shape, with_days=False),
    )
    return _framed(look, script, matter, main)


def for_reporter(look: Look, script: str, matter: Matter, told: Told = NOTHING) -> str:
    """After it. While an answer is being given, only that is on the page."""
    shape = matter.shape
    if look.said and (shape.stage == "pending_confirm" or closed_by(shape)):
        form = answer_form(look, shape, _note(look, told), told.comment, told.chosen)
        return _framed(look, script, matter, together(summary(look, matter, is_open=True), form))
    is_pending = shape.stage == "pending_confirm"
    main = together(
        summary(look, matter, is_open=True),
        number_changed(look, shape),
        own_answer(look, shape),
        "" if told.at else _note(look, told),
        answer(look, matter) if is_pending else "",
        question(look) if is_pending else "",
        route(look, shape),
        together_with(look, matter),
        who(look, matter),
        until(look, shape),
        together(*(talk(look, one) for one in matter.beside if one.kind == "consultation")),
        promises(look, [one for one in matter.beside if one.kind == "promise"]),
        bar(look, shape, with_days=True),
        "" if is_pending else answer(look, matter),
        earlier(look, matter),
        own_words(look, matter),
        otherwise(look, shape),
        withdrawal(look, shape, _note(look, told) if told.at else Html(""), told.comment if told.at else ""),
    )
    return _framed(look, script, matter, main)


def for_staff(look: Look, script: str, matter: Matter) -> str:
    """In a browser in which staff have entered: it may neither read on nor answer."""
    box = el(
        "section", el("h2", say(look, "staff_title")), el("p", say(look, "staff_words")), class_="told", role="status"
    )  # fmt: skip
    return _framed(
        look, script, matter, together(summary(look, matter), box, bar(look, matter.shape, with_days=False))
    )  # fmt: skip


def missing(look: Look, script: str, help_zh: str, help_en: str, help_phone: str) -> str:
    """For a link that is unknown, replaced or expired: it says the same for all three."""
    name = either(look, help_zh, help_en)
    main = together(
        el("h1", say(look, "missing_title")),
        el("section", el("p", say(look, "missing_words")), el("p", say(look, "missing_do"))),
    )
    return framed(look, script, main, name, help_phone)


def not_arrived(look: Look, script: str, help_zh: str, help_en: str, help_phone: str) -> str:
    """For a genuine slip whose matter is in no log: that it was asked for is on record."""
    when = {"day": day(look, look.now_ms), "time": clock_time(look, look.now_ms)}
    main = together(
        el("h1", say(look, "absent_title")),
        el("section", el("p", say(look, "absent_words", **when)), el("p", say(look, "absent_do"))),
    )
    return framed(look, script, main, either(look, help_zh, help_en), help_phone)


def _framed(look: Look, script: str, matter: Matter, main: Html) -> str:
    name = either(look, matter.help_zh, matter.help_en)
    return framed(look, script, main, name, matter.help_phone, say(look, "private"))


def _note(look: Look, told: Told) -> Html:
    if not told.why:
        return Html("")
    return el("p", say(look, told.why, **told.blanks), class_="box told", role="alert")
