"""Receipts: every fate is signed, each proves something by itself, and nobody else can have made it."""

from pathlib import Path

import msgspec
import pytest

from server.seal import Key, Seal, fits
from server.slip import Slip, read_slip
from sync.op import op_hash
from sync.receipt import change_text, climb, fate_text, receipt_text, root_of, steps_of
from sync.wire import Receipt, Reply
from tests.server.house import EAST, House, house, lamp, reply_of

OTHER = Seal(b"o" * 32, b"m" * 32)


async def keys_of(home: House) -> list[Key]:
    answer = await home.http.get("/keys")
    return msgspec.json.decode(answer.content, type=dict[str, list[Key]])["keys"]


def slip_of(device: str, reply: Reply, at: int) -> str:
    """A receipt as a phone writes it for people."""
    texts = [receipt_text(device, reply.epoch, one) for one in reply.receipts]
    return texts[at] + "".join(f"{line}\n" for line in (*steps_of(texts, at), reply.key, reply.signature))


async def test_one_signature_stands_for_every_receipt_of_a_reply_whatever_its_fate(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        phone.op("register", lamp(households=0))
        phone.seq += 1
        phone.keep("not an op")
        reply = reply_of(await phone.post())
        keys = await keys_of(home)
        assert [receipt.fate for receipt in reply.receipts] == ["placed", "refused", "unreadable"]
        for at, receipt in enumerate(reply.receipts):
            slip = read_slip(slip_of(phone.device, reply, at), keys)
            assert slip is not None
            assert (slip.device, slip.seq, slip.hash, slip.fate) == (
                phone.device,
                at + 1,
                op_hash(phone.outbox[at]),
                receipt.fate,
            )
            assert (slip.place, slip.why, slip.epoch, slip.is_genuine) == (
                receipt.place,
                receipt.why,
                reply.epoch,
                True,
            )


async def test_a_reply_without_receipts_bears_no_signature(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        reply = await (await home.enter("wang")).sync()
        assert (reply.receipts, reply.key, reply.signature) == ([], "", "")


async def test_the_key_is_made_once_told_on_entering_and_to_anybody(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        keys = await keys_of(home)
        body = {"account": "wang", "password": "little-mailbox-3", "device": ""}
        entered = (await home.http.post("/enter", json=body)).json()
        assert entered["keys"] == msgspec.to_builtins(keys)
    async with house(tmp_path) as home:
        assert await keys_of(home) == keys


@pytest.mark.parametrize("line", range(10))
async def test_a_slip_with_one_line_changed_is_not_genuine(tmp_path: Path, line: int) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        phone.op("register", lamp())
        reply = await phone.sync()
        lines = slip_of(phone.device, reply, 1).splitlines()
        lines[line] += "1"
        slip = read_slip("\n".join(lines), await keys_of(home))
        assert slip is None or not slip.is_genuine


async def test_a_slip_that_another_key_signed_is_not_genuine(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        reply = await phone.sync()
        forged = OTHER.sign(phone.device, reply.epoch, reply.receipts)
        reply = msgspec.structs.replace(reply, signature=forged.signature)
        slip = read_slip(slip_of(phone.device, reply, 0), await keys_of(home))
        assert slip is not None
        assert not slip.is_genuine


@pytest.mark.parametrize("text", ["", "sulaiban receipt 1", "x\n" * 13, "sulaiban receipt 1\n" + "a\n" * 12])
def test_what_is_no_slip_is_said_to_be_none(text: str) -> None:
    assert read_slip(text, [OTHER.key]) is None


def test_a_broken_signature_fits_nothing() -> None:
    for signature in ("", "!", "AAAA", "A" * 86):
        assert not fits(OTHER.key, "0" * 64, signature)


def test_a_former_key_s_receipts_still_hold() -> None:
    former = Seal(b"f" * 32, b"m" * 32)
    receipt = Receipt(seq=1, hash="h", fate="placed", grid=EAST, place=1, placed_ms=5)
    signed = former.sign("d1", "e1", [receipt])
    text = receipt_text("d1", "e1", receipt) + f"{signed.key}\n{signed.signature}\n"
    public = former.public
    now = Seal(b"n" * 32, b"m" * 32, [public])
    slip = read_slip(text, now.keys)
    assert isinstance(slip, Slip)
    assert slip.is_genuine
    assert now.key.id != former.key.id


async def test_a_receipt_and_its_change_bear_one_mark_that_only_this_store_makes(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        reply = await phone.sync()
        receipt, change = reply.receipts[0], reply.changes[EAST].ops[0]
        assert receipt.mark == change.mark
        assert len(change.mark) == 12
        seal = home.parts.seal
        assert seal.knows(change_text(EAST, change, op_hash(change.text)), change.mark)
        moved = msgspec.structs.replace(change, place=2)
        assert not seal.knows(change_text(EAST, moved, op_hash(change.text)), change.mark)
        assert not OTHER.knows(fate_text(phone.device, receipt), receipt.mark)


def test_every_way_up_a_tree_of_any_size_leads_to_its_one_root() -> None:
    for many in range(1, 34):
        texts = [f"receipt {n}\n" for n in range(many)]
        root = root_of(texts)
        assert {climb(text, steps_of(texts, at)) for at, text in enumerate(texts)} == {root}
        assert all(len(steps_of(texts, at)) <= 6 for at in range(many))
