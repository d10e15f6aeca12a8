"""The days, weeks and months that bulletins speak of, in the county's own dates. Pure; told the time."""

from datetime import date, timedelta

import msgspec

from sync.rules.book import Clocks
from sync.rules.workdays import DAY, Calendar, date_at, is_working, moment_ms, next_working

RHYTHMS = ("daily", "weekly", "monthly")


class Period(msgspec.Struct, frozen=True):
    """From the first day up to and including the last."""

    rhythm: str
    first: date
    last: date

    def window_ms(self, clocks: Clocks) -> tuple[int, int]:
        """Its moments: from inclusive, to exclusive."""
        return moment_ms(self.first, "00:00", clocks), moment_ms(self.last + timedelta(days=1), "00:00", clocks)


def before(rhythm: str, now_ms: int, calendar: Calendar, clocks: Clocks) -> Period:
    """The last whole week (Monday to Sunday) or month before this moment; for a day's note the day itself with the days off before it."""
    today = date_at(now_ms, clocks)
    if rhythm == "daily":
        return Period(rhythm, _after_working(calendar, today), today)
    if rhythm == "weekly":
        monday = today - timedelta(days=today.weekday() + 7)
        return Period(rhythm, monday, monday + timedelta(days=6))
    last = today.replace(day=1) - timedelta(days=1)
    return Period(rhythm, last.replace(day=1), last)


def due(rhythm: str, now_ms: int, calendar: Calendar, clocks: Clocks) -> Period:
    """The latest period whose bulletin is due by now: a day's note when offices close, the others when they first open after it."""
    today = date_at(now_ms, clocks)
    if rhythm == "daily":
        while not is_working(calendar, today) or now_ms < moment_ms(today, clocks.office_to, clocks):
            today -= DAY
        return Period(rhythm, _after_working(calendar, today), today)
    period = before(rhythm, now_ms, calendar, clocks)
    opens = moment_ms(next_working(calendar, period.last), clocks.office_from, clocks)
    return period if now_ms >= opens else previous(period)


def _after_working(calendar: Calendar, day: date) -> date:
    """The day after the last working day before this one."""
    first = day
    while not is_working(calendar, first - DAY):
        first -= DAY
    return first


def previous(period: Period) -> Period:
    """The one before it, to compare with."""
    last = period.first - timedelta(days=1)
    if period.rhythm == "monthly":
        return Period(period.rhythm, last.replace(day=1), last)
    return Period(period.rhythm, last - (period.last - period.first), last)
