"""What a subject adds up to: its stage, its fields with their losers, every act that held, every note that was kept."""

import msgspec

from sync.merge import Register
from sync.op import Json


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """A move that took effect: by which row of the law, from which stage to which, by whom, when (credited)."""

    row: str
    name: str
    from_stage: str
    to_stage: str
    stamp: str
    actor: str
    role: str
    at_ms: int
    place: int
    fields: dict[str, Json]


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """An op that was placed but did not fit any more, kept whole with the reason."""

    why: str
    """`stage_moved_on`, `not_your_role_here`, `guard_NAME`, `not_begun`, `not_editable` or `not_readable`."""
    name: str
    stage: str
    """The stage it met."""
    stamp: str
    actor: str
    role: str
    at_ms: int
    place: int
    fields: dict[str, Json]


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A subject as its log adds up: stage, fields with their losers, every act that held, every note that was kept."""

    subject: str
    kind: str
    grid: str
    stage: str = ""
    fields: dict[str, Register] = msgspec.field(default_factory=dict[str, Register])
    acts: list[Act] = msgspec.field(default_factory=list[Act])
    notes: list[Note] = msgspec.field(default_factory=list[Note])
