"""Consultation, mediation and promises, from the first word to the resident's: each step in its order, and the issue with them."""

import asyncio
from pathlib import Path

from server import rounds
from server.exchange import PAGE, Placing
from server.store.disk import Conn
from sync.fold import Shape
from sync.op import Json
from sync.subjects.issue import running_due, text
from tests.server.house import DAY, EAST, House, Phone, house, lamp
from tests.server.test_time import TRIAGE, shape_of


def but(fields: dict[str, Json], **changed: Json) -> dict[str, Json]:
    """The same fields with others in their stead."""
    return {**fields, **changed}


TOPIC: dict[str, Json] = {
    "topic": "东头排水沟怎么清、谁来管",
    "source": "grid",
    "scope": "东头沿沟12户",
    "households": 12,
    "situation": "沟淤了两年，下雨就往院子里倒灌。",
    "form": "residents",
    "sides": ["沟边住户", "上游住户"],
}
CONSULT = but(TRIAGE, track="consult_mechanism", topic="东头排水沟怎么清")
ATTENDANCE: list[Json] = [
    {"name": "李长根", "as": "household", "side": 1, "came": True},
    {"name": "张桂兰", "as": "household", "side": 2, "came": True},
    {"name": "周宝山", "as": "household", "side": 2, "came": False},
]
HEARD: list[Json] = [
    {"side": 1, "who": "李长根", "stance": "for", "words": "先清淤，钱各户平摊。"},
    {"side": 2, "who": "张桂兰", "stance": "suggests", "words": "出工不出钱行不行。"},
]
MEET: dict[str, Json] = {
    "met_ms": 1,
    "expected": 3,
    "present": 2,
    "attendance": ATTENDANCE,
    "chair": "郑八",
    "recorder": "王一",
    "opinions": HEARD,
}
SIGNED: list[Json] = [{"name": "李长根", "thumb": True}, {"name": "张桂兰", "thumb": True}]
CONCLUDE: dict[str, Json] = {
    "outcome": "consensus",
    "minutes": "双方同意清淤，出工出钱各半，村里出一台挖机。",
    "signatures": SIGNED,
    "to_publish": False,
    "terms": [{"what": "清理排水沟", "who": "郑八", "by": "2026-03-20", "source": "村集体"}],
}
LEGAL: dict[str, Json] = {"legal": "yes", "legal_words": "不违反法律法规"}
FILE: dict[str, Json] = {"file_no": "刘湖支备〔2026〕3号", "filed_on": "2026-03-09"}
START: dict[str, Json] = {"responsible": "郑八", "plan": "分两段清淤，三天完成", "budget": "村集体经济"}
FINISH: dict[str, Json] = {"done_on": "2026-03-12", "result_words": "全段清淤二百米", "accepted_by": SIGNED}
TELL: dict[str, Json] = {"told_on": "2026-03-13", "told_how": ["visit"], "told_households": 12}


async def said(phone: Phone, name: str, fields: dict[str, Json], subject: str) -> str:
    """The fate of one act, as its author hears it: `placed`, or why it was refused."""
    phone.op(name, fields, subject=subject)
    (receipt,) = (await phone.sync()).receipts
    return receipt.why or receipt.fate


async def begun(home: House, phone: Phone) -> tuple[str, str]:
    """An issue sent to consultation, and the topic that a worker proposed for it."""
    issue = phone.op("register", lamp(category="0701", households=12))
    phone.op("triage", CONSULT, subject=issue)
    topic = phone.op("propose", but(TOPIC, issue=issue), kind="consultation")
    await phone.sync()
    return issue, topic


async def met(home: House, worker: Phone, secretary: Phone, topic: str) -> None:
    await said(secretary, "approve", {"form": "residents", "village_matter": False}, topic)
    invited: list[Json] = [
        {"name": "李长根", "as": "household", "told": "visit"},
        {"name": "张桂兰", "as": "household", "told": "phone"},
    ]
    invite: dict[str, Json] = {"meets_ms": home.time() + 4 * DAY, "place": "村部会议室", "invited": invited}
    await said(worker, "invite", invite, topic)
    home.time.pass_(4 * DAY)
    await said(worker, "meet", MEET, topic)


