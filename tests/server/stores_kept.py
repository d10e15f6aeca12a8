"""What the tests of backups and restores do to a store: lose it, restore it, read its log."""

import shutil
from pathlib import Path

from sqlalchemy import delete

from server import keep
from server.book import load_book
from server.settings import Settings
from server.store import log, open_store
from server.store.disk import Conn
from server.store.tables import metadata
from sync.op import op_hash
from tests.server.house import EAST, House

BOOK = load_book()


def settings(folder: Path, address: str) -> Settings:
    return Settings(data=folder, database=address, apps=folder)


def empty_store(folder: Path, address: str) -> None:
    """As after the disk was lost: nothing is there."""
    shutil.rmtree(folder)
    if address:
        store = open_store(folder, address)

        def clear(conn: Conn) -> None:
            for table in reversed(metadata.sorted_tables):
                conn.execute(delete(table))

        store.write_now(clear)
        store.close_now()


def restore(folder: Path, address: str, file: Path) -> None:
    empty_store(folder, address)
    keep.restore(settings(folder, address), file, BOOK)


async def log_of(home: House, grid: str = EAST) -> list[tuple[int, str, str]]:
    """Place, hash and role of everything in a log."""

    def look(conn: Conn) -> list[tuple[int, str, str]]:
        return [(one.place, op_hash(one.text), one.role) for one in log.after(conn, grid, 0, 10_000)]

    return await home.parts.store.read(look)
