"""The whole store as one file, and back: tables as lines of JSON, photos, and a list of all that must be there, to the byte."""

import base64
import hashlib
import io
import tarfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

import msgspec
import zstandard
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, LargeBinary, Table, func, insert, select

from server.store.batch import Cell, insert_rows
from server.store.tables import metadata

FORMAT = 1
LIST = "list.json"
ROWS = 1000
"""Rows that are read, packed or inserted together."""


MADE_AGAIN = {"snapshots", "uploads"}
"""Tables that are left out: caches of one life, and uploads under way, whose bytes are not here either."""


class Unfit(Exception):  # noqa: N818 - a reason, told in words
    """A backup that cannot be restored, or a store that cannot take one."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds: the last file in it, so that one that was cut off has none."""

    format: int
    version: str
    schema: str
    """The tables' version."""
    epoch: str
    made_ms: int
    files: dict[str, str]
    """By name the SHA-256 of each file."""
    rows: dict[str, int]
    """By table how many rows."""


def write(conn: Connection, folder: Path, out: IO[bytes], *, version: str, epoch: str, made_ms: int) -> Listed:
    """Writes everything that one snapshot sees, and the photos that its rows speak of."""
    files: dict[str, str] = {}
    rows: dict[str, int] = {}
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for table in _tables():
            packed, rows[table.name] = _packed(conn, table)
            _add(tar, files, f"tables/{table.name}", packed)
        for path in sorted((folder / "photos").rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                _add(tar, files, path.relative_to(folder).as_posix(), path.read_bytes())
        listed = Listed(
            format=FORMAT,
            version=version,
            schema=schema_of(conn),
            epoch=epoch,
            made_ms=made_ms,
            files=files,
            rows=rows,
        )
        _add(tar, {}, LIST, msgspec.json.encode(listed))
    return listed


def _tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name not in MADE_AGAIN]


def schema_of(conn: Connection) -> str:
    """The version of the tables in a database."""
    return MigrationContext.configure(conn).get_current_revision() or ""


def _add(tar: tarfile.TarFile, files: dict[str, str], name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))
    files[name] = hashlib.sha256(content).hexdigest()


def _packed(conn: Connection, table: Table) -> tuple[bytes, int]:
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    packed, count = bytearray(), 0
    found = conn.execution_options(yield_per=ROWS).execute(select(table).order_by(*table.primary_key.columns))
    for part in found.partitions(ROWS):
        count += len(part)
        packed += packer.compress(b"".join(msgspec.json.encode([_sent(cell) for cell in row]) + b"\n" for row in part))
    return bytes(packed + packer.flush()), count


def _sent(cell: object) -> object:
    return base64.b64encode(cell).decode() if isinstance(cell, bytes) else cell


def look_through(source: IO[bytes]) -> Listed:
    """Reads a backup to its end and checks every byte of it. Raises Unfit with what is wrong."""
    sums: dict[str, str] = {}
    listed: Listed | None = None
    for name, content in _members(source):
        if name == LIST:
            listed = _listed(content)
        else:
            sums[name] = hashlib.sha256(content).hexdigest()
    if listed is None:
        raise Unfit("It is not whole: its list, which comes last, is missing. It was cut off, or is no backup.")
    wrong = sorted(name for name in {*sums, *listed.files} if sums.get(name) != listed.files.get(name))
    if wrong:
        raise Unfit(f"{len(wrong)} of its files are not what was written: {', '.join(wrong[:5])}.")
    if listed.format != FORMAT:
        raise Unfit(f"It has format {listed.format}; this version reads {FORMAT}.")
    return listed


def _listed(content: bytes) -> Listed:
    try:
        return msgspec.json.decode(content, type=Listed)
    except msgspec.DecodeError as fault:
        raise Unfit("Its list cannot be read.") from fault


def _members(source: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(fileobj=source, mode="r|") as tar:
            for entry in tar:
                file = tar.extractfile(entry)
                if file is None:
                    raise Unfit(f"{entry.name} in it is no file.")
                yield entry.name, file.read()
    except (tarfile.TarError, EOFError) as fault:
        raise Unfit(f"It is no backup, or was cut off: {fault}.") from fault


def load(conn: Connection, source: IO[bytes], listed: Listed, lay_down: Callable[[str, bytes], None]) -> None:
    """Puts everything into an empty store; `lay_down` takes each photo by its path."""
    if listed.schema != schema_of(conn):
        raise Unfit(
            f"Its tables have version {listed.schema}, these have {schema_of(conn)}: restore it with Sulaiban "
            f"{listed.version}, which made it, and start the newer version then."
        )
    tables = {f"tables/{table.name}": table for table in _tables()}
    # Opening a store makes its secrets; those of the backup are the ones that count.
    for table in reversed(metadata.sorted_tables):
        conn.execute(table.delete())
    for name, content in _members(source):
        if name in tables:
            _fill(conn, tables[name], content)
        elif name != LIST:
            lay_down(name, content)
    for name, table in tables.items():
        count = conn.execute(select(func.count()).select_from(table)).scalar_one()
        if count != listed.rows.get(table.name):
            raise Unfit(f"{name} has {count} rows after the restore, and had {listed.rows.get(table.name)}.")


def _fill(conn: Connection, table: Table, packed: bytes) -> None:
    columns = [column.name for column in table.columns]
    binary = [isinstance(column.type, LargeBinary) for column in table.columns]
    lines = io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(packed))
    for rows in _in_parts(msgspec.json.decode(line, type=list[Any]) for line in lines):
        if not any(binary):
            insert_rows(conn, table, columns, rows)
            continue
        # JSON cannot carry bytes into the database.
        named = [
            {
                name: base64.b64decode(str(cell)) if is_binary else cell
                for name, is_binary, cell in zip(columns, binary, row, strict=True)
            }
            for row in rows
        ]
        conn.execute(insert(table), named)


def _in_parts(rows: Iterable[list[Cell]]) -> Iterator[list[list[Cell]]]:
    part: list[list[Cell]] = []
    for row in rows:
        part.append(row)
        if len(part) == ROWS:
            yield part
            part = []
    if part:
        yield part
