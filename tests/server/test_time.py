"""Time: what a phone claims, what the server credits, and the due dates that the clerk sets by the county's working days."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import select

from server.rounds import go
from server.store import clocked, lists
from server.store.disk import Conn
from server.store.tables import devices
from sync.fold import Shape
from sync.op import Json
from sync.subjects import letter as letters
from sync.subjects.issue import Due, running_due
from tests.server.house import DAY, EAST, HOUR, MINUTE, MONDAY_MS, House, Phone, house, lamp
from tests.server.test_joining import LETTER

TRIAGE: dict[str, Json] = {
    "track": "escalate_to_town", "rule": "T31", "reason_zh": "按类别", "reason_en": "by category", "book": "1", "urgency": "normal",
}  # fmt: skip
HANDLER: dict[str, Json] = {"handler_unit": "镇水利站", "handler_name": "赵建国", "handler_phone": "15490001234"}


async def shape_of(home: House, issue: str) -> Shape:
    def look(conn: Conn) -> Shape:
        return lists.records(conn, [issue])[issue].shape

    return await home.parts.store.read(look)


async def due_of(home: House, issue: str) -> Due:
    due = running_due(await shape_of(home, issue))
    assert due is not None
    return due


def at(text: str) -> int:
    """A moment of the county's clock, e.g. `2026-09-30 10:00`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000) - 8 * HOUR


async def registered(phone: Phone, *, claimed_ms: int) -> str:
    """Registers with a phone whose clock shows something else."""
    true_clock = phone.clock
    phone.clock = lambda: claimed_ms
    issue = phone.op("register", lamp())
    phone.clock = true_clock
    await phone.sync()
    return issue


async def test_an_op_made_offline_counts_from_when_it_was_made(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        made = home.time.ms + HOUR
        home.time.pass_(5 * HOUR)
        shape = await shape_of(home, await registered(phone, claimed_ms=made))
        assert shape.acts[0].at_ms == made


async def test_a_phone_a_year_slow_or_fast_gains_nothing_and_loses_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        slow, fast = await home.enter("wang"), await home.enter("li")
        entered = home.time.ms
        home.time.pass_(HOUR)
        early = await shape_of(home, await registered(slow, claimed_ms=entered - 365 * DAY))
        late = await shape_of(home, await registered(fast, claimed_ms=home.time.ms + 365 * DAY))
        assert early.acts[0].at_ms == entered
        assert late.acts[0].at_ms == home.time.ms


async def test_nothing_is_credited_before_the_last_proven_contact(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        home.time.pass_(HOUR)
        await phone.sync()
        contact = home.time.ms
        home.time.pass_(HOUR)
        shape = await shape_of(home, await registered(phone, claimed_ms=contact - 30 * MINUTE))
        assert shape.acts[0].at_ms == contact


async def test_a_long_queue_sent_in_pieces_keeps_its_own_times(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        made: list[int] = []
        issues: list[str] = []
        for _ in range(4):
            home.time.pass_(HOUR)
            made.append(home.time.ms)
            issues.append(phone.op("register", lamp()))
        home.time.pass_(HOUR)
        for n in (1, 3, 4):
            await phone.post(phone.outbox[:n])
        assert [(await shape_of(home, issue)).acts[0].at_ms for issue in issues] == made


async def test_registered_before_the_national_day_it_is_due_on_the_first_working_day_after(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        home.time.ms = at("2026-09-30 10:00")
        phone = await home.enter("wang")
        issue = phone.op("register", lamp())
        await phone.sync()
        due = await due_of(home, issue)
        assert due.clock == "due_assign"
        assert due.due_ms == at("2026-10-08 17:30")
        assert "国庆" in due.proof_zh
        assert not due.provisional


async def test_the_clocks_follow_the_issue_to_the_town_and_late_acceptance_buys_no_time(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, town = await home.enter("wang"), await home.enter("town")
        issue = worker.op("register", lamp())
        worker.op("triage", TRIAGE, subject=issue)
        await worker.sync()
        due = await due_of(home, issue)
        assert (due.clock, due.due_ms) == ("due_accept", at("2026-03-03 17:30"))
        home.time.ms = at("2026-03-06 09:00")
        town.op("accept", HANDLER, subject=issue)
        await town.sync()
        due = await due_of(home, issue)
        assert (due.clock, due.due_ms) == ("due_answer", at("2026-03-12 17:30"))
        home.time.ms = at("2026-03-10 09:00")
        town.op("accept", {**HANDLER, "handler_name": "另一人"}, subject=issue)
        await town.sync()
        assert (await due_of(home, issue)).due_ms == at("2026-03-12 17:30")


async def test_a_grid_track_and_a_consultation_have_their_own_clocks(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker = await home.enter("wang")
        in_grid, consulting = worker.op("register", lamp()), worker.op("register", lamp())
        worker.op("triage", {**TRIAGE, "track": "solved_in_grid"}, subject=in_grid)
        worker.op("triage", {**TRIAGE, "track": "consult_mechanism", "topic": "路灯电费怎么分摊"}, subject=consulting)
        await worker.sync()
        assert (await due_of(home, in_grid)).clock == "due_grid"
        assert (await due_of(home, in_grid)).due_ms == at("2026-03-05 17:30")
        assert (await due_of(home, consulting)).clock == "due_consult"


async def test_an_op_that_arrives_after_the_grace_counts_from_the_grace(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        made = home.time.ms + HOUR
        home.time.ms = MONDAY_MS + 8 * DAY
        issue = await registered(phone, claimed_ms=made)
        shape = await shape_of(home, issue)
        value = shape.fields["due_assign"].now.value
        assert isinstance(value, dict)
        assert shape.acts[0].at_ms == made
        assert value["start_ms"] == home.time.ms - 72 * HOUR


async def test_how_wrong_a_phones_clock_is_is_known(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.clock = lambda: home.time.ms - 3 * DAY
        await phone.sync()
        skew = await home.parts.store.read(
            lambda conn: conn.execute(select(devices.c.skew_ms).where(devices.c.id == phone.device)).scalar()
        )
        assert skew == -3 * DAY


async def test_a_letter_has_an_end_within_the_working_day_and_is_urged_once(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker = await home.enter("wang")
        letter = worker.op("take_out", LETTER, kind="letter")
        other = worker.op("take_out", {**LETTER, "summary": "东头的路该修一修了"}, kind="letter")
        worker.op("set_aside", {"aside_why": "advert"}, subject=other)
        await worker.sync()
        due = letters.running_due(await shape_of(home, letter))
        assert due is not None
        assert due.proof_zh == "取信 3月2日（周一），当日不计 → 第1个工作日 3月3日 → 截止 3月3日（周二）17:30"
        assert letters.running_due(await shape_of(home, other)) is None
        looked: list[list[str]] = []
        rounds: list[int] = []
        for late in (0, 1, 60_000):
            looked.append(await home.parts.store.read(partial(clocked.grids, now_ms=due.due_ms + late, quiet_ms=0)))
            rounds.append(go(home.parts.store, home.parts.county, due.due_ms + late))
        assert rounds == [0, 1, 0]
        assert looked == [[], [EAST], []], "what was said once is not read again"
        assert (await shape_of(home, letter)).acts[-1].name == "urge"
        issue = worker.op("register", lamp(channel="mailbox", linked=[letter]))
        worker.op("to_issue", {"issue": issue}, subject=letter)
        await worker.sync()
        assert letters.running_due(await shape_of(home, letter)) is None
