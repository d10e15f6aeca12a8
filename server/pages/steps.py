"""The six steps of a matter as a resident counts them, read from its shape: what is done, what is being done, what comes."""

import msgspec

from sync.fold import Act, Shape, moves
from sync.law import LAW
from sync.subjects.issue import accepted

STEPS = ("registered", "assigned", "named", "working", "answered", "confirmed")

TELLS = ("solve", "answer", "relay")
"""The acts that tell a result: to whoever joined, the clerk tells that of the leading matter."""

_NOW = {
    "registered": "assigned",
    "reopened": "assigned",
    "in_grid": "working",
    "mediating": "working",
    "consulting": "working",
    "joined": "working",
    "pending_confirm": "confirmed",
    "closed": "",
    "archived": "",
}


class Step(msgspec.Struct, frozen=True):
    """One of the six."""

    name: str
    state: str
    """`done`, `now` or `ahead`."""
    at_ms: int = 0
    """When it was done; 0 when it was not, or when no single act did it."""


def steps(shape: Shape) -> list[Step]:
    """The six steps. A matter that was reopened begins again at the second."""
    current = _current(shape)
    reached = STEPS.index(current) if current else len(STEPS)
    acts = _this_round(shape)
    return [_step(place, name, reached, _moment(name, shape, acts)) for place, name in enumerate(STEPS)]


def answered_by(shape: Shape) -> Act | None:
    """The act that last told a result: the grid's, or the town's answer."""
    return next((act for act in reversed(shape.acts) if act.name in TELLS), None)


def round_of(shape: Shape) -> int:
    """Which answer stands to be confirmed, as the moment of the act that gave it; 0 when none does.

    Its place would not do: a matter may move to another log.
    """
    told = answered_by(shape)
    return told.at_ms if told and shape.stage == "pending_confirm" else 0


def closed_by(shape: Shape) -> int:
    """What a resident may still say otherwise: when the act was by which it is closed; 0 when it is not."""
    ends = ("confirm", "call_back", "lapse", "explain")
    last = next((act for act in reversed(shape.acts) if act.name in ends), None)
    return last.at_ms if last and shape.stage == "closed" else 0


def may_withdraw(shape: Shape) -> bool:
    """Whether the law lets the resident take the matter back now."""
    return "withdraw" in moves(LAW["issue"], shape, "resident")


def confirmed_by(shape: Shape) -> Act | None:
    """The resident's own last answer."""
    return next((act for act in reversed(shape.acts) if act.name == "confirm"), None)


def _current(shape: Shape) -> str:
    if shape.stage == "work_order":
        return "working" if accepted(shape) else "named"
    return _NOW.get(shape.stage, "assigned")


def _this_round(shape: Shape) -> list[Act]:
    """The acts since it was last reopened; all of them when it never was."""
    acts = shape.acts
    if shape.stage == "reopened":
        return []
    again = [place for place, act in enumerate(acts) if act.to_stage == "reopened" != act.from_stage]
    return acts[again[-1] + 1 :] if again else acts


def _step(place: int, name: str, reached: int, at_ms: int) -> Step:
    state = "done" if place < reached else "now" if place == reached else "ahead"
    return Step(name, state, at_ms if state == "done" else 0)


def _moment(name: str, shape: Shape, acts: list[Act]) -> int:
    """When a step was done. The grid worker has a matter from the moment it is sorted, so nobody accepts it there."""
    if name == "registered":
        return shape.acts[0].at_ms if shape.acts else 0
    wanted = {
        "assigned": ("triage",),
        "named": ("accept", "triage"),
        "working": (),
        "answered": TELLS,
        "confirmed": ("confirm",),
    }[name]
    found = (act for word in wanted for act in reversed(acts) if act.name == word)
    act = next(found, None)
    return act.at_ms if act else 0
