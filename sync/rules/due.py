"""Due dates in working days, each with its derivation in words. Extensions are acts of people and not computed here."""

from datetime import date
from functools import lru_cache

from msgspec import Struct

from sync.rules.book import Clocks
from sync.rules.workdays import (
    DAY,
    MS_A_MINUTE,
    Calendar,
    date_at,
    holiday_on,
    is_announced,
    is_working,
    minute_at,
    minute_of,
    moment_ms,
    next_working,
)

WORDS = (
    *("taken_out", "registered", "triaged", "assigned", "accepted", "accept_deadline", "extended", "redone", "told"),
    *("start", "shifted", "weekend", "holiday"),
    *("work_one", "work_many", "make_up", "end", "provisional", "then", "and", "date", "month_year", "with_weekday"),
    *("span_month", "span", "months", "weekdays", "calendar_days"),
    *("mediating", "effective", "calendar"),
    *("approved", "promised", "agreed", "prolonged", "called", "shown", "set"),
)
"""The words the book must have for a derivation, in both languages; the first nine name what started the clock."""


class Due(Struct, frozen=True):
    """When something must be done, and how that follows from its start."""

    due_ms: int
    """End of office hours of the last working day."""
    start_ms: int
    proof_zh: str
    proof_en: str
    provisional: bool
    """Part of the way lies in a year whose holidays are not announced; to be computed again when they are."""


class _Run(Struct, frozen=True):
    """Days in a row of one kind: working days numbered `number` and on, or days off for one reason."""

    first: date
    last: date
    number: int
    zh: str
    en: str
    made_up: list[date]


class _Tongue(Struct, frozen=True):
    words: dict[str, str]
    year: int
    """Dates of this year are written without it."""
    zh: bool


