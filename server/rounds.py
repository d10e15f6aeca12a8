"""The clerk's round: what time alone calls for, said once. Told the moment, so that it may be run again, late, or by several at once."""

import asyncio
import logging
from contextlib import closing
from datetime import date
from functools import partial
from itertools import islice

import msgspec

from server import carry
from server.book import CountyBook
from server.bulletin import Done, draft_due
from server.exchange import CLERK, Placing
from server.moving import successor
from server.parts import Parts
from server.store import Store, clocked, lists
from server.store.disk import Conn
from server.store.waits import waits, word_of
from sync.clock import DAY_MS
from sync.fold import GUARDS, Shape, entered_stage, moves
from sync.law import LAW
from sync.op import Json
from sync.rules.due import due
from sync.rules.workdays import DAY, Calendar, date_at
from sync.subjects.issue import Due, text

log = logging.getLogger("sulaiban.round")

EVERY_S = 60
LET_FIRST_S = 300
"""How long a round, and then its bulletins, wait for a rush of phones to be over."""
MOST_AT_ONCE = 200
"""Words in one grid in one round: the next round says the rest, and no phone waits for long behind any."""
WARN_MONTH = 10
"""From October on, a next year that is not in the book is missed: the State Council announces it in November."""


class Word(msgspec.Struct, frozen=True):
    """An op that is due by the clock."""

    name: str
    fields: dict[str, Json]


async def keep_going(parts: Parts) -> None:
    """A round a minute, until it is cancelled. One that fails is logged, and the next one says what it left unsaid."""
    drafted: Done = {}
    while True:
        await asyncio.sleep(EVERY_S)
        await parts.store.pressure.calm(LET_FIRST_S)
        try:
            await asyncio.to_thread(go, parts.store, parts.county, parts.clock())
            await parts.store.pressure.calm(LET_FIRST_S)
            drafted = await draft_due(parts.store, parts.county, parts.clock(), drafted)
        except Exception:
            log.exception("the clerk's round failed")


def go(store: Store, county: CountyBook, now_ms: int) -> int:
    """One round; how many ops it placed. Each grid is a transaction of its own, so that phones come in between."""
    grids = store.write_now(partial(clocked.grids, now_ms=now_ms, quiet_ms=_quiet_ms(county, now_ms)))
    said = 0
    for grid in grids:
        store.pressure.give_way()
        said += store.write_now(partial(_one_grid, county=county, now_ms=now_ms, grid=grid), grids=[grid])
    said += store.write_now(partial(_take_over, county=county, now_ms=now_ms))
    return said + (store.write_now(partial(_open_again, county=county, now_ms=now_ms)) if store.meta.lives else 0)


def _take_over(conn: Conn, county: CountyBook, now_ms: int) -> int:
    """A mediation came to nothing and its worker has said nothing more of the matter for a day: the town takes it over."""
    found = lists.mediated_in_vain(conn, now_ms - DAY_MS)
    placing = Placing(conn, county, now_ms)
    placing.begin({issue.grid for _, issue in found}, [])
    told = 0
    for mediation, issue in found:
        ended, matter = placing.shape_of(mediation.subject), placing.shape_of(issue.subject)
        for said in carry.left_behind(county, ended, matter) if ended and matter else []:
            placing.say(CLERK, issue.grid, said.name, said.fields, subject=issue.subject)
            told += 1
    placing.finish()
    return told


def _open_again(conn: Conn, county: CountyBook, now_ms: int) -> int:
    """After a restore: what moved away and is nowhere, since nobody brought the other log's end, is opened there anew after a day."""
    moved = lists.in_stage_since(conn, "moved", now_ms - DAY_MS)
    there = lists.records(conn, [successor(record.shape) for record in moved])
    lost = [record for record in moved if successor(record.shape) not in there]
    placing = Placing(conn, county, now_ms)
    placing.begin({record.grid for record in lost}, [])
    for record in lost:
        placing.move(record.shape, record.mark)
    placing.finish()
    return len(lost)


def one_round(conn: Conn, county: CountyBook, now_ms: int) -> int:
    """The same within a transaction that holds every grid it may speak in."""
    grids = clocked.grids(conn, now_ms, _quiet_ms(county, now_ms))
    return sum(_one_grid(conn, county, now_ms, grid) for grid in grids)


def _quiet_ms(county: CountyBook, now_ms: int) -> int:
    return now_ms - county.book.clocks.quiet_days * DAY_MS


def _one_grid(conn: Conn, county: CountyBook, now_ms: int, grid: str) -> int:
    placing = Placing(conn, county, now_ms)
    placing.begin([grid], [])
    with closing(clocked.waiting(conn, grid, now_ms, _quiet_ms(county, now_ms))) as waiting:
        wanted = (one.subject for one in waiting if word_for(county, one.shape, now_ms))
        wanting = list(islice(wanted, MOST_AT_ONCE))
    said = 0
    for subject in wanting:
        shape = placing.shape_of(subject)
        word = word_for(county, shape, now_ms) if shape else None
        if word:
            placing.say(CLERK, grid, word.name, word.fields, subject=subject)
            said += 1
    placing.finish()
    return said


def word_for(county: CountyBook, shape: Shape, now_ms: int) -> Word | None:
    """What the clerk has to say of this subject now, if anything; nothing that it has said already."""
    when = lists.RUNNING_DUE[shape.kind](shape) if shape.kind in lists.RUNNING_DUE else None
    entered = entered_stage(shape)
    if entered is None or not waits(shape, when):
        return None
    if shape.kind == "promise":
        return _of_promise(county, shape, now_ms)
    clocks = county.book.clocks
    if shape.stage == "closed":
        return Word("archive", {}) if shape.acts[-1].at_ms < now_ms - clocks.quiet_days * DAY_MS else None
    if shape.stage == "pending_confirm" and GUARDS["nobody_to_ask"](shape):
        until = due(county.calendar, clocks, entered.at_ms, clocks.confirm_days, "told")
        return Word("lapse", {"lapse_why": "nobody_to_ask"}) if until.due_ms < now_ms else None
    return _of_date(county, shape, when) if when and when.due_ms < now_ms else None


def _of_date(county: CountyBook, shape: Shape, when: Due) -> Word:
    """A date has passed and nothing was said of it."""
    if word_of(when) == "supervise":
        return Word("supervise", {"card": "red", "flag_words": county.words_zh["order.supervise_words"]})
    of = "letter" if shape.kind == "letter" else "order"
    return Word("urge", {"flag_words": county.words_zh[f"{of}.urge_words"]})


def _of_promise(county: CountyBook, shape: Shape, now_ms: int) -> Word | None:
    """`remind` on the day before its day and on the day, `overdue` once that is over; each once."""
    by = text(shape, "by")
    if not by:
        return None
    day, today = date.fromisoformat(by), date_at(now_ms, county.book.clocks)
    name = "overdue" if today > day else "remind" if today >= day - DAY else ""
    return Word(name, {}) if name in moves(LAW["promise"], shape, "clerk") else None


def missing_year(calendar: Calendar, county: CountyBook, now_ms: int) -> int:
    """The year whose holidays the book should have by now and has not; 0 when none is missing."""
    today = date_at(now_ms, county.book.clocks)
    wanted = [today.year, *([today.year + 1] if today.month >= WARN_MONTH else [])]
    return next((year for year in wanted if year not in calendar.years), 0)
