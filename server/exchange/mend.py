"""After a restore: places again what devices held of an earlier life, under the server's own mark and in the order it had."""

from collections.abc import Iterable, Sequence

import msgspec

from server import joining
from server.book import CountyBook
from server.exchange.hands import CLERK, Step, saying
from server.exchange.parking import role_then
from server.exchange.placing import Placing
from server.seal import Seal
from server.store import log, people
from server.store.disk import Conn
from server.store.log import Device, Kept
from sync.clock import credit, is_stamp, stamp_ms
from sync.op import Op, op_hash
from sync.receipt import PLACED, fate_text
from sync.wire import Offer, Receipt, Unreadable, read_op

_NOT_HERE = ("unknown_grid", "unknown_subject")


class Offered(msgspec.Struct, frozen=True):
    """An offer whose mark is this store's own."""

    offer: Offer
    hash: str
    op: Op | Unreadable

    @property
    def is_placed(self) -> bool:
        """Whether it stood in a log."""
        return self.offer.fate == PLACED

    @property
    def is_parked(self) -> bool:
        """Whether it waited for the town."""
        return (self.offer.fate, self.offer.why) == ("refused", "parked")

    @property
    def is_clerks(self) -> bool:
        """Whether the clerk said it."""
        return self.offer.device.startswith(CLERK.prefix)


def read_offers(seal: Seal, offers: Iterable[Offer]) -> list[Offered]:
    """The offers that this store once gave out, read outside any transaction; what it never said is left out."""
    read = [Offered(one, op_hash(one.text), read_op(one.text)) for one in offers]
    return [one for one in read if _is_ours(seal, one)]


def _is_ours(seal: Seal, one: Offered) -> bool:
    offer, op = one.offer, one.op
    if not seal.knows(fate_text(offer.device, _receipt(one)), offer.mark):
        return False
    # The mark of a placed op speaks of its text alone, which must then bear the number that is claimed for it.
    is_itself = isinstance(op, Op) and (op.device, op.seq, op.grid) == (offer.device, offer.seq, offer.grid)
    return is_itself if one.is_placed else True


def _receipt(one: Offered) -> Receipt:
    offer = one.offer
    return Receipt(
        seq=offer.seq,
        hash=one.hash,
        fate=offer.fate,
        grid=offer.grid,
        place=offer.place,
        placed_ms=offer.placed_ms,
        why=offer.why,
        credited_ms=offer.credited_ms,
        role=offer.role,
    )


def mend(conn: Conn, county: CountyBook, now_ms: int, person: str, offered: Sequence[Offered]) -> list[tuple[str, int]]:
    """Takes offers back, those that are here already but once. Device and number of those that must be offered again later.

    `person` is who offers: a refused op that says nothing readable of its author was his.
    """
    if not offered:
        return []
    work = _Mending(conn, Placing(conn, county, now_ms), person, offered)
    for one in offered:
        work.take(one)
    return work.finish()


