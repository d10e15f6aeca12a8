"""What the desk shows of consultations, mediations and promises: by what is due, to whom it concerns, and nothing that is sealed."""

from pathlib import Path

import httpx

from sync.op import Json
from tests.server.house import House, Phone, house, json_of, lamp
from tests.server.test_consultation import begun, met, said
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
