"""What comes after a restore: a new life, and everything that any phone holds comes back."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from server import keep
from server.cli import main
from sync.op import Json, Op, op_hash
from sync.wire import Ask, Offer, Placed, Receipt, Reply, Resume, read_op, write
from tests.server.house import EAST, HOUR, MINUTE, PASSWORD, House, Phone, house, lamp, reply_of
from tests.server.stores_kept import log_of, restore, settings
from tests.server.test_rights import moved


def offers_of(reply: Reply, grid: str = EAST) -> list[Offer]:
    """Everything a phone holds of a grid by this Reply, as it offers it back."""
    return [offer(grid, placed) for placed in reply.changes[grid].ops]


def offer(grid: str, placed: Placed) -> Offer:
    op = read_op(placed.text)
    assert isinstance(op, Op)
    placing = (grid, placed.place, placed.placed_ms, placed.credited_ms, placed.role)
    return Offer(op.device, op.seq, "placed", *placing, "", placed.text, placed.mark)


def offer_of_fate(phone: Phone, receipt: Receipt, text: str) -> Offer:
    placing = (receipt.grid, receipt.place, receipt.placed_ms, receipt.credited_ms, receipt.role)
    return Offer(phone.device, receipt.seq, receipt.fate, *placing, receipt.why, text, receipt.mark)


async def ask(
    phone: Phone,
    epoch: str,
    *,
    texts: Sequence[str] = (),
    offers: Sequence[Offer] = (),
    resume: Resume | None = None,
    places: dict[str, int] | None = None,
) -> Reply:
    """One Ask that names the life of the server that the phone knows."""
    asked = Ask(
        v=1,
        device=phone.device,
        clock_ms=phone.clock(),
        epoch=epoch,
        ops=list(texts),
        offers=list(offers),
        resume=resume,
        places=places or {},
    )
    return reply_of(await phone.http.post("/exchange", content=write(asked), headers=phone.headers))


@dataclass
class Lost:
    """A county whose disk was lost ten minutes after its last backup, and who had heard what by then."""

    wang: Phone
    li: Phone
    matter: str
    held: Reply
    """All that Li's phone holds: the log as it was."""
    texts: list[str]
    """Wang's ops after the backup: an edit, a matter, one that was refused, another matter."""
    told: list[Receipt]
    """What Wang was told of them."""
    log: list[tuple[int, str, str]]


async def lose(folder: Path, address: str, file: Path) -> Lost:
    async with house(folder) as home:
        wang, li = await home.enter("wang"), await home.enter("li")
        matter = wang.op("register", lamp())
        await wang.sync()
        keep.backup(settings(folder, address), file)
        home.time.pass_(10 * MINUTE)
        wang.op("edit", {"title": "路灯全灭了"}, subject=matter)
        wang.op("register", lamp(title="水管漏水，路面结冰"))
        wang.op("register", lamp(households=0))
        wang.op("register", lamp(title="井盖不见了，有人摔倒"))
        texts = list(wang.outbox)
        told = (await wang.sync()).receipts
        held = await ask(li, "", places={EAST: 0})
        lost = Lost(wang, li, matter, held, texts, told, await log_of(home))
    restore(folder, address, file)
    return lost


@asynccontextmanager
async def restored(tmp_path: Path, address: str) -> AsyncGenerator[tuple[House, Lost]]:
    lost = await lose(tmp_path / "data", address, tmp_path / "backup")
    async with house(tmp_path / "data") as home:
        home.time.pass_(2 * HOUR)
        for phone in (lost.wang, lost.li):
            phone.http, phone.clock = home.http, home.time
            said = await home.enter("wang" if phone is lost.wang else "li", phone.device)
            assert said.device == phone.device
            phone.access = said.access
        yield home, lost


def behind(lost: Lost, place: int) -> list[Offer]:
    return [one for one in offers_of(lost.held) if one.place > place]


