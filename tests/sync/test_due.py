"""Working days, due dates with their derivation, and lights; held against two independent calendars."""

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from typing import cast

import holidays
import pytest

from server.book import load_book
from sync.rules.due import Due, answer_due, due, last_day
from sync.rules.lights import light
from sync.rules.workdays import count_working, date_at, is_working, minute_at, moment_ms

COUNTY = load_book()
CALENDAR = COUNTY.calendar
CLOCKS = COUNTY.book.clocks
DAY = timedelta(days=1)

# The package has no types of its own.
is_workday = cast("Callable[[date], bool]", import_module("chinese_calendar").is_workday)


def at(day: str, clock: str = "10:00") -> int:
    return moment_ms(date.fromisoformat(day), clock, CLOCKS)


def said(day: str, days: int, clock: str = "10:00") -> Due:
    return due(CALENDAR, CLOCKS, at(day, clock), days)


def ends(answer: Due) -> tuple[str, int]:
    return date_at(answer.due_ms, CLOCKS).isoformat(), minute_at(answer.due_ms, CLOCKS)


EVENING = 17 * 60 + 30


@pytest.mark.parametrize("year", range(2020, 2027))
def test_every_day_of_the_book_is_what_two_other_calendars_say(year: int) -> None:
    other = holidays.country_holidays("CN", years=year)
    day = date(year, 1, 1)
    while day.year == year:
        assert is_working(CALENDAR, day) == is_workday(day) == other.is_working_day(day), day
        day += DAY


def test_the_book_names_the_make_up_days_of_2026() -> None:
    worked = sorted(day.isoformat() for day in CALENDAR.make_up if day.year == 2026)
    assert worked == ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]


def test_the_first_day_is_not_counted_and_the_last_one_ends_with_office_hours() -> None:
    assert ends(said("2026-03-02", 7)) == ("2026-03-11", EVENING)
    assert ends(said("2026-03-02", 1)) == ("2026-03-03", EVENING)


def test_holidays_are_skipped_and_make_up_days_are_worked() -> None:
    assert ends(said("2026-09-30", 1)) == ("2026-10-08", EVENING)
    assert ends(said("2026-09-30", 7)) == ("2026-10-15", EVENING)
    assert ends(said("2026-02-13", 1)) == ("2026-02-14", EVENING)


def test_the_derivation_says_each_step_in_both_languages() -> None:
    answer = said("2026-09-30", 4)
    assert answer.proof_zh == (
        "登记 9月30日（周三），当日不计 → 10月1日至7日国庆节放假 → "
        "第1至3个工作日 10月8日至10日（10月10日调休上班） → 10月11日周末 → 第4个工作日 10月12日 → "
        "截止 10月12日（周一）17:30"
    )
    assert answer.proof_en == (
        "Registered Wed 30 Sep, that day not counted → 1 to 7 Oct holiday (National Day) → "
        "working days 1 to 3: 8 to 10 Oct (10 Oct is a make-up working day) → 11 Oct weekend → "
        "working day 4: 12 Oct → due Mon 12 Oct 17:30"
    )


@pytest.mark.parametrize(
    ("day", "clock", "last"),
    [
        ("2026-03-02", "17:30", "2026-03-03"),
        ("2026-03-02", "17:31", "2026-03-04"),
        ("2026-03-03", "06:00", "2026-03-04"),
        ("2026-03-07", "10:00", "2026-03-10"),
        ("2026-10-01", "10:00", "2026-10-09"),
    ],
)
def test_a_start_after_hours_or_on_a_day_off_counts_as_made_on_the_next_working_day(
    day: str, clock: str, last: str
) -> None:
    assert ends(said(day, 1, clock))[0] == last


def test_a_shifted_start_is_said() -> None:
    assert said("2026-10-03", 1, "08:00").proof_zh.startswith(
        "登记 10月3日（周六） 08:00 不在工作时间，从 10月8日（周四） 起算，当日不计"
    )


def test_no_days_means_the_end_of_the_same_office_day() -> None:
    assert ends(said("2026-03-02", 0)) == ("2026-03-02", EVENING)
    assert ends(said("2026-03-02", 0, "20:00")) == ("2026-03-03", EVENING)


