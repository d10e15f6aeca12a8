"""The law: the tables of moves, fields and roles that both languages read. Nothing here decides; admit and fold do."""

from functools import cached_property
from importlib.resources import files

import msgspec

from sync.op import Json, kind_of

LAW_VERSION = 1


class FieldLaw(msgspec.Struct, frozen=True):
    """What a field may hold and how concurrent values of it merge. `min`/`max` count code points, items or units."""

    type: str
    merge: str = "later"
    edit: list[str] = msgspec.field(default_factory=list[str])
    """Roles that may set it by an edit; acts set it by their own right."""
    min: int | None = None
    max: int | None = None
    codes: list[str] = msgspec.field(default_factory=list[str])
    kind: str = ""
    need: bool = False
    of: "FieldLaw | None" = None
    fields: "dict[str, FieldLaw]" = msgspec.field(default_factory=dict[str, "FieldLaw"])


class OpLaw(msgspec.Struct, frozen=True, dict=True):
    """The fields an act must and may bear, and the named checks on them."""

    need: list[str] = msgspec.field(default_factory=list[str])
    may: list[str] = msgspec.field(default_factory=list[str])
    check: list[str] = msgspec.field(default_factory=list[str])

    @cached_property
    def known(self) -> frozenset[str]:
        """All fields that it may bear."""
        return frozenset((*self.need, *self.may))


class Row(msgspec.Struct, frozen=True):
    """One move: from which stages, by which op, under which field values, to which stage ("" stays), by whom."""

    id: str
    op: str
    who: list[str]
    from_: list[str] = msgspec.field(name="from")
    to: str = ""
    if_: dict[str, list[str]] = msgspec.field(name="if", default_factory=dict[str, list[str]])
    guard: list[str] = msgspec.field(default_factory=list[str])


class SubjectLaw(msgspec.Struct, frozen=True, dict=True):
    """Everything that may happen to one kind of subject."""

    subject: str
    stages: list[str]
    fields: dict[str, FieldLaw]
    editable: list[str]
    ops: dict[str, OpLaw]
    rows: list[Row]
    over: list[str] = msgspec.field(default_factory=list[str])
    """Stages at which it owes nobody anything, so that phones need not hold it for ever."""

    @cached_property
    def rows_of(self) -> dict[str, list[Row]]:
        """By act its rows, in the law's order."""
        return {name: [row for row in self.rows if row.op == name] for name in {row.op for row in self.rows}}


class Role(msgspec.Struct, frozen=True):
    """A role's rank for the `higher` rule, its names, and of which unit its bearer must be."""

    rank: int
    zh: str
    en: str
    of: str = ""
    """`unit`: of the unit that the subject names; `other_unit`: of none that had the subject in hand; "" any."""


class _Roles(msgspec.Struct, frozen=True):
    law: int
    roles: dict[str, Role]


KINDS = (
    "household",
    "visit",
    "mailbox",
    "mailbox_opening",
    "letter",
    "mediation",
    "consultation",
    "promise",
    "task",
    "issue",
    "order",
    "parked",
    "bulletin",
)
GENERIC_OPS = ("edit", "settle")
"""Ops of every subject: `edit` sets fields; `settle` is an edit by someone who saw every value that stood open."""


def _table(name: str) -> bytes:
    return files("sync.tables").joinpath(f"{name}.json").read_bytes()


ROLES: dict[str, Role] = msgspec.json.decode(_table("roles"), type=_Roles).roles
LAW: dict[str, SubjectLaw] = {kind: msgspec.json.decode(_table(kind), type=SubjectLaw) for kind in KINDS}


def law_of(subject: str) -> SubjectLaw | None:
    """The law of a subject id's kind, or None for a kind this version does not know."""
    return LAW.get(kind_of(subject))


def rank(role: str) -> int:
    """A role's rank; -1 for a role this version does not know."""
    known = ROLES.get(role)
    return known.rank if known else -1


def row_fits(row: Row, stage: str, name: str, fields: dict[str, Json]) -> bool:
    """Whether a row is the move that this op asks for at this stage; says nothing of who asks."""
    return row.op == name and stage in row.from_ and branch_fits(row, fields)


def branch_fits(row: Row, fields: dict[str, Json]) -> bool:
    """Whether the fields have the values under which the row holds."""
    return all(fields.get(field) in values for field, values in row.if_.items())
