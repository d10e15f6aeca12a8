"""A shape written short, without what is said twice: as it travels in a snapshot, and with a subject that moves to another log."""

from typing import Any, cast

import msgspec

from sync.merge import Held, Register
from sync.op import Json, kind_of
from sync.shape import Act, Note, Shape


class Short(msgspec.Struct, frozen=True, kw_only=True):
    """A shape in which each field is the number of the act that set it, or else its register whole."""

    subject: str
    stage: str
    fields: dict[str, Any]
    acts: list[Act]
    notes: list[Note]


class NotWholeError(ValueError):
    """It names an act or a field that is not there."""


def shorten(shape: Shape) -> Short:
    """The shape without what its acts say already."""
    numbers = {(act.stamp, act.place): number for number, act in enumerate(shape.acts)}
    short = _Shortening(shape.acts, numbers)
    fields = {name: short.register(name, register) for name, register in shape.fields.items()}
    return Short(subject=shape.subject, stage=shape.stage, fields=fields, acts=shape.acts, notes=shape.notes)


class _Shortening(msgspec.Struct, frozen=True):
    acts: list[Act]
    numbers: dict[tuple[str, int], int]

    def register(self, name: str, register: Register) -> Json:
        now = self.held(name, register.now)
        if isinstance(now, int) and not register.beside and not register.lost:
            return now
        beside, lost = ([self.held(name, one) for one in many] for many in (register.beside, register.lost))
        return {"now": now, "beside": beside, "lost": lost}

    def held(self, name: str, held: Held) -> Json:
        number = self.numbers.get((held.stamp, held.place))
        is_said = number is not None and name in self.acts[number].fields
        return number if is_said else cast("Json", msgspec.to_builtins(held))


def lengthen(grid: str, short: Short) -> Shape:
    """The shape again, to the byte. Raises NotWholeError."""
    return Shape(
        subject=short.subject,
        kind=kind_of(short.subject),
        grid=grid,
        stage=short.stage,
        fields={name: _register_of(name, told, short.acts) for name, told in short.fields.items()},
        acts=short.acts,
        notes=short.notes,
    )


def _register_of(name: str, told: Any, acts: list[Act]) -> Register:
    if type(told) is int:
        return Register(now=_held_of(name, told, acts))
    if not isinstance(told, dict):
        raise NotWholeError(name)
    read = cast("dict[str, Any]", told)
    beside, lost = (read.get(many) for many in ("beside", "lost"))
    if not isinstance(beside, list) or not isinstance(lost, list):
        raise NotWholeError(name)
    return Register(
        now=_held_of(name, read.get("now"), acts),
        beside=[_held_of(name, one, acts) for one in cast("list[Any]", beside)],
        lost=[_held_of(name, one, acts) for one in cast("list[Any]", lost)],
    )


def _held_of(name: str, told: Any, acts: list[Act]) -> Held:
    if type(told) is not int:
        return msgspec.convert(told, Held)
    if not 0 <= told < len(acts) or name not in acts[told].fields:
        raise NotWholeError(name)
    act = acts[told]
    return Held(
        value=act.fields[name], stamp=act.stamp, actor=act.actor, role=act.role, at_ms=act.at_ms, place=act.place
    )


def brought(told: Json, begun: Shape, place: int) -> Shape | None:
    """A shape that an op brings from another log, as it stands in this one: all of it came in at this place. None if it is none.

    `begun` is the subject as it was here; it has not begun, so it can have notes at most.
    """
    try:
        shape = lengthen(begun.grid, msgspec.convert(told, Short))
    except (msgspec.ValidationError, NotWholeError):
        return None
    fields = {name: _at(place, register) for name, register in shape.fields.items()}
    acts = [msgspec.structs.replace(act, place=place) for act in shape.acts]
    notes = [msgspec.structs.replace(note, place=place) for note in shape.notes]
    notes = [*begun.notes, *notes]
    return msgspec.structs.replace(begun, stage=shape.stage, fields=fields, acts=acts, notes=notes)


def _at(place: int, register: Register) -> Register:
    many = ([msgspec.structs.replace(one, place=place) for one in held] for held in (register.beside, register.lost))
    beside, lost = many
    return Register(now=msgspec.structs.replace(register.now, place=place), beside=beside, lost=lost)
