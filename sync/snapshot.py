"""Shapes as they travel to a phone that holds nothing yet: written short, in parts, each naming the place it stands for."""

from typing import Any, Generic, TypeVar

import msgspec

from sync.fold import Shape
from sync.law import LAW_VERSION
from sync.short import NotWholeError, Short, lengthen, shorten
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


_written = msgspec.json.Decoder(_Part[Short])


def write_part(part: Part) -> bytes:
    """The bytes of a part. Only placed changes may have been folded in."""
    told: dict[str, Any] = msgspec.structs.asdict(part)
    told["shapes"] = [shorten(shape) for shape in part.shapes]
    return msgspec.json.encode(_Part[Short](**told))


def read_part(body: bytes) -> Part | Unreadable:
    """The part in an answer's body; a portal's page, a torn one, or one of a newer version: the word why."""
    try:
        read = _written.decode(body)
        if read.v > WIRE_VERSION or read.law > LAW_VERSION:
            return Unreadable(why="wire_too_new")
        shapes = [lengthen(read.grid, short) for short in read.shapes]
    except (msgspec.MsgspecError, NotWholeError, UnicodeDecodeError, RecursionError):
        return Unreadable(why="part_not_readable")
    told: dict[str, Any] = msgspec.structs.asdict(read)
    told["shapes"] = shapes
    return Part(**told)
