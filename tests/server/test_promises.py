"""Promises: kept or not, reminded and called overdue once each, whatever the rounds do."""

import asyncio
from pathlib import Path

import pytest

from server import rounds
from sync.op import Json
from tests.server.house import DAY, house
from tests.server.test_consultation import go_round, said, why
from tests.server.test_time import shape_of

PROMISE: dict[str, Json] = {"said_in": "visit", "who": "王一", "what": "周五前把路灯修好", "by": "2026-03-06"}


async def test_a_promise_is_reminded_once_the_day_before_and_called_overdue_once_the_day_after(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker = await home.enter("wang")
        promise = worker.op("make", PROMISE, kind="promise")
        await worker.sync()
        told = [await go_round(home)]
        for _ in range(5):
            home.time.pass_(DAY)
            told += [await go_round(home), await go_round(home)]
        assert told == [0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0]
        shape = await shape_of(home, promise)
        assert [act.name for act in shape.acts] == ["make", "remind", "overdue"]
        later: dict[str, Json] = {"by": "2026-03-20", "extend_why": "配件没到，要等一周", "told": True}
        await said(worker, "extend", later, promise)
        assert await said(worker, "keep", {"kept_on": "2026-03-08"}, promise) == "placed"
        shape = await shape_of(home, promise)
        assert (shape.stage, why(shape)) == ("kept", [("extend", "guard_not_overdue")])


async def test_a_promise_extended_in_time_with_a_reason_is_reminded_anew(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker = await home.enter("wang")
        promise = worker.op("make", PROMISE, kind="promise")
        await worker.sync()
        home.time.pass_(3 * DAY)
        await go_round(home)
        later: dict[str, Json] = {"by": "2026-03-10", "extend_why": "配件没到，要等几天", "told": True}
        assert await said(worker, "extend", later, promise) == "placed"
        assert await said(worker, "extend", {"by": "2026-03-10", "told": True}, promise) == "field_missing"
        home.time.pass_(4 * DAY)
        await go_round(home)
        assert [act.name for act in (await shape_of(home, promise)).acts] == ["make", "remind", "extend", "remind"]


async def test_two_rounds_at_once_say_a_thing_once(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker = await home.enter("wang")
        promise = worker.op("make", PROMISE, kind="promise")
        await worker.sync()
        home.time.pass_(9 * DAY)
        assert sum(await asyncio.gather(go_round(home), go_round(home))) == 1
        shape = await shape_of(home, promise)
        assert ([act.name for act in shape.acts], shape.notes) == (["make", "overdue"], [])


async def test_what_is_too_much_for_one_round_is_said_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "MOST_AT_ONCE", 2)
    async with house(tmp_path) as home:
        worker = await home.enter("wang")
        promises = [worker.op("make", PROMISE, kind="promise") for _ in range(3)]
        await worker.sync()
        home.time.pass_(9 * DAY)
        assert [await go_round(home) for _ in range(3)] == [2, 1, 0]
        assert [(await shape_of(home, one)).acts[-1].name for one in promises] == ["overdue"] * 3
