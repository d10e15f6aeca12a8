"""The server's own authors, and what becomes of what they say."""

from collections.abc import Collection

import msgspec

from server.store.log import Kept
from sync.admit import Refusal
from sync.fold import Shape
from sync.op import Change, Json, Op, kind_of, op_hash


class Hand(msgspec.Struct, frozen=True):
    """One of the server's own authors. It has a device per grid, so that no two grids wait for each other."""

    prefix: str
    person: str
    role: str


CLERK = Hand("clerk", "clerk", "clerk")
PAGE = Hand("page", "resident", "resident")
IMPORTER = Hand("import", "importer", "importer")


class Spoken(msgspec.Struct, frozen=True):
    """What became of an op that the server made: the subject, its shape now, or why its own door refused it."""

    subject: str
    shape: Shape | None
    refusal: Refusal | None
    is_note: bool
    """Placed, but it no longer fitted."""


class Written(msgspec.Struct, frozen=True):
    """An op's text and its hash."""

    text: str
    hash: str


class Step(msgspec.Struct, frozen=True):
    """A change that was placed, and its subject before and after it."""

    change: Change
    before: Shape
    after: Shape
    is_sealed: bool
    """Whether this change sealed it."""


def saying(subject: str, name: str, fields: dict[str, Json]) -> tuple[str, ...]:
    """By what two sayings of the clerk are the same: the subject, the op and the fields it sets."""
    return (subject, name, *sorted(fields))


def was_said(spoken: Collection[tuple[str, ...]], about: str, one: tuple[str, ...]) -> bool:
    """Whether it was said before, about this subject or, where it began one, about any of its kind."""
    return any(said[1:] == one[1:] and (said[0] == about or kind_of(said[0]) == about) for said in spoken)


def refused(op: Op, text: str, refusal: Refusal, at_ms: int) -> Kept:
    """What is kept of an op that its own door refused."""
    return Kept(
        device=op.device,
        seq=op.seq,
        hash=op_hash(text),
        fate="refused",
        why=refusal.why,
        about=refusal.about,
        text=text.encode(),
        at_ms=at_ms,
    )
