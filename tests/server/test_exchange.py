"""The exchange: what a device brings is taken once, in order, whole; each op has its fate and none holds up another."""

import asyncio
import gzip
from pathlib import Path

import msgspec
from sqlalchemy import select

from server.store import log
from server.store.disk import Conn
from server.store.tables import alarms, ops, refused
from sync.op import Json, Op, op_hash, write_op
from sync.wire import PAGE_OPS, Ask, Reply, read_op, write
from tests.server.house import EAST, FAR, WEST, House, Phone, house, lamp, reply_of


def names_in(reply: Reply, grid: str = EAST) -> list[str]:
    read = [read_op(placed.text) for placed in reply.changes[grid].ops]
    return [op.name for op in read if isinstance(op, Op)]


def fates(reply: Reply) -> list[tuple[int, str, str]]:
    return [(receipt.seq, receipt.fate, receipt.why) for receipt in reply.receipts]


async def places(home: House, grid: str = EAST) -> list[int]:
    def look(conn: Conn) -> list[int]:
        return [placed.place for placed in log.after(conn, grid, 0, 100_000)]

    return await home.parts.store.read(look)


async def test_an_op_is_placed_and_comes_back_with_the_clerks_answers(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        reply = await phone.sync()
        assert fates(reply) == [(1, "placed", "")]
        assert names_in(reply) == ["register", "number"]
        assert reply.changes[EAST].head == 2


async def test_a_phone_that_lost_the_reply_may_send_again(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        first = reply_of(await phone.post())
        home.time.pass_(60_000)
        again = reply_of(await phone.post())
        assert again.receipts == first.receipts
        assert again.changes == first.changes
        assert again.next_seq == 2


async def test_the_same_identity_with_other_bytes_is_an_alarm_and_changes_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        await phone.sync()
        before = await places(home)
        forged = write_op(
            Op(
                device=phone.device,
                seq=1,
                prev="",
                stamp=phone.stamp,
                actor="p1",
                grid=EAST,
                subject=f"issue/{phone.device}.1",
                name="register",
                fields=lamp(title="另外一件事情"),
            )
        )
        for _ in range(2):
            reply = reply_of(await phone.post([forged]))
            assert fates(reply) == [(1, "refused", "same_identity_other_bytes")]
        assert await places(home) == before
        kept = await home.parts.store.read(lambda conn: conn.execute(select(alarms.c.hash, alarms.c.text)).all())
        assert [(row.hash, row.text) for row in kept] == [(op_hash(forged), forged.encode())]
        assert (await home.http.get("/health")).json()["alarms"] == 1


async def test_ops_beyond_a_gap_wait_until_the_gap_is_filled(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        for _ in range(3):
            phone.op("register", lamp())
        first, second, third = phone.outbox
        reply = reply_of(await phone.post([first, third, "not an op"]))
        assert (fates(reply), reply.next_seq) == ([(1, "placed", "")], 2)
        reply = reply_of(await phone.post([first, second, third]))
        assert [receipt.fate for receipt in reply.receipts] == ["placed"] * 3
        assert reply.next_seq == 4


async def test_a_queue_cannot_be_thinned_unseen_and_the_chain_goes_on(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        phone.outbox.clear()
        phone.seq = 0
        phone.op("register", lamp())
        phone.op("register", lamp())
        reply = await phone.sync()
        assert fates(reply) == [(1, "refused", "chain_broken"), (2, "placed", "")]


async def test_one_bad_op_never_holds_up_the_ones_behind_it(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        phone.op("register", lamp(households=0))
        phone.seq += 1
        phone.keep('{"this is": "no op", "seq": 3}')
        phone.op("dance", {})
        phone.seq += 1
        phone.keep("\x00\x01 not even text")
        phone.op("register", lamp(), grid=FAR)
        phone.op("register", lamp(title="最后一件也到了"))
        reply = reply_of(await phone.post())
        assert fates(reply) == [
            (1, "placed", ""),
            (2, "refused", "too_small"),
            (3, "unreadable", "not_an_op"),
            (4, "refused", "unknown_op"),
            (5, "unreadable", "not_an_op"),
            (6, "refused", "not_your_grid"),
            (7, "placed", ""),
        ]
        assert reply_of(await phone.post()).receipts == reply.receipts
        rows = await home.parts.store.read(
            lambda conn: conn.execute(select(refused.c.text).order_by(refused.c.seq)).scalars().all()
        )
        assert list(rows) == [phone.outbox[i].encode() for i in (1, 2, 3, 4, 5)]


async def test_a_character_that_a_store_cannot_hold_blocks_no_phone(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone, town = await home.enter("wang"), await home.enter("town")
        phone.op("register", lamp(title="路灯\0不亮", words="三盏\0路灯", reporter={"name": "李\0一", "phone": ""}))
        phone.op("edit", {"title": "路灯不亮"}, subject="issue/\0.1")
        phone.op("dance\0", {})
        phone.op("register", lamp(title="最后一件也到了"))
        reply = reply_of(await phone.post())
        assert [receipt.fate for receipt in reply.receipts] == ["placed", "refused", "refused", "placed"]
        assert [receipt.fate for receipt in reply_of(await phone.post()).receipts] == [
            receipt.fate for receipt in reply.receipts
        ]
        assert phone.outbox[0] in [placed.text for placed in reply.changes[EAST].ops]
        queue = await home.http.get("/desk/queue.json", headers=town.headers)
        assert len(queue.json()["items"]) == 2
        unknown = {"account": "wang\0", "password": "\0"}
        assert (await home.http.post("/enter", json=unknown)).json()["why"] == "wrong_password"


async def test_an_op_about_nothing_or_about_another_grids_subject_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone, far = await home.enter("both"), await home.enter("zhao")
        theirs = far.op("register", lamp(), grid=FAR)
        await far.sync()
        mine = phone.op("register", lamp(), grid=EAST)
        phone.op("edit", {"title": "路灯坏了三盏"}, grid=WEST, subject=mine)
        phone.op("edit", {"title": "路灯坏了三盏"}, subject=theirs)
        phone.op("edit", {"title": "路灯坏了三盏"}, subject="issue/dnobody22.7")
        phone.op("register", lamp(), subject="issue/dnobody22.8")
        reply = await phone.sync()
        assert [receipt.why for receipt in reply.receipts] == [
            "",
            "other_grid",
            "unknown_subject",
            "unknown_subject",
            "wrong_beginning",
        ]


async def test_an_op_about_a_subject_that_began_in_the_same_ask_is_placed(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        issue = phone.op("register", lamp())
        phone.op("edit", {"title": "村口五盏路灯不亮"}, subject=issue)
        reply = await phone.sync()
        assert names_in(reply) == ["register", "number", "edit"]


async def test_an_act_that_no_longer_fits_is_placed_and_kept_as_a_note(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        a, b = await home.enter("wang"), await home.enter("li")
        issue = a.op("register", lamp())
        await a.sync()
        triage: dict[str, Json] = {
            "rule": "T27", "reason_zh": "能办", "reason_en": "can do", "book": "1", "urgency": "normal",
        }  # fmt: skip
        a.op("triage", {**triage, "track": "solved_in_grid"}, subject=issue)
        b.op("triage", {**triage, "track": "escalate_to_town"}, subject=issue)
        await a.sync()
        assert fates(await b.sync()) == [(1, "placed", "")]
        queue = await home.http.get("/desk/queue.json", headers=(await home.enter("town")).headers)
        assert queue.json()["total"] == 0


async def test_places_have_no_gaps_however_many_send_at_once(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phones = [await home.enter(account) for account in ("wang", "li", "both", "both") for _ in range(2)]
        for phone in phones:
            for _ in range(6):
                phone.op("register", lamp())

        async def trickle(phone: Phone) -> None:
            for n in (1, 3, 6):
                reply_of(await phone.post(phone.outbox[:n]))

        await asyncio.gather(*(trickle(phone) for phone in phones))
        assert await places(home) == list(range(1, len(phones) * 6 * 2 + 1))
        numbers = [
            row.issue_no
            for row in await home.parts.store.read(
                lambda conn: conn.execute(select(log.text("issue_no")).select_from(log.text("subjects"))).all()
            )
        ]
        assert sorted(numbers) == [f"SL20260302{n:05d}" for n in range(1, 49)]


async def test_a_device_reads_only_the_grids_it_may_and_names(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        wang, zhao, both = await home.enter("wang"), await home.enter("zhao"), await home.enter("both")
        wang.op("register", lamp(title="只有东格能看"))
        await wang.sync()
        reply = reply_of(await zhao.post(places={EAST: 0, FAR: 0}))
        assert set(reply.changes) == {FAR}
        assert [scope.grid for scope in reply.scope] == [FAR]
        assert "只有东格能看" not in (await zhao.post(places={EAST: 0, WEST: 0, FAR: 0})).text
        reply = reply_of(await both.post(places={WEST: 0}))
        assert set(reply.changes) == {WEST}
        assert {scope.grid for scope in reply.scope} == {EAST, WEST}
        east = next(scope for scope in reply.scope if scope.grid == EAST)
        known = {"p1": "王一", "p2": "李二", "p4": "钱四", "p5": "孙五", "p6": "周六"}
        assert east.people == {**known, "p7": "吴七", "p8": "郑八", "p9": "冯九", "p10": "何十"}


async def test_a_long_log_comes_in_pages_that_say_how_much_is_still_to_come(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        for _ in range(260):
            phone.op("register", lamp())
        reply = await phone.sync()
        first = reply.changes[EAST]
        assert (len(first.ops), first.head) == (PAGE_OPS, 260 * 2)
        second = (await phone.sync()).changes[EAST]
        assert [placed.place for placed in second.ops] == list(range(PAGE_OPS + 1, 521))


async def test_a_page_of_long_texts_is_cut_but_always_gets_further(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("both")
        for grid in (EAST, WEST, EAST, WEST):
            for _ in range(80):
                phone.op("register", lamp(words="很长" * 2000), grid=grid)
            await phone.sync()
        phone.places = {EAST: 0, WEST: 0}
        rounds = 0
        while phone.places != {EAST: 320, WEST: 320}:
            await phone.sync()
            rounds += 1
            assert rounds < 10
        assert rounds == 2


async def test_an_ask_for_another_device_or_another_version_is_told_so(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        for ask, status, why in (
            (Ask(v=1, device="dnotmine22", clock_ms=0), 403, "not_your_device"),
            (Ask(v=2, device=phone.device, clock_ms=0), 400, "wire_too_new"),
            (Ask(v=1, device=phone.device, clock_ms=0, ops=["x"] * 501), 413, "too_many_ops"),
        ):
            response = await home.http.post("/exchange", content=write(ask), headers=phone.headers)
            assert (response.status_code, response.json()["why"]) == (status, why)


async def test_a_packed_ask_is_unpacked_and_a_bomb_is_not(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        body = write(Ask(v=1, device=phone.device, clock_ms=0, ops=phone.outbox))
        packed = phone.headers | {"Content-Encoding": "gzip"}
        response = await home.http.post("/exchange", content=gzip.compress(body), headers=packed)
        assert fates(reply_of(response)) == [(1, "placed", "")]
        for bad, status in ((gzip.compress(b" " * 50_000_000), 413), (gzip.compress(body)[:-9], 400), (b"zip", 400)):
            response = await home.http.post("/exchange", content=bad, headers=packed)
            assert response.status_code == status
        odd = await home.http.post("/exchange", content=body, headers=phone.headers | {"Content-Encoding": "zstd"})
        assert odd.status_code == 415


async def test_a_body_larger_than_an_ask_may_be_is_refused_before_it_is_read(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        response = await home.http.post("/exchange", content=b"[" * 2_000_000, headers=phone.headers)
        assert (response.status_code, response.json()["why"]) == (413, "ask_too_large")
        deep = await home.http.post("/exchange", content=b"[" * 900_000, headers=phone.headers)
        assert (deep.status_code, deep.json()["why"]) == (400, "ask_not_readable")


async def test_what_a_newer_phone_adds_is_carried_byte_for_byte(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        newer = msgspec.json.decode(phone.outbox.pop())
        newer |= {"v": 2, "mood": "sunny"}
        newer["fields"]["weather"] = "晴"
        text = " " + msgspec.json.encode(newer).decode()
        phone.keep(text)
        await phone.sync()
        stored = await home.parts.store.read(lambda conn: conn.execute(select(ops.c.text)).scalars().first())
        assert stored == text
