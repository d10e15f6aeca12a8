"""What the desk shows of consultations, mediations and promises: by what is due, to whom it concerns, and nothing that is sealed."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import cast

import httpx

from server.store import counted
from sync.law import LAW
from sync.op import Json
from sync.rules.workdays import date_at
from tests.server.house import DAY, House, Phone, house, json_of, lamp
from tests.server.test_consultation import begun, met, said
from tests.server.test_joining import LETTER
from tests.server.test_orders import ACCEPT, Office
from tests.server.test_time import TRIAGE

AGREED: dict[str, Json] = {
    "source": "applied",
    "held_ms": 1,
    "notice": "2026-1",
    "parties": [{"name": name, "consent": "agrees", "thumb": True} for name in ("李长根", "张桂兰")],
    "mediators": ["冯九"],
    "dispute": "沟边的树挡了光。",
    "outcome": "written",
    "signed": "all",
    "terms": [{"who": "张桂兰", "what": "修剪树枝", "by": "2026-03-10", "done": False}],
}
BEGUN: dict[str, Json] = {
    "source": "applied",
    "notice": "2026-1",
    "parties": [{"name": name, "consent": "agrees"} for name in ("李长根", "张桂兰")],
    "dispute": "沟边的树挡了光。",
    "mediator": "冯九",
}
PROMISE: dict[str, Json] = {"said_in": "phone", "who": "王一", "what": "明天把路灯修好", "by": "2026-03-03"}


async def asked(home: House, who: Phone, path: str = "/desk/talks.json") -> httpx.Response:
    await who.sync()
    return await home.http.get(path, headers=who.headers)


async def listed(home: House, who: Phone) -> list[tuple[str, str, str, str]]:
    """Kind, stage, what is due, to whom; in the order in which they are shown."""
    items = json_of(await asked(home, who))["items"]
    assert isinstance(items, list)
    rows = [one for one in items if isinstance(one, dict)]
    return [(str(one["kind"]), str(one["stage"]), str(one["due_why"]), str(one["to"])) for one in rows]


async def test_what_is_due_first_stands_first_and_each_says_what_is_due(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, mediator, secretary = [await home.enter(one) for one in ("wang", "mediator", "secretary")]
        _, topic = await begun(home, worker)
        issue = worker.op("register", lamp(reporter={"name": "李长根", "phone": "15400000001"}))
        worker.op("triage", {**TRIAGE, "track": "solved_in_grid"}, subject=issue)
        worker.op("make", {**PROMISE, "issue": issue}, kind="promise")
        await worker.sync()
        mediation = mediator.op("begin", {**BEGUN, "issue": issue}, kind="mediation")
        await mediator.sync()
        assert await listed(home, secretary) == [
            ("promise", "open", "by", "李长根"),
            ("consultation", "proposed", "draft", ""),
            ("mediation", "open", "mediate", "李长根、张桂兰"),
        ]

        await met(home, worker, secretary, topic)
        assert await said(mediator, "record", AGREED, mediation) == "placed"
        assert [one[:3] for one in await listed(home, secretary)] == [
            ("promise", "open", "by"),
            ("mediation", "agreed", "term"),
            ("consultation", "met", ""),
        ]
        whole = json_of(await asked(home, secretary, f"/desk/talks/{mediation}"))
        assert isinstance(whole["court"], dict)
        assert whole["court"]["proof_zh"] == (
            "协议生效 3月6日（周五），当日不计 → 第30日（自然日，遇休息日顺延） → 截止 4月7日（周二）17:30"
        ), "thirty days end on a Sunday within a holiday"


async def test_the_town_sees_which_letters_are_late_and_what_became_of_the_others(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker = await home.enter("wang")
        late = worker.op(
            "take_out",
            {**LETTER, "confidential": True, "writer": {"name": "江某", "phone": "15400000031"}},
            kind="letter",
        )
        aside = worker.op("take_out", {**LETTER, "summary": "一张超市的促销单"}, kind="letter")
        worker.op("set_aside", {"aside_why": "advert"}, subject=aside)
        await worker.sync()
        home.time.pass_(3 * DAY)
        fresh = worker.op("take_out", {**LETTER, "summary": "想问医保什么时候交"}, kind="letter")
        await worker.sync()
        answered = json_of(await asked(home, await home.enter("town"), "/desk/talks.json?kind=letter"))["items"]
        assert isinstance(answered, list)
        lines = [
            (one["subject"], one["light"], one["due_why"], one["over"]) for one in answered if isinstance(one, dict)
        ]
        assert lines == [(late, "red", "letter", False), (fresh, "yellow", "letter", False), (aside, "", "", True)]
        neighbour = await home.enter("li")
        whole = await asked(home, await home.enter("village"), f"/desk/talks/{late}")
        assert "江某" not in whole.text, "who asked not to be named is not named at the village's desk"
        item = json_of(whole)["item"]
        assert isinstance(item, dict)
        assert "截止 3月3日" in str(item["proof_zh"])
        assert (await asked(home, neighbour)).status_code == 403


is_workday = cast("Callable[[date], bool]", import_module("chinese_calendar").is_workday)
DAYS = {
    "due_assign": 1,
    "due_letter": 1,
    "due_accept": 1,
    "due_grid": 3,
    "due_consult": 2,
    "due_mediate": 30,
    "due_court": 30,
}
"""What the book grants; the answer's days hang on what happened before."""


