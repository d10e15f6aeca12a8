"""The law as the third client reads it: the tables, which PROTOCOL.md declares part of its text."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

TABLES: Final = Path(__file__).parents[3] / "sync" / "tables"
EDITS: Final = ("edit", "settle")


def as_map(value: Json) -> dict[str, Json]:
    """The value, which the text says is a map."""
    if not isinstance(value, dict):
        raise TypeError(f"not a map: {value!r}")
    return value


def as_list(value: Json) -> list[Json]:
    """The value, which the text says is a list."""
    if not isinstance(value, list):
        raise TypeError(f"not a list: {value!r}")
    return value


def as_text(value: Json) -> str:
    """The value, which the text says is a text."""
    if not isinstance(value, str):
        raise TypeError(f"not a text: {value!r}")
    return value


def as_int(value: Json) -> int:
    """The value, which the text says is a whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"not a whole number: {value!r}")
    return value


def texts(value: Json) -> tuple[str, ...]:
    """The value, which the text says is a list of texts."""
    return tuple(as_text(item) for item in as_list(value))


def say_the_same(one: Json, other: Json) -> bool:
    """Equal as JSON: the order of names means nothing, and true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(say_the_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(say_the_same, one, other))
    return type(one) is type(other) and one == other


@dataclass(frozen=True)
class Row:
    """One row: who may do this act, from which stages, with which values, and where it leads."""

    id: str
    stages: tuple[str, ...]
    act: str
    conditions: dict[str, Json]
    to: str
    who: tuple[str, ...]
    guards: tuple[str, ...]

    def fits(self, fields: dict[str, Json]) -> bool:
        """Whether each field its `if` names is one of the values named there."""
        return all(
            name in fields and any(say_the_same(fields[name], value) for value in as_list(values))
            for name, values in self.conditions.items()
        )


@dataclass(frozen=True)
class Act:
    """What an act bears."""

    need: tuple[str, ...]
    may: tuple[str, ...]
    checks: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One kind of subject."""

    kind: str
    fields: dict[str, dict[str, Json]]
    editable: tuple[str, ...]
    acts: dict[str, Act]
    rows: tuple[Row, ...]

    def rows_of(self, act: str) -> list[Row]:
        """The rows of one act, in the table's order."""
        return [row for row in self.rows if row.act == act]


def _row(given: dict[str, Json]) -> Row:
    return Row(
        as_text(given["id"]),
        texts(given["from"]),
        as_text(given["op"]),
        as_map(given.get("if", {})),
        as_text(given.get("to", "")),
        texts(given["who"]),
        texts(given.get("guard", [])),
    )


def _act(given: dict[str, Json]) -> Act:
    return Act(texts(given.get("need", [])), texts(given.get("may", [])), texts(given.get("check", [])))


@cache
def tables() -> dict[str, Table]:
    """Every kind's table."""
    found: dict[str, Table] = {}
    for path in sorted(TABLES.glob("*.json")):
        read = as_map(json.loads(path.read_text(encoding="utf-8")))
        if "subject" in read:
            kind = as_text(read["subject"])
            found[kind] = Table(
                kind,
                {name: as_map(field) for name, field in as_map(read["fields"]).items()},
                texts(read["editable"]),
                {name: _act(as_map(act)) for name, act in as_map(read["ops"]).items()},
                tuple(_row(as_map(row)) for row in as_list(read["rows"])),
            )
    return found


@cache
def _ranks() -> dict[str, int]:
    read = as_map(json.loads((TABLES / "roles.json").read_text(encoding="utf-8")))
    return {name: as_int(as_map(role)["rank"]) for name, role in as_map(read["roles"]).items()}


def rank(role: str) -> int:
    """How high a role stands; an unknown one ranks lowest."""
    return _ranks().get(role, -1)
