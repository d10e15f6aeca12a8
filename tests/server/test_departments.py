"""Who may push, return, sign and step in: the rules of departments that no other test tries whole."""

from pathlib import Path

from sync.fold import Shape
from sync.law import LAW
from sync.op import Json
from sync.subjects import order as orders
from tests.server.test_orders import ACCEPT, OTHER, REPLY, Office, at_work

WHY = "路灯由城管局亮化所养护，不在我局权责清单之内，建议转城管局。"
WHISTLE: dict[str, Json] = {"whistle_level": "ordinary", "needed": "到现场断电", "meet_ms": 1, "meet_place": "村口"}


async def noted(office: Office, who: str, name: str, order: str, **fields: Json) -> str:
    """Says what does not fit; the word why it was kept as a note, or why it was refused at the door."""
    refused = await office.say(who, name, order, **fields)
    shape: Shape = await office.shape(order)
    return refused or (shape.notes[-1].why if shape.notes and shape.notes[-1].name == name else "")


def test_urging_supervising_and_assisting_are_three_acts_of_three_kinds_of_people() -> None:
    who = {row.op: set(row.who) for row in LAW["order"].rows if row.op in ("urge", "supervise", "assist")}
    assert len({frozenset(roles) for roles in who.values()}) == 3
    assert "town" in who["urge"]
    assert "town" not in who["supervise"] | who["assist"]
    assert "clerk" in who["urge"] & who["supervise"]
    assert "clerk" not in who["assist"], "helping is done by people"


async def test_a_return_stops_no_clock_and_is_asked_once(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        before = orders.running_due(await office.shape(order))
        asked: dict[str, Json] = {"return_why": WHY, "return_better": OTHER}
        assert await office.say("liaison", "ask_return", order, **asked) == ""
        assert orders.running_due(await office.shape(order)) == before
        assert await office.say("county", "designate", order, ruling="亮化划转前仍由你局负责") == ""
        assert await noted(office, "liaison", "ask_return", order, **asked) == "guard_first_return"
        assert await office.say("handler", "accept", order, **ACCEPT) == ""
        assert await noted(office, "liaison", "ask_return", order, **asked) == "stage_moved_on"


async def test_an_answer_waits_for_deputy_and_head_and_each_is_another_person(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        for name, fields in (("accept", ACCEPT), ("reply", REPLY)):
            assert await office.say("handler", name, order, **fields) == ""
        assert await noted(office, "head", "sign", order, sign_opinion="同意答复") == "guard_checked"
        assert await noted(office, "handler", "check", order, check_opinion="情况属实") == "not_your_role"
        assert await office.say("deputy", "check", order, check_opinion="情况属实") == ""
        assert await noted(office, "deputy", "sign", order, sign_opinion="同意答复") == "not_your_role"
        assert (await office.stage(office.issue), await office.stage(order)) == ("work_order", "awaiting_signoff")
        assert await office.say("head", "sign", order, sign_opinion="同意答复") == ""
        assert await office.stage(office.issue) == "pending_confirm"


async def test_a_whistle_says_who_came_and_is_rated_by_who_called(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        came: dict[str, Json] = {"arrived": "came", "arrived_ms": 1, "arrived_name": "孙办事"}
        rated: dict[str, Json] = {"rate_response": 3, "rate_arrival": 3, "rate_result": 2}
        assert await noted(office, "handler", "report_in", order, **came) == "guard_whistled"
        assert await office.say("town", "whistle", order, **WHISTLE) == ""
        silent: dict[str, Json] = {**came, "arrived": "refused"}
        assert await office.say("handler", "report_in", order, **silent) == "refusal_says_why"
        for who, name, fields in (("handler", "report_in", came), ("town", "rate", rated)):
            assert await office.say(who, name, order, **fields) == ""
        assert await office.say("handler", "rate", order, **rated) == "not_your_role"


def test_the_chief_clerk_designates_where_units_are_stuck() -> None:
    rows = {row.op: row for row in LAW["order"].rows if row.op in ("designate", "preside")}
    assert "chief_clerk" in rows["designate"].who
    assert rows["preside"].who == ["chief_clerk"]
    assert "ruling" in LAW["order"].ops["designate"].need, "a named person says why"


async def test_a_bad_answer_goes_back_with_its_fault_and_is_done_again_by_somebody_else(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        await office.answer(order)
        bad: dict[str, Json] = {"faults": ["off_the_point"], "fault_words": "问的是路灯，答的是线路规划"}
        assert await office.say("county", "fail", order, **{**bad, "faults": []}) == "too_few"
        assert await office.say("county", "fail", order, **bad) == ""
        assert (await office.stage(order), await office.stage(office.issue)) == ("redo", "work_order")
        assert await noted(office, "handler", "accept", order, **ACCEPT) == "guard_other_handler"
        assert await office.say("second", "accept", order, **ACCEPT) == ""
