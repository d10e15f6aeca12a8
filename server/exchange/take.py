"""Judges what a device brings: each op by itself, along the device's chain, each to one of its fates."""

from collections.abc import Sequence

import msgspec

from server.book import CountyBook
from server.exchange.mend import Offered, mend
from server.exchange.parking import WHY, left_at
from server.exchange.placing import Placing
from server.moving import target_of
from server.now import Clock
from server.problems import Problem
from server.store import log
from server.store.disk import Conn
from server.store.log import Kept
from server.who import Standing, Who, standing
from sync.admit import Admitted, Refusal, admit
from sync.clock import credit, is_stamp, skew, stamp_ms
from sync.op import Op, op_hash
from sync.wire import Ask, Receipt, Resume, Unreadable, read_op


class Brought(msgspec.Struct, frozen=True):
    """One text of an Ask, with its hash and what could be read of it."""

    text: str
    hash: str
    op: Op | Unreadable


class Taken(msgspec.Struct, frozen=True):
    """The fates of what was taken, in the order it came, and the number that is expected next."""

    receipts: list[Receipt]
    next_seq: int
    is_of_now: bool = True
    """Whether the Ask was of the server's present life; else nothing of it was taken."""
    later: list[tuple[str, int]] = []
    """Offers that cannot be placed yet."""
    gap: tuple[int, int] | None = None
    """The first and last number that is missing before what came; None for no gap."""


def read_ops(texts: list[str]) -> list[Brought]:
    """Reads each text by itself, outside any transaction."""
    return [Brought(text, op_hash(text), read_op(text)) for text in texts]


def grids_of(op: Op) -> list[str]:
    """The logs that an op and the clerk's answer to it enter, as far as the op tells."""
    return [grid for grid in (op.grid, target_of(op)) if grid]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What an Ask brings, read outside any transaction, and which life of the store it meets."""

    brought: list[Brought]
    offered: Sequence[Offered] = ()
    epoch: str = ""
    """The store's; "" where there is but one."""
    was_restored: bool = False


def take(conn: Conn, county: CountyBook, clock: Clock, who: Who, ask: Ask, given: Delivery) -> Taken | Problem:
    """The body of an exchange's transaction. It may run twice, and leaves nothing but rows."""
    try:
        now_ms = clock()
        stands = standing(conn, who)
        if ask.epoch and given.epoch and ask.epoch != given.epoch:
            # It does not know yet that there was a restore: what it holds must come before what it says.
            return Taken([], stands.device.head_seq + 1, is_of_now=False)
        later = mend(conn, county, now_ms, who.person, given.offered)
        stands = standing(conn, who) if given.offered else stands
    except Problem as problem:
        # Told as a value: raising here would make the neighbours in this transaction wait for a second one.
        return problem
    chain = _Chain(conn, Placing(conn, county, now_ms), stands, given)
    chain.resume(ask.resume)
    for one in given.brought:
        chain.judge(one)
    return msgspec.structs.replace(chain.finish(ask), later=later)


