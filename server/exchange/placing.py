"""One transaction's work on the logs: ops get their places, subjects are folded, the clerk speaks right behind them."""

from collections.abc import Collection
from functools import partial

import msgspec

from server import carry, clerk, joining, moving, ordering, units
from server.book import CountyBook
from server.exchange.hands import CLERK, Hand, Spoken, Step, Written, refused, saying, was_said
from server.exchange.holding import Holding
from server.exchange.parking import (
    LET_IN,
    Word,
    begun_by,
    named_by,
    parked_of,
    settled,
    settles,
    why_not,
    word_in,
    word_of,
)
from server.sight import may_know
from server.store import lists, log, parked, people, snapshots
from server.store.disk import Conn
from server.store.lists import Known
from server.store.log import Device, Entry, Kept
from server.store.marking import sealed_beside
from server.store.parked import Parked, Waiting
from sync.admit import Admitted, Area, Asker, Refusal, admit
from sync.check import is_ref
from sync.clock import stamp_ms, tick
from sync.fold import Shape, empty, step
from sync.law import LAW
from sync.op import Change, Json, Op, kind_of, op_hash, subject_id, write_op
from sync.sight import Mark, mark_after
from sync.wire import read_op


class Placing(Holding):
    """Collects what one transaction adds; `finish` writes it, each table by one statement."""

    def __init__(self, conn: Conn, county: CountyBook, now_ms: int) -> None:
        """`now_ms` is when everything here is placed."""
        super().__init__(conn, county, now_ms)
        self._entries: list[Entry] = []
        self._alarms: list[Kept] = []
        self._kept: list[Kept] = []
        self._parked: dict[tuple[str, int, str], Waiting] = {}
        self._settled: dict[tuple[str, int], Parked] = {}

    def refusal(self, op: Op, areas: list[Area] | None = None, credited_ms: int = 0) -> Refusal | None:
        """What only the logs can say against an op: its grid and its subject must be known, and belong together.

        Of a subject that its actor may not know of, the answer is that of one that does not exist. Without `areas` no
        rights are asked: of what was placed before.
        """
        if op.grid not in self._heads:
            return Refusal(why="unknown_grid", about=op.grid)
        if areas is not None and settles(op):
            return self._cannot_settle(op)
        record = self._records.get(op.subject)
        if record is None:
            begins = op.subject == subject_id(kind_of(op.subject), op.device, op.seq)
            if not begins:
                return Refusal(why="unknown_subject", about=op.subject)
            return None if areas is None else self._begun_before(op)
        if areas is not None and not may_know(op.actor, areas, record, credited_ms):
            return Refusal(why="unknown_subject", about=op.subject)
        if record.grid != op.grid:
            return Refusal(why="other_grid", about=op.subject)
        return self._cannot_lead(op, areas, credited_ms) or self._cannot_move(op, record.shape, areas, credited_ms)

    def _cannot_lead(self, op: Op, areas: list[Area] | None, credited_ms: int) -> Refusal | None:
        into = joining.into_of(op)
        if not into:
            return None
        lead = next(iter(self._known([into])), None)
        if lead and lead.grid != op.grid:
            if areas is None:
                # Placed in an earlier life: the other log may have come back further than this one.
                return None
            if not joining.may_reach(areas, lead.grid, credited_ms):
                return Refusal(why="cannot_lead", about=into)
            self._lock([lead.grid])
        marks = [one.mark for one in self._known([op.subject, into])]
        if areas is not None and any(mark and mark.seal for mark in marks):
            return Refusal(why="cannot_lead", about=into)
        return joining.refusal(op, self.shape_of)

    def _cannot_move(self, op: Op, shape: Shape, areas: list[Area] | None, credited_ms: int) -> Refusal | None:
        target = moving.target_of(op)
        if areas is None or not target:
            return None
        self._lock([target])
        return moving.refusal(op, shape, areas, credited_ms, is_known=target in self._heads)

    def _cannot_settle(self, op: Op) -> Refusal | None:
        found = self._waiting(op)
        refusal = why_not(op, found)
        late = read_op(found.text) if found else None
        if refusal or not isinstance(late, Op):
            return refusal
        known = self._known([late.subject])
        if op.name == LET_IN and not known and begun_by(late.subject) != (late.device, late.seq):
            return Refusal(why="unknown_subject", about=late.subject)
        here = all(record.grid == op.grid for record in known)
        return None if here else Refusal(why="moved_away", about=late.subject)

    def _waiting(self, op: Op) -> Waiting | None:
        """The parked op that a town's word names, as it stands in this transaction."""
        return self._found(*named_by(op))

    def _found(self, device: str, seq: int, its_hash: str) -> Waiting | None:
        found = self._parked.get((device, seq, its_hash)) or parked.parked_op(self._conn, device, seq, its_hash)
        return found and msgspec.structs.replace(found, parked=self._settled.get((device, seq), found.parked))

    def park(self, op: Op, text: str, role: str, credited_ms: int) -> None:
        """Lets an op wait for the town of its grid; its bytes are kept as a refused one's."""
        its_hash = op_hash(text)
        one = parked_of(op, its_hash, role, credited_ms, self.now_ms)
        self._parked[op.device, op.seq, its_hash] = Waiting(one, text)

    def builds_on_parked(self, op: Op, refusal: Refusal) -> bool:
        """Whether all that stands against an op is that its device's own beginning of the subject waits for the town."""
        device, seq = begun_by(op.subject)
        if refusal.why != "unknown_subject" or device != op.device:
            return False
        if any(key[:2] == (device, seq) for key in self._parked):
            return (device, seq) not in self._settled
        held = log.receipts_of(self._conn, device, [seq]).get(seq)
        return held is not None and held.why == "parked"

    def is_parked(self, op: Op, its_hash: str) -> bool:
        """Whether this op waits, or has waited."""
        return self._found(op.device, op.seq, its_hash) is not None

    def hear_again(self, op: Op, its_hash: str, *, is_placed: bool) -> None:
        """After a restore: what the town said of a parked op in the earlier life, as far as the log tells it."""
        found = self._found(op.device, op.seq, its_hash)
        word = word_in([one.shape for one in self._known(self._naming(its_hash))])
        if is_placed:
            word = word if word and word.name == LET_IN else Word(LET_IN, "", "", self.now_ms)
        if found and word and (is_placed or word.name != LET_IN):
            self._settled[op.device, op.seq] = settled(found.parked, word)

    def unit_refusal(self, op: Op, role: str, areas: list[Area], at_ms: int) -> Refusal | None:
        """Whether the unit in which the actor stood may do this: those of the unit that has the order, or none of them."""
        record = self._records.get(op.subject)
        return units.refusal(op, role, areas, at_ms, record.shape if record else None, self.orders_of)

    def place(self, op: Op, written: str, role: str, credited_ms: int, its_hash: str = "") -> Entry:
        """Gives an admitted op the next place of its grid's log, and lets the clerk answer it. `its_hash` if it is at hand."""
        known = self._records.get(op.subject)
        entry, made = self._put(op, Written(written, its_hash or op_hash(written)), role, credited_ms, self.now_ms)
        self.answer(made)
        self._forward(made, known.mark if known else None)
        if settles(op):
            self._settle(op)
        return entry

    def place_again(self, op: Op, written: str, role: str, credited_ms: int, placed_ms: int) -> Step:
        """Gives an op that was placed in an earlier life the next place, with the times it had; the clerk spoke then.

        What the town let in then comes back as an op of its own; until it does, it waits.
        """
        made = self._put(op, Written(written, op_hash(written)), role, credited_ms, placed_ms)[1]
        if settles(op) and op.name != LET_IN:
            self._settle(op)
        return made

    def agree(self, subject: str) -> None:
        """After a restore: a leading record and those that it names are made to say the same."""
        lead = self.shape_of(subject)
        for one in joining.agreed(self._county, lead, self._reached) if lead else ():
            about = self._reached(one.subject)
            if about:
                self.say(CLERK, about.grid, one.name, one.fields, subject=one.subject)

    def _put(self, op: Op, written: Written, role: str, credited_ms: int, placed_ms: int) -> tuple[Entry, Step]:
        place = self._heads[op.grid] + 1
        self._heads[op.grid] = place
        entry = Entry(
            grid=op.grid,
            place=place,
            device=op.device,
            seq=op.seq,
            hash=written.hash,
            subject=op.subject,
            name=op.name,
            actor=op.actor,
            role=role,
            stamp=op.stamp,
            claimed_ms=stamp_ms(op.stamp),
            placed_ms=placed_ms,
            credited_ms=credited_ms,
            text=written.text,
        )
        self._entries.append(entry)
        change = Change(place=place, placed_ms=placed_ms, credited_ms=credited_ms, role=role, op=op)
        return entry, self._fold(change)

    def _forward(self, made: Step, mark: Mark | None) -> None:
        """An issue that moves goes on in the other grid's log, and what is said of it here afterwards is told there."""
        op, after = made.change.op, made.after
        if kind_of(op.subject) != "issue":
            return
        if after.stage == "moved" != made.before.stage:
            self.move(after, mark)
        elif moving.is_late(made.before, after, made.change):
            self._tell_late(after, mark)

    def move(self, left: Shape, mark: Mark | None) -> None:
        """Opens an issue that left this grid in the one it moved to."""
        actor = moving.moved_by(left).actor
        here = next(iter(log.grids_under(self._conn, [left.grid])), None)
        by = people.names(self._conn, [actor]).get(actor, "")
        target, fields = moving.arrival(left, mark, here, by)
        self._lock([target])
        arrived = self.say(CLERK, target, "arrive", fields, kind="issue")
        if arrived.shape:
            self.say(CLERK, left.grid, "forward", {"moved_to": arrived.subject}, subject=left.subject)

    def _tell_late(self, after: Shape, mark: Mark | None) -> None:
        note, now = after.notes[-1], self._goes_on_as(after)
        if now is None:
            return
        files = sorted({ref.target for ref in lists.refs_in(after, note.fields) if not is_ref(ref.target)})
        by = people.names(self._conn, [note.actor]).get(note.actor, "")
        sealed = self._records[after.subject].mark
        seal = sealed.seal if sealed and sealed.seal != (mark.seal if mark else "") else ""
        told = moving.late(note, files, by) | ({"seal": seal} if seal else {})
        self.say(CLERK, now.grid, "late", told, subject=now.subject)

    def _goes_on_as(self, shape: Shape) -> Shape | None:
        """Where a moved issue stands now, over as many grids as it went."""
        at: Shape | None = shape
        while at and at.stage == "moved":
            [found] = self._known([moving.successor(at)]) or [None]
            if found:
                self._lock([found.grid])
            at = found.shape if found else None
        return at

    def _settle(self, op: Op) -> None:
        """The town has spoken: what it lets in follows at the next place, by its author, in its own bytes."""
        found = self._waiting(op)
        if found is None:
            return
        one = settled(found.parked, word_of(op, self.now_ms))
        self._settled[(one.device, one.seq)] = one
        late = read_op(found.text)
        if one.settled == "let_in" and isinstance(late, Op):
            self._known([late.subject])
            self.place(late, found.text, one.role, one.credited_ms)

    def _fold(self, change: Change) -> Step:
        op = change.op
        known = self._records.get(op.subject)
        before = known.shape if known else empty(op.subject, op.grid)
        after = step(LAW[before.kind], before, change)
        mark = mark_after(known.mark if known else None, after, change, is_first=known is None)
        record = Known(after, change.place, change.placed_ms, mark)
        self._hold(record)
        self._watch(before, after, change)
        find = partial(self._known_in, op.grid)
        for one in sealed_beside(record, find, self._naming, change.placed_ms, is_first=known is None):
            self._hold(one)
        was_sealed = bool(known and known.mark and known.mark.seal)
        return Step(change, before, after, is_sealed=bool(mark and mark.seal) and not was_sealed)

    def answer(self, made: Step, spoken: Collection[tuple[str, ...]] = ()) -> None:
        """Lets the clerk answer what was placed, but for what he has said to it before (see `saying`)."""
        op = made.change.op
        if op.name in clerk.UNANSWERED and made.change.role == CLERK.role:
            return
        before, after, change = made.before, made.after, made.change
        said = clerk.react(self._looked, self._county, before, after, change)
        acted = len(after.acts) > len(before.acts)
        carried = self._carried(before, after) if acted else []
        for one in [*said, *self._of_likes(made), *carried]:
            subject = one.subject or op.subject
            if saying(subject, one.name, one.fields) not in spoken:
                about = None if subject == op.subject else self._reached(subject)
                self.say(CLERK, about.grid if about else op.grid, one.name, one.fields, subject=subject)
        if not acted:
            return
        around = ordering.Around(shape_of=self.shape_of, orders_of=self.orders_of, number=self._number)
        for said_of in ordering.effects(self._county, before, after, change, around):
            about = "" if said_of.kind else said_of.subject or op.subject
            if not was_said(spoken, about or said_of.kind, saying(about, said_of.name, said_of.fields)):
                self.say(CLERK, op.grid, said_of.name, said_of.fields, subject=about, kind=said_of.kind)

    def _of_likes(self, made: Step) -> list[clerk.Said]:
        """What the clerk says of records that may be the same, and of those that were joined, in whichever log."""
        before, after, change = made.before, made.after, made.change
        said = joining.effects(self._county, before, after, self._reached)
        if made.is_sealed and after.kind == "issue":
            said += joining.parted(self._county, after, self._reached)
        if joining.is_compared(before, after, change):
            beside = self._known(self._looked.beside(after))
            now = self._records[after.subject]
            asked = now if now.shape is after else Known(after, change.place, change.placed_ms)
            said += joining.asked(self._county, asked, beside)
        return said

    def _carried(self, before: Shape, after: Shape) -> list[clerk.Said]:
        """What a consultation or mediation means for its issue; an issue of another grid's log is left alone."""

        def near(subject: str) -> Shape | None:
            shape = self.shape_of(subject)
            return shape if shape and shape.grid == after.grid else None

        def talks(issue: str) -> list[Shape]:
            named = sorted(one for one in self._naming(issue) if kind_of(one) in carry.TALKS)
            return [shape for shape in map(near, named) if shape]

        carried = carry.carried(self._county, before, after, near)
        return carried or carry.released(self._county, before, after, talks)

    def say(
        self, hand: Hand, grid: str, name: str, fields: dict[str, Json], *, subject: str = "", kind: str = ""
    ) -> Spoken:
        """An op of the server's own, through the same door as everybody's.

        Give the subject it is about, or the kind of the subject it begins. A refused one is kept and raises an alarm.
        """
        if subject:
            self.shape_of(subject)
        device = self._device_of(hand, grid)
        seq = device.head_seq + 1
        about = subject or subject_id(kind, device.id, seq)
        op = Op(
            device=device.id,
            seq=seq,
            prev=device.head_hash,
            stamp=tick(device.stamp, self.now_ms, device.id),
            actor=hand.person,
            grid=grid,
            subject=about,
            name=name,
            fields=fields,
        )
        text = write_op(op)
        its_hash = op_hash(text)
        head = msgspec.structs.replace(device, head_seq=seq, head_hash=its_hash, stamp=op.stamp, contact_ms=self.now_ms)
        self._devices[device.id] = head
        verdict = self._verdict(op, hand)
        if isinstance(verdict, Refusal):
            kept = refused(op, text, verdict, self.now_ms)
            self._kept.append(kept)
            self._alarms.append(kept)
            return Spoken(about, None, verdict, is_note=False)
        self.place(op, text, verdict.role, self.now_ms, its_hash)
        shape = self._records[about].shape
        return Spoken(about, shape, None, is_note=any(note.stamp == op.stamp for note in shape.notes))

    def _verdict(self, op: Op, hand: Hand) -> Admitted | Refusal:
        asker = Asker(person=hand.person, device=op.device, areas=[Area(role=hand.role, code="")])
        return self.refusal(op, asker.areas, self.now_ms) or admit(op, asker, self.now_ms)

    def _device_of(self, hand: Hand, grid: str) -> Device:
        name = hand.prefix + grid
        if name not in self._devices:
            stored = log.device_of(self._conn, name)
            new = Device(id=name, person=hand.person, contact_ms=self.now_ms, enrolled_ms=self.now_ms)
            self._devices[name] = stored or new
        return self._devices[name]

    def device(self, name: str) -> Device | None:
        """A chain that this transaction has moved."""
        return self._devices.get(name)

    def put_device(self, device: Device) -> None:
        """Where an asker's chain stands now."""
        self._devices[device.id] = device

    def keep(self, kept: Kept) -> None:
        """An op that took its number and entered no log."""
        self._kept.append(kept)

    def alarm(self, kept: Kept) -> None:
        """What must not happen and did."""
        self._alarms.append(kept)

    def finish(self) -> None:
        """Writes everything; it is durable when the transaction is."""
        placed_in = {entry.grid for entry in self._entries}
        log.append(self._conn, self._entries, {grid: self._heads[grid] for grid in placed_in})
        lists.put(self._conn, [one.record() for one in self._touched.values()])
        lists.name(self._conn, self._refs)
        self._looked.finish()
        snapshots.forget_grids(self._conn, sorted(self._sealed_late))
        log.put_devices(self._conn, self._devices.values())
        log.keep(self._conn, self._kept)
        parked.park(self._conn, [one.parked for one in self._parked.values()])
        for one in self._settled.values():
            parked.settle(self._conn, one)
        log.raise_alarms(self._conn, self._alarms)
