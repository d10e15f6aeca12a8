"""The clerk's rounds: what time alone causes. A promise is reminded of once, the day before, and called overdue once, the day after."""

import asyncio
import logging
from datetime import date

import msgspec

from server.book import CountyBook
from server.exchange import CLERK, Placing
from server.parts import Parts
from server.store import Busy, lists
from server.store.disk import Conn
from sync.fold import Shape, moves
from sync.law import LAW
from sync.rules.workdays import DAY, date_at
from sync.subjects.issue import text

logger = logging.getLogger("sulaiban.rounds")

EVERY_S = 60
MOST = 500
"""Promises told in one round; what is left waits a minute."""


class Call(msgspec.Struct, frozen=True):
    """A promise about which the clerk has something to say."""

    subject: str
    grid: str


async def walk(parts: Parts) -> None:
    """Goes round every minute for as long as the server runs. A round that fails is logged, and the next one tries again."""
    while True:
        try:
            await go(parts)
        except Exception:
            logger.exception("a round failed")
        await asyncio.sleep(EVERY_S)


async def go(parts: Parts) -> int:
    """One round; how many promises were told something. Twice in a minute says nothing twice."""
    now_ms, county = parts.clock(), parts.county
    calls = await parts.store.read(lambda conn: _calls(conn, county, now_ms))
    if not calls:
        return 0
    grids = sorted({call.grid for call in calls})
    try:
        return await parts.store.write(lambda conn: _say(conn, county, now_ms, calls), grids=grids)
    except Busy:
        return 0


def _calls(conn: Conn, county: CountyBook, now_ms: int) -> list[Call]:
    found = [Call(one.subject, one.grid) for one in lists.open_promises(conn) if to_say(county, one.shape, now_ms)]
    return found[:MOST]


def _say(conn: Conn, county: CountyBook, now_ms: int, calls: list[Call]) -> int:
    placing = Placing(conn, county, now_ms)
    placing.begin(sorted({call.grid for call in calls}), [call.subject for call in calls])
    told = 0
    for call in calls:
        # Asked again inside the transaction: somebody may have kept it meanwhile, or another server have said it.
        shape = placing.shape_of(call.subject)
        name = to_say(county, shape, now_ms) if shape else ""
        if name:
            placing.say(CLERK, call.grid, name, {}, subject=call.subject)
            told += 1
    placing.finish()
    return told


def to_say(county: CountyBook, shape: Shape, now_ms: int) -> str:
    """`overdue` once its day is over, `remind` on the day before and on the day; "" when there is nothing to say, or it was said."""
    by = text(shape, "by")
    open_here = moves(LAW["promise"], shape, "clerk")
    if not by:
        return ""
    day, today = date.fromisoformat(by), date_at(now_ms, county.book.clocks)
    if today > day:
        return "overdue" if "overdue" in open_here else ""
    return "remind" if today >= day - DAY and "remind" in open_here else ""
