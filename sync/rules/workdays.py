"""Which days the county works, and dates made from milliseconds by its fixed zone. Knows no due date and no now."""

from datetime import date, timedelta

from msgspec import Struct, field

from sync.rules.book import Clocks

EPOCH = date(1970, 1, 1)
DAY = timedelta(days=1)
MS_A_MINUTE = 60_000
MINUTES_A_DAY = 24 * 60


class Holiday(Struct, frozen=True):
    """Why a day is off."""

    zh: str
    en: str


class FixedHoliday(Struct, frozen=True):
    """A holiday of the same date every year; all that is known of a year whose arrangement is not announced."""

    month: int
    day: int
    zh: str
    en: str


class Calendar(Struct, frozen=True, eq=False):
    """The announced years, day by day, and the words in which due dates are derived from them. Compared as itself alone."""

    years: frozenset[int]
    """The years whose arrangement the State Council has announced; any other year is only assumed."""
    holidays: dict[date, Holiday]
    make_up: frozenset[date]
    """Saturdays and Sundays that are worked."""
    fixed: list[FixedHoliday]
    words_zh: dict[str, str] = field(default_factory=dict[str, str])
    words_en: dict[str, str] = field(default_factory=dict[str, str])


def is_announced(calendar: Calendar, day: date) -> bool:
    """Whether the day's year is known rather than assumed."""
    return day.year in calendar.years


def holiday_on(calendar: Calendar, day: date) -> Holiday | None:
    """The holiday of that day: the announced one, or in a year not announced one of fixed date."""
    if is_announced(calendar, day):
        return calendar.holidays.get(day)
    for fixed in calendar.fixed:
        if (fixed.month, fixed.day) == (day.month, day.day):
            return Holiday(zh=fixed.zh, en=fixed.en)
    return None


def is_working(calendar: Calendar, day: date) -> bool:
    """Whether offices work that day."""
    if day in calendar.make_up:
        return True
    return day.weekday() < 5 and holiday_on(calendar, day) is None


def next_working(calendar: Calendar, day: date) -> date:
    """The first working day after this one."""
    after = day + DAY
    while not is_working(calendar, after):
        after += DAY
    return after


def count_working(calendar: Calendar, after: date, until: date) -> int:
    """How many working days lie after one day and up to and including another."""
    days = (after + DAY * step for step in range(1, (until - after).days + 1))
    return sum(is_working(calendar, day) for day in days)


def date_at(moment_ms: int, clocks: Clocks) -> date:
    """The county's date at this moment."""
    return EPOCH + timedelta(days=_minutes(moment_ms, clocks) // MINUTES_A_DAY)


def minute_at(moment_ms: int, clocks: Clocks) -> int:
    """Minutes since the county's midnight."""
    return _minutes(moment_ms, clocks) % MINUTES_A_DAY


def moment_ms(day: date, clock: str, clocks: Clocks) -> int:
    """The moment at which the county's clocks show this time (HH:MM) on this day."""
    minutes = (day - EPOCH).days * MINUTES_A_DAY + minute_of(clock) - clocks.zone_minutes
    return minutes * MS_A_MINUTE


def minute_of(clock: str) -> int:
    """Minutes since midnight of a time written HH:MM."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _minutes(moment_ms: int, clocks: Clocks) -> int:
    return moment_ms // MS_A_MINUTE + clocks.zone_minutes