def due(calendar: Calendar, clocks: Clocks, start_ms: int, days: int, what: str = "registered") -> Due:
    """So many working days from a start. The start's day is not counted (Civil Code 201, 203).

    A start after office hours or on a day off counts as made on the next working day. `what` names the start:
    a key of the book's `due` words.
    """
    due_ms, zh, en, provisional = _due(calendar, clocks, start_ms // MS_A_MINUTE, days, what)
    return Due(due_ms, start_ms, zh, en, provisional)


@lru_cache(maxsize=1024)
def _due(calendar: Calendar, clocks: Clocks, minute: int, days: int, what: str) -> tuple[int, str, str, bool]:
    """The same for a whole minute, finer than which no office hours are: of a day's matters many begin in one."""
    start_ms = minute * MS_A_MINUTE
    started = date_at(start_ms, clocks)
    in_time = is_working(calendar, started) and minute_at(start_ms, clocks) <= minute_of(clocks.office_to)
    zero = started if in_time else next_working(calendar, started)
    runs = _runs(calendar, zero, days)
    last = runs[-1].last if runs else zero
    unknown = sorted({day.year for day in (started, zero, last) if not is_announced(calendar, day)})
    zh, en = (
        _proof(_Tongue(words, started.year, words is calendar.words_zh), clocks, what, start_ms, zero, runs, unknown)
        for words in (calendar.words_zh, calendar.words_en)
    )
    return moment_ms(last, clocks.office_to, clocks), zh, en, bool(unknown)


def calendar_due(calendar: Calendar, clocks: Clocks, start_ms: int, days: int, what: str) -> Due:
    """So many calendar days from what started them; one that ends on a day off ends on the next working day (Art. 203)."""
    started = date_at(start_ms, clocks)
    end = started + DAY * days
    last = end if is_working(calendar, end) else next_working(calendar, end)
    unknown = sorted({day.year for day in (started, last) if not is_announced(calendar, day)})
    zh, en = (
        _calendar_proof(
            _Tongue(words, started.year, words is calendar.words_zh), clocks, what, days, started, last, unknown
        )
        for words in (calendar.words_zh, calendar.words_en)
    )
    return Due(moment_ms(last, clocks.office_to, clocks), start_ms, zh, en, bool(unknown))


def _calendar_proof(
    tongue: _Tongue, clocks: Clocks, what: str, days: int, started: date, last: date, unknown: list[int]
) -> str:
    words = tongue.words
    parts = [
        words["start"].format(what=words[what], day=_full(tongue, started)),
        words["calendar"].format(n=days),
        words["end"].format(day=_full(tongue, last), time=clocks.office_to),
    ]
    proof = words["then"].join(parts)
    return proof + words["provisional"].format(years=words["and"].join(map(str, unknown))) if unknown else proof


def answer_due(calendar: Calendar, clocks: Clocks, assigned_ms: int, accepted_ms: int | None) -> Due:
    """When the answer is due: counted from acceptance, but never from later than the time set for accepting.

    Accepting late, or not at all (None), buys no time.
    """
    accept = due(calendar, clocks, assigned_ms, clocks.accept_days, "assigned")
    if accepted_ms is not None and accepted_ms <= accept.due_ms:
        return due(calendar, clocks, accepted_ms, clocks.answer_days, "accepted")
    return due(calendar, clocks, accept.due_ms, clocks.answer_days, "accept_deadline")


def last_day(calendar: Calendar, clocks: Clocks, start_ms: int, days: int) -> Due:
    """So many calendar days from a start: the outer limit of the petition rules, which knows no holidays."""
    started = date_at(start_ms, clocks)
    last = started + days * DAY
    zh, en = (
        words["calendar_days"].format(
            start=_full(tongue, started), n=days, end=_full(tongue, last), time=clocks.office_to
        )
        for words in (calendar.words_zh, calendar.words_en)
        for tongue in [_Tongue(words, started.year, words is calendar.words_zh)]
    )
    return Due(moment_ms(last, clocks.office_to, clocks), start_ms, zh, en, provisional=False)


def named_due(calendar: Calendar, clocks: Clocks, at_ms: int, what: str) -> Due:
    """A moment that people named themselves: nothing is counted, and the proof says where it comes from."""
    day, minute = date_at(at_ms, clocks), minute_at(at_ms, clocks)
    time = f"{minute // 60:02d}:{minute % 60:02d}"
    zh, en = (
        words["then"].join([words[what], words["end"].format(day=_full(tongue, day), time=time)])
        for words in (calendar.words_zh, calendar.words_en)
        for tongue in [_Tongue(words, day.year, words is calendar.words_zh)]
    )
    return Due(at_ms, at_ms, zh, en, provisional=False)


def _runs(calendar: Calendar, zero: date, days: int) -> list[_Run]:
    runs: list[_Run] = []
    day, counted = zero, 0
    while counted < days:
        day += DAY
        working = is_working(calendar, day)
        counted += working
        holiday = None if working else holiday_on(calendar, day)
        zh, en = (holiday.zh, holiday.en) if holiday else ("", "")
        made_up = [day] if day in calendar.make_up else []
        before = runs[-1] if runs else None
        if before and (before.number > 0, before.zh) == (working, zh):
            runs[-1] = _Run(before.first, day, before.number, zh, en, before.made_up + made_up)
        else:
            runs.append(_Run(day, day, counted if working else 0, zh, en, made_up))
    return runs


def _proof(
    tongue: _Tongue, clocks: Clocks, what: str, start_ms: int, zero: date, runs: list[_Run], unknown: list[int]
) -> str:
    words = tongue.words
    started = date_at(start_ms, clocks)
    begun = "start" if zero == started else "shifted"
    minutes = minute_at(start_ms, clocks)
    parts = [
        words[begun].format(
            what=words[what],
            day=_full(tongue, started),
            time=f"{minutes // 60:02}:{minutes % 60:02}",
            zero=_full(tongue, zero),
        )
    ]
    parts += [_say(tongue, run) for run in runs]
    parts.append(words["end"].format(day=_full(tongue, runs[-1].last if runs else zero), time=clocks.office_to))
    proof = words["then"].join(parts)
    return proof + words["provisional"].format(years=words["and"].join(map(str, unknown))) if unknown else proof


def _say(tongue: _Tongue, run: _Run) -> str:
    words = tongue.words
    span = _span(tongue, run.first, run.last)
    if not run.number:
        name = run.zh if tongue.zh else run.en
        return words["holiday" if name else "weekend"].format(span=span, name=name)
    length = (run.last - run.first).days
    said = words["work_many" if length else "work_one"].format(span=span, n=run.number, m=run.number + length)
    return said + "".join(words["make_up"].format(day=_short(tongue, day)) for day in run.made_up)


def _span(tongue: _Tongue, first: date, last: date) -> str:
    if first == last:
        return _short(tongue, first)
    if (first.year, first.month) == (last.year, last.month):
        return tongue.words["span_month"].format(month=_month(tongue, first), first=first.day, last=last.day)
    return tongue.words["span"].format(first=_short(tongue, first), last=_short(tongue, last))


def _short(tongue: _Tongue, day: date) -> str:
    return tongue.words["date"].format(month=_month(tongue, day), day=day.day)


def _full(tongue: _Tongue, day: date) -> str:
    weekday = tongue.words["weekdays"].split()[day.weekday()]
    return tongue.words["with_weekday"].format(day=_short(tongue, day), weekday=weekday)


def _month(tongue: _Tongue, day: date) -> str:
    month = tongue.words["months"].split()[day.month - 1]
    return month if day.year == tongue.year else tongue.words["month_year"].format(year=day.year, month=month)