class _Mending:
    """One Ask's offers on their way back into the logs."""

    def __init__(self, conn: Conn, placing: Placing, person: str, offered: Sequence[Offered]) -> None:
        self._conn = conn
        self._placing = placing
        self._person = person
        seqs: dict[str, list[int]] = {}
        for one in offered:
            seqs.setdefault(one.offer.device, []).append(one.offer.seq)
        self._known = {device: log.receipts_of(conn, device, many) for device, many in seqs.items()}
        self._devices = log.devices_of(conn, sorted(seqs))
        self._fresh: dict[str, dict[int, Offered]] = {}
        self._last: dict[str, Step] = {}
        self._spoken: dict[str, set[tuple[str, ...]]] = {}
        self._led: dict[str, None] = {}
        self._later: list[tuple[str, int]] = []
        read = [one.op for one in offered if (one.is_placed or one.is_parked) and isinstance(one.op, Op)]
        placing.begin({op.grid for op in read}, {op.subject for op in read})

    def take(self, one: Offered) -> None:
        """Puts one back, unless it or another text under its number is here."""
        offer = one.offer
        held = self._known[offer.device].get(offer.seq)
        if held:
            self._meet(one, held)
        elif not self._is_put_back(one):
            self._later.append((offer.device, offer.seq))
        else:
            self._known[offer.device][offer.seq] = _receipt(one)
            self._fresh.setdefault(offer.device, {})[offer.seq] = one

    def _is_put_back(self, one: Offered) -> bool:
        """False for one that cannot be yet."""
        if one.is_parked and isinstance(one.op, Op):
            return self._is_parked_anew(one, one.op)
        if not one.is_placed:
            self._placing.keep(self._kept(one))
            return True
        if not isinstance(one.op, Op) or self._placing.refusal(one.op) is not None:
            return False
        self._place(one, one.op)
        return True

    def _meet(self, one: Offered, held: Receipt) -> None:
        """What waits here and what the town had let in are one op: whichever comes second, it is in the log, and its author is told."""
        if one.hash != held.hash or not isinstance(one.op, Op):
            return
        if one.is_placed and held.why == "parked" and self._placing.refusal(one.op) is None:
            self._place(one, one.op)
            self._placing.hear_again(one.op, one.hash, is_placed=True)
            self._known[one.offer.device][one.offer.seq] = _receipt(one)
        elif one.is_parked and held.fate == PLACED and not self._placing.is_parked(one.op, one.hash):
            self._placing.keep(self._kept(one))
            self._placing.park(one.op, one.offer.text, held.role, held.credited_ms)
            self._placing.hear_again(one.op, one.hash, is_placed=True)

    def _is_parked_anew(self, one: Offered, op: Op) -> bool:
        """It waits for the town again, or for who held what before to be known, or for its subject."""
        device, now_ms = self._devices.get(op.device), self._placing.now_ms
        before = [fresh.offer.credited_ms for fresh in self._fresh.get(op.device, {}).values()]
        claimed_ms = stamp_ms(op.stamp) if is_stamp(op.stamp, op.device) else now_ms
        credited_ms = credit(claimed_ms, max([device.contact_ms if device else 0, *before]), now_ms)
        role = role_then(op, people.areas_of(self._conn, op.actor), credited_ms)
        refusal = self._placing.refusal(op)
        is_absent = refusal and refusal.why in _NOT_HERE and not self._placing.builds_on_parked(op, refusal)
        if not role or is_absent:
            return False
        self._placing.keep(self._kept(one))
        self._placing.park(op, one.offer.text, role, credited_ms)
        self._placing.hear_again(op, one.hash, is_placed=False)
        return True

    def _place(self, one: Offered, op: Op) -> None:
        offer = one.offer
        if not one.is_clerks:
            self._answer(op.grid)
        made = self._placing.place_again(op, offer.text, offer.role, offer.credited_ms, offer.placed_ms)
        if op.name in joining.LEADS:
            self._led[op.subject] = None
        if one.is_clerks:
            self._spoken.setdefault(op.grid, set()).add(saying(op.subject, op.name, op.fields))
        else:
            self._last[op.grid] = made
            self._spoken[op.grid] = set()

    def _answer(self, grid: str) -> None:
        """The clerk says to the last op of a grid what nobody brought of his: it came under its receipt, without the log."""
        made = self._last.pop(grid, None)
        if made:
            self._placing.answer(made, self._spoken[grid])

    def _kept(self, one: Offered) -> Kept:
        offer = one.offer
        return Kept(
            device=offer.device,
            seq=offer.seq,
            hash=one.hash,
            fate=offer.fate,
            why=offer.why,
            about="",
            text=offer.text.encode(errors="surrogatepass"),
            at_ms=self._placing.now_ms,
        )

    def finish(self) -> list[tuple[str, int]]:
        """Lets the clerk say what of his nobody brought, makes joined ends agree, moves the chains on, and writes everything down."""
        for grid in list(self._last):
            self._answer(grid)
        for subject in self._led:
            self._placing.agree(subject)
        for name, fresh in self._fresh.items():
            self._placing.put_device(self._moved(name, fresh))
        self._placing.finish()
        return self._later

    def _moved(self, name: str, fresh: dict[int, Offered]) -> Device:
        """The device's chain, as far as its ops are here without a gap."""
        read = {seq: one.op for seq, one in fresh.items() if isinstance(one.op, Op)}
        actor = next((op.actor for op in read.values()), self._person)
        device = self._placing.device(name) or self._devices.get(name) or Device(id=name, person=actor)
        hashes = {seq: one.hash for seq, one in fresh.items()}
        hashes |= {seq: one.hash for seq, one in log.beyond(self._conn, name, device.head_seq).items()}
        head, its_hash = device.head_seq, device.head_hash
        while head + 1 in hashes:
            head, its_hash = head + 1, hashes[head + 1]
        stamps = [device.stamp, *(op.stamp for seq, op in read.items() if device.head_seq < seq <= head)]
        credited = [one.offer.credited_ms for seq, one in fresh.items() if seq <= head]
        return msgspec.structs.replace(
            device,
            head_seq=head,
            head_hash=its_hash,
            stamp=max(stamps),
            contact_ms=max([device.contact_ms, *credited]),
        )
