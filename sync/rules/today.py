"""What of a grid a phone needs first: what burns, what is open, whom today's visits are for. For the server alone."""

from collections.abc import Sequence
from datetime import date

from sync.clock import DAY_MS
from sync.fold import Shape
from sync.subjects.issue import is_alarmed, is_open, running_due, text
from sync.subjects.kept import touched_ms

SOON_MS = 3 * DAY_MS
"""A term or a promised visit so near belongs to the work of these days."""
LATELY_MS = 7 * DAY_MS
BURNS, OPEN, KNOWN, PAST = range(4)


def ordered(shapes: Sequence[Shape], at_ms: int) -> list[Shape]:
    """The same shapes, those of the day's work first; of equal ones what was touched last."""
    planned = {text(shape, "household") for shape in shapes if _is_planned(shape, at_ms)}
    return sorted(shapes, key=lambda shape: (_rank(shape, planned, at_ms), -touched_ms(shape), shape.subject))


def _rank(shape: Shape, planned: set[str], at_ms: int) -> int:
    if shape.kind == "issue":
        return _rank_of_issue(shape, at_ms)
    is_now = (
        shape.subject in planned or _is_planned(shape, at_ms) or shape.kind == "mailbox" or shape.stage == "taken_out"
    )
    is_now = is_now or (shape.kind == "task" and shape.stage == "open")
    if is_now or (shape.kind == "mailbox_opening" and touched_ms(shape) > at_ms - LATELY_MS):
        return BURNS
    return KNOWN if shape.kind == "household" else PAST


def _rank_of_issue(shape: Shape, at_ms: int) -> int:
    due = running_due(shape)
    is_near = due is not None and due.due_ms < at_ms + SOON_MS
    if is_alarmed(shape) or shape.stage == "reopened" or is_near:
        return BURNS
    return OPEN if is_open(shape) else PAST


def _is_planned(shape: Shape, at_ms: int) -> bool:
    day = text(shape, "next_visit_on") if shape.kind == "visit" else ""
    return day != "" and _days(day) * DAY_MS < at_ms + SOON_MS


def _days(day: str) -> int:
    return (date.fromisoformat(day) - date(1970, 1, 1)).days
