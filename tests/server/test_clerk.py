"""The clerk: numbers, proposals, alarms; what it says is said by ops, and it never decides."""

import asyncio
from pathlib import Path

import msgspec
from sqlalchemy import select

from server import explain, rounds
from server.exchange import PAGE, Placing
from server.rebuild import rebuild
from server.store import read_once
from server.store.disk import Conn
from server.store.tables import refs, subjects
from sync.fold import Shape
from sync.op import Json
from sync.subjects.issue import Goal, goal, part
from tests.server.house import DAY, EAST, HOUR, House, Phone, house, lamp
from tests.server.test_time import HANDLER, TRIAGE, shape_of

ANSWER: dict[str, Json] = {"conclusion": "supported", "answer": "三盏路灯的线路已经换新，昨晚亮灯试过。"}
REPORTER: dict[str, Json] = {"name": "李长根", "phone": "15412345678"}


def rule_of(shape: Shape) -> str:
    return part(shape, "proposal", "rule")


def acts(shape: Shape) -> list[str]:
    return [act.name for act in shape.acts]


async def test_every_issue_gets_a_number_that_begins_anew_each_county_day(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        issues = [phone.op("register", lamp()) for _ in range(2)]
        await phone.sync()
        home.time.pass_(DAY)
        issues.append(phone.op("register", lamp()))
        await phone.sync()
        numbers = [(await shape_of(home, issue)).fields["issue_no"].now.value for issue in issues]
        assert numbers == ["SL2026030200001", "SL2026030200002", "SL2026030300001"]


class _Line(msgspec.Struct):
    subject: str
    goal_ms: int | None


class _Queue(msgspec.Struct):
    items: list[_Line]


async def goals(home: House, desk: Phone) -> dict[str, int | None]:
    """What the desk's queue shows of the counter's goal, by issue."""
    response = await home.http.get("/desk/queue.json", headers=desk.headers)
    return {line.subject: line.goal_ms for line in msgspec.json.decode(response.content, type=_Queue).items}


async def test_what_is_done_at_the_counter_bears_an_hours_goal_that_urges_nobody(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        desk = await home.enter("town")
        insurance = desk.op("register", lamp(channel="walk_in", category="0802"))
        lamps = desk.op("register", lamp(channel="walk_in"))
        told_by_phone = desk.op("register", lamp(channel="phone", category="0802"))
        await desk.sync()
        begun_ms = home.time.ms
        one = await shape_of(home, insurance)
        assert goal(one) == Goal(at_ms=begun_ms + HOUR, minutes=60, told_ms=None)
        assert [goal(await shape_of(home, other)) for other in (lamps, told_by_phone)] == [None, None]
        assert one.fields["due_assign"].now.value == (await shape_of(home, lamps)).fields["due_assign"].now.value
        home.time.pass_(2 * HOUR)
        desk = await home.enter("town")
        assert await asyncio.to_thread(rounds.go, home.parts.store, home.parts.county, home.time.ms) == 0
        shown = {insurance: begun_ms + HOUR, lamps: None, told_by_phone: None}
        assert await goals(home, desk) == shown
        for name, fields in (("triage", TRIAGE), ("accept", HANDLER), ("answer", ANSWER)):
            desk.op(name, fields, subject=insurance)
        await desk.sync()
        told = goal(await shape_of(home, insurance))
        assert told == Goal(at_ms=begun_ms + HOUR, minutes=60, told_ms=home.time.ms)
        assert set((await goals(home, desk)).values()) == {None}


async def test_three_matters_are_proposed_three_tracks_with_rule_reason_and_book(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        ask = phone.op("register", lamp(nature="enquiry", category="1001", facts={"answerable": True}))
        gas = phone.op("register", lamp(category="0505", danger=["life"]))
        ditch = phone.op(
            "register",
            lamp(category="0701", households=12, facts={"shared": True, "village_may_decide": True}),
        )
        await phone.sync()
        shapes = [await shape_of(home, issue) for issue in (ask, gas, ditch)]
        tracks = [part(shape, "proposal", "track") for shape in shapes]
        assert tracks == ["solved_in_grid", "escalate_to_town", "consult_mechanism"]
        assert [rule_of(shape) for shape in shapes] == ["T12", "T01", "T23"]
        assert all(part(shape, "proposal", "book") == home.parts.county.book.version for shape in shapes)
        assert [shape.stage for shape in shapes] == ["registered"] * 3


async def test_danger_is_an_alarm_at_once_and_later_when_it_is_found_later(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        at_once, later = phone.op("register", lamp(danger=["violence"])), phone.op("register", lamp())
        await phone.sync()
        assert acts(await shape_of(home, at_once)).count("alarm") == 1
        assert "alarm" not in acts(await shape_of(home, later))
        for danger in (["crime"], ["crime", "life"]):
            listed: list[Json] = [*danger]
            phone.op("edit", {"danger": listed}, subject=later)
        await phone.sync()
        shape = await shape_of(home, later)
        assert acts(shape).count("alarm") == 1
        assert rule_of(shape) in ("T01", "T04")


async def test_a_new_fact_is_proposed_on_anew_only_while_nobody_has_decided(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        issue = phone.op("register", lamp())
        phone.op("edit", {"facts": {"in_process": True}}, subject=issue)
        await phone.sync()
        assert rule_of(await shape_of(home, issue)) == "T05"
        phone.op("triage", TRIAGE, subject=issue)
        phone.op("edit", {"facts": {"in_process": False, "answerable": True}}, subject=issue)
        await phone.sync()
        shape = await shape_of(home, issue)
        assert rule_of(shape) == "T05"
        assert acts(shape).count("propose") == 1


async def test_the_same_persons_second_report_of_the_same_matter_is_proposed_to_be_joined(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        first = phone.op("register", lamp(reporter=REPORTER))
        in_same_ask = phone.op("register", lamp(reporter={**REPORTER, "phone": "154-1234-5678"}, category="0504"))
        other_matter = phone.op("register", lamp(reporter=REPORTER, category="0801"))
        await phone.sync()
        home.time.pass_(DAY)
        next_day = phone.op("register", lamp(reporter=REPORTER))
        await phone.sync()
        assert [rule_of(await shape_of(home, issue)) for issue in (first, in_same_ask, next_day)] == [
            "T31",
            "T09",
            "T09",
        ]
        assert rule_of(await shape_of(home, other_matter)) != "T09"


async def test_three_households_with_one_matter_are_proposed_as_many(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        issues = [
            phone.op("register", lamp(reporter={"name": f"住户{n}", "phone": f"1541234567{n}"})) for n in range(3)
        ]
        await phone.sync()
        fired = [(await shape_of(home, issue)).fields["proposal"].now.value for issue in issues]
        assert ["T11" in str(value) for value in fired] == [False, False, True]
        home.time.pass_(31 * DAY)
        phone = await home.enter("wang", phone.device)
        late = phone.op("register", lamp(reporter={"name": "住户九", "phone": "15412345679"}))
        await phone.sync()
        assert "T11" not in str((await shape_of(home, late)).fields["proposal"].now.value)


async def test_a_reopened_issue_must_be_assigned_again(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone, desk = await home.enter("wang"), await home.enter("town")
        issue = phone.op("register", lamp())
        await phone.sync()
        for name, fields in (("triage", TRIAGE), ("accept", HANDLER), ("answer", ANSWER)):
            desk.op(name, fields, subject=issue)
        await desk.sync()
        assert (await shape_of(home, issue)).stage == "pending_confirm"
        phone.op("confirm", {"solved": "solved", "satisfaction": "satisfied"}, subject=issue)
        assert [receipt.why for receipt in (await phone.sync()).receipts] == ["not_your_role"]
        await confirmed(home, issue, solved="not_solved")
        shape = await shape_of(home, issue)
        assert shape.stage == "reopened"
        assert (shape.acts[-1].name, list(shape.acts[-1].fields)) == ("clock", ["due_assign"])


async def confirmed(home: House, issue: str, *, solved: str) -> None:
    """The resident's answer, through the same door as everybody's."""

    def say(conn: Conn) -> None:
        placing = Placing(conn, home.parts.county, home.time.ms)
        placing.begin([EAST], [issue])
        fields: dict[str, Json] = {"solved": solved, "satisfaction": "dissatisfied"}
        assert placing.say(PAGE, EAST, "confirm", fields, subject=issue).refusal is None
        placing.finish()

    await home.parts.store.write(say)


async def test_the_caches_are_made_again_to_the_same_bytes(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone, desk = await home.enter("wang"), await home.enter("town")
        letter: dict[str, Json] = {
            "received_ms": 1, "form": "signed", "pages": 1, "summary": "路灯不亮", "confidential": False,
        }  # fmt: skip
        for n in range(5):
            taken = phone.op("take_out", letter, kind="letter")
            issue = phone.op("register", lamp(reporter=REPORTER, linked=[taken], households=n + 1))
            phone.op("triage", TRIAGE, subject=issue)
            phone.op("edit", {"title": "改过的标题也在"}, subject=issue)
            await phone.sync()
            desk.op("accept", HANDLER, subject=issue)
            await desk.sync()

        def caches(conn: Conn) -> list[list[tuple[object, ...]]]:
            return [
                [tuple(row) for row in conn.execute(select(table).order_by(*table.primary_key.columns))]
                for table in (subjects, refs)
            ]

        before = await home.parts.store.read(caches)
        assert await home.parts.store.write(rebuild) == 10
        assert await home.parts.store.read(caches) == before


async def test_the_reasoning_can_be_printed_for_any_issue(tmp_path: Path, address: str) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        issue = phone.op("register", lamp(category="0701", households=12, facts={"shared": True}))
        phone.op(
            "triage",
            {**TRIAGE, "rule": "PERSON", "overrules": "T24", "overrule_why": "村里定不了"},
            subject=issue,
        )
        await phone.sync()

        def told(asked: str) -> str:
            return read_once(tmp_path, lambda conn: explain.explain(conn, home.parts.county, asked), address)

        said = told("SL2026030200001")
        assert said == told(issue)
        assert all(word in said for word in ("村口三盏路灯不亮", "T31", "不适用", "涉及户数", "村里定不了", "PERSON"))
        assert "SL1" in told("SL1")
