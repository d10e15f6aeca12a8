"""What was sent to grids before anybody asked, asked of the cache."""

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select

from server.store.lists import Record, record_in, under
from server.store.tables import subjects


def since(conn: Connection, codes: Sequence[str], since_ms: int) -> list[Record]:
    """The tasks of these areas that began since then or are still open, oldest first."""
    alive = or_(subjects.c.begun_ms >= since_ms, subjects.c.stage == "open")
    asked = select(subjects).where(subjects.c.kind == "task", under(codes), alive)
    return [record_in(row) for row in conn.execute(asked.order_by(subjects.c.begun_ms, subjects.c.subject)).mappings()]
