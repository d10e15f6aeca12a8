"""What is looked after before anybody asks: the book proposes it, a person sends it to a grid once, and the worker says what came of it."""

import asyncio
from pathlib import Path

import msgspec

from sync.op import Json
from tests.server.house import DAY, EAST, WEST, House, Phone, house, lamp
from tests.server.test_time import shape_of

MATTER: dict[str, Json] = {"nature": "report", "channel": "patrol"}


class Proposal(msgspec.Struct):
    """What is asked of a proposal here."""

    ground: str
    category: str
    what_zh: str
    why_zh: str
    why_en: str
    by: str
    grids: list[str]
    sent: int


class Ahead(msgspec.Struct):
    """And of the page."""

    proposals: list[Proposal]


async def proposed(home: House, desk: Phone) -> list[Proposal]:
    response = await home.http.get("/desk/ahead.json", headers=desk.headers)
    assert response.status_code == 200, response.text
    return msgspec.json.decode(response.content, type=Ahead).proposals


def send(desk: Phone, one: Proposal, grid: str) -> str:
    fields: dict[str, Json] = {
        "what": one.what_zh, "why": one.why_zh, "by": one.by, "ground": one.ground, "category": one.category,
    }  # fmt: skip
    return desk.op("assign", fields, grid=grid, kind="task")


async def placed(who: Phone) -> None:
    reply = await who.sync()
    assert {receipt.fate for receipt in reply.receipts} == {"placed"}, reply.receipts


async def test_a_season_and_many_matters_of_a_kind_are_proposed_and_sent_to_each_grid_once(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, town = await home.enter("wang"), await home.enter("town")
        [season] = await proposed(home, town)
        assert (season.ground, season.by, season.grids) == ("irrigation 2026", "2026-03-17", [EAST, WEST])
        for number in range(3):
            worker.op(
                "register", lamp(place=f"{number}组", reporter={"name": "李长根", "phone": f"1541234567{number}"})
            )
        await placed(worker)
        kind, _ = await proposed(home, town)
        assert (kind.ground, kind.grids, kind.by) == (f"kind 0502 {EAST}", [EAST], "2026-03-12")
        assert kind.why_zh == "林园村第一网格 30 天内有 3 件这类诉求，3 户反映"
        tasks = [send(town, kind, EAST), send(town, season, EAST)]
        await placed(town)
        left = {one.ground: (one.grids, one.sent) for one in await proposed(home, town)}
        assert left == {kind.ground: ([], 1), season.ground: ([WEST], 1)}
        town.op("call_off", {"drop_why": "刚有人看过了"}, grid=EAST, subject=tasks[1])
        await placed(town)
        assert [(one.grids, one.sent) for one in await proposed(home, town)] == [([], 1), ([EAST, WEST], 0)]
        home.time.pass_(365 * DAY)
        town = await home.enter("town")
        assert [one.ground for one in await proposed(home, town)] == ["irrigation 2027"]


async def test_the_worker_alone_says_what_came_of_it_and_a_matter_found_ends_the_task(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, town = await home.enter("both"), await home.enter("town")
        [season] = await proposed(home, town)
        looked, led = send(town, season, EAST), send(town, season, WEST)
        await placed(town)
        worker.op("assign", {"what": "给自己派一件", "why": "试试", "by": season.by}, kind="task")
        assert [receipt.why for receipt in (await worker.sync()).receipts] == ["not_your_role"]
        worker.op("report_back", {"found": "settled", "found_words": "清了两处淤泥"}, subject=looked)
        issue = worker.op("register", lamp(**MATTER, category="0701"), grid=WEST)
        worker.op("to_issue", {"issue": issue}, grid=WEST, subject=led)
        await placed(worker)
        assert [(await shape_of(home, task)).stage for task in (looked, led)] == ["done", "done"]
        response = await home.http.get(f"/desk/talks/{led}", headers=town.headers)
        assert response.json()["item"]["issue"] == issue
        listed = await home.http.get("/desk/talks.json?kind=task", headers=town.headers)
        assert sorted((one["grid_name"], one["stage"], one["over"]) for one in listed.json()["items"]) == [
            ("第一网格", "done", True), ("第二网格", "done", True),
        ]  # fmt: skip


async def test_two_officials_at_the_same_moment_send_a_proposal_to_a_grid_once(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        desks = [await home.enter(who) for who in ("town", "county")]
        [season] = await proposed(home, desks[0])
        sent = [send(desk, season, grid) for desk in desks for grid in (EAST, WEST)]
        replies = await asyncio.gather(*(desk.sync() for desk in desks))
        receipts = [receipt for reply in replies for receipt in reply.receipts]
        assert sorted((one.fate, one.why, one.about in sent) for one in receipts) == [
            *[("placed", "", False)] * 2, *[("refused", "begun_before", True)] * 2,
        ]  # fmt: skip
        assert [(one.grids, one.sent) for one in await proposed(home, desks[0])] == [([], 2)]
