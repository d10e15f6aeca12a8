"""A department's work order as people speak of it: which clock runs, what was flagged, who has it. Read from its shape alone."""

from sync.fold import Act, Shape
from sync.subjects.issue import Due, Holder, due_in, text

OPEN_STAGES = ("dispatched", "return_pending", "accepted", "extension_pending", "awaiting_signoff", "redo")
"""Stages in which the unit still owes its answer."""
ANSWERED = ("replied", "done")
TO_ACCEPT = ("dispatched", "return_pending", "redo")
"""Stages in which the clock for accepting runs: asking to return stops nothing."""


def is_open(shape: Shape) -> bool:
    """Whether the unit still owes its answer."""
    return shape.stage in OPEN_STAGES


def running_clock(shape: Shape) -> str:
    """The name of the clock that runs at this stage; "" when the unit owes nothing by a date."""
    if shape.stage in TO_ACCEPT:
        return "due_accept"
    return "due_answer" if is_open(shape) else ""


def running_due(shape: Shape) -> Due | None:
    """The due moment in force; None when no clock runs or the clerk has not said it yet."""
    return due_in(shape, running_clock(shape))


def times_redone(shape: Shape) -> int:
    """How often the answer was not good enough."""
    return sum(1 for act in shape.acts if act.to_stage == "redo" != act.from_stage)


def flags_since_due(shape: Shape, name: str) -> list[Act]:
    """The acts of this name (`urge`, `supervise`) said by the clerk for the due date now in force."""
    due = shape.fields.get(running_clock(shape))
    since = due.now.place if due else 0
    return [act for act in shape.acts if act.name == name and act.role == "clerk" and act.place > since]


def leads(shape: Shape) -> bool:
    """Whether this is the lead unit's order."""
    register = shape.fields.get("lead")
    return register is not None and register.now.value is True


def holder(shape: Shape) -> Holder:
    """The unit, with its handler's name and phone once somebody has accepted."""
    if not is_open(shape):
        return Holder(who="nobody")
    unit = text(shape, "unit_name")
    return Holder(who="handler", name=text(shape, "handler_name"), phone=text(shape, "handler_phone"), unit=unit)
