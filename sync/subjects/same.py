"""What a record says of another one that may be the same: the questions that stand open, what it joined, what joined it."""

import msgspec

from sync.fold import Act, Shape
from sync.op import Json

LEADING_STAGES: dict[str, tuple[str, ...]] = {
    "issue": ("registered", "in_grid", "work_order", "consulting", "pending_confirm", "reopened"),
    "letter": ("taken_out", "became_issue"),
    "household": ("living",),
}
"""Per kind the stages at which a record may be asked about and may lead others: it stands, and has joined none itself."""


_PASSES = {
    "differ": ("other", "open", "differ"),
    "ask_again": ("other", "differ", "open"),
    "take_in": ("joined", "open", "within"),
    "let_go": ("left", "within", "open"),
}
"""The acts that answer a question, or open it again: the field that names the other one, and from which pile to which."""


class Question(msgspec.Struct, frozen=True):
    """That two records may be the same, as the clerk put it by the book's rule; nobody has answered it for good."""

    other: str
    rule: str
    why_zh: str
    why_en: str
    at_ms: int
    is_same: bool
    """The grid worker has said that they are; it waits for whoever may join them."""


def _named(act: Act, field: str) -> str:
    value = act.fields.get(field)
    return value if isinstance(value, str) else ""


def _asked(act: Act) -> Question:
    value = act.fields.get("alike")
    said: dict[str, Json] = value if isinstance(value, dict) else {}
    other, rule, why_zh, why_en = (str(said.get(name, "")) for name in ("other", "rule", "why_zh", "why_en"))
    return Question(other, rule, why_zh, why_en, act.at_ms, is_same=False)


def was_asked(shape: Shape, other: str) -> bool:
    """Whether this pair was asked about here before, whatever came of it: no pair is asked about twice."""
    return any(act.name == "alike" and _asked(act).other == other for act in shape.acts)


def questions(shape: Shape) -> list[Question]:
    """The open ones, oldest first. A record that has joined another, or is over, is not asked about."""
    if shape.stage not in LEADING_STAGES.get(shape.kind, ()):
        return []
    piles: dict[str, dict[str, Question]] = {"open": {}, "differ": {}, "within": {}}
    found = piles["open"]
    for act in shape.acts:
        if act.name == "alike":
            asked = _asked(act)
            found[asked.other] = asked
        elif act.name == "same" and _named(act, "other") in found:
            other = _named(act, "other")
            found[other] = msgspec.structs.replace(found[other], is_same=True)
        elif act.name == "arrive":
            # It stands in another log now: what it was asked about there is not here.
            for pile in piles.values():
                pile.clear()
        elif act.name in _PASSES:
            field, here, there = _PASSES[act.name]
            one = piles[here].pop(_named(act, field), None)
            if one:
                piles[there][one.other] = one
    return list(found.values())


def leader_of(shape: Shape) -> str:
    """The record that this one has joined; "" while it stands for itself. After its answer it still names the one whose answer it was."""
    for act in reversed(shape.acts):
        if act.name == "join":
            return _named(act, "into")
        if act.name in ("unjoin", "arrive"):
            return ""
    return ""


def joined_here(shape: Shape) -> list[str]:
    """The records that joined this one and have not left it, in the order they came."""
    found: dict[str, None] = {}
    for act in shape.acts:
        if act.name == "take_in":
            found[_named(act, "joined")] = None
        elif act.name == "let_go":
            found.pop(_named(act, "left"), None)
        elif act.name == "arrive":
            found.clear()
    return list(found)


def may_lead(shape: Shape | None, kind: str, grid: str) -> bool:
    """Whether a record of this kind and grid may join this one. Letters and households are their grid's own."""
    if shape is None or shape.kind != kind or (shape.grid != grid and kind != "issue"):
        return False
    return shape.stage in LEADING_STAGES.get(kind, ())


def is_denied(shape: Shape, other: str) -> bool:
    """Whether somebody has said that this one is not the same as the other, and has not taken it back."""
    said = [act.name for act in shape.acts if act.name in ("differ", "ask_again") and _named(act, "other") == other]
    return said[-1:] == ["differ"]