def recounted(proof: str, days: int | None) -> date:
    """The last day, counted again from the proof's own words over a calendar of others."""
    said = [date(2026, int(month), int(day)) for month, day in re.findall(r"(\d+)月(\d+)日", proof)]
    number = re.findall(r"第(?:\d+至)?(\d+)(?=个工作日|日（自然日|天（自然日)", proof)
    if not number:
        return said[-1]
    assert days is None or days == int(number[-1]), proof
    from_there = re.search(r"从 (\d+)月(\d+)日", proof)
    day = date(2026, int(from_there[1]), int(from_there[2])) if from_there else said[0]
    if "自然日" in proof:
        day += timedelta(days=int(number[-1]))
        while "顺延" in proof and not is_workday(day):
            day += timedelta(days=1)
        return day
    left = int(number[-1])
    while left:
        day += timedelta(days=1)
        left -= is_workday(day)
    return day


async def test_every_due_date_of_every_kind_bears_a_proof_that_a_second_count_comes_to(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        office = Office(home)
        await office.open(channel="petition")
        worker, secretary, mediator = [await office.desk(one) for one in ("wang", "secretary", "mediator")]
        worker.op("take_out", LETTER, kind="letter")
        grid = worker.op("register", lamp(category="0103"))
        worker.op("triage", {**TRIAGE, "track": "solved_in_grid"}, subject=grid)
        worker.op("make", PROMISE, kind="promise")
        (order,) = await office.send()
        await office.say("handler", "accept", order, **ACCEPT)
        await office.say(
            "handler", "ask_extension", order, ext_why="灯杆要从厂里定做", ext_days=5, ext_until="2026-03-20"
        )
        await office.say("deputy", "sign_extension", order, ext_opinion="属实")
        assert await office.say("county", "grant", order, grant_days=5, grant_words="同意") == ""
        first, second = [await begun(home, worker) for _ in range(2)]
        mediation = mediator.op("begin", {**BEGUN, "issue": grid}, kind="mediation")
        mediator.op("begin", BEGUN, kind="mediation")
        await mediator.sync()
        later: dict[str, Json] = {
            "prolong_to": "2026-05-07",
            "prolong_why": "双方都在外地，要过了节才回来",
            "both_ask": "yes",
        }
        seen = await due_items(home, secretary)
        await said(mediator, "prolong", later, mediation)
        await said(secretary, "approve", {"form": "residents", "village_matter": False}, second[1])
        seen += await due_items(home, secretary)
        await met(home, worker, secretary, first[1])
        assert await said(mediator, "record", AGREED, mediation) == "placed"
        seen += await due_items(home, secretary)
        shapes = await home.parts.store.read(
            lambda conn: [one for page in counted.pages(conn, "", 0, 1 << 52, list(LAW)) for one in page]
        )
        told = [
            (f"{shape.kind} {name}", said_)
            for shape in shapes for act in shape.acts for name, said_ in act.fields.items() if name.startswith("due_")
        ]  # fmt: skip
        for name, one in [*told, *seen]:
            assert isinstance(one, dict)
            day = recounted(str(one["proof_zh"]), DAYS.get(name.rpartition(" ")[2]))
            assert date_at(int(str(one["due_ms"])), home.parts.county.book.clocks) == day, (name, one["proof_zh"])
            assert re.search(rf"\b{day.day}\b", str(one["proof_en"])), (name, one["proof_en"])
        assert {name for name, _ in told} == {
            "issue due_assign", "issue due_grid", "issue due_accept", "issue due_answer", "issue due_consult",
            "issue due_mediate", "order due_accept", "order due_answer", "order due_outer", "letter due_letter",
            "mediation due_court",
        }  # fmt: skip
        assert {name for name, _ in seen} == {
            "promise by", "consultation draft", "consultation invite", "mediation mediate", "mediation term", "letter letter",
        }  # fmt: skip
        asked_for = [one for name, one in told if name == "order due_answer"]
        assert len(asked_for) == 2, "the extension has a proof of its own"


async def due_items(home: House, who: Phone) -> list[tuple[str, Json]]:
    """What is due of consultations, mediations, promises and letters, by kind and what is due."""
    items = json_of(await asked(home, who))["items"]
    assert isinstance(items, list)
    return [(f"{one['kind']} {one['due_why']}", one) for one in items if isinstance(one, dict) and one["due_why"]]


async def test_who_stands_elsewhere_or_has_no_such_role_sees_none(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, town = await home.enter("wang"), await home.enter("town")
        _, topic = await begun(home, worker)
        far = worker.op("make", PROMISE, kind="promise")
        await worker.sync()
        assert len(await listed(home, town)) == 2
        assert (await asked(home, await home.enter("zhao"))).status_code == 403
        assert (await asked(home, town, "/desk/talks/issue/x.1")).status_code == 404
        assert (await asked(home, town, f"/desk/talks/{topic}9")).status_code == 404
        assert (await asked(home, town, f"/desk/talks/{far}")).status_code == 200
