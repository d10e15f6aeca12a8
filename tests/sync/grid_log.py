"""A grid's log in a test: people say things, each is placed behind the last. What it adds up to is the fold's matter."""

import msgspec

from sync.clock import stamp
from sync.fold import Shape, empty, fold, step
from sync.law import LAW, SubjectLaw
from sync.merge import stamps_of
from sync.op import Change, Json, Op, kind_of
from tests.vectors.chance import Chance
from tests.vectors.values import good_fields

GRID = "329924101201001"


class GridLog:
    """The log of one subject, with the shape after its last op."""

    def __init__(self, subject: str = "issue/d1.1") -> None:
        self.subject = subject
        self.law: SubjectLaw = LAW[kind_of(subject)]
        self.changes: list[Change] = []
        self.shape: Shape = empty(subject, GRID)

    def say(
        self, role: str, name: str, fields: dict[str, Json] | None = None, seen: dict[str, list[str]] | None = None
    ) -> str:
        """Places one op, its fields filled up to what the law needs; gives its stamp."""
        place = len(self.changes) + 1
        made = stamp(1_790_000_000_000 + place, 0, f"d{place}")
        whole = {**needed(self.law, name), **(fields or {})}
        op = Op(
            device=f"d{place}", seq=1, prev="", stamp=made, actor=f"{role}_{place}", grid=GRID, subject=self.subject,
            name=name, fields=whole, seen=seen or {},
        )  # fmt: skip
        change = Change(place=place, placed_ms=place, credited_ms=place, role=role, op=op)
        self.changes.append(change)
        self.shape = step(self.law, self.shape, change)
        return made

    def edit(self, role: str, field: str, value: Json, *, looked: bool = True) -> str:
        """Sets one field, having looked at what stands there, or not."""
        register = self.shape.fields.get(field)
        return self.say(role, "edit", {field: value}, {field: stamps_of(register) if register and looked else []})

    def value(self, field: str) -> Json:
        """What is in force."""
        return self.shape.fields[field].now.value

    def again(self) -> Shape:
        """The shape made anew from the log."""
        return fold(self.law, empty(self.subject, GRID), self.changes)


def needed(law: SubjectLaw, name: str) -> dict[str, Json]:
    """Fields with which the act is in order and no more."""
    return good_fields(law, name, Chance(7), may=0) if name in law.ops else {}


def plain(shape: Shape) -> Json:
    """A shape as JSON: two shapes are one when these are."""
    built: Json = msgspec.to_builtins(shape)
    return built
