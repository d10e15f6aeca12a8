"""Backups: whole or refused, and never over a store that somebody works with."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import delete, func, update

from server import keep
from server.store import Unfit, blobs, disk
from server.store.tables import ops
from tests.server.house import digest, house, lamp
from tests.server.stores_kept import BOOK, empty_store, log_of, restore, settings
from tests.stores import SQLITE

PAGE_BYTES = 4096


async def test_a_backup_is_made_beside_a_running_server_with_its_photos(tmp_path: Path, address: str) -> None:
    folder, file = tmp_path / "data", tmp_path / "backup"
    async with house(folder) as home:
        phone = await home.enter("wang")
        picture = b"\xff\xd8\xff\xe0 a photo"
        blobs.put_file(folder, picture)
        phone.op("register", lamp())
        await phone.sync()
        listed = keep.backup(settings(folder, address), file)
        assert listed.rows["ops"] == 2
        assert keep.check(file) == listed
        keep.drill(file, BOOK)
    restore(folder, address, file)
    assert blobs.get_file(folder, digest(picture)) == picture


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def bent(content: bytes) -> bytes:
    at = content.index(b"tables/ops") + 600
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def empty(content: bytes) -> bytes:
    return content[:0]


def other_file(content: bytes) -> bytes:
    return b"SQLite format 3\0" * (len(content) // 16)


def without_list(content: bytes) -> bytes:
    return content[: content.rindex(b"list.json")]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (cut, "cut off"),
        (bent, "not what was written"),
        (without_list, "cut off"),
        (empty, "cut off"),
        (other_file, "no backup"),
    ],
)
async def test_a_backup_that_is_not_whole_is_refused_with_the_reason(
    tmp_path: Path, address: str, spoil: Callable[[bytes], bytes], why: str
) -> None:
    folder, file = tmp_path / "data", tmp_path / "backup"
    async with house(folder) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        await phone.sync()
        keep.backup(settings(folder, address), file)
    spoiled = spoil(file.read_bytes())
    file.write_bytes(spoiled)
    empty_store(folder, address)
    with pytest.raises(Unfit, match=why):
        keep.restore(settings(folder, address), file, BOOK)
    async with house(folder) as home:
        assert await log_of(home) == []


async def test_a_backup_of_other_tables_is_refused_and_told_who_can_restore_it(tmp_path: Path, address: str) -> None:
    folder, file = tmp_path / "data", tmp_path / "backup"
    async with house(folder):
        keep.backup(settings(folder, address), file)
    file.write_bytes(_relisted(file, folder))
    with pytest.raises(Unfit, match="Its tables have version 0000"):
        restore(folder, address, file)


async def test_a_store_that_somebody_works_with_is_not_restored_over(tmp_path: Path, address: str) -> None:
    folder, file = tmp_path / "data", tmp_path / "backup"
    async with house(folder):
        keep.backup(settings(folder, address), file)
    with pytest.raises(Unfit, match="not empty"):
        keep.restore(settings(folder, address), file, BOOK)


async def test_a_log_that_was_changed_before_the_backup_is_found_by_the_restore(tmp_path: Path, address: str) -> None:
    folder, file = tmp_path / "data", tmp_path / "backup"
    async with house(folder) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        phone.op("register", lamp())
        await phone.sync()
        home.parts.store.write_now(lambda conn: conn.execute(delete(ops).where(ops.c.place == 2)))
        keep.backup(settings(folder, address), file)
    with pytest.raises(Unfit, match="broken at place 2"):
        restore(folder, address, file)
    with pytest.raises(Unfit, match="broken at place 2"):
        keep.drill(file, BOOK)


async def test_a_flipped_bit_in_a_row_a_photo_or_a_page_is_found_in_the_store_that_runs(
    tmp_path: Path, address: str, store_kind: str
) -> None:
    folder = tmp_path / "data"
    over = settings(folder, address)
    async with house(folder) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        await phone.sync()
        name = blobs.put_file(folder, b"\xff\xd8\xff\xe0 a photo")
        assert keep.look_over(over) == []
        flipped = update(ops).where(ops.c.place == 1).values(text=func.replace(ops.c.text, "issue/", "isste/"))
        home.parts.store.write_now(lambda conn: conn.execute(flipped))
        _flip(blobs.path_of(folder, name), 6)
        found = keep.look_over(over)
    assert [one for one in found if "broken at place 1" in one]
    assert [one for one in found if name in one]
    if store_kind == SQLITE:
        database = folder / disk.NAME
        page = database.read_bytes().index(b"isste/") // PAGE_BYTES * PAGE_BYTES
        _flip(database, page, 0xFF)
        assert keep.look_over(over)[0].startswith("The database says of itself")


def _flip(path: Path, at: int, bits: int = 1) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= bits
    path.write_bytes(content)


def _relisted(file: Path, folder: Path) -> bytes:
    """The same backup, as another version of the tables would have made it."""
    listed = keep.check(file)
    out = io.BytesIO()
    with tarfile.open(file) as old, tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as new:
        for entry in old:
            content = old.extractfile(entry)
            assert content is not None, folder
            data = content.read()
            if entry.name == "list.json":
                data = msgspec.json.encode(msgspec.structs.replace(listed, schema="0000"))
            entry.size = len(data)
            new.addfile(entry, io.BytesIO(data))
    return out.getvalue()
