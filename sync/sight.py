"""Who may see what of a subject: sealed matters, and persons who asked not to be named. The server asks before the wire.

Only the server has this file: a phone never holds what its person may not see, so it has nothing to decide.
"""

import re
from collections.abc import Iterable
from importlib.resources import files
from typing import Literal

import msgspec

from sync.fold import Shape, empty
from sync.law import LAW
from sync.merge import Held, Register
from sync.op import Change, Json, Op, kind_of, write_op
from sync.short import brought, shorten

Sight = Literal["whole", "no_person", "own", "nothing"]
"""`no_person`: all but who reported it; `own`: the reader's own words and the clerk's; `nothing`: places without texts."""


class Seal(msgspec.Struct, frozen=True):
    """A value that seals a matter as soon as somebody says it, be it in a note."""

    seal: str
    field: str
    part: str = ""
    """The part of a map; "" for the field itself."""
    in_: list[str] = msgspec.field(name="in", default_factory=list[str])
    has: str = ""
    is_: bool | None = msgspec.field(name="is", default=None)
    unless: str = ""
    """Another seal that explains the value already."""


class _Table(msgspec.Struct, frozen=True):
    seals: list[Seal]
    entitled: dict[str, list[str]]
    person: dict[str, str]
    beside: list[str]


_TABLE = msgspec.json.decode(files("sync.tables").joinpath("sight.json").read_bytes(), type=_Table)
_SEALING = frozenset(rule.field for rule in _TABLE.seals)
_HIDDEN = re.compile(r',"hidden":\["[a-z]+"\]\}$')
_HANDS = frozenset({"clerk", "resident", "importer"})
BESIDE = frozenset(_TABLE.beside)
"""Kinds of records that are sealed with an issue which they name or which names them: they hold its words too."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be withheld of a subject, and from whom. A subject without a mark is open to its grid's readers."""

    author: str
    """The person who began it."""
    begun_ms: int
    """When its first op was placed, if that op made the mark; else 0: somebody may have read it without."""
    seal: str = ""
    """`minor` or `accusation`; "" for none. It stays until it is lifted."""
    accused: str = ""
    """Where the accused serves: `village`, `town`, `county`; "" when nobody said."""
    sealed_ms: int = 0
    """When the op that sealed it was placed."""
    confidential: bool = False
    revealed_to: list[str] = msgspec.field(default_factory=list[str])
    """Who gave a reason to see the person who reported it."""
    changed_ms: int = 0
    """When any of this last changed for everybody."""

    @property
    def is_late(self) -> bool:
        """Whether it changed behind the subject's first op: phones may then hold what they should not, or lack what they may see."""
        return self.changed_ms > self.begun_ms


class Reader(msgspec.Struct, frozen=True):
    """Who reads: a person, and the roles held now in the grid of what is read."""

    person: str
    roles: frozenset[str]


def may_see(reader: Reader, mark: Mark | None) -> Sight:
    """How much of a subject a reader may see. Everything that shows a record to anybody must ask this first.

    `mark` is the subject's (`Record.mark`), None when nothing of it is protected. That the reader holds a role in its
    grid is asked before; the server's own hands see all. A list shows neither `nothing` nor `own`; a snapshot folds what
    `shown` leaves of the ops.
    """
    if mark is None or _HANDS & reader.roles:
        return "whole"
    if mark.seal:
        if reader.roles.intersection(_TABLE.entitled[_entitling(mark)]):
            return "whole"
        return "own" if reader.person == mark.author else "nothing"
    if not mark.confidential or reader.person == mark.author or reader.person in mark.revealed_to:
        return "whole"
    return "whole" if reader.roles.intersection(_TABLE.entitled["person"]) else "no_person"


def _entitling(mark: Mark) -> str:
    return "accusation_of_village" if (mark.seal, mark.accused) == ("accusation", "village") else mark.seal


def shown(reader: Reader, mark: Mark | None, op: Op) -> Op | None:
    """The op as this reader may see it: itself, without the person, or None when its text is withheld."""
    sight = may_see(reader, mark)
    if sight == "whole":
        return op
    if sight == "no_person":
        return without_person(op)
    is_own = op.actor in {reader.person, "clerk"}
    return op if sight == "own" and is_own else None


def without_person(op: Op) -> Op:
    """The same op with name, phone and address of who reported left out, also of what it brings from another log."""
    field = _TABLE.person.get(kind_of(op.subject), "")
    fields = _nameless(op.fields, field, _persons([op.fields], field))
    late, carried = fields.get("late"), fields.get("carried")
    if op.name == "late" and isinstance(late, dict):
        fields["late"] = _late_without(late, field)
    shape = brought(carried, empty(op.subject, op.grid), 0) if op.name == "arrive" else None
    if shape:
        fields["carried"] = msgspec.to_builtins(shorten(_shape_without(shape, field)))
    return op if fields == op.fields else msgspec.structs.replace(op, fields=fields)


def _persons(said: Iterable[dict[str, Json]], field: str) -> list[dict[str, Json]]:
    return [person for person in (fields.get(field) for fields in said) if isinstance(person, dict)]


