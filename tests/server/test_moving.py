"""A matter that belongs to another grid moves there whole: its history, its dates, its reporter's link; and it counts once."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from server.book import CountyBook
from server.bulletin.gather import gather
from server.bulletin.period import Period
from server.rebuild import rebuild
from server.store import lists
from server.store.disk import Conn
from server.store.tables import alarms, subjects
from sync.fold import Shape
from sync.op import Json
from sync.subjects.issue import running_due, text
from tests.server.house import DAY, EAST, FAR, HOUR, MONDAY_MS, WEST, House, Phone, digest, lamp
from tests.server.matter import ANSWER, HANDLER, LINK_HASH, TRIAGE, matter

WHY = "这户在桥西，归第二网格"
SOLVED: dict[str, Json] = {"measures": "换了三只灯泡，当晚已亮", "result": "solved"}
IN_GRID = {**TRIAGE, "track": "solved_in_grid"}


def to(grid: str) -> dict[str, Json]:
    return {"to_grid": {"grid": grid, "name": "林园村 第二网格"}, "move_why": WHY}


async def shape_of(home: House, subject: str) -> Shape:
    def look(conn: Conn) -> Shape:
        return lists.records(conn, [subject])[subject].shape

    return await home.parts.store.read(look)


async def moved_to(home: House, subject: str) -> Shape:
    """Where the matter stands now."""
    left = await shape_of(home, subject)
    assert left.stage == "moved", left.stage
    return await shape_of(home, text(left, "moved_to"))


async def alarmed(home: House) -> int:
    return len(await home.parts.store.read(lambda conn: conn.execute(select(alarms)).all()))


async def do(who: Phone, name: str, fields: dict[str, Json], subject: str, grid: str = EAST) -> None:
    who.op(name, fields, subject=subject, grid=grid)
    reply = await who.sync()
    assert [one.fate for one in reply.receipts] == ["placed"], reply.receipts


async def test_a_matter_moves_whole_and_who_looks_sees_by_whom_why_and_when(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        home, before = one.home, await one.shape()
        await do(one.town, "move", to(WEST), one.issue)
        left = await one.shape()
        act = left.acts[-2]
        assert (left.stage, act.name, act.actor, act.at_ms, act.fields["move_why"]) == (
            "moved",
            "move",
            "p4",
            MONDAY_MS,
            WHY,
        )
        here = await moved_to(home, one.issue)
        assert (here.grid, here.stage) == (WEST, "registered")
        said = [(act.name, act.actor, act.at_ms, act.fields) for act in here.acts[:-1]]
        assert said == [(act.name, act.actor, act.at_ms, act.fields) for act in before.acts]
        assert {name: one.now.value for name, one in before.fields.items()}.items() <= {
            name: one.now.value for name, one in here.fields.items()
        }.items()
        assert here.fields["from_grid"].now.value == {"grid": EAST, "name": "林园村 第一网格"}
        assert here.fields["moved_by"].now.value == {"person": "p4", "name": "钱四"}
        assert await alarmed(home) == 0


async def test_the_worker_of_the_other_grid_gets_it_and_goes_on_and_the_first_one_does_not(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        east, west = await one.home.enter("li"), await one.home.enter("both")
        await do(one.town, "move", to(WEST), one.issue)
        here = await moved_to(one.home, one.issue)
        reply = await west.sync()
        assert [op.text for op in reply.changes[WEST].ops if here.subject in op.text and "arrive" in op.text]
        await do(west, "triage", IN_GRID, here.subject, WEST)
        await do(west, "solve", SOLVED, here.subject, WEST)
        assert (await shape_of(one.home, here.subject)).stage == "pending_confirm"
        east.op("solve", SOLVED, subject=here.subject, grid=WEST)
        east.op("solve", SOLVED, subject=here.subject, grid=EAST)
        reply = await east.sync()
        assert [receipt.why for receipt in reply.receipts] == ["not_your_grid", "unknown_subject"]
        assert here.subject not in str([op.text for op in reply.changes[EAST].ops if "forward" not in op.text])


@pytest.mark.parametrize("stage", ["registered", "in_grid", "work_order", "reopened"])
async def test_moving_buys_no_time_and_nothing_is_done_twice(tmp_path: Path, stage: str) -> None:
    async with matter(tmp_path) as one:
        if stage == "in_grid":
            await one.act(one.worker, "triage", IN_GRID)
        if stage == "work_order":
            await one.act(one.town, "triage", TRIAGE)
            await one.act(one.town, "accept", HANDLER)
        if stage == "reopened":
            await one.answered()
            await one.open()
            await one.confirm("not_solved", "dissatisfied")
        before = await one.shape()
        one.home.time.pass_(DAY)
        await do(one.town, "move", to(WEST), one.issue)
        here = await moved_to(one.home, one.issue)
        assert (before.stage, here.stage) == (stage, stage)
        assert running_due(here) == running_due(before) is not None
        if stage == "work_order":
            await do(one.town, "answer", ANSWER, here.subject, WEST)
            assert (await shape_of(one.home, here.subject)).stage == "pending_confirm"


async def test_the_residents_link_opens_it_where_it_is_and_the_answer_counts_there(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.open()
        await do(one.town, "move", to(WEST), one.issue)
        here = (await moved_to(one.home, one.issue)).subject
        for name, fields in (("triage", TRIAGE), ("accept", HANDLER), ("answer", ANSWER)):
            await do(one.town, name, fields, here, WEST)
        assert "线路已经换新" in await one.read()
        answer = await one.confirm("solved")
        assert answer.status_code in (200, 303)
        now = await shape_of(one.home, here)
        assert (now.stage, now.acts[-1].name, now.grid) == ("closed", "confirm", WEST)
        assert (await one.shape()).stage == "moved"


async def test_what_was_done_off_line_before_anybody_knew_is_kept_and_told_where_it_is_now(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.act(one.worker, "triage", IN_GRID)
        photo: Json = [{"hash": digest(b"lamp"), "bytes": 9}]
        one.worker.op("solve", {**SOLVED, "photos": photo}, subject=one.issue)
        one.worker.op("edit", {"title": "村口的三盏路灯"}, subject=one.issue)
        one.home.time.pass_(HOUR)
        await do(one.town, "move", to(WEST), one.issue)
        reply = await one.worker.sync()
        assert [receipt.fate for receipt in reply.receipts] == ["placed", "placed"]
        assert [note.why for note in (await one.shape()).notes] == ["stage_moved_on", "not_editable"]
        here = await moved_to(one.home, one.issue)
        told: list[Any] = [act.fields["late"] for act in here.acts if act.name == "late"]
        assert [(late["name"], late["by"], late["role"]) for late in told] == [
            ("solve", "王一", "grid_worker"),
            ("edit", "王一", "grid_worker"),
        ]
        assert "换了三只灯泡" in told[0]["said"]
        assert told[0]["files"] == [digest(b"lamp")]
        assert (here.stage, text(here, "title")) == ("in_grid", "村口三盏路灯不亮")
        named = await one.home.parts.store.read(lambda conn: lists.naming(conn, digest(b"lamp")))
        assert here.subject in named


async def test_a_matter_may_move_twice_and_back_and_each_end_knows_the_next(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        county = await one.home.enter("county")
        await do(one.town, "move", to(WEST), one.issue)
        west = await moved_to(one.home, one.issue)
        await do(county, "move", to(FAR), west.subject, WEST)
        far = await moved_to(one.home, west.subject)
        one.worker.op("alarm", {"alarm_told": ["110"]}, subject=one.issue)
        await one.worker.sync()
        assert [act.name for act in (await shape_of(one.home, far.subject)).acts][-1] == "late"
        await do(county, "move", to(EAST), far.subject, FAR)
        back = await moved_to(one.home, far.subject)
        assert (back.grid, back.stage, text(back, "issue_no")) == (EAST, "registered", text(west, "issue_no"))
        assert [act.name for act in back.acts if act.name in ("register", "arrive", "late")] == [
            "register", "arrive", "arrive", "late", "arrive",
        ]  # fmt: skip
        assert len({one.issue, west.subject, far.subject, back.subject}) == 4
        await do(one.worker, "triage", IN_GRID, back.subject)


@pytest.mark.parametrize("case", ["unknown", "own", "office", "other_town", "worker"])
async def test_only_who_answers_for_both_ends_may_move_it(tmp_path: Path, case: str) -> None:
    async with matter(tmp_path) as one:
        grid = {"unknown": "329924101201099", "own": EAST, "office": "329924101000000", "other_town": FAR}.get(
            case, WEST
        )
        who = one.worker if case == "worker" else one.town
        who.op("move", to(grid), subject=one.issue)
        [receipt] = (await who.sync()).receipts
        why = ("not_your_role", "move") if case == "worker" else ("cannot_move", grid)
        assert (receipt.fate, receipt.why, receipt.about) == ("refused", *why)
        assert (await one.shape()).stage == "registered"


async def test_what_a_department_has_in_hand_or_a_resident_is_asked_about_stays(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.act(one.town, "triage", TRIAGE)
        await one.act(
            one.town, "dispatch", {"lead": {"unit": "county_housing", "name": "县住建局"}, "order_opinion": "请办理"}
        )
        await do(one.town, "move", to(WEST), one.issue)
        assert [note.why for note in (await one.shape()).notes] == ["guard_own_hands"]
        other = one.worker.op("register", lamp(title="另一件事情", category="0501"))
        await one.worker.sync()
        await do(one.town, "triage", TRIAGE, other)
        await do(one.town, "accept", HANDLER, other)
        await do(one.town, "answer", ANSWER, other)
        await do(one.town, "move", to(WEST), other)
        assert [note.why for note in (await shape_of(one.home, other)).notes] == ["stage_moved_on"]


async def test_who_joined_it_stands_for_himself_again_when_it_moves(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        two = one.worker.op("register", lamp(reporter={"name": "孙秀", "phone": "15487654321"}))
        await one.worker.sync()
        await do(one.town, "join", {"into": one.issue, "join_why": "同一处"}, two)
        await do(one.town, "move", to(WEST), one.issue)
        assert (await shape_of(one.home, two)).stage == "registered"


async def test_a_sealed_matter_moves_sealed_and_a_person_unnamed_stays_unnamed(tmp_path: Path) -> None:
    async with matter(tmp_path, danger=["minor"]) as one:
        west = await one.home.enter("both")
        west.places = {WEST: 0}
        await do(one.town, "move", to(WEST), one.issue)
        arrived = [op.text for op in (await west.sync()).changes[WEST].ops]
        assert arrived
        assert set(arrived) == {""}
        quiet = one.worker.op(
            "register",
            lamp(
                title="另一件事情",
                category="0501",
                confidential=True,
                reporter={"name": "孙秀", "phone": "15487654321"},
            ),
        )
        await one.worker.sync()
        one.worker.op("edit", {"reporter": {"name": "孙秀", "phone": "15487654399"}}, subject=quiet)
        await do(one.town, "move", to(WEST), quiet)
        await one.worker.sync()
        texts = str([op.text for op in (await west.sync()).changes[WEST].ops])
        assert "另一件事情" in texts
        assert "late" in texts
        assert "孙秀" not in texts
        assert "15487654" not in texts
        here = (await moved_to(one.home, quiet)).subject
        fetched = await west.http.get(f"/shapes/{here}", headers=west.headers)
        assert "15487654" not in fetched.text
        whole = await one.home.http.get(f"/desk/issues/{here.removeprefix('issue/')}", headers=one.town.headers)
        assert "15487654" not in whole.text


async def test_rates_and_lists_count_it_once_where_it_is(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await do(one.town, "move", to(WEST), one.issue)
        here = (await moved_to(one.home, one.issue)).subject

        def count(conn: Conn) -> tuple[dict[str, int], str, str]:
            county: CountyBook = one.home.parts.county
            found = gather(
                conn, county, "329924101", Period("monthly", date(2026, 3, 1), date(2026, 3, 31)), one.home.time()
            )
            issue_no = lists.records(conn, [here])[here].issue_no
            linked = lists.issue_by_link(conn, LINK_HASH)
            return found.conserved, lists.by_number(conn, issue_no), linked.subject if linked else ""

        conserved, by_number, by_link = await one.home.parts.store.read(count)
        assert (conserved["registered"], conserved["open"]) == (1, 1)
        assert (by_number, by_link) == (here, here)
        queue = (await one.home.http.get("/desk/queue.json", headers=one.town.headers)).json()
        assert [item["subject"] for item in queue["items"]] == [here]


async def test_it_comes_out_of_the_logs_again_to_the_same_bytes(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        one.worker.op("edit", {"title": "村口的三盏路灯"}, subject=one.issue)
        await do(one.town, "move", to(WEST), one.issue)
        await one.worker.sync()

        def rows(conn: Conn) -> list[Any]:
            return list(conn.execute(select(subjects).order_by(subjects.c.subject)).all())

        before = await one.home.parts.store.read(rows)
        await one.home.parts.store.write(rebuild)
        assert await one.home.parts.store.read(rows) == before
