"""Of which unit somebody must be: an order is for those of its unit, and whoever had a matter in hand asks nobody how it went."""

from collections.abc import Callable

from sync.admit import Area, Refusal
from sync.fold import Shape
from sync.law import ROLES
from sync.op import Op
from sync.subjects.issue import part, text

TOWN_UNIT = "town_service"
HANDS_ON = ("solve", "accept", "answer", "reply", "check", "sign", "give_back")
"""Acts by which a person has had the matter in hand."""
IN_HAND = ("accepted", "extension_pending", "awaiting_signoff", "replied")
"""Stages of an order at which its unit has taken the matter on and may speak about it."""
OrdersOf = Callable[[str], list[Shape]]
"""The orders of an issue."""


def refusal(op: Op, role: str, areas: list[Area], at_ms: int, shape: Shape | None, of: OrdersOf) -> Refusal | None:
    """`not_your_unit`, or `own_work`, for a role that is held for a unit; by where the actor stood at credited time.

    Without a shape the op begins a subject: for a unit that is open about an issue whose order the unit has in hand.
    """
    held_for = ROLES[role].of if role in ROLES else ""
    if not held_for:
        return None
    units = {one.unit for one in areas if one.role == role and _holds(one, op.grid, at_ms)}
    return _of_begun(op, held_for, units, shape) if shape else _of_beginning(op, units, of)


def _of_beginning(op: Op, units: set[str], of: OrdersOf) -> Refusal | None:
    issue = op.fields.get("issue")
    sent = of(issue) if isinstance(issue, str) else []
    has = any(order.stage in IN_HAND and text(order, "unit") in units for order in sent)
    return None if has else Refusal(why="not_your_unit", about=issue if isinstance(issue, str) else "")


def _of_begun(op: Op, held_for: str, units: set[str], shape: Shape) -> Refusal | None:
    if held_for == "unit":
        unit = text(shape, "unit")
        return None if unit in units else Refusal(why="not_your_unit", about=unit)
    own = sorted(units & units_of(shape)) or [act.name for act in shape.acts if _by(act.actor, act.name, op.actor)]
    return Refusal(why="own_work", about=own[0]) if own else None


def _by(actor: str, name: str, person: str) -> bool:
    return actor == person and name in HANDS_ON


def _holds(area: Area, grid: str, at_ms: int) -> bool:
    return grid.startswith(area.code) and area.from_ms <= at_ms and (area.to_ms is None or at_ms < area.to_ms)


def units_of(shape: Shape) -> set[str]:
    """The units that have, or had, the matter in hand."""
    if shape.kind == "order":
        return {text(shape, "unit")}
    units = {part(shape, "lead", "unit")} | {TOWN_UNIT for act in shape.acts if _of_town(act.role, act.name)}
    for act in shape.acts:
        helping = act.fields.get("co_units")
        lead = act.fields.get("lead")
        for one in [lead, *(helping if isinstance(helping, list) else [])]:
            unit = one.get("unit") if isinstance(one, dict) else None
            units |= {unit} if isinstance(unit, str) else set()
    return units - {""}


def _of_town(role: str, name: str) -> bool:
    return role == "town" and name in HANDS_ON
