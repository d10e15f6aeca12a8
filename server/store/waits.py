"""Whether time alone may call for a word of a subject as it stands. Once that is said, only a change can bring the next."""

from sync.fold import GUARDS, Shape, moves
from sync.law import LAW
from sync.subjects import order
from sync.subjects.issue import Due

REACHES = ("due_answer", "due_grid", "due_consult")
"""Clocks of whoever has the matter in hand: when they run out the clerk supervises. For any other it urges."""


def word_of(due: Due) -> str:
    """What the clerk says when this date has passed."""
    return "supervise" if due.clock in REACHES else "urge"


def waits(shape: Shape, due: Due | None) -> bool:
    """Whether the clerk may have something to say of it by and by. `due`: the date that runs, if any does."""
    if shape.kind == "promise":
        return bool(moves(LAW["promise"], shape, "clerk"))
    if shape.kind == "issue" and shape.stage == "closed":
        return True
    if shape.kind == "issue" and shape.stage == "pending_confirm" and GUARDS["nobody_to_ask"](shape):
        return True
    return due is not None and not _is_said(shape, due)


def _is_said(shape: Shape, due: Due) -> bool:
    """Whether the clerk has said of this date what it says; what a department has in hand is told of its order."""
    if shape.kind == "letter":
        return any(act.name == "urge" for act in shape.acts)
    if shape.kind == "order":
        return bool(order.flags_since_due(shape, word_of(due)))
    stamp = shape.fields[due.clock].now.stamp
    since = next((n for n, act in enumerate(shape.acts) if act.stamp == stamp), 0)
    said = (act.name == word_of(due) and act.role == "clerk" for act in shape.acts[since:])
    return GUARDS["ordered"](shape) or any(said)
