"""Bulletins come by the calendar: each on its working day, once, however late the round goes, for the places that have something."""

import asyncio
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from server.book import load_book
from server.bulletin import draft_due
from server.bulletin.export import export
from server.bulletin.period import Period, due
from server.recount import differences
from server.store import lists
from server.store.lists import Record
from sync.op import Json
from sync.subjects.issue import text
from tests.server.house import DAY, HOUR, House, house, lamp

COUNTY = load_book()
ZONE_MS = 8 * HOUR


def at(moment: str) -> int:
    """A moment such as `2026-10-08 09:00` of the county's clocks."""
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000) - ZONE_MS


@pytest.mark.parametrize(
    ("rhythm", "moment", "first", "last"),
    [
        ("daily", "2026-03-03 17:29", "2026-03-01", "2026-03-02"),  # Monday's note; the Saturday before was worked
        ("daily", "2026-03-03 17:30", "2026-03-03", "2026-03-03"),
        ("daily", "2026-10-05 12:00", "2026-09-30", "2026-09-30"),  # nobody works on National Day
        ("daily", "2026-10-08 18:00", "2026-10-01", "2026-10-08"),
        ("weekly", "2026-03-09 08:59", "2026-02-23", "2026-03-01"),
        ("weekly", "2026-03-09 09:00", "2026-03-02", "2026-03-08"),
        ("weekly", "2026-10-05 10:00", "2026-09-21", "2026-09-27"),
        ("weekly", "2026-10-08 09:00", "2026-09-28", "2026-10-04"),  # a Thursday, the first working day after it
        ("monthly", "2026-10-07 12:00", "2026-08-01", "2026-08-31"),
        ("monthly", "2026-10-08 09:00", "2026-09-01", "2026-09-30"),
    ],
)
def test_each_rhythm_has_its_working_day(rhythm: str, moment: str, first: str, last: str) -> None:
    period = Period(rhythm, date.fromisoformat(first), date.fromisoformat(last))
    assert due(rhythm, at(moment), COUNTY.calendar, COUNTY.book.clocks) == period


def test_a_day_is_in_one_note_and_in_no_gap() -> None:
    notes = {due("daily", at("2026-01-04 18:00") + n * DAY, COUNTY.calendar, COUNTY.book.clocks) for n in range(360)}
    days = [day for note in notes for day in range(note.first.toordinal(), note.last.toordinal() + 1)]
    assert sorted(days) == list(range(min(days), max(days) + 1))


async def bulletins(home: House) -> list[Record]:
    offices = ["329924000000000", "329924101000000", "329924102000000"]
    found = await home.parts.store.read(lambda conn: lists.of_kind(conn, "bulletin", offices, 99))
    return sorted(found, key=lambda one: (text(one.shape, "rhythm"), one.grid))


async def go(home: House, times: int = 1) -> None:
    """So many rounds at once, each as a process of its own would go."""
    await asyncio.gather(
        *(draft_due(home.parts.store, home.parts.county, home.time(), {}) for _ in range(times)),
    )


async def test_the_clerk_drafts_each_bulletin_once_for_the_places_that_have_something(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await go(home)
        assert await bulletins(home) == [], "of nothing there is nothing to say"
        home.time.ms = at("2026-03-06 10:00")
        worker = await home.enter("wang")
        worker.op("register", lamp())
        await worker.sync()
        home.time.ms = at("2026-03-09 09:30")
        await go(home, times=3)
        found = await bulletins(home)
        assert [(text(one.shape, "rhythm"), text(one.shape, "area")) for one in found] == [
            ("daily", ""), ("daily", "329924101"), ("weekly", ""), ("weekly", "329924101"),
        ]  # fmt: skip
        for _ in range(2):
            home.time.pass_(HOUR)
            await go(home)
        assert await bulletins(home) == found
        week = next(one for one in found if one.grid == "329924000000000" and text(one.shape, "rhythm") == "weekly")
        file = tmp_path / "log.jsonl"
        lines = await home.parts.store.read(lambda conn: list(export(conn, "", week)))
        file.write_bytes(b"".join(lines))
        assert differences(file) == []
        assert json.loads(lines[0])["bulletin"]["title"] == "全县周通报（2026年3月2日至8日）"


async def test_a_round_that_comes_late_drafts_what_it_missed_and_what_was_discarded_stays_so(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker = await home.enter("wang")
        worker.op("register", lamp())
        await worker.sync()
        home.time.ms = at("2026-04-07 20:00")
        town = await home.enter("town")
        done = await draft_due(home.parts.store, home.parts.county, home.time(), {})
        month = [one for one in await bulletins(home) if text(one.shape, "rhythm") == "monthly"]
        assert [text(one.shape, "title") for one in month] == [
            "全县月点评（2026年3月1日至31日）", "柳集镇月点评（2026年3月1日至31日）",
        ]  # fmt: skip
        why: dict[str, Json] = {"discard_why": "并入季度通报"}
        town.op("discard", why, subject=month[1].subject, grid=month[1].grid)
        await town.sync()
        assert await draft_due(home.parts.store, home.parts.county, home.time(), done) == done
        again = [one for one in await bulletins(home) if text(one.shape, "rhythm") == "monthly"]
        assert [one.stage for one in again] == ["drafted", "discarded"]
