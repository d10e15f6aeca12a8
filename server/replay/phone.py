"""A phone without a screen: it makes ops with no network, keeps them until a receipt comes, and holds its grids' logs.

Pure: it is told the time and hands out Asks as data; who carries them to the server is not its business.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from server.replay.mending import LATER_AT_ONCE, Told, laid_aside, offer_of, offer_of_own, whole
from sync.admit import Area, Asker, Refusal, admit
from sync.clock import tick, witness
from sync.fold import Shape, empty, step
from sync.law import law_of
from sync.op import Change, Json, Op, op_hash, subject_id, write_op
from sync.wire import MAX_OPS, Ask, Offer, Placed, Receipt, Reply, Resume, Unreadable, read_op


class LawRefusedError(Exception):
    """The law refuses an op that a simulated person wanted to make; its message names the op and the law's word."""


@dataclass(frozen=True)
class Waiting:
    """An op that has no receipt yet: what was written, and its hash."""

    seq: int
    text: str
    hash: str
    op: Op


@dataclass
class Phone:
    """One device of one person, as durable as the test that holds it."""

    device: str
    person: str
    areas: list[Area]
    next_seq: int = 1
    prev: str = ""
    last_stamp: str = ""
    epoch: str = ""
    heard: str = ""
    places: dict[str, int] = field(default_factory=dict[str, int])
    outbox: list[Waiting] = field(default_factory=list[Waiting])
    log: dict[str, list[Change]] = field(default_factory=dict[str, list[Change]])
    refused: list[Receipt] = field(default_factory=list[Receipt])
    receipts: dict[int, Receipt] = field(default_factory=dict[int, Receipt])
    told: dict[int, Told] = field(default_factory=dict[int, Told])
    """Own ops with what became of them, by number: to be offered back after a restore."""
    rows: dict[str, list[Placed]] = field(default_factory=dict[str, list[Placed]])
    """Every place of a grid's log as it came, withheld ones too."""
    offers: list[Offer] = field(default_factory=list[Offer])
    """After a restore: what is still to be offered back, in its order."""
    later: list[Offer] = field(default_factory=list[Offer])
    """Offers that could not be placed yet."""
    given: list[Offer] = field(default_factory=list[Offer])
    """Offers that were taken: kept for a next restore, whose backup may be older than their coming back."""
    left: frozenset[str] = frozenset()
    """Lives of the server that are over."""
    shapes: dict[str, Shape] = field(default_factory=dict[str, Shape])
    """Placed state by subject; what waits is laid on top by `shape`."""

    def make(
        self,
        now_ms: int,
        grid: str,
        name: str,
        fields: dict[str, Json],
        *,
        kind: str = "",
        subject: str = "",
        seen: dict[str, list[str]] | None = None,
    ) -> str:
        """Makes an op here and now and returns its subject's id. Begins a subject when `kind` is given.

        Raises LawRefusedError when the law refuses it; nothing is written then.
        """
        stamp = tick(self.last_stamp, now_ms, self.device)
        subject = subject or subject_id(kind, self.device, self.next_seq)
        op = Op(
            device=self.device,
            seq=self.next_seq,
            prev=self.prev,
            stamp=stamp,
            actor=self.person,
            grid=grid,
            subject=subject,
            name=name,
            fields=fields,
            seen=seen or {},
        )
        answer = admit(op, Asker(person=self.person, device=self.device, areas=self.areas), now_ms)
        if isinstance(answer, Refusal):
            raise LawRefusedError(f"{name}: {answer.why} ({answer.about})")
        text = write_op(op)
        waiting = Waiting(seq=op.seq, text=text, hash=op_hash(text), op=op)
        self.outbox.append(waiting)
        self.next_seq, self.prev, self.last_stamp = op.seq + 1, waiting.hash, stamp
        return subject

    def ask(self, now_ms: int, most: int = MAX_OPS) -> Ask:
        """What this phone would send now: its oldest waiting ops and its places; after a restore, only offers at first."""
        if self.offers:
            return Ask(
                v=1,
                device=self.device,
                epoch=self.epoch,
                clock_ms=now_ms,
                heard=self.heard,
                offers=whole(self.offers, most),
            )
        first = self.outbox[0] if self.outbox else None
        return Ask(
            v=1,
            device=self.device,
            epoch=self.epoch,
            clock_ms=now_ms,
            places=dict(self.places),
            heard=self.heard,
            ops=[one.text for one in self.outbox[:most]],
            offers=self.later[:LATER_AT_ONCE],
            resume=Resume(seq=first.seq, prev=first.op.prev) if first and self.left else None,
        )

    def concerns(self, ask: Ask, reply: Reply) -> bool:
        """Whether a Reply to this Ask is of a life that this phone still lives in."""
        return ask.epoch == self.epoch and reply.epoch not in self.left

    def take(self, reply: Reply, now_ms: int, offered: Sequence[Offer] = ()) -> bool:
        """Takes a Reply in; returns whether there is more to hear or to say. `offered` is what its Ask offered."""
        if self.epoch not in ("", reply.epoch):
            self._turn(reply)
            return True
        self.epoch = reply.epoch
        self._offered(offered, reply.later)
        for receipt in reply.receipts:
            self._settle(receipt)
        more = False
        for scope in reply.scope:
            if scope.grid not in self.places:
                self.places[scope.grid] = 0
                more = True
        for grid, changes in reply.changes.items():
            for placed in changes.ops:
                self._learn(grid, placed, now_ms)
            more = more or self.places[grid] < changes.head
        return more or bool(self.outbox or self.offers)

    def _turn(self, reply: Reply) -> None:
        """The server was restored: lays aside what it may lack, and goes back to where both agree."""
        kept = {grid: min(place, reply.kept.get(grid, 0)) for grid, place in self.places.items()}
        rows = [offer_of(grid, row) for grid, many in self.rows.items() for row in many if row.place > kept[grid]]
        own = [one for seq, one in sorted(self.told.items()) if seq >= reply.next_seq]
        self.offers = laid_aside(
            self.given, self.offers, rows, [offer_of_own(self.device, one) for one in own], self.later
        )
        self.given, self.later = [], []
        self.left |= {self.epoch}
        self.epoch = reply.epoch
        self.places = kept
        self.rows = {grid: [row for row in many if row.place <= kept[grid]] for grid, many in self.rows.items()}
        self.log = {grid: [one for one in many if one.place <= kept[grid]] for grid, many in self.log.items()}
        self.shapes = {}
        for grid, change in ((grid, change) for grid, many in self.log.items() for change in many):
            self._fold(grid, change)

    def _offered(self, offered: Sequence[Offer], later: Sequence[tuple[str, int]]) -> None:
        """What the server has taken is kept for a next restore; what it cannot place yet is offered again another time."""
        gone = {(one.device, one.seq) for one in offered}
        again = [one for one in offered if (one.device, one.seq) in set(later)]
        self.given += [one for one in offered if one not in again]
        self.offers = [one for one in self.offers if (one.device, one.seq) not in gone]
        self.later = [*(one for one in self.later if (one.device, one.seq) not in gone), *again]

    def _settle(self, receipt: Receipt) -> None:
        mine = next((one for one in self.outbox if one.seq == receipt.seq and one.hash == receipt.hash), None)
        if mine is None:
            return
        self.outbox.remove(mine)
        self.receipts[receipt.seq] = receipt
        self.told[receipt.seq] = Told(mine.text, receipt)
        self.heard = receipt.hash
        if receipt.fate != "placed":
            self.refused.append(receipt)

    def _learn(self, grid: str, placed: Placed, now_ms: int) -> None:
        if placed.place <= self.places[grid]:
            return
        self.places[grid] = placed.place
        self.rows.setdefault(grid, []).append(placed)
        op = read_op(placed.text)
        if isinstance(op, Unreadable):
            # Withheld from this person, or written by a newer app: its place is passed all the same.
            return
        change = Change(
            place=placed.place,
            placed_ms=placed.placed_ms,
            credited_ms=placed.credited_ms,
            role=placed.role,
            op=op,
        )
        self.log.setdefault(grid, []).append(change)
        self.last_stamp = witness(self.last_stamp, op.stamp, now_ms) if self.last_stamp else self.last_stamp
        self._fold(grid, change)

    def _fold(self, grid: str, change: Change) -> None:
        law = law_of(change.op.subject)
        if law is not None:
            shape = self.shapes.get(change.op.subject) or empty(change.op.subject, grid)
            self.shapes[change.op.subject] = step(law, shape, change)

    def shape(self, subject: str, now_ms: int = 0) -> Shape | None:
        """The subject as this phone shows it: what the server placed, with its own waiting ops on top."""
        shape = self.shapes.get(subject)
        for waiting in self.outbox:
            law = law_of(subject)
            if waiting.op.subject == subject and law is not None:
                role = self.areas[0].role
                change = Change(place=0, placed_ms=now_ms, credited_ms=now_ms, role=role, op=waiting.op)
                shape = step(law, shape or empty(subject, waiting.op.grid), change)
        return shape
