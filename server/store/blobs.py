"""Photos and voices on disk: each file bears its hash as its name, and is whole and durable before a row says that it is there."""

import hashlib
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import IO

import msgspec
from sqlalchemy import Connection, select

from server.store.batch import cells_as, insert_rows
from server.store.tables import photos


class Photo(msgspec.Struct, frozen=True, kw_only=True):
    """A photo, or a voice, that lies on disk whole."""

    hash: str
    """SHA-256 of the bytes as sent: the one that records bear."""
    bytes: int
    """As sent."""
    kind: str
    """`photo` or `voice`."""
    type: str
    """Media type of what is served."""
    kept: str
    """SHA-256 of the bytes that are served: a photo is made anew here, a voice is not."""
    kept_bytes: int
    by: str
    at_ms: int


def put_file(folder: Path, content: bytes) -> str:
    """Lays bytes down under their hash, which is the answer. Once it returns they survive a power cut."""
    name = hashlib.sha256(content).hexdigest()
    home = path_of(folder, name).parent
    home.mkdir(parents=True, exist_ok=True)
    target = home / name
    if not target.exists():
        _lay_down(target, content)
    # Also for one that stood already: its first bringer may have been cut off before this.
    for made in (home, home.parent, folder):
        sync_folder(made)
    return name


def _lay_down(target: Path, content: bytes) -> None:
    half = target.with_name(f".{target.name}.{token_hex(4)}")
    try:
        with half.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.rename(target)
    finally:
        # Gone after the renaming; after a full disk it would take the room that is left.
        half.unlink(missing_ok=True)


@contextmanager
def fresh(path: Path) -> Generator[IO[bytes]]:
    """A new file, durable once it is closed."""
    with path.open("xb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def opened(path: Path) -> IO[bytes]:
    """A file to be read."""
    return path.open("rb")


def put_back(folder: Path, name: str, content: bytes) -> None:
    """Lays down a file of a backup where it lay, inside the folder of the photos and nowhere else."""
    target = (folder / name).resolve()
    if not target.is_relative_to((folder / "photos").resolve()):
        raise ValueError(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        _lay_down(target, content)


def path_of(folder: Path, name: str) -> Path:
    """Where a photo lies: in one of 256 folders, so that none grows too long."""
    return folder / "photos" / name[:2] / name


def get_file(folder: Path, name: str) -> bytes | None:
    """The bytes of a photo; None when they are not there."""
    path = path_of(folder, name)
    return path.read_bytes() if path.is_file() else None


def bent(folder: Path) -> Iterator[str]:
    """The names of all files on which a byte is another than was laid down."""
    for path in sorted((folder / "photos").glob("??/*")):
        if not path.name.startswith(".") and hashlib.sha256(path.read_bytes()).hexdigest() != path.name:
            yield path.name


def has_file(folder: Path, name: str) -> bool:
    """Whether the bytes of a photo are there."""
    return path_of(folder, name).is_file()


def sync_folder(folder: Path) -> None:
    """A name survives a power cut only once the folder that holds it was synced too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def add_photo(conn: Connection, photo: Photo) -> None:
    """Says that a photo is there; saying it again changes nothing."""
    # Anew also for one that stood: another version of Pillow may have made other bytes of it.
    insert_rows(conn, photos, list(Photo.__struct_fields__), [list(msgspec.structs.astuple(photo))], replace="hash")


def photo_of(conn: Connection, name: str) -> Photo | None:
    """The photo of this hash."""
    row = conn.execute(select(photos).where(photos.c.hash == name)).mappings().first()
    return cells_as(row, Photo) if row else None


def present(conn: Connection, names: list[str]) -> list[str]:
    """Those of these photos that are there."""
    return list(conn.execute(select(photos.c.hash).where(photos.c.hash.in_(names)).order_by(photos.c.hash)).scalars())
