"""An issue as people speak of it: which clock runs, who has it now. Read from its shape alone."""

import msgspec

from sync.fold import Act, Shape, acts_since_entry
from sync.op import Json

OPEN_STAGES = (
    "registered",
    "in_grid",
    "mediating",
    "work_order",
    "consulting",
    "pending_confirm",
    "reopened",
    "joined",
)
"""Stages in which an issue still owes somebody something."""

_CLOCK_OF_STAGE = {
    "registered": "due_assign",
    "reopened": "due_assign",
    "in_grid": "due_grid",
    "mediating": "due_mediate",
    "consulting": "due_consult",
}


_TOLD = ("pending_confirm", "closed", "referred")
_OFFICES = ("town", "dispatcher")
"""Roles that register at a counter or from other systems, not in a grid."""
_ELSEWHERE = ("joined", "withdrawn", "void", "moved")


class Due(msgspec.Struct, frozen=True):
    """The clock that runs now: its field's name, when it is due, and the proof in words."""

    clock: str
    due_ms: int
    proof_zh: str
    proof_en: str
    provisional: bool


class Goal(msgspec.Struct, frozen=True):
    """Until when the counter means to be done, in how many minutes, and when the result was first told; None while it is not."""

    at_ms: int
    minutes: int
    told_ms: int | None


class Holder(msgspec.Struct, frozen=True):
    """Who has the matter in hand: `grid_worker`, `town`, `handler` (by name and phone), `resident` or `nobody`."""

    who: str
    name: str = ""
    phone: str = ""
    unit: str = ""


def text(shape: Shape, name: str) -> str:
    """A text field's value in force; "" when nobody has set it."""
    register = shape.fields.get(name)
    value = register.now.value if register else ""
    return value if isinstance(value, str) else ""


def part(shape: Shape, name: str, key: str) -> str:
    """A text inside a map field; "" when there is none."""
    register = shape.fields.get(name)
    value = register.now.value if register else None
    inner: Json = value.get(key, "") if isinstance(value, dict) else ""
    return inner if isinstance(inner, str) else ""


def phones(shape: Shape) -> list[str]:
    """The reporter's numbers: the one given at the beginning, which no later change may take away, and those in force."""
    begun = shape.acts[0].fields.get("reporter") if shape.acts else None
    register = shape.fields.get("reporter")
    standing = [held.value for held in (register.now, *register.beside)] if register else []
    found: list[str] = []
    for value in (begun, *standing):
        phone = value.get("phone") if isinstance(value, dict) else None
        if isinstance(phone, str) and phone and phone not in found:
            found.append(phone)
    return found


def accepted(shape: Shape) -> Act | None:
    """The acceptance by a named handler since the town has it this time."""
    if shape.stage != "work_order":
        return None
    return next((act for act in reversed(acts_since_entry(shape)) if act.name == "accept"), None)


def running_clock(shape: Shape) -> str:
    """The name of the clock that runs at this stage; "" when the issue owes nothing by a date."""
    if shape.stage == "work_order":
        return "due_answer" if accepted(shape) else "due_accept"
    if shape.stage == "consulting" and any(act.name == "convene" for act in acts_since_entry(shape)):
        return ""  # The consultation has been called: the dates that run now are its own.
    return _CLOCK_OF_STAGE.get(shape.stage, "")


def running_due(shape: Shape) -> Due | None:
    """The due moment in force; None when no clock runs or the clerk has not said it yet."""
    return due_in(shape, running_clock(shape))


def due_in(shape: Shape, clock: str) -> Due | None:
    """The due moment that this field holds; None when it holds none."""
    register = shape.fields.get(clock)
    value = register.now.value if register else None
    if not isinstance(value, dict):
        return None
    due_ms, provisional = value.get("due_ms"), value.get("provisional")
    if not isinstance(due_ms, int):
        return None
    return Due(
        clock=clock,
        due_ms=due_ms,
        proof_zh=part(shape, clock, "proof_zh"),
        proof_en=part(shape, clock, "proof_en"),
        provisional=provisional is True,
    )


def goal(shape: Shape) -> Goal | None:
    """The counter's goal; None where there is none, or where the matter went elsewhere before anybody had a result to tell."""
    register = shape.fields.get("goal")
    value = register.now.value if register else None
    if not isinstance(value, dict):
        return None
    at_ms, minutes = value.get("at_ms"), value.get("minutes")
    told_ms = next((act.at_ms for act in shape.acts if act.to_stage in _TOLD), None)
    if not isinstance(at_ms, int) or not isinstance(minutes, int) or (told_ms is None and shape.stage in _ELSEWHERE):
        return None
    return Goal(at_ms=at_ms, minutes=minutes, told_ms=told_ms)


def holder(shape: Shape) -> Holder:
    """Who has it now."""
    if shape.stage in ("registered", "in_grid", "mediating"):
        # Whoever registered it stays responsible, but what moved, or was sorted into a grid, is in that grid's hands.
        name = "" if has_arrived(shape) else part(shape, "responder", "name")
        if shape.acts and shape.acts[0].role in _OFFICES:
            return Holder(who="town", name=name) if shape.stage == "registered" else Holder(who="grid_worker")
        return Holder(who="grid_worker", name=name)
    if shape.stage == "pending_confirm":
        return Holder(who="resident")
    if shape.stage not in OPEN_STAGES:
        return Holder(who="nobody")
    if accepted(shape):
        return Holder(
            who="handler",
            name=text(shape, "handler_name"),
            phone=text(shape, "handler_phone"),
            unit=text(shape, "handler_unit"),
        )
    return Holder(who="town")


def has_arrived(shape: Shape) -> bool:
    """Whether it came from another grid."""
    return any(act.name == "arrive" for act in shape.acts)


def is_open(shape: Shape) -> bool:
    """Whether the issue is still on its way."""
    return shape.stage in OPEN_STAGES


def is_alarmed(shape: Shape) -> bool:
    """Whether danger was reported and the issue is still open; of a joined one the leading issue tells."""
    return is_open(shape) and shape.stage != "joined" and any(act.name == "alarm" for act in shape.acts)


def is_sealed(shape: Shape) -> bool:
    """Whether its words may be seen only by its author and by those above: accusations and harm to a minor."""
    register = shape.fields.get("proposal")
    value = register.now.value if register else None
    flags = value.get("flags") if isinstance(value, dict) else None
    return isinstance(flags, list) and "sealed" in flags


def times_reopened(shape: Shape) -> int:
    """How often a resident has said that it is not solved."""
    return sum(1 for act in shape.acts if act.to_stage == "reopened" != act.from_stage)
