"""Double assignment (双交办): the leader reads it and the unit answers it; whichever way the answer comes, it waits for the reading."""

from pathlib import Path

from sync.op import Json
from sync.subjects.issue import text
from tests.server.house import house, lamp
from tests.server.matter import ANSWER, HANDLER, TRIAGE
from tests.server.test_consultation import BEGIN, RECORD, said
from tests.server.test_orders import REPLY, at_work
from tests.server.test_time import shape_of

PAIR: dict[str, Json] = {"dual_why": "collective", "dual_reader": "分管副县长", "dual_unit": "镇村镇建设服务中心"}
READ: dict[str, Json] = {"opinion": "请尽快办结，并逐户回访"}


async def test_what_the_town_answers_itself_waits_for_the_leader(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        town, leader = await home.enter("town"), await home.enter("leader")
        issue = town.op("register", lamp())
        await town.sync()
        for name, fields in (("dual", PAIR), ("triage", TRIAGE), ("accept", HANDLER), ("answer", ANSWER)):
            assert await said(town, name, fields, issue) == "placed"
        shape = await shape_of(home, issue)
        assert [(note.name, note.why) for note in shape.notes] == [("answer", "guard_leader_read")]
        await said(leader, "read", READ, issue)
        await said(town, "answer", ANSWER, issue)
        assert (await shape_of(home, issue)).stage == "pending_confirm"


async def test_what_the_departments_have_signed_is_told_once_the_leader_has_read_it(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        await office.say("town", "dual", office.issue, **PAIR)
        await office.answer(order)
        issue = await office.shape(office.issue)
        assert (issue.stage, issue.notes, await office.stage(order)) == ("work_order", [], "replied")
        await office.say("leader", "read", office.issue, **READ)
        issue = await office.shape(office.issue)
        assert (issue.stage, text(issue, "answer")) == ("pending_confirm", REPLY["answer"])


async def test_the_leader_may_read_it_before_the_departments_have_answered(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        await office.say("town", "dual", office.issue, **PAIR)
        await office.say("leader", "read", office.issue, **READ)
        assert await office.stage(office.issue) == "work_order"
        await office.answer(order)
        assert await office.stage(office.issue) == "pending_confirm"


async def test_an_agreement_of_a_mediation_reaches_the_resident_once_the_leader_has_read_it(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, town, leader = [await home.enter(one) for one in ("wang", "town", "leader")]
        issue = town.op("register", lamp(category="0103"))
        town.op("dual", PAIR, subject=issue)
        town.op("triage", {**TRIAGE, "track": "solved_in_grid"}, subject=issue)
        await town.sync()
        mediation = worker.op("begin", {**BEGIN, "issue": issue}, kind="mediation")
        await worker.sync()
        signed: list[Json] = [{"name": name, "consent": "agrees", "thumb": True} for name in ("赵某", "钱某")]
        await said(worker, "record", {**RECORD, "signed": "all", "parties": signed}, mediation)
        assert ((await shape_of(home, mediation)).stage, (await shape_of(home, issue)).stage) == ("agreed", "mediating")
        await said(leader, "read", READ, issue)
        assert (await shape_of(home, issue)).stage == "pending_confirm"


async def test_a_matter_that_its_leader_has_not_read_is_not_joined_to_one_that_needs_no_reading(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        town, leader = await home.enter("town"), await home.enter("leader")
        issue, other = town.op("register", lamp()), town.op("register", lamp(place="村西头"))
        town.op("dual", PAIR, subject=issue)
        await town.sync()
        into: dict[str, Json] = {"into": other, "join_why": "同一条线路"}
        await said(town, "join", into, issue)
        assert [note.why for note in (await shape_of(home, issue)).notes] == ["guard_leader_read"]
        await said(leader, "read", READ, issue)
        await said(town, "join", into, issue)
        assert (await shape_of(home, issue)).stage == "joined"
