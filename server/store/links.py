"""Wrong answers at a resident's link: five, then a day of rest. Which issue a link opens is asked in `lists`."""

import msgspec
from sqlalchemy import Connection, delete, select

from server.store.batch import insert_rows
from server.store.tables import links

MOST_TRIES = 5
REST_MS = 24 * 3600 * 1000
"""How long a link rests after the last of too many wrong answers, and how long a wrong answer is remembered."""


class Tries(msgspec.Struct, frozen=True):
    """How often a link was answered wrongly of late."""

    wrong: int
    locked_until_ms: int
    """0 while more tries are open."""

    @property
    def left(self) -> int:
        """Tries that are still open."""
        return max(0, MOST_TRIES - self.wrong)


def tries_at(conn: Connection, link_hash: str, now_ms: int) -> Tries:
    """What stands against a link at this moment."""
    row = conn.execute(select(links.c.tries, links.c.tried_ms).where(links.c.hash == link_hash)).first()
    wrong, tried_ms = row or (0, 0)
    rested_ms = tried_ms + REST_MS
    if now_ms >= rested_ms:
        return Tries(0, 0)
    return Tries(wrong, rested_ms if wrong >= MOST_TRIES else 0)


def answered(conn: Connection, link_hash: str, now_ms: int, *, is_right: bool) -> Tries:
    """Counts one answer. While a link rests nothing is counted, and a right answer helps as little as a wrong one."""
    # Many answers at once must each count: whoever guesses would else guess more often than five times.
    insert_rows(conn, links, ["hash", "tries", "tried_ms"], [[link_hash, 0, now_ms]], unless="hash")
    conn.execute(select(links.c.tries).where(links.c.hash == link_hash).with_for_update())
    before = tries_at(conn, link_hash, now_ms)
    if before.locked_until_ms:
        return before
    if is_right:
        conn.execute(delete(links).where(links.c.hash == link_hash))
        return Tries(0, 0)
    insert_rows(conn, links, ["hash", "tries", "tried_ms"], [[link_hash, before.wrong + 1, now_ms]], replace="hash")
    return tries_at(conn, link_hash, now_ms)