async def test_an_ask_of_the_earlier_life_is_told_so_and_nothing_of_it_is_taken(tmp_path: Path, address: str) -> None:
    async with restored(tmp_path, address) as (home, lost):
        before = await log_of(home)
        told = await ask(lost.wang, lost.held.epoch, texts=lost.texts, places={EAST: 99})
        assert (told.receipts, told.changes, told.next_seq) == ([], {}, 2)
        assert told.epoch != lost.held.epoch
        assert told.kept == {EAST: 2}
        assert (await ask(lost.wang, "neverheard", places={EAST: 99})).kept == {EAST: 0}
        assert await log_of(home) == before == lost.log[:2]


async def test_everything_that_one_phone_held_comes_back_at_its_place_with_its_times(
    tmp_path: Path, address: str
) -> None:
    async with restored(tmp_path, address) as (home, lost):
        epoch = home.parts.store.meta.epoch
        reply = await ask(lost.li, epoch, offers=behind(lost, 2))
        assert reply.later == []
        assert await log_of(home) == lost.log
        after = await ask(lost.li, epoch, places={EAST: 0})
        assert after.changes == lost.held.changes
        assert await home.parts.store.read(keep.missing) == [keep.Missing(lost.wang.device, [4])]
        assert (await home.http.get("/health")).json()["missing"] == 1
        again = await ask(lost.li, epoch, offers=offers_of(lost.held))
        assert again.later == []
        assert await log_of(home) == lost.log


async def test_a_refused_op_comes_back_as_refused_and_the_chain_goes_on_behind_all(
    tmp_path: Path, address: str
) -> None:
    async with restored(tmp_path, address) as (home, lost):
        epoch, wang = home.parts.store.meta.epoch, lost.wang
        assert (await ask(lost.li, epoch, offers=behind(lost, 2))).next_seq == 1
        refused = offer_of_fate(wang, lost.told[2], lost.texts[2])
        assert (await ask(wang, epoch, offers=[refused])).next_seq == 6
        assert await home.parts.store.read(keep.missing) == []
        again = await ask(wang, epoch, texts=lost.texts)
        assert [(one.fate, one.place, one.placed_ms) for one in again.receipts] == [
            (one.fate, one.place, one.placed_ms) for one in lost.told
        ]
        wang.op("register", lamp(title="新的一件事情"))
        assert [one.fate for one in (await wang.sync()).receipts] == ["placed"]


async def test_a_device_sends_its_own_again_and_what_others_brought_before_counts_once(
    tmp_path: Path, address: str
) -> None:
    async with restored(tmp_path, address) as (home, lost):
        epoch, wang = home.parts.store.meta.epoch, lost.wang
        last = [one for one in behind(lost, 2) if (one.device, one.seq) == (wang.device, 5)]
        assert (await ask(lost.li, epoch, offers=last)).later == []
        assert (await ask(wang, epoch)).next_seq == 2
        reply = await ask(wang, epoch, texts=lost.texts)
        assert [one.fate for one in reply.receipts] == ["placed", "placed", "refused", "placed"]
        assert reply.receipts[3].placed_ms == lost.told[3].placed_ms
        assert reply.next_seq == 6
        hashes = [its_hash for _, its_hash, _ in await log_of(home)]
        assert len(hashes) == len(set(hashes))
        assert (await home.http.get("/health")).json()["alarms"] == 0