class _Chain:
    """A device's chain while its ops are judged."""

    def __init__(self, conn: Conn, placing: Placing, stands: Standing, given: Delivery) -> None:
        brought = given.brought
        self._was_restored = given.was_restored
        self._placing = placing
        self._asker = stands.asker
        self._device = stands.device
        self._contact_ms = stands.device.contact_ms
        self._has_gap = False
        self._gap: tuple[int, int] | None = None
        self._receipts: list[Receipt] = []
        ours = [one.op for one in brought if isinstance(one.op, Op) and one.op.device == self._device.id]
        old = [op.seq for op in ours if op.seq <= self._device.head_seq]
        nameless = [one.hash for one in brought if not isinstance(one.op, Op) or one.op.device != self._device.id]
        self._by_seq = log.receipts_of(conn, self._device.id, old) if old else {}
        self._beyond = log.beyond(conn, self._device.id, self._device.head_seq) if given.was_restored else {}
        self._by_seq |= self._beyond
        self._by_hash = log.kept_before(conn, self._device.id, nameless) if nameless else {}
        new = [op for op in ours if op.seq > self._device.head_seq]
        placing.begin({grid for op in new for grid in grids_of(op)}, {op.subject for op in new})
        placing.expect([(op, self._credited_ms(op)) for op in new])

    def resume(self, resume: Resume | None) -> None:
        """After a restore: the device holds nothing before this number that is not here; what is missing is listed."""
        if resume and self._was_restored and resume.seq > self._device.head_seq + 1:
            self._gap = (self._device.head_seq + 1, resume.seq - 1)
            self._device = msgspec.structs.replace(self._device, head_seq=resume.seq - 1, head_hash=resume.prev)

    def judge(self, one: Brought) -> None:
        """Gives one op its fate; one that lies beyond a gap gets none yet."""
        if isinstance(one.op, Unreadable):
            self._nameless(one, "unreadable", Refusal(why=one.op.why))
        elif one.op.device != self._device.id:
            self._nameless(one, "refused", Refusal(why="not_your_device", about=one.op.device))
        elif one.op.seq <= self._device.head_seq:
            self._again(one, one.op)
        elif one.op.seq > self._device.head_seq + 1:
            self._has_gap = True
            self._gap = self._gap or (self._device.head_seq + 1, one.op.seq - 1)
        else:
            self._next(one, one.op)

    def _nameless(self, one: Brought, fate: str, refusal: Refusal) -> None:
        """A text that bears no number of this chain takes the next one; known by its hash when it comes again."""
        if one.hash in self._by_hash:
            self._receipts.append(self._by_hash[one.hash])
        elif not self._has_gap:
            self._by_hash[one.hash] = self._refuse(one, self._device.head_seq + 1, refusal, fate)
            self._advance(one)

    def _again(self, one: Brought, op: Op) -> None:
        known = self._by_seq.get(op.seq)
        if known and known.hash == one.hash:
            self._receipts.append(known)
            return
        why = "same_identity_other_bytes"
        self._receipts.append(Receipt(seq=op.seq, hash=one.hash, fate="refused", why=why))
        self._placing.alarm(self._kept(one, op.seq, Refusal(why=why), "refused"))

    def _next(self, one: Brought, op: Op) -> None:
        credited_ms = self._credited_ms(op)
        verdict = self._verdict(op, one.text, credited_ms)
        if isinstance(verdict, Refusal):
            self._by_seq[op.seq] = self._refuse(one, op.seq, verdict, "refused")
        else:
            entry = self._placing.place(op, one.text, verdict.role, credited_ms, one.hash)
            receipt = log.receipt_of(entry)
            self._by_seq[op.seq] = receipt
            self._receipts.append(receipt)
        self._advance(one)
        if is_stamp(op.stamp, op.device):
            self._device = msgspec.structs.replace(
                self._device, stamp=op.stamp, contact_ms=max(self._device.contact_ms, credited_ms)
            )

    def _credited_ms(self, op: Op) -> int:
        now_ms = self._placing.now_ms
        claimed_ms = stamp_ms(op.stamp) if is_stamp(op.stamp, op.device) else now_ms
        return credit(claimed_ms, self._contact_ms, now_ms)

    def _verdict(self, op: Op, text: str, credited_ms: int) -> Admitted | Refusal:
        if op.prev != self._device.head_hash:
            return Refusal(why="chain_broken", about=op.prev)
        verdict = admit(op, self._asker, credited_ms)
        if isinstance(verdict, Refusal):
            return self._late(op, text, credited_ms) or verdict if verdict.why == "not_your_grid" else verdict
        refusal = self._asked(op, verdict.role, credited_ms)
        if refusal and self._placing.builds_on_parked(op, refusal):
            return self._park(op, text, verdict.role, credited_ms)
        return refusal or verdict

    def _asked(self, op: Op, role: str, at_ms: int) -> Refusal | None:
        """What the logs and the units say against an op that its law allows."""
        refusal = self._placing.refusal(op, self._asker.areas, at_ms)
        return refusal or self._placing.unit_refusal(op, role, self._asker.areas, at_ms)

    def _late(self, op: Op, text: str, credited_ms: int) -> Refusal | None:
        """What becomes of an op by somebody who stood in its grid before: judged as of then, and parked if it had been right."""
        left_ms = left_at(self._asker.areas, op.grid, credited_ms)
        if left_ms is None:
            return None
        verdict = admit(op, self._asker, left_ms)
        if isinstance(verdict, Refusal):
            return verdict
        refusal = self._asked(op, verdict.role, left_ms)
        if refusal and not self._placing.builds_on_parked(op, refusal):
            return refusal
        return self._park(op, text, verdict.role, credited_ms)

    def _park(self, op: Op, text: str, role: str, credited_ms: int) -> Refusal:
        self._placing.park(op, text, role, credited_ms)
        return Refusal(why="parked", about=WHY)

    def _refuse(self, one: Brought, seq: int, refusal: Refusal, fate: str) -> Receipt:
        self._placing.keep(self._kept(one, seq, refusal, fate))
        receipt = Receipt(seq=seq, hash=one.hash, fate=fate, why=refusal.why, about=refusal.about)
        self._receipts.append(receipt)
        return receipt

    def _kept(self, one: Brought, seq: int, refusal: Refusal, fate: str) -> Kept:
        return Kept(
            device=self._device.id,
            seq=seq,
            hash=one.hash,
            fate=fate,
            why=refusal.why,
            about=refusal.about,
            text=one.text.encode(),
            at_ms=self._placing.now_ms,
        )

    def _advance(self, one: Brought) -> None:
        """The chain goes on with the hash of what came, whatever its fate."""
        head, its_hash = self._device.head_seq + 1, one.hash
        while head + 1 in self._beyond:
            head, its_hash = head + 1, self._beyond[head + 1].hash
        self._device = msgspec.structs.replace(self._device, head_seq=head, head_hash=its_hash)

    def finish(self, ask: Ask) -> Taken:
        """Writes everything down. An Ask without ops proves contact now: the device holds nothing older."""
        now_ms = self._placing.now_ms
        contact_ms = self._device.contact_ms if ask.ops else max(self._device.contact_ms, now_ms)
        device = msgspec.structs.replace(self._device, contact_ms=contact_ms, skew_ms=skew(ask.clock_ms, now_ms))
        self._placing.put_device(device)
        self._placing.finish()
        return Taken(receipts=self._receipts, next_seq=device.head_seq + 1, gap=self._gap)
