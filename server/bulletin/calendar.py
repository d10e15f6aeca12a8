"""Bulletins by the calendar (日小结, 一周一通报, 一月一点评): the clerk drafts each on its day, once, for places that have something."""

import logging

from server.book import CountyBook
from server.bulletin.draft import TOWN, draft
from server.bulletin.gather import is_office
from server.bulletin.period import RHYTHMS, Period, due
from server.store import Store, counted
from server.store.disk import Conn

log = logging.getLogger("sulaiban.bulletin")

TOLD_OF = ("issue", "order", "mediation", "consultation", "promise", "letter")
"""Kinds of which a bulletin has something to say; households and mailboxes alone make none."""

Done = dict[str, Period]
"""By rhythm the period that is done with, so that a round a minute looks once."""


async def draft_due(store: Store, county: CountyBook, now_ms: int, done: Done) -> Done:
    """Drafts what is due and not there, however late; what was done with before is not looked at again."""
    calendar, clocks = county.calendar, county.book.clocks
    periods = {rhythm: due(rhythm, now_ms, calendar, clocks) for rhythm in RHYTHMS}
    for period in [one for rhythm, one in periods.items() if done.get(rhythm) != one]:
        for area in await store.read(lambda conn, period=period: areas(conn, county, period)):
            made = await draft(store, county, area, period, now_ms)
            log.info("%s %s of %s: %s", period.rhythm, period.first, area or "the county", made)
    return periods


def areas(conn: Conn, county: CountyBook, period: Period) -> list[str]:
    """The towns in which something changed in the period, and before them the county ("") if any has."""
    from_ms, to_ms = period.window_ms(county.book.clocks)
    grids = (code for code in counted.changed_grids(conn, TOLD_OF, from_ms, to_ms) if not is_office(code))
    towns = sorted({code[:TOWN] for code in grids})
    return ["", *towns] if towns else []
