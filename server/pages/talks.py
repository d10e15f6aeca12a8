"""What a resident reads of the consultations and promises of his matter: topic, day, what was agreed, who promised what by when."""

from datetime import date

from server.pages.frame import section
from server.pages.html import Html, el
from server.pages.look import Look, clock_time, day, say
from sync.fold import Shape
from sync.guards import last_act, rows_in, text_in


def talk(look: Look, shape: Shape) -> Html:
    """One consultation: its topic, the day of the meeting, how it stands, and what was agreed."""
    meets = shape.fields.get("meets_ms")
    meets_ms = meets.now.value if meets else None
    lines = [el("p", text_in(shape, "topic"), class_="lead", dir="auto"), el("p", say(look, f"talk_{shape.stage}"))]
    if isinstance(meets_ms, int) and shape.stage == "invited":
        when = say(
            look, "talk_when", day=day(look, meets_ms), time=clock_time(look, meets_ms), place=text_in(shape, "place")
        )
        lines.append(el("p", when))
    if last_act(shape, "conclude"):
        terms = [
            el("li", say(look, "talk_term", who=str(one.get("who", "")), what=str(one.get("what", ""))))
            for one in rows_in(shape, "terms")
        ]
        lines += [el("ul", *terms)] if terms else []
    return section(say(look, "talk_title"), *lines)


def promises(look: Look, shapes: list[Shape]) -> Html:
    """Every promise that was made in this matter, kept, open or broken."""
    rows = [el("li", _promise(look, shape)) for shape in shapes]
    return section(say(look, "promise_title"), el("ul", *rows)) if rows else Html("")


def _promise(look: Look, shape: Shape) -> str:
    by = date.fromisoformat(text_in(shape, "by"))
    late = "_late" if shape.stage == "open" and last_act(shape, "overdue") else ""
    state = say(look, f"promise_{shape.stage}{late}")
    words = {"who": text_in(shape, "who"), "what": text_in(shape, "what")}
    return say(look, "promise_line", month=str(by.month), date=str(by.day), state=state, **words)
