"""Uploads on their way in: what each is to become, and the bytes that have come so far. The file's length is the offset."""

import errno
import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec
from sqlalchemy import Connection, delete, select, update

from server.store.batch import cells_as, insert_rows
from server.store.blobs import sync_folder
from server.store.tables import uploads

STANDING = 3
"""One device's uploads of one file; a further one ends the oldest, whose address was never heard."""


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """One file on its way in."""

    id: str
    hash: str
    """SHA-256 that the whole must have."""
    kind: str
    """`photo` or `voice`."""
    bytes: int
    """Of the whole."""
    by: str
    device: str
    made_ms: int
    expires_ms: int
    done_ms: int | None = None
    """Once the whole is kept elsewhere; the bytes here are gone then."""


class Held(Exception):  # noqa: N818 - it is an answer, not a fault
    """Another process writes to this upload now."""


class NoRoom(Exception):  # noqa: N818 - it is an answer, not a fault
    """The disk takes no more. What had come before stands."""


def begin(conn: Connection, upload: Upload) -> list[str]:
    """Notes a new upload. Answers the older ones that it ends; their bytes may go."""
    mine = (uploads.c.device == upload.device) & (uploads.c.hash == upload.hash) & uploads.c.done_ms.is_(None)
    asked = select(uploads.c.id).where(mine).order_by(uploads.c.made_ms.desc(), uploads.c.id)
    ended = list(conn.execute(asked).scalars())[STANDING - 1 :]
    forget(conn, ended)
    insert_rows(conn, uploads, list(Upload.__struct_fields__), [list(msgspec.structs.astuple(upload))])
    return ended


def forget(conn: Connection, ids: list[str]) -> None:
    """Takes these uploads out; whoever comes for one is told that it is gone."""
    conn.execute(delete(uploads).where(uploads.c.id.in_(ids)))


def finish(conn: Connection, name: str, now_ms: int) -> None:
    """The whole is kept elsewhere."""
    conn.execute(update(uploads).where(uploads.c.id == name).values(done_ms=now_ms))


def upload_of(conn: Connection, name: str) -> Upload | None:
    """The upload of this id."""
    row = conn.execute(select(uploads).where(uploads.c.id == name)).mappings().first()
    return cells_as(row, Upload) if row else None


def run_out(conn: Connection, now_ms: int) -> list[str]:
    """Some of those whose time is over."""
    return list(conn.execute(select(uploads.c.id).where(uploads.c.expires_ms <= now_ms).limit(100)).scalars())


def part_path(folder: Path, name: str) -> Path:
    """Where the bytes of an upload lie until it is whole."""
    return folder / "uploads" / name


@contextmanager
def part(folder: Path, name: str) -> Generator[IO[bytes]]:
    """The bytes that have come, open to be lengthened and held against other processes. Raises Held."""
    path = part_path(folder, name)
    is_new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise Held from fault
        if is_new:
            sync_folder(path.parent)
            sync_folder(folder)
        yield file


def append(file: IO[bytes], piece: bytes) -> None:
    """Lengthens it; not yet durable, but a killed process loses none of it. Raises NoRoom."""
    try:
        file.write(piece)
        file.flush()
    except OSError as fault:
        raise _told(fault) from fault


def settle(file: IO[bytes]) -> int:
    """Makes what has come durable. Answers the offset that may be told now."""
    try:
        os.fsync(file.fileno())
    except OSError as fault:
        raise _told(fault) from fault
    return os.fstat(file.fileno()).st_size


def whole(file: IO[bytes]) -> bytes:
    """Everything that has come."""
    file.seek(0)
    return file.read()


def drop(folder: Path, ids: list[str]) -> None:
    """Lets go of the bytes of these uploads."""
    for name in ids:
        part_path(folder, name).unlink(missing_ok=True)


def _told(fault: OSError) -> Exception:
    return NoRoom() if fault.errno in (errno.ENOSPC, errno.EDQUOT) else fault