def _nameless(fields: dict[str, Json], field: str, persons: list[dict[str, Json]]) -> dict[str, Json]:
    """These fields without the person, and without the parties that are one of these persons."""
    nobody: Json = {"name": "", "phone": ""}
    left = {name: nobody if name == field and isinstance(value, dict) else value for name, value in fields.items()}
    parties = left.get("parties")
    if isinstance(parties, list):
        left["parties"] = [party for party in parties if not any(_is_same(party, person) for person in persons)]
    return left


def _late_without(late: dict[str, Json], field: str) -> Json:
    try:
        said = msgspec.json.decode(str(late.get("said", "")), type=dict[str, Json])
    except msgspec.DecodeError:
        return late
    left = _nameless(said, field, _persons([said], field))
    return {**late, "said": msgspec.json.encode(left).decode()}


def _shape_without(shape: Shape, field: str) -> Shape:
    said = [*(one.fields for one in (*shape.acts, *shape.notes))]
    held = {name: [register.now, *register.beside, *register.lost] for name, register in shape.fields.items()}
    persons = _persons([*said, *({field: one.value} for one in held.get(field, []))], field)

    def nameless(name: str, one: Held) -> Held:
        return msgspec.structs.replace(one, value=_nameless({name: one.value}, field, persons)[name])

    registers = {
        name: Register(
            now=nameless(name, register.now),
            beside=[nameless(name, one) for one in register.beside],
            lost=[nameless(name, one) for one in register.lost],
        )
        for name, register in shape.fields.items()
    }
    acts = [msgspec.structs.replace(one, fields=_nameless(one.fields, field, persons)) for one in shape.acts]
    notes = [msgspec.structs.replace(one, fields=_nameless(one.fields, field, persons)) for one in shape.notes]
    return msgspec.structs.replace(shape, fields=registers, acts=acts, notes=notes)


def _is_same(party: Json, person: dict[str, Json]) -> bool:
    return isinstance(party, dict) and any(party.get(name) and party.get(name) == person.get(name) for name in person)


def write_hidden(op: Op) -> str:
    """The text of an op that is not as its author wrote it. Its hash is nobody's, so it can never be offered back."""
    plain = msgspec.json.decode(write_op(op), type=dict[str, Json])
    return msgspec.json.encode(plain | {"hidden": [_TABLE.person[kind_of(op.subject)]]}).decode()


def is_as_written(text: str) -> bool:
    """Whether a change's text is its author's, neither withheld nor with somebody left out."""
    return text != "" and not (text.endswith('"]}') and _HIDDEN.search(text))


def mark_after(before: Mark | None, shape: Shape, change: Change, *, is_first: bool) -> Mark | None:
    """A subject's mark after a change; `shape` is what it adds up to with it, `is_first` whether the change began it."""
    op = change.op
    if before is None and not _seal_of("", op) and not _is_confidential(shape):
        return None
    old = before or Mark(author=op.actor, begun_ms=change.placed_ms if is_first else 0)
    held = any(act.stamp == op.stamp for act in shape.acts)
    new = msgspec.structs.replace(
        old,
        author=shape.acts[0].actor if shape.acts else old.author,
        seal="" if held and op.name == "unseal" else _seal_of(old.seal, op),
        accused=_text(shape, "accused"),
        confidential=_is_confidential(shape),
        revealed_to=sorted({act.actor for act in shape.acts if act.name == "reveal"}),
    )
    return _settled(old, new, change.placed_ms, is_new=before is None)


def beside(before: Mark | None, issue: Mark, shape: Shape, placed_ms: int, begun_ms: int) -> Mark | None:
    """The mark of a record that names a sealed issue, or that it names. `begun_ms` counts when it has none yet."""
    author = shape.acts[0].actor if shape.acts else ""
    old = before or Mark(author=author, begun_ms=begun_ms)
    new = msgspec.structs.replace(old, seal=issue.seal, accused=issue.accused)
    return _settled(old, new, placed_ms, is_new=before is None)


def _settled(old: Mark, new: Mark, placed_ms: int, *, is_new: bool) -> Mark | None:
    if is_new and not new.seal and not new.confidential:
        return None
    if (old.seal, old.accused, old.confidential) == (new.seal, new.accused, new.confidential):
        return new
    sealed_ms = placed_ms if new.seal and not old.seal else new.sealed_ms if new.seal else 0
    return msgspec.structs.replace(new, sealed_ms=sealed_ms, changed_ms=placed_ms)


def _seal_of(old: str, op: Op) -> str:
    """The strictest seal that was ever said; an accusation is stricter than harm to a minor."""
    seal = old
    if _SEALING.isdisjoint(op.fields) or kind_of(op.subject) != "issue":
        return seal
    for rule in _TABLE.seals:
        if (
            seal != "accusation"
            and not (rule.unless and seal == rule.unless)
            and _says(rule, op.fields.get(rule.field))
        ):
            seal = rule.seal
    return seal


def _says(rule: Seal, value: Json) -> bool:
    said = value.get(rule.part) if rule.part and isinstance(value, dict) else value
    if rule.has:
        return isinstance(said, list) and rule.has in said
    return said is rule.is_ if rule.is_ is not None else said in rule.in_


def _text(shape: Shape, name: str) -> str:
    register = shape.fields.get(name)
    value = register.now.value if register else None
    return value if isinstance(value, str) else ""


def _is_confidential(shape: Shape) -> bool:
    register = shape.fields.get("confidential")
    return register is not None and register.now.value is True and "confidential" in LAW[shape.kind].fields
