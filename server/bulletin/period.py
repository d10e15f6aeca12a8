"""The days, weeks and months that bulletins speak of, in the county's own dates. Pure; told the time."""

from datetime import date, timedelta

import msgspec

from sync.rules.book import Clocks
from sync.rules.workdays import date_at, moment_ms

RHYTHMS = ("daily", "weekly", "monthly")


class Period(msgspec.Struct, frozen=True):
    """From the first day up to and including the last."""

    rhythm: str
    first: date
    last: date

    def window_ms(self, clocks: Clocks) -> tuple[int, int]:
        """Its moments: from inclusive, to exclusive."""
        return moment_ms(self.first, "00:00", clocks), moment_ms(self.last + timedelta(days=1), "00:00", clocks)


def before(rhythm: str, now_ms: int, clocks: Clocks) -> Period:
    """The last whole week (Monday to Sunday) or month before this moment; for a day's note the day itself."""
    today = date_at(now_ms, clocks)
    if rhythm == "daily":
        return Period(rhythm, today, today)
    if rhythm == "weekly":
        monday = today - timedelta(days=today.weekday() + 7)
        return Period(rhythm, monday, monday + timedelta(days=6))
    last = today.replace(day=1) - timedelta(days=1)
    return Period(rhythm, last.replace(day=1), last)


def previous(period: Period) -> Period:
    """The one before it, to compare with."""
    last = period.first - timedelta(days=1)
    if period.rhythm == "monthly":
        return Period(period.rhythm, last.replace(day=1), last)
    return Period(period.rhythm, last - (period.last - period.first), last)