def why(shape: Shape) -> list[tuple[str, str]]:
    return [(note.name, note.why) for note in shape.notes]


async def test_a_topic_goes_its_whole_way_and_the_issue_goes_with_it_until_the_residents_confirm(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as home:
        worker, secretary, village, town = [await home.enter(one) for one in ("wang", "secretary", "village", "town")]
        issue, topic = await begun(home, worker)
        await met(home, worker, secretary, topic)
        steps: list[tuple[Phone, str, dict[str, Json]]] = [
            (worker, "conclude", CONCLUDE), (town, "check_legality", LEGAL), (secretary, "file", FILE),
            (village, "start", START), (village, "progress", {"progress": "清了一半"}), (village, "finish", FINISH),
        ]  # fmt: skip
        for who, name, fields in steps:
            assert await said(who, name, fields, topic) == "placed", name
        assert (await shape_of(home, issue)).stage == "consulting"
        assert await said(village, "tell", TELL, topic) == "placed"
        after, matter = await shape_of(home, topic), await shape_of(home, issue)
        assert (after.stage, why(after)) == ("reported", [])
        assert (matter.stage, matter.acts[-1].role) == ("pending_confirm", "clerk")
        assert "刘湖支备〔2026〕3号" in text(matter, "answer")

        def confirm(conn: Conn) -> None:
            placing = Placing(conn, home.parts.county, home.time())
            placing.begin([EAST], [issue])
            placing.say(PAGE, EAST, "confirm", {"solved": "solved", "satisfaction": "satisfied"}, subject=issue)
            placing.finish()

        await home.parts.store.write(confirm, grids=[EAST])
        assert (await shape_of(home, issue)).stage == "closed"


async def test_nothing_is_carried_out_before_the_party_branch_has_filed_it(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, secretary, village = [await home.enter(one) for one in ("wang", "secretary", "village")]
        _, topic = await begun(home, worker)
        await met(home, worker, secretary, topic)
        await said(worker, "conclude", CONCLUDE, topic)
        await said(village, "start", START, topic)
        await said(secretary, "file", FILE, topic)
        assert await said(village, "file", FILE, topic) == "not_your_role"
        assert why(await shape_of(home, topic)) == [("start", "stage_moved_on"), ("file", "guard_found_legal")]


async def test_a_meeting_called_too_late_without_its_sides_or_its_quorum_decides_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, secretary = await home.enter("wang"), await home.enter("secretary")
        _, topic = await begun(home, worker)
        await said(secretary, "approve", {"form": "residents", "village_matter": False}, topic)
        invited: list[Json] = [{"name": one, "as": "household", "told": "visit"} for one in ("李长根", "张桂兰")]
        invite: dict[str, Json] = {"meets_ms": home.time() + DAY, "place": "村部", "invited": invited}
        await said(worker, "invite", invite, topic)
        await said(worker, "meet", MEET, topic)
        await said(worker, "invite", but(invite, short_why="明天有雨，各户都同意提前"), topic)
        few: dict[str, Json] = {"expected": 9, "opinions": HEARD[:1]}
        await said(worker, "meet", but(MEET, **few), topic)
        await said(worker, "conclude", CONCLUDE, topic)
        await said(worker, "postpone", {"postpone_why": "到的人不够，改天再开"}, topic)
        shape = await shape_of(home, topic)
        assert (shape.stage, why(shape)) == (
            "reviewed",
            [("meet", "guard_notice_kept"), ("conclude", "guard_in_quorum")],
        )


async def test_what_the_law_leaves_to_the_villagers_meeting_may_not_go_elsewhere(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, secretary = await home.enter("wang"), await home.enter("secretary")
        _, topic = await begun(home, worker)
        wrong = await said(secretary, "approve", {"form": "residents", "village_matter": True}, topic)
        right = await said(secretary, "approve", {"form": "villagers", "village_matter": True}, topic)
        assert (wrong, right) == ("village_matter_to_villagers", "placed")


async def test_two_tellers_who_count_differently_count_again(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, secretary = await home.enter("wang"), await home.enter("secretary")
        _, topic = await begun(home, worker)
        await met(home, worker, secretary, topic)
        vote: dict[str, Json] = {"way": "secret", "yes": 2, "no": 0, "abstain": 0, "first_count": 2, "second_count": 1}
        assert await said(worker, "conclude", but(CONCLUDE, vote=vote), topic) == "two_counts_agree"
        assert await said(worker, "conclude", but(CONCLUDE, vote=but(vote, second_count=2)), topic) == "placed"


async def test_money_and_land_are_shown_five_days_and_an_objection_is_settled_first(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, secretary, town = [await home.enter(one) for one in ("wang", "secretary", "town")]
        _, topic = await begun(home, worker)
        await met(home, worker, secretary, topic)
        await said(worker, "conclude", but(CONCLUDE, to_publish=True), topic)
        await said(town, "check_legality", LEGAL, topic)
        await said(secretary, "file", FILE, topic)
        await said(worker, "publish", {"shown_from": "2026-03-06", "shown_at": "村务公开栏"}, topic)
        await said(worker, "object", {"objections": [{"who": "周宝山", "words": "我没收到通知"}]}, topic)
        await said(worker, "end_notice", {"shown_until": "2026-03-07"}, topic)
        await said(secretary, "file", FILE, topic)
        home.time.pass_(5 * DAY)
        await said(worker, "end_notice", {"shown_until": "2026-03-11"}, topic)
        await said(secretary, "file", FILE, topic)
        settled: dict[str, Json] = {"objection_result": "dismissed", "objection_why": "通知有签收，当面说明"}
        await said(secretary, "settle_objection", settled, topic)
        await said(secretary, "file", FILE, topic)
        shape = await shape_of(home, topic)
        assert [reason for _, reason in why(shape)] == [
            "guard_needs_no_notice",
            "guard_notice_over",
            "guard_objections_settled",
        ]
        assert shape.stage == "filed"


async def test_no_consensus_meets_once_more_and_then_goes_to_the_town(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, secretary = await home.enter("wang"), await home.enter("secretary")
        issue, topic = await begun(home, worker)
        none: dict[str, Json] = {**CONCLUDE, "outcome": "none", "terms": []}
        again: dict[str, Json] = {"postpone_why": "各回去想想，下周再谈"}
        await met(home, worker, secretary, topic)
        await said(worker, "conclude", none, topic)
        await said(worker, "again", again, topic)
        await met(home, worker, secretary, topic)
        await said(worker, "conclude", none, topic)
        await said(worker, "again", again, topic)
        await said(worker, "escalate", {"escalate_words": "请镇里协调水利站定走向"}, topic)
        shape, matter = await shape_of(home, topic), await shape_of(home, issue)
        assert (shape.stage, matter.stage) == ("escalated", "work_order")
        assert why(shape)[-1] == ("again", "guard_may_meet_again")


PARTIES: list[Json] = [{"name": "赵某", "consent": "agrees"}, {"name": "钱某", "consent": "agrees"}]
BEGIN: dict[str, Json] = {
    "source": "applied",
    "notice": "mediation-2026-1",
    "parties": PARTIES,
    "dispute": "鸡进菜地吃了菜苗",
    "mediator": "冯九",
}
TERMS: list[Json] = [{"who": "赵某", "to": "钱某", "what": "赔菜苗钱", "by": "2026-03-09", "done": False}]
RECORD: dict[str, Json] = {
    "source": "applied",
    "held_ms": 1,
    "notice": "mediation-2026-1",
    "parties": PARTIES,
    "mediators": ["冯九"],
    "dispute": "鸡进菜地吃了菜苗",
    "outcome": "written",
    "signed": "none",
    "terms": TERMS,
}


async def go_round(home: House) -> int:
    return await asyncio.to_thread(rounds.go, home.parts.store, home.parts.county, home.time())


async def mediating(phone: Phone) -> tuple[str, str]:
    issue = phone.op("register", lamp(category="0103"))
    phone.op("triage", but(TRIAGE, track="solved_in_grid"), subject=issue)
    mediation = phone.op("begin", but(BEGIN, issue=issue), kind="mediation")
    await phone.sync()
    return issue, mediation


async def test_a_mediation_prolonged_in_time_moves_the_matter_s_date_and_one_that_ran_out_does_not(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as home:
        worker, mediator = await home.enter("wang"), await home.enter("mediator")
        issue, mediation = await mediating(worker)
        asked: dict[str, Json] = {"prolong_why": "双方都在外地，要过了节才回来", "both_ask": "yes"}
        assert await said(mediator, "prolong", {**asked, "prolong_to": "2026-03-20"}, mediation) == "placed"
        due = running_due(await shape_of(home, issue))
        assert due is not None
        assert "4月1日" in due.proof_zh, "an earlier day takes nobody's time away"
        assert await said(mediator, "prolong", {**asked, "prolong_to": "2026-04-09"}, mediation) == "placed"
        due = running_due(await shape_of(home, issue))
        assert due is not None
        assert "4月9日" in due.proof_zh
        home.time.pass_(40 * DAY)
        mediator = await home.enter("mediator")
        assert await said(mediator, "prolong", {**asked, "prolong_to": "2026-04-30"}, mediation) == "placed"
        assert running_due(await shape_of(home, issue)) == due


async def test_a_mediation_has_thirty_days_and_an_agreement_holds_once_all_have_signed(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, mediator = await home.enter("wang"), await home.enter("mediator")
        issue, mediation = await mediating(worker)
        matter = await shape_of(home, issue)
        due = running_due(matter)
        assert due is not None
        assert (matter.stage, due.clock) == ("mediating", "due_mediate")
        assert (
            due.proof_zh
            == "开始调解 3月2日（周一），当日不计 → 第30日（自然日，遇休息日顺延） → 截止 4月1日（周三）17:30"
        )
        assert await said(mediator, "record", RECORD, mediation) == "placed"
        await said(mediator, "take_effect", {}, mediation)
        one: list[Json] = [{"party": 1, "thumb": True}]
        await said(mediator, "sign", {"signatures": one}, mediation)
        await said(mediator, "take_effect", {}, mediation)
        assert (await shape_of(home, issue)).stage == "mediating"
        await said(mediator, "sign", {"signatures": [{"party": 2, "thumb": True}]}, mediation)
        assert await said(mediator, "take_effect", {}, mediation) == "placed"
        shape, matter = await shape_of(home, mediation), await shape_of(home, issue)
        assert (shape.stage, [reason for _, reason in why(shape)]) == ("agreed", ["guard_all_signed"] * 2)
        assert text(shape, "agreement_no") == "（2026）柳集镇人调字第1号"
        assert (matter.stage, text(matter, "measures")) == ("pending_confirm", "经调解达成协议：赔菜苗钱")


async def test_an_agreement_is_closed_when_each_term_was_performed(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker = await home.enter("wang")
        _, mediation = await mediating(worker)
        signed: list[Json] = [{"name": name, "consent": "agrees", "thumb": True} for name in ("赵某", "钱某")]
        assert await said(worker, "record", but(RECORD, signed="all"), mediation) == "signed_as_said"
        assert await said(worker, "record", but(RECORD, signed="all", parties=signed), mediation) == "placed"
        await said(worker, "close", {}, mediation)
        performed: list[Json] = [{"term": 1, "state": "late", "on": "2026-03-11"}]
        await said(worker, "perform", {"performance": performed}, mediation)
        await said(worker, "close", {}, mediation)
        shape = await shape_of(home, mediation)
        assert (shape.stage, why(shape)) == ("performed", [("close", "guard_terms_settled")])


async def test_a_refusal_ends_a_mediation_and_the_town_takes_the_issue_over(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker = await home.enter("wang")
        issue, mediation = await mediating(worker)
        refused: list[Json] = [{"name": "赵某", "consent": "agrees"}, {"name": "钱某", "consent": "refuses"}]
        ended: dict[str, Json] = {"outcome": "refused", "parties": refused, "terms": [], "routes_told": ["court"]}
        assert await said(worker, "record", but(RECORD, **ended), mediation) == "placed"
        shape, matter = await shape_of(home, mediation), await shape_of(home, issue)
        assert (shape.stage, matter.stage) == ("refused", "work_order")
        assert "鸡进菜地" in text(matter, "tried")


AGREED = but(
    RECORD, signed="all", parties=[{"name": name, "consent": "agrees", "thumb": True} for name in ("赵某", "钱某")]
)
ORAL = but(
    RECORD,
    outcome="oral",
    signed="all",
    parties=[{"name": name, "consent": "agrees", "says_yes": True} for name in ("赵某", "钱某")],
)


async def test_agreements_are_numbered_without_a_gap_by_town_and_year(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        refused: list[Json] = [{"name": "赵某", "consent": "agrees"}, {"name": "钱某", "consent": "refuses"}]
        ended = but(RECORD, outcome="refused", parties=refused, terms=[], routes_told=["court"])
        told: list[str] = []
        for many in ([AGREED, ended, RECORD, ORAL], [AGREED]):
            mediator = await home.enter("mediator")
            made = [mediator.op("record", fields, kind="mediation") for fields in many]
            await mediator.sync()
            told += [text(await shape_of(home, one), "agreement_no") for one in made]
            home.time.pass_(320 * DAY)
        first, second, third = (f"（2026）柳集镇人调字第{n}号" for n in (1, 2, 3))
        assert told == [first, "", second, third, "（2027）柳集镇人调字第1号"]


async def test_a_mediation_that_was_never_begun_takes_its_issue_along_all_the_same(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker = await home.enter("wang")
        unsigned, failed, early = [worker.op("register", lamp(category="0103")) for _ in range(3)]
        sorted_ = but(TRIAGE, track="solved_in_grid")
        worker.op("record", but(RECORD, issue=early), kind="mediation")
        for issue in (unsigned, failed, early):
            worker.op("triage", sorted_, subject=issue)
        worker.op("record", but(RECORD, issue=unsigned), kind="mediation")
        worker.op(
            "record", but(RECORD, issue=failed, outcome="none", terms=[], routes_told=["court"]), kind="mediation"
        )
        await worker.sync()
        for issue in (unsigned, early):
            assert (await shape_of(home, issue)).stage == "mediating", "it waits for signatures until a day"
        assert (await shape_of(home, failed)).stage == "in_grid", "its worker may choose"
        assert await go_round(home) == 0
        home.time.pass_(DAY + 1)
        assert [await go_round(home), await go_round(home)] == [2, 0]
        matter = await shape_of(home, failed)
        assert (matter.stage, matter.notes) == ("work_order", [])
        assert "鸡进菜地" in text(matter, "tried")


async def test_a_consultation_that_was_called_turns_no_light_red(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, secretary = await home.enter("wang"), await home.enter("secretary")
        issue, topic = await begun(home, worker)
        due = running_due(await shape_of(home, issue))
        assert due is not None
        assert due.clock == "due_consult"
        await met(home, worker, secretary, topic)
        home.time.pass_(30 * DAY)
        assert await go_round(home) == 0
        matter = await shape_of(home, issue)
        assert (running_due(matter), matter.acts[-1].name) == (None, "convene")