def test_a_year_not_announced_is_assumed_marked_and_said() -> None:
    answer = said("2026-12-30", 3)
    assert ends(answer) == ("2027-01-05", EVENING)
    assert answer.provisional
    assert "2027年放假安排尚未公布" in answer.proof_zh
    assert "2027 are not announced" in answer.proof_en
    assert "2027年1月1日元旦放假" in answer.proof_zh


def test_a_known_year_is_not_provisional() -> None:
    assert not said("2025-12-30", 3).provisional
    assert "公布" not in said("2025-12-30", 3).proof_zh


def test_the_same_due_date_comes_out_of_a_second_computation_over_another_calendar() -> None:
    start = date(2025, 1, 1)
    for step in range(0, 690, 3):
        day = start + DAY * step
        for days in (1, 3, 7):
            left, last = days, day
            while not is_workday(last):
                last += DAY
            while left:
                last += DAY
                left -= is_workday(last)
            assert ends(said(day.isoformat(), days))[0] == last.isoformat(), (day, days)


def test_the_answer_counts_from_acceptance() -> None:
    answer = answer_due(CALENDAR, CLOCKS, at("2026-03-02"), at("2026-03-02", "15:00"))
    assert ends(answer) == ("2026-03-11", EVENING)
    assert answer.proof_zh.startswith("受理 3月2日")


def test_accepting_late_buys_no_time() -> None:
    late = answer_due(CALENDAR, CLOCKS, at("2026-03-02"), at("2026-03-09"))
    never = answer_due(CALENDAR, CLOCKS, at("2026-03-02"), None)
    assert late == never
    assert ends(late) == ("2026-03-12", EVENING)
    assert "受理时限" in late.proof_zh


def test_the_light_is_green_with_more_than_two_working_days_left_then_yellow_then_red() -> None:
    due_ms = at("2026-03-11", "17:30")
    seen = [
        light(due_ms, at(day, clock), CALENDAR, CLOCKS)
        for day, clock in (
            ("2026-03-06", "10:00"),
            ("2026-03-08", "10:00"),
            ("2026-03-09", "10:00"),
            ("2026-03-11", "17:30"),
            ("2026-03-11", "17:31"),
        )
    ]
    assert seen == ["green", "green", "yellow", "yellow", "red"]


def test_the_light_does_not_count_holidays_as_time_left() -> None:
    assert light(at("2026-10-09", "17:30"), at("2026-09-30"), CALENDAR, CLOCKS) == "yellow"


def test_working_days_between_two_days_leave_out_the_first() -> None:
    assert count_working(CALENDAR, date(2026, 3, 2), date(2026, 3, 9)) == 5
    assert count_working(CALENDAR, date(2026, 3, 9), date(2026, 3, 2)) == 0


def test_a_date_is_the_countys_whatever_the_hour_in_utc() -> None:
    midnight = at("2026-03-02", "00:00")
    assert date_at(midnight, CLOCKS) == date(2026, 3, 2)
    assert date_at(midnight - 1, CLOCKS) == date(2026, 3, 1)


@pytest.mark.parametrize("year", range(2020, 2027))
def test_a_second_computation_from_other_calendars_comes_to_the_same_dates(year: int) -> None:
    """Counts day by day on a list of others, with nothing of ours but the office hours."""
    first = date(year, 1, 1)
    for start in (first + timedelta(days=step) for step in range(0, 350, 3)):
        for days in (1, 5, 7):
            day = start
            while not is_workday(day):
                day += timedelta(days=1)
            left = days
            while left > 0:
                day += timedelta(days=1)
                left -= is_workday(day)
            if day.year == year:
                assert ends(said(start.isoformat(), days)) == (day.isoformat(), EVENING), start


def test_the_outer_limit_of_petitions_counts_every_day_and_says_so() -> None:
    start = said("2026-01-30", 0).due_ms
    outer = last_day(CALENDAR, CLOCKS, start, 60)
    assert ends(outer) == ("2026-03-31", EVENING)
    assert "第60天（自然日）" in outer.proof_zh
    assert "calendar day 60" in outer.proof_en