async def test_what_nobody_holds_is_listed_by_number_and_its_device_goes_on(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with restored(tmp_path, address) as (home, lost):
        epoch, wang = home.parts.store.meta.epoch, lost.wang
        text, prev = lost.texts[3], lost.told[2].hash
        assert (await ask(wang, epoch, texts=[text])).receipts == []
        reply = await ask(wang, epoch, texts=[text], resume=Resume(5, prev))
        assert [(one.fate, one.why) for one in reply.receipts] == [("placed", "")]
        assert await home.parts.store.read(keep.missing) == [keep.Missing(wang.device, [2, 3, 4])]
        monkeypatch.setenv("SULAIBAN_DATA", str(tmp_path / "data"))
        assert main(["missing"]) == 1
        assert capsys.readouterr().out == f"{wang.device}: 2-4\n"
        await ask(lost.li, epoch, offers=behind(lost, 2))
        assert await home.parts.store.read(keep.missing) == [keep.Missing(wang.device, [4])]


async def test_where_nothing_was_restored_no_device_can_leave_numbers_out(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        phone.op("register", lamp())
        reply = await ask(
            phone, home.parts.store.meta.epoch, texts=phone.outbox[1:], resume=Resume(2, op_hash(phone.outbox[0]))
        )
        assert (reply.receipts, reply.next_seq) == ([], 1)


CLAIMS = ("device", "seq", "fate", "grid", "place", "placed_ms", "credited_ms", "role", "text", "mark")


async def test_an_offer_with_anything_changed_is_no_word_of_the_server(tmp_path: Path, address: str) -> None:
    async with restored(tmp_path, address) as (home, lost):
        before = await log_of(home)
        forged: list[Offer] = []
        for one in behind(lost, 2):
            for name in CLAIMS:
                value = getattr(one, name)
                other = value + 1 if isinstance(value, int) else f"{value} " if name == "text" else f"{value}x"
                forged.append(msgspec.structs.replace(one, **{name: other}))
        await ask(lost.li, home.parts.store.meta.epoch, offers=forged)
        assert await log_of(home) == before


async def test_the_clerk_says_again_what_of_his_nobody_brought_and_gives_no_number_twice(
    tmp_path: Path, address: str
) -> None:
    async with restored(tmp_path, address) as (home, lost):
        epoch = home.parts.store.meta.epoch
        until = [one for one in behind(lost, 2) if one.place <= 4]
        await ask(lost.li, epoch, offers=until)
        log_now = (await ask(lost.li, epoch, places={EAST: 0})).changes[EAST].ops
        said = [op for op in (read_op(one.text) for one in log_now) if isinstance(op, Op)]
        assert [op.name for op in said][-2:] == ["register", "number"]
        lost.wang.seq = 5
        numbers = [op.fields["issue_no"] for op in said if op.name == "number"]
        assert len(numbers) == len(set(numbers))
        assert [op.device.isalnum() for op in said].count(False) == 0


async def numbers_of(home: House, lost: Lost) -> list[Json]:
    placed = (await ask(lost.li, home.parts.store.meta.epoch, places={EAST: 0})).changes[EAST].ops
    said = [op for op in (read_op(one.text) for one in placed) if isinstance(op, Op)]
    return [op.fields["issue_no"] for op in said if op.name == "number"]


async def test_matters_that_their_author_alone_still_held_are_each_numbered_again(tmp_path: Path, address: str) -> None:
    async with restored(tmp_path, address) as (home, lost):
        own = [offer_of_fate(lost.wang, one, text) for one, text in zip(lost.told, lost.texts, strict=True)]
        await ask(lost.wang, home.parts.store.meta.epoch, offers=own)
        numbers = await numbers_of(home, lost)
        assert len(numbers) == len(set(map(str, numbers))) == 3


async def test_what_the_town_let_in_after_the_backup_comes_back_by_the_word_of_settled(
    tmp_path: Path, address: str
) -> None:
    folder, file = tmp_path / "data", tmp_path / "backup"
    async with house(folder) as home:
        wang, town = await home.enter("wang"), await home.enter("town")
        await wang.sync()
        home.time.pass_(HOUR)
        await moved(home, wang.person)
        keep.backup(settings(folder, address), file)
        home.time.pass_(HOUR)
        wang.op("register", lamp())
        [text] = wang.outbox
        [parked] = (await wang.sync()).receipts
        assert parked.why == "parked"
        town.op("let_in", {"device": wang.device, "seq": parked.seq, "hash": parked.hash}, kind="parked")
        await town.sync()
        told = await wang.sync()
        [settled] = told.settled
        assert (settled.fate, told.receipts, told.signature) == ("placed", [], "")
    restore(folder, address, file)
    async with house(folder) as home:
        wang.http, wang.clock = home.http, home.time
        wang.access = (await home.enter("wang", wang.device)).access
        epoch = home.parts.store.meta.epoch
        forged = msgspec.structs.replace(settled, role="town")
        for word in (msgspec.structs.replace(settled, mark=""), forged):
            await ask(wang, epoch, offers=[offer_of_fate(wang, word, text)])
            assert settled.hash not in [its_hash for _, its_hash, _ in await log_of(home)]
        await ask(wang, epoch, offers=[offer_of_fate(wang, settled, text)])
        assert settled.hash in [its_hash for _, its_hash, _ in await log_of(home)]
        [again] = (await ask(wang, epoch, texts=[text])).receipts
        assert (again.fate, again.placed_ms, again.role) == ("placed", settled.placed_ms, settled.role)


async def test_a_device_that_the_backup_has_not_is_given_again_by_its_mark_to_its_person_alone(
    tmp_path: Path, address: str
) -> None:
    folder, file = tmp_path / "data", tmp_path / "backup"

    async def entered(home: House, account: str, device: str, mark: str) -> dict[str, Json]:
        ask: dict[str, Json] = {"account": account, "password": PASSWORD, "device": device, "mark": mark}
        response = await home.http.post("/enter", json=ask)
        return msgspec.json.decode(response.content, type=dict[str, Json])

    async with house(folder) as home:
        keep.backup(settings(folder, address), file)
        first = await entered(home, "wang", "", "")
        device, mark = str(first["device"]), str(first["mark"])
        assert (await entered(home, "wang", device, ""))["device"] == device
    restore(folder, address, file)
    async with house(folder) as home:
        for account, named, by in (
            ("wang", device, ""), ("wang", device, mark[:-2]), ("li", device, mark), ("wang", "clerk329924101202001", mark),
        ):  # fmt: skip
            assert (await entered(home, account, named, by))["device"] not in (device, named)
        again = await entered(home, "wang", device, mark)
        assert (again["device"], again["next_seq"], again["mark"]) == (device, 1, mark)
        assert (await entered(home, "li", device, mark))["device"] != device


async def test_two_restores_of_one_backup_give_no_number_twice(tmp_path: Path, address: str) -> None:
    async with restored(tmp_path, address) as (home, lost):
        own = [offer_of_fate(lost.wang, one, text) for one, text in zip(lost.told, lost.texts, strict=True)]
        await ask(lost.wang, home.parts.store.meta.epoch, offers=own)
        held = await ask(lost.li, home.parts.store.meta.epoch, places={EAST: 4})
        hands = {(one.device, one.seq) for one in offers_of(held)}
    restore(tmp_path / "data", address, tmp_path / "backup")
    async with house(tmp_path / "data") as home:
        home.time.pass_(3 * HOUR)
        for phone in (lost.wang, lost.li):
            phone.http, phone.clock = home.http, home.time
            phone.access = (await home.enter("wang" if phone is lost.wang else "li", phone.device)).access
        epoch = home.parts.store.meta.epoch
        await ask(lost.wang, epoch, offers=own)
        await ask(lost.li, epoch, offers=offers_of(held))
        now = await ask(lost.li, epoch, places={EAST: 4})
        assert hands <= {(one.device, one.seq) for one in offers_of(now)}


async def test_an_op_whose_subject_has_not_come_back_is_asked_for_again_later(tmp_path: Path, address: str) -> None:
    async with restored(tmp_path, address) as (home, lost):
        epoch = home.parts.store.meta.epoch
        whole = behind(lost, 2)
        begins = next(one for one in whole if '"name":"register"' in one.text)
        tail = [
            one for one in whole if one.place > begins.place and begins.text.split('"subject":"')[1][:20] in one.text
        ]
        reply = await ask(lost.li, epoch, offers=tail)
        assert reply.later == [(one.device, one.seq) for one in tail]
        assert (await ask(lost.li, epoch, offers=[begins, *tail])).later == []
