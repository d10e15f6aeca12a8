"""Matters of other systems: one number is one matter, however often its table is brought in; what came another way is asked about."""

import asyncio
from pathlib import Path

import msgspec

from sync.op import Json
from sync.subjects.issue import Holder, holder
from sync.subjects.same import questions
from tests.server.house import FAR, MONDAY_MS, WEST, house, lamp
from tests.server.matter import TRIAGE
from tests.server.test_time import shape_of

SOURCE: dict[str, Json] = {"source": {"system": "hotline", "no": "GD1"}, "source_hash": "a" * 64}
CALLER: dict[str, Json] = {"name": "李长根", "phone": "15412345678"}


class Known(msgspec.Struct):
    """What the desk is told of numbers."""

    known: dict[str, dict[str, str | int]]


async def test_a_number_that_is_here_is_told_wherever_it_lies_and_named_to_its_own_town_alone(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        town, worker = await home.enter("town"), await home.enter("wang")
        body = {"hashes": ["a" * 64, "b" * 64]}
        asked = await home.http.post("/desk/sources", json=body, headers=town.headers)
        assert asked.json() == {"known": {}}
        issue = town.op("register", lamp(channel="hotline_12345", reporter=CALLER, **SOURCE))
        await town.sync()
        asked = await home.http.post("/desk/sources", json=body, headers=town.headers)
        assert asked.json() == {
            "known": {"a" * 64: {"subject": issue, "issue_no": "SL2026030200001", "by": "钱四", "at_ms": MONDAY_MS}}
        }
        to: dict[str, Json] = {"to_grid": {"grid": WEST, "name": "林园村第二网格"}, "move_why": "灯在二网格里"}
        town.op("move", to, subject=issue)
        await town.sync()
        asked = await home.http.post("/desk/sources", json=body, headers=town.headers)
        [here] = msgspec.json.decode(asked.content, type=Known).known.values()
        assert (await shape_of(home, str(here["subject"]))).grid == WEST
        assert (await home.http.post("/desk/sources", json=body, headers=worker.headers)).status_code == 403
        many = {"hashes": ["a" * 64] * 201}
        assert (await home.http.post("/desk/sources", json=many, headers=town.headers)).status_code == 400


async def test_what_the_hot_line_brings_of_a_matter_that_is_here_is_asked_about(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        town, worker = await home.enter("town"), await home.enter("wang")
        first = worker.op("register", lamp(reporter=CALLER))
        await worker.sync()
        again = town.op("register", lamp(channel="hotline_12345", reporter=CALLER, **SOURCE))
        await town.sync()
        shape = await shape_of(home, again)
        assert [one.other for one in questions(shape)] == [first]
        assert shape.fields["due_assign"].now.value is not None


async def test_two_officials_at_the_same_moment_bring_a_number_in_once_even_into_two_towns(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        town, county = await home.enter("town"), await home.enter("county")
        fields = lamp(channel="hotline_12345", **SOURCE)
        issues = [town.op("register", fields), county.op("register", fields, grid=FAR)]
        replies = await asyncio.gather(town.sync(), county.sync())
        receipts = [reply.receipts[0] for reply in replies]
        assert sorted((one.fate, one.why, one.about) for one in receipts) == [
            ("placed", "", ""), ("refused", "begun_before", "a" * 64),
        ]  # fmt: skip
        asked = await home.http.post("/desk/sources", json={"hashes": ["a" * 64]}, headers=county.headers)
        [here] = msgspec.json.decode(asked.content, type=Known).known.values()
        assert here["subject"] == issues[[one.fate for one in receipts].index("placed")]
        twice = [county.op("register", lamp(**{**SOURCE, "source_hash": "b" * 64}), grid=FAR) for _ in range(2)]
        assert [one.why for one in (await county.sync()).receipts] == ["", "begun_before"], twice


async def test_what_a_clerk_registers_is_the_town_s_until_it_is_sorted_and_then_no_clerk_is_a_grid_worker(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as home:
        town, worker = await home.enter("town"), await home.enter("wang")
        clerk: dict[str, Json] = {"person": "p4", "name": "钱四"}
        issue = town.op("register", lamp(channel="walk_in", reporter=CALLER, responder=clerk))
        mine = worker.op("register", lamp(reporter=CALLER))
        await town.sync()
        await worker.sync()
        assert holder(await shape_of(home, issue)) == Holder(who="town", name="钱四")
        assert holder(await shape_of(home, mine)).who == "grid_worker"
        town.op("triage", {**TRIAGE, "track": "solved_in_grid"}, subject=issue)
        await town.sync()
        sorted_ = await shape_of(home, issue)
        assert (sorted_.stage, holder(sorted_)) == ("in_grid", Holder(who="grid_worker"))
