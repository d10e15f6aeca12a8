"""What a subject adds up to, and how it travels: in a snapshot, and with a subject from another log (PROTOCOL.md, sections 8 and 14)."""

from dataclasses import dataclass, field

from tests.road.third.law import Json, as_int, as_list, as_map, as_text, say_the_same
from tests.road.third.ops import Op


@dataclass(frozen=True)
class Placed:
    """An op in a log, with what the server said of it there."""

    op: Op
    place: int
    credited_ms: int
    role: str


@dataclass(frozen=True)
class Said:
    """One value somebody gave a field."""

    value: Json
    stamp: str
    author: str
    role: str
    credited_ms: int
    place: int
    by_act: bool


@dataclass
class Standing:
    """All that was said of one field and is not yet past."""

    now: Said
    beside: list[Said] = field(default_factory=list[Said])
    lost: list[Said] = field(default_factory=list[Said])


@dataclass(frozen=True)
class Done:
    """An act that held."""

    name: str
    row: str
    before: str
    after: str
    author: str
    role: str
    credited_ms: int
    place: int
    fields: dict[str, Json]


@dataclass(frozen=True)
class Note:
    """An act or edit that did not hold, and why."""

    name: str
    stage: str
    author: str
    role: str
    credited_ms: int
    place: int
    fields: dict[str, Json]
    why: str


@dataclass
class Shape:
    """One subject: stage, fields, acts, notes."""

    stage: str = ""
    fields: dict[str, Standing] = field(default_factory=dict[str, Standing])
    acts: list[Done] = field(default_factory=list[Done])
    notes: list[Note] = field(default_factory=list[Note])

    def value(self, name: str) -> Json:
        """What people see in a field: the value in force, or every item of a union once."""
        standing = self.fields.get(name)
        return standing.now.value if standing else None

    def items(self, name: str) -> list[Json]:
        """What people see in a field that is a union."""
        standing = self.fields.get(name)
        if standing is None:
            return []
        shown: list[Json] = []
        for said in (*standing.beside, standing.now):
            for item in as_list(said.value):
                if not any(say_the_same(item, other) for other in shown):
                    shown.append(item)
        return shown

    def stamps(self, *names: str, losers: bool = False) -> dict[str, tuple[str, ...]]:
        """The `seen` of a form that shows these fields."""
        found: dict[str, tuple[str, ...]] = {}
        for name in names:
            standing = self.fields.get(name)
            shown = [standing.now, *standing.beside, *(standing.lost if losers else [])] if standing else []
            found[name] = tuple(said.stamp for said in shown)
        return found


def shape_of(told: dict[str, Json], place: int = 0) -> Shape:
    """The shape that is written so; where a place is given, everything in it stands there."""
    acts = [as_map(one) for one in as_list(told["acts"])]
    by_act = {as_text(act["stamp"]) for act in acts}

    def said(name: str, given: Json) -> Said:
        if isinstance(given, int):
            act = acts[given]
            held, value = act, as_map(act["fields"])[name]
        else:
            held = as_map(given)
            value = held["value"]
        stamp = as_text(held["stamp"])
        at = (as_int(held["at_ms"]), place or as_int(held["place"]))
        return Said(value, stamp, as_text(held["actor"]), as_text(held["role"]), *at, stamp in by_act)

    shape = Shape(stage=as_text(told["stage"]))
    for name, given in as_map(told["fields"]).items():
        alone: dict[str, Json] = {"now": given, "beside": [], "lost": []}
        whole = alone if isinstance(given, int) else as_map(given)
        beside, lost = ([said(name, one) for one in as_list(whole[many])] for many in ("beside", "lost"))
        shape.fields[name] = Standing(said(name, whole["now"]), beside, lost)
    shape.acts = [_act(one, place) for one in acts]
    shape.notes = [_note(as_map(one), place) for one in as_list(told["notes"])]
    return shape


def _act(told: dict[str, Json], place: int) -> Done:
    name, row, before, after = (as_text(told[part]) for part in ("name", "row", "from_stage", "to_stage"))
    author, role = as_text(told["actor"]), as_text(told["role"])
    at = (as_int(told["at_ms"]), place or as_int(told["place"]))
    return Done(name, row, before, after, author, role, *at, as_map(told["fields"]))


def _note(told: dict[str, Json], place: int) -> Note:
    name, stage, author, role = (as_text(told[part]) for part in ("name", "stage", "actor", "role"))
    at = (as_int(told["at_ms"]), place or as_int(told["place"]))
    return Note(name, stage, author, role, *at, as_map(told["fields"]), as_text(told["why"]))
