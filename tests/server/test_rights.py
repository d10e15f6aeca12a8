"""Rights, asked of the running server: by grid, role, name, device and moment. The law's whole table is tested in tests/sync."""

from pathlib import Path

import msgspec
import pytest

from server.store import people
from server.store.disk import Conn
from sync.admit import Area
from sync.op import Json, Op, op_hash, write_op
from tests.server.house import EAST, FAR, HOUR, WEST, House, Phone, house, lamp
from tests.server.test_time import HANDLER, TRIAGE, shape_of


async def fate(phone: Phone, name: str, fields: dict[str, Json], *, grid: str = EAST, subject: str = "") -> str:
    """What the server says to one op: the word why, or "" when it was placed."""
    phone.op(name, fields, grid=grid, subject=subject)
    [receipt] = (await phone.sync()).receipts
    return receipt.why


async def test_a_worker_writes_in_the_own_grid_only(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        assert await fate(phone, "register", lamp()) == ""
        for grid, why in ((WEST, "not_your_grid"), (FAR, "not_your_grid"), ("9" * 15, "not_your_grid")):
            assert await fate(phone, "register", lamp(), grid=grid) == why
        assert await fate(await home.enter("county"), "register", lamp(), grid="9" * 15) == "unknown_grid"


async def test_what_the_town_does_a_worker_cannot_and_the_other_way_round(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, town = await home.enter("wang"), await home.enter("town")
        issue = worker.op("register", lamp())
        worker.op("triage", TRIAGE, subject=issue)
        await worker.sync()
        assert await fate(worker, "accept", HANDLER, subject=issue) == "not_your_role"
        measures: dict[str, Json] = {"measures": "换了三个灯泡", "result": "solved"}
        assert await fate(town, "solve", measures, subject=issue) == "not_your_role"
        assert await fate(town, "accept", HANDLER, subject=issue) == ""


@pytest.mark.parametrize("account", ["wang", "town", "county"])
@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("confirm", {"solved": "solved", "satisfaction": "satisfied"}),
        ("number", {"issue_no": "SL2026030299999"}),
        ("edit", {"satisfaction": "satisfied"}),
        ("edit", {"words": "换了一句话"}),
        ("edit", {"responder": {"person": "p9", "name": "别人"}}),
        ("clock", {"due_answer": {"due_ms": 9, "start_ms": 1, "proof_zh": "x", "proof_en": "x", "book": "1", "provisional": False}}),
    ],
)  # fmt: skip
async def test_nobody_speaks_for_the_resident_or_the_clerk(
    tmp_path: Path, account: str, name: str, fields: dict[str, Json]
) -> None:
    async with house(tmp_path) as home:
        worker = await home.enter("wang")
        issue = worker.op("register", lamp())
        await worker.sync()
        before = await shape_of(home, issue)
        phone = await home.enter(account)
        assert await fate(phone, name, fields, subject=issue) in ("not_your_role", "not_your_field", "unknown_field")
        assert await shape_of(home, issue) == before


async def test_nobody_writes_in_anothers_name_or_with_anothers_device(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone, other = await home.enter("wang"), await home.enter("li")
        phone.person = "p2"
        assert await fate(phone, "register", lamp()) == "not_your_name"
        foreign = other.op("register", lamp())
        phone.seq += 1
        phone.keep(other.outbox[0])
        phone.person = "p1"
        phone.op("register", lamp())
        reply = await phone.sync()
        assert [(receipt.seq, receipt.why) for receipt in reply.receipts] == [(2, "not_your_device"), (3, "")]
        assert [receipt.why for receipt in (await other.sync()).receipts] == [""]
        assert (await shape_of(home, foreign)).acts[0].actor == "p2"


async def test_a_worker_who_was_moved_may_hand_over_what_was_done_before(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        home.time.pass_(HOUR)
        phone.op("register", lamp())
        home.time.pass_(HOUR)
        await moved(home, phone.person)
        home.time.pass_(HOUR)
        phone.op("register", lamp())
        reply = await phone.sync()
        assert [receipt.why for receipt in reply.receipts] == ["", "parked"]
        assert (reply.scope, reply.changes) == ([], {})


async def moved(home: House, person: str) -> None:
    def end(conn: Conn) -> None:
        people.add_areas(conn, person, [Area("grid_worker", EAST, 0, home.time.ms)])

    await home.parts.store.write(end)


async def test_a_stamp_of_another_device_is_refused_and_the_chain_goes_on(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        own = msgspec.json.decode(phone.outbox.pop(), type=Op)
        phone.keep(write_op(msgspec.structs.replace(own, stamp="000000000000001-0000-dother")))
        assert phone.head == op_hash(phone.outbox[0])
        phone.op("register", lamp())
        assert [receipt.why for receipt in (await phone.sync()).receipts] == ["bad_stamp", ""]
