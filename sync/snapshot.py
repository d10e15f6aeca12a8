"""Shapes as they travel to a phone that holds nothing yet: written short, in parts, each naming the place it stands for."""

from typing import Any, Generic, TypeVar, cast

import msgspec

from sync.fold import Act, Note, Shape
from sync.law import LAW_VERSION
from sync.merge import Held, Register
from sync.op import Json, kind_of
from sync.wire import WIRE_VERSION, Unreadable

T = TypeVar("T")


class _Part(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """Some of a grid's subjects as they stood at `place` of its log; those that matter today come in the first part."""

    v: int = WIRE_VERSION
    law: int = LAW_VERSION
    """The version of the law by which they were folded."""
    epoch: str
    grid: str
    place: int
    part: int
    """0, 1, 2 …"""
    parts: int
    """How many there are; the last one is for this reader alone, may be empty, and may stand for a later place."""
    total: int
    """How many subjects all parts but the last hold."""
    shapes: list[T]


class Part(_Part[Shape], frozen=True, kw_only=True):
    """A part with its shapes whole."""


class _Short(msgspec.Struct, frozen=True, kw_only=True):
    """A shape without what is said twice: per field the number of the act that set it, or the register whole."""

    subject: str
    stage: str
    fields: dict[str, Any]
    acts: list[Act]
    notes: list[Note]


class _NotWholeError(ValueError):
    """It names an act or a field that is not there."""


_written = msgspec.json.Decoder(_Part[_Short])


def write_part(part: Part) -> bytes:
    """The bytes of a part. Places tell acts apart, so only placed changes may have been folded in."""
    told: dict[str, Any] = msgspec.structs.asdict(part)
    told["shapes"] = [_shorten(shape) for shape in part.shapes]
    return msgspec.json.encode(_Part[_Short](**told))


def _shorten(shape: Shape) -> _Short:
    numbers = {act.place: number for number, act in enumerate(shape.acts)}
    fields = {name: _register(register, numbers) for name, register in shape.fields.items()}
    return _Short(subject=shape.subject, stage=shape.stage, fields=fields, acts=shape.acts, notes=shape.notes)


def _register(register: Register, numbers: dict[int, int]) -> Json:
    now = _held(register.now, numbers)
    if isinstance(now, int) and not register.beside and not register.lost:
        return now
    beside, lost = ([_held(one, numbers) for one in many] for many in (register.beside, register.lost))
    return {"now": now, "beside": beside, "lost": lost}


def _held(held: Held, numbers: dict[int, int]) -> Json:
    number = numbers.get(held.place)
    return cast("Json", msgspec.to_builtins(held)) if number is None else number


def read_part(body: bytes) -> Part | Unreadable:
    """The part in an answer's body; a portal's page, a torn one, or one of a newer version: the word why."""
    try:
        read = _written.decode(body)
        if read.v > WIRE_VERSION or read.law > LAW_VERSION:
            return Unreadable(why="wire_too_new")
        shapes = [_lengthen(read.grid, short) for short in read.shapes]
    except (msgspec.MsgspecError, _NotWholeError, UnicodeDecodeError, RecursionError):
        return Unreadable(why="part_not_readable")
    told: dict[str, Any] = msgspec.structs.asdict(read)
    told["shapes"] = shapes
    return Part(**told)


def _lengthen(grid: str, short: _Short) -> Shape:
    """The shape again, to the byte."""
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
        raise _NotWholeError(name)
    read = cast("dict[str, Any]", told)
    beside, lost = (read.get(many) for many in ("beside", "lost"))
    if not isinstance(beside, list) or not isinstance(lost, list):
        raise _NotWholeError(name)
    return Register(
        now=_held_of(name, read.get("now"), acts),
        beside=[_held_of(name, one, acts) for one in cast("list[Any]", beside)],
        lost=[_held_of(name, one, acts) for one in cast("list[Any]", lost)],
    )


def _held_of(name: str, told: Any, acts: list[Act]) -> Held:
    if type(told) is not int:
        return msgspec.convert(told, Held)
    if not 0 <= told < len(acts) or name not in acts[told].fields:
        raise _NotWholeError(name)
    act = acts[told]
    return Held(
        value=act.fields[name], stamp=act.stamp, actor=act.actor, role=act.role, at_ms=act.at_ms, place=act.place
    )
