"""Many rows in one statement: they travel as one JSON array and the database unpacks it. The fastest honest way in."""

from collections.abc import Sequence
from functools import cache
from typing import TypeAlias, TypeVar

import msgspec
from sqlalchemy import Connection, RowMapping, Table, TextClause, text

Cell: TypeAlias = str | int | None

T = TypeVar("T")


def cells_as(row: RowMapping, kind: type[T]) -> T:
    """A row as a struct whose fields bear the columns' names."""
    # The library's names are a kind of text of its own, which msgspec does not take.
    return msgspec.convert({str(name): cell for name, cell in row.items()}, kind)


def insert_rows(
    conn: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Cell]], *, replace: str = ""
) -> None:
    """Inserts rows whose cells stand in the order of `columns`.

    `replace` names the key: a row that stands already takes the new cells. "" lets a clash fail the transaction.
    """
    if rows:
        conn.execute(_statement(table, tuple(columns), replace), {"rows": msgspec.json.encode(rows).decode()})


@cache
def _statement(table: Table, columns: tuple[str, ...], replace: str) -> TextClause:
    """SQLite's form; PostgreSQL unpacks the same parameter with `json_to_recordset`."""
    cells = ", ".join(f"json_extract(value, '$[{i}]')" for i in range(len(columns)))
    names = ", ".join(f'"{name}"' for name in columns)
    keys = replace.split(", ")
    news = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in keys)
    clash = f" ON CONFLICT ({replace}) DO {f'UPDATE SET {news}' if news else 'NOTHING'}" if replace else ""
    # Only names of our own tables and columns are put together here; every value is bound.
    return text(f'INSERT INTO "{table.name}" ({names}) SELECT {cells} FROM json_each(:rows) WHERE true{clash}')  # noqa: S608
