"""The town's desk: what burns is on top, why it came is written there, one issue opens whole, and only in one's own area."""

from pathlib import Path

import msgspec

from sync.fold import empty, fold
from sync.law import law_of
from sync.op import Change, Json, Op
from sync.wire import Placed, read_op
from tests.server.house import DAY, EAST, FAR, House, house, json_of, lamp
from tests.server.test_time import HANDLER, TRIAGE

REPORTER: dict[str, Json] = {"name": "李长根", "phone": "15412345678"}
ESCALATE: dict[str, Json] = {"tried": "找电工看过，要换整条线路", "request": "请换线路", "escalate_why": "needs_money"}


class Line(msgspec.Struct):
    """What these tests read of a line of the queue."""

    subject: str
    title: str
    stage: str
    light: str
    alarmed: bool
    due_clock: str
    category_zh: str
    village: str
    reporter: str
    issue_no: str
    came: dict[str, str | int]
    holder: dict[str, str]


class Queue(msgspec.Struct):
    """And of the queue."""

    total: int
    counts: dict[str, dict[str, int] | int]
    items: list[Line]


async def queue(home: House, account: str = "town", query: str = "") -> Queue:
    desk = await home.enter(account)
    response = await home.http.get(f"/desk/queue.json{query}", headers=desk.headers)
    assert response.status_code == 200, response.text
    return msgspec.json.decode(response.content, type=Queue)


async def test_what_burns_is_on_top_then_what_is_due_first(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        old = phone.op("register", lamp(title="早就该交办的"))
        await phone.sync()
        home.time.pass_(2 * DAY)
        escalated = phone.op("register", lamp(title="报上来的一件"))
        phone.op("triage", TRIAGE, subject=escalated)
        calm = phone.op("register", lamp(title="今天刚登记的"))
        in_grid = phone.op("register", lamp(title="网格自己在办"))
        phone.op("triage", {**TRIAGE, "track": "solved_in_grid"}, subject=in_grid)
        burning = phone.op("register", lamp(title="墙要倒了压到人", danger=["life"]))
        await phone.sync()
        found = await queue(home)
        assert [item.subject for item in found.items] == [burning, old, *sorted([escalated, calm])]
        assert [item.alarmed for item in found.items] == [True, False, False, False]
        assert [item.light for item in found.items] == ["yellow", "red", "yellow", "yellow"]
        assert (found.total, found.counts["alarmed"], found.counts["overdue"]) == (4, 1, 1)


async def test_each_line_says_why_it_came_who_has_it_and_hides_the_phone(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        issue = phone.op("register", lamp(reporter=REPORTER))
        phone.op("triage", {**TRIAGE, "track": "solved_in_grid"}, subject=issue)
        phone.op("escalate", ESCALATE, subject=issue)
        await phone.sync()
        desk = await home.enter("town")
        desk.op("accept", HANDLER, subject=issue)
        await desk.sync()
        [item] = (await queue(home)).items
        assert (item.came["rule"], item.came["reason_zh"]) == ("T31", "按类别")
        assert (item.came["escalate_why"], item.came["tried"]) == ("needs_money", ESCALATE["tried"])
        assert (item.holder["who"], item.holder["name"], item.holder["phone"]) == ("handler", "赵建国", "15490001234")
        assert (item.category_zh, item.village, item.due_clock) == (
            "路灯与公共设施（健身器材、公交站）",
            "林园村",
            "due_answer",
        )
        assert (item.reporter, item.issue_no) == ("李某 154****5678", "SL2026030200001")


async def test_the_queue_is_filtered_by_stage_and_comes_in_pages(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        issues = [phone.op("register", lamp()) for _ in range(5)]
        phone.op("triage", TRIAGE, subject=issues[0])
        await phone.sync()
        assert [item.subject for item in (await queue(home, query="?stage=work_order")).items] == [issues[0]]
        both = await queue(home, query="?stage=work_order&stage=registered&limit=2&offset=2")
        assert (both.total, len(both.items)) == (5, 2)
        desk = await home.enter("town")
        bad = await home.http.get("/desk/queue.json?limit=many", headers=desk.headers)
        assert (bad.status_code, bad.json()["why"]) == (400, "bad_request")


async def test_a_town_sees_its_own_issues_the_county_all_and_a_grid_worker_no_queue(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        near, far = await home.enter("wang"), await home.enter("zhao")
        near_issue = near.op("register", lamp(), grid=EAST)
        far_issue = far.op("register", lamp(), grid=FAR)
        await near.sync()
        await far.sync()
        assert [item.subject for item in (await queue(home, "town")).items] == [near_issue]
        assert {item.subject for item in (await queue(home, "county")).items} == {near_issue, far_issue}
        refused = await home.http.get("/desk/queue.json", headers=near.headers)
        assert (refused.status_code, refused.json()["why"]) == (403, "not_for_your_role")
        desk = await home.enter("town")
        for ref in (far_issue.split("/")[1], "dnobody22.1", "no-issue"):
            missing = await home.http.get(f"/desk/issues/{ref}", headers=desk.headers)
            assert (missing.status_code, missing.json()["why"]) == (404, "not_found")


async def test_an_issue_opens_with_its_letter_as_changes_that_fold_to_the_same_shape(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        letter = phone.op(
            "take_out",
            {"received_ms": home.time.ms, "form": "signed", "pages": 1, "summary": "路灯不亮", "confidential": False},
            kind="letter",
        )
        issue = phone.op("register", lamp(linked=[letter]))
        phone.op("to_issue", {"issue": issue}, subject=letter)
        phone.op("register", lamp())
        await phone.sync()
        desk = await home.enter("town")
        whole = json_of(await home.http.get(f"/desk/issues/{issue.split('/')[1]}", headers=desk.headers))
        records = msgspec.convert(whole["records"], dict[str, list[Placed]])
        assert set(records) == {issue, letter}
        assert whole["people"] == {"p1": "王一"}
        assert folded(issue, records[issue]) == ("registered", "SL2026030200001")
        assert folded(letter, records[letter])[0] == "became_issue"


def folded(subject: str, placed: list[Placed]) -> tuple[str, Json]:
    law = law_of(subject)
    assert law
    shape = empty(subject, EAST)
    for one in placed:
        op = read_op(one.text)
        assert isinstance(op, Op)
        change = Change(place=one.place, placed_ms=one.placed_ms, credited_ms=one.credited_ms, role=one.role, op=op)
        shape = fold(law, shape, [change])
    number = shape.fields.get("issue_no")
    return shape.stage, number.now.value if number else None
