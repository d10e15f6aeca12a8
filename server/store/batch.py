"""Many rows in one call. SQLite binds row after row to one statement; PostgreSQL, farther away, unpacks one JSON array."""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeAlias, TypeVar

import msgspec
from sqlalchemy import BigInteger, Connection, RowMapping, Select, Table, TextClause, func, select, text

from server.store.tables import without_nul

Cell: TypeAlias = str | int | None

T = TypeVar("T")


def cells_as(row: RowMapping, kind: type[T]) -> T:
    """A row as a struct whose fields bear the columns' names."""
    # The library's names are a kind of text of its own, which msgspec does not take.
    return msgspec.convert({str(name): cell for name, cell in row.items()}, kind)


def insert_rows(
    conn: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    replace: str = "",
    unless: str = "",
) -> None:
    """Inserts rows whose cells stand in the order of `columns`.

    `replace` names the key: a row that stands already takes the new cells. `unless` names it too, and leaves the row
    that stands. Neither lets a clash fail the transaction.
    """
    if rows:
        names = tuple(columns)
        if conn.dialect.name == "postgresql":
            sent = msgspec.json.encode([_named(columns, row) for row in rows]).decode()
            conn.execute(_from_json(table, names, replace, unless), {"rows": sent})
        else:
            conn.exec_driver_sql(_row_by_row(table, names, replace, unless), [tuple(row) for row in rows])


def select_rows(conn: Connection, asked: Select[*tuple[Any, ...]]) -> list[list[Any]]:
    """The rows of a statement that may find many, each a list of texts and numbers, in no promised order.

    SQLite's driver lets go of the interpreter at every row and may wait for it at each while others are busy, so the
    rows come as one.
    """
    if conn.dialect.name == "postgresql":
        return [list(row) for row in conn.execute(asked)]
    found = asked.subquery()
    together = conn.execute(select(func.json_group_array(func.json_array(*found.c)))).scalar_one()
    return msgspec.json.decode(together, type=list[list[Any]])


def _named(columns: Sequence[str], row: Sequence[Cell]) -> dict[str, Cell]:
    return {name: without_nul(cell) if isinstance(cell, str) else cell for name, cell in zip(columns, row, strict=True)}


@cache
def _from_json(table: Table, columns: tuple[str, ...], replace: str, unless: str) -> TextClause:
    names = _quoted(columns)
    typed = ", ".join(f'"{name}" {"bigint" if _is_whole(table, name) else "text"}' for name in columns)
    source = f"{names} FROM json_to_recordset(CAST(:rows AS json)) AS sent ({typed})"
    # Only names of our own tables and columns are put together here and below; every value is bound.
    return text(f'INSERT INTO "{table.name}" ({names}) SELECT {source}{_on_clash(columns, replace, unless)}')


@cache
def _row_by_row(table: Table, columns: tuple[str, ...], replace: str, unless: str) -> str:
    values = f"VALUES ({', '.join('?' * len(columns))})"
    return f'INSERT INTO "{table.name}" ({_quoted(columns)}) {values}{_on_clash(columns, replace, unless)}'


def _quoted(columns: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _is_whole(table: Table, column: str) -> bool:
    return isinstance(table.c[column].type, BigInteger)


def _on_clash(columns: tuple[str, ...], replace: str, unless: str) -> str:
    keys = replace.split(", ")
    news = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in keys)
    if replace and news:
        return f" ON CONFLICT ({replace}) DO UPDATE SET {news}"
    return f" ON CONFLICT ({unless or replace}) DO NOTHING" if unless or replace else ""
