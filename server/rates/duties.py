"""What rates count of duties: a department's orders, agreed terms, topics of consultation, promises. By the day each was due. Pure."""

from collections.abc import Iterable
from datetime import date

from server.rates.measures import HOUR_MS, Item, Measure, Window, acts, begun_ms, first, value
from sync.fold import Act, Shape
from sync.guards import rows_in, term_states
from sync.op import Json

CONTACT_HOURS, CONTACT_HOURS_URGENT = 24, 4
"""From acceptance to the first word with the resident (domain 4b, B7)."""
EPOCH_DAY = date(1970, 1, 1).toordinal()


def _entered(shape: Shape, stage: str) -> Act | None:
    """The act by which it first came to a stage."""
    return next((act for act in shape.acts if act.to_stage == stage != act.from_stage), None)


def _first_round(shape: Shape) -> list[Act]:
    """The acts up to the first answer that was not good enough: what is done again has dates of its own."""
    at = next((n for n, act in enumerate(shape.acts) if act.to_stage == "redo"), len(shape.acts))
    return shape.acts[:at]


def _due(shape: Shape, clock: str, *, last: bool) -> int | None:
    """The due moment of the first round as it was first set, or as it was last moved: a granted extension counts as due."""
    said = [act.fields[clock] for act in _first_round(shape) if act.name == "clock" and clock in act.fields]
    one = said[-1 if last else 0] if said else None
    moment = one.get("due_ms") if isinstance(one, dict) else None
    return moment if isinstance(moment, int) else None


def _owed(shape: Shape, due_ms: int | None, window: Window) -> bool:
    """Whether this came due in the period. What was taken back before its time owes nothing; afterwards it is late for good."""
    left = _entered(shape, "cancelled")
    return due_ms is not None and window.holds(due_ms) and not (left and left.at_ms <= due_ms)


def _by(act: Act | None, due_ms: int | None) -> bool:
    return act is not None and due_ms is not None and act.at_ms <= due_ms


def _response(shape: Shape, window: Window) -> Iterable[Item]:
    """The unit's own record, unless the resident told a caller that nobody had come to him."""
    accepted = first(shape, "accept")
    if accepted is None:
        return
    hours = CONTACT_HOURS if value(shape, "urgency") == "normal" else CONTACT_HOURS_URGENT
    due_ms = accepted.at_ms + hours * HOUR_MS
    if _owed(shape, due_ms, window):
        heard = window.heard.get(str(value(shape, "issue")), "")
        yield Item(_by(first(shape, "contact", "reply"), due_ms) and heard != "no")


def _accept_on_time(shape: Shape, window: Window) -> Iterable[Item]:
    due_ms = _due(shape, "due_accept", last=False)
    if _owed(shape, due_ms, window):
        yield Item(_by(first(shape, "accept"), due_ms))


def _on_time(shape: Shape, window: Window) -> Iterable[Item]:
    due_ms = _due(shape, "due_answer", last=True)
    if _owed(shape, due_ms, window):
        yield Item(_by(_entered(shape, "replied"), due_ms))


def _reply(shape: Shape, window: Window) -> Iterable[Item]:
    if _owed(shape, _due(shape, "due_answer", last=True), window):
        yield Item(_entered(shape, "replied") is not None)


def _red_light(shape: Shape, window: Window) -> Iterable[Item]:
    if _owed(shape, _due(shape, "due_answer", last=True), window):
        yield Item(any(act.role == "clerk" for act in acts(shape, "supervise")))


def _return(shape: Shape, window: Window) -> Iterable[Item]:
    if window.holds(begun_ms(shape)):
        yield Item(first(shape, "ask_return") is not None)


def _redo(shape: Shape, window: Window) -> Iterable[Item]:
    replied = _entered(shape, "replied")
    if replied and window.holds(replied.at_ms):
        yield Item(_entered(shape, "redo") is not None)


def _extension(shape: Shape, window: Window) -> Iterable[Item]:
    accepted = first(shape, "accept")
    if accepted and window.holds(accepted.at_ms):
        yield Item(first(shape, "grant") is not None)


def day_of(said: Json) -> int | None:
    """The number of a day such as `2026-03-04`, counted as `Window.day` does; None for no day."""
    return date.fromisoformat(said).toordinal() - EPOCH_DAY if isinstance(said, str) else None


def _is_over(day: int | None, window: Window) -> bool:
    """Whether this day ended within the period."""
    return day is not None and window.day(window.from_ms) <= day < window.day(window.to_ms)


def _letter(shape: Shape, window: Window) -> Iterable[Item]:
    """A letter out of the box: an issue, set aside with a reason or joined to another by the end of its day."""
    due_ms = _due(shape, "due_letter", last=False)
    if due_ms is not None and window.holds(due_ms):
        ended = next((act for act in shape.acts if act.from_stage == "taken_out" != act.to_stage), None)
        yield Item(_by(ended, due_ms))


def _performance(shape: Shape, window: Window) -> Iterable[Item]:
    """Each term of an agreement that holds, by its day; what was done on the spot, by the day on which it took effect."""
    agreed = _entered(shape, "agreed")
    if agreed is None:
        return
    states = term_states(shape)
    for at, row in enumerate(rows_in(shape, "terms")):
        day = day_of(row.get("by")) if row.get("by") else window.day(agreed.at_ms)
        if _is_over(day, window):
            yield Item(states[at] == "kept", str(at + 1))


def _met(shape: Shape, window: Window) -> Iterable[Item]:
    if window.holds(begun_ms(shape)):
        yield Item(first(shape, "meet") is not None)


def _carried_out(shape: Shape, window: Window) -> Iterable[Item]:
    met = first(shape, "meet")
    if met and window.holds(met.at_ms):
        yield Item(_entered(shape, "implemented") is not None)


def _told(shape: Shape, window: Window) -> Iterable[Item]:
    done = _entered(shape, "implemented")
    if done and window.holds(done.at_ms):
        yield Item(_entered(shape, "reported") is not None)


def _promise(shape: Shape, window: Window) -> Iterable[Item]:
    """Kept, and said so by its day: what is written down afterwards is told with the late ones."""
    day, kept = day_of(value(shape, "by")), _entered(shape, "kept")
    if _is_over(day, window):
        yield Item(kept is not None and day is not None and window.day(kept.at_ms) <= day)


DUTIES: tuple[Measure, ...] = (
    Measure("response_rate", "order", _response),
    Measure("accept_on_time_rate", "order", _accept_on_time),
    Measure("on_time_rate", "order", _on_time),
    Measure("reply_rate", "order", _reply),
    Measure("return_rate", "order", _return),
    Measure("redo_rate", "order", _redo),
    Measure("extension_rate", "order", _extension),
    Measure("red_light_rate", "order", _red_light),
    Measure("letter_rate", "letter", _letter),
    Measure("performance_rate", "mediation", _performance),
    Measure("consultation_met_rate", "consultation", _met),
    Measure("consultation_rate", "consultation", _carried_out),
    Measure("consultation_told_rate", "consultation", _told),
    Measure("promise_rate", "promise", _promise),
)
