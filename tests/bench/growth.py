"""What an ordinary sync costs, and how much of it crosses the net, in a store that holds few ops and in one that holds many."""

import gzip
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter

import msgspec

from server import demo
from server.book import CountyBook
from server.exchange.give import Given, give
from server.exchange.take import Delivery, Taken, read_ops, take
from server.packing import pack
from server.replay.phone import Phone
from server.store import Store, lists, log
from server.store.disk import Conn
from server.store.lists import Record, record_of
from server.store.log import Device, Entry
from sync.clock import stamp, stamp_ms
from sync.fold import Shape, empty, step
from sync.law import LAW
from sync.op import Change, Json, Op, op_hash, write_op
from sync.wire import Reply, write
from tests.bench.figures import Run
from tests.bench.work import NOW_MS, county, issue, phone_of, speak
from tests.vectors.chance import Chance

YEAR_MS = 365 * 86_400_000
OPS_AN_ISSUE = 4
"""Registered by a worker; numbered, proposed on and given a clock by the clerk."""
CHUNK = 500
CHANGES = 10
"""Ops a phone brings in an ordinary sync, and a colleague's that it takes home."""


class Sizes(msgspec.Struct, frozen=True):
    """The bytes of one ordinary sync."""

    up: int
    up_gzip: int
    down: int
    down_br: int


class Past:
    """A year of a county: issues spread evenly over its grids, as the server's own statements would have stored them."""

    def __init__(self, issues: int) -> None:
        """How many issues there are."""
        self.issues = issues
        self.grids = [grid.code for grid in demo.grids()]
        self.heads: dict[str, int] = defaultdict(int)
        self.chains: dict[str, Device] = {}
        self._chance = Chance(issues)

    def fill(self, store: Store, due: Json, proposal: Json) -> None:
        """Writes them, some thousand rows a transaction."""
        numbers = iter(range(self.issues))
        while made := [self._issue(number, due, proposal) for number in islice(numbers, CHUNK)]:
            entries = [entry for rows, _ in made for entry in rows]
            store.write_now(partial(self._put, entries=entries, records=[record for _, record in made]))
        store.write_now(lambda conn: log.put_devices(conn, self.chains.values()))

    def _put(self, conn: Conn, entries: list[Entry], records: list[Record]) -> None:
        log.append(conn, entries, {entry.grid: self.heads[entry.grid] for entry in entries})
        lists.put_whole(conn, records)

    def _issue(self, number: int, due: Json, proposal: Json) -> tuple[list[Entry], Record]:
        grid = self.grids[number % len(self.grids)]
        at_ms = NOW_MS - YEAR_MS + YEAR_MS * number // self.issues
        author = f"dp{grid}"
        subject = f"issue/{author}.{self._chain(author).head_seq + 1}"
        fields = issue(Phone(author, "past", []), self._chance)
        said: list[tuple[str, str, dict[str, Json]]] = [
            (author, "register", fields),
            (
                "clerk" + grid,
                "number",
                {"issue_no": f"SL20250101{number:05d}", "proposal": proposal, "due_assign": due},
            ),
        ]
        shape = empty(subject, grid)
        entries: list[Entry] = []
        for device, name, values in said:
            entry, shape = self._say(shape, device, name, values, at_ms)
            entries.append(entry)
        return entries, record_of(shape, entries[-1].place, at_ms)

    def _chain(self, device: str) -> Device:
        known = self.chains.get(device)
        return known or Device(id=device, person="clerk" if device.startswith("clerk") else "past")

    def _say(self, shape: Shape, device: str, name: str, fields: dict[str, Json], at_ms: int) -> tuple[Entry, Shape]:
        chain = self._chain(device)
        role = "clerk" if device.startswith("clerk") else "grid_worker"
        op = Op(
            device=device,
            seq=chain.head_seq + 1,
            prev=chain.head_hash,
            stamp=stamp(at_ms, chain.head_seq % 60_000, device),
            actor=chain.person,
            grid=shape.grid,
            subject=shape.subject,
            name=name,
            fields=fields,
        )
        text = write_op(op)
        place = self.heads[op.grid] = self.heads[op.grid] + 1
        self.chains[device] = msgspec.structs.replace(chain, head_seq=op.seq, head_hash=op_hash(text), stamp=op.stamp)
        change = Change(place=place, placed_ms=at_ms, credited_ms=at_ms, role=role, op=op)
        return _entry(change, text), step(LAW["issue"], shape, change)


def _entry(change: Change, text: str) -> Entry:
    op = change.op
    return Entry(
        grid=op.grid,
        place=change.place,
        device=op.device,
        seq=op.seq,
        hash=op_hash(text),
        subject=op.subject,
        name=op.name,
        actor=op.actor,
        role=change.role,
        stamp=op.stamp,
        claimed_ms=stamp_ms(op.stamp),
        placed_ms=change.placed_ms,
        credited_ms=change.credited_ms,
        text=text,
    )


class Grown:
    """A store with a past, and two phones of one grid that sync in turn."""

    def __init__(self, folder: Path, book: CountyBook, ops: int) -> None:
        """Fills it."""
        self.store, hands = county(folder, len(demo.grids()) + 1)
        self.book = book
        self.hands = [hands[0], hands[-1]]
        assert hands[0].grid == hands[-1].grid
        self.chance = Chance(7)
        self.phones = [phone_of(hand) for hand in self.hands]
        due, proposal = self._example()
        self.past = Past(ops // OPS_AN_ISSUE)
        grid = hands[0].grid
        self.past.heads[grid] = self.store.write_now(lambda conn: log.heads(conn, [grid]))[grid]
        for device in self.store.write_now(lambda conn: log.devices_of(conn, ["clerk" + grid])).values():
            self.past.chains[device.id] = device
        self.past.fill(self.store, due, proposal)
        self.head = self.past.heads[grid]
        for phone in self.phones:
            phone.places[grid] = self.head

    def _example(self) -> tuple[Json, Json]:
        """What the clerk says to one issue, to be said of all the past ones too."""
        for phone, hand in zip(self.phones, self.hands, strict=True):
            phone.places[hand.grid] = 0
        speak(self.phones[0], self.hands[0].grid, self.chance, 1)
        self.sync(0)
        shape = next(iter(self.phones[0].shapes.values()))
        return shape.fields["due_assign"].now.value, shape.fields["proposal"].now.value

    def sync(self, which: int) -> tuple[float, bytes, bytes]:
        """One exchange of a phone, HTTP left out: how long it took, what went up and what came down."""
        hand, phone = self.hands[which], self.phones[which]
        ask = phone.ask(NOW_MS)
        begun = perf_counter()
        brought = read_ops(ask.ops)
        judge = partial(
            take, county=self.book, clock=lambda: NOW_MS, who=hand.who, ask=ask, given=Delivery(brought=brought)
        )
        taken = self.store.write_now(judge)
        assert isinstance(taken, Taken)
        given = self.store.write_now(partial(give, who=hand.who, places=ask.places, now_ms=NOW_MS))
        reply = self._reply(taken, given)
        took_s = perf_counter() - begun
        phone.take(reply, NOW_MS)
        assert not phone.outbox
        return took_s, write(ask), write(reply)

    def _reply(self, taken: Taken, given: Given) -> Reply:
        return Reply(
            v=1,
            epoch=self.store.meta.epoch,
            now_ms=NOW_MS,
            next_seq=taken.next_seq,
            receipts=taken.receipts,
            scope=given.scope,
            changes=given.changes,
            book=self.book.book.version,
        )

    def turn(self) -> tuple[float, bytes, bytes]:
        """A colleague brings ten ops; then the phone that is timed brings ten and takes home what is new."""
        for which in (1, 0):
            speak(self.phones[which], self.hands[which].grid, self.chance, CHANGES)
        self.sync(1)
        return self.sync(0)


def compare(stores: Sequence[Grown], turns: int) -> list[Run]:
    """The stores in turn, so that whatever else the machine does meets them alike."""
    waits: list[list[float]] = [[] for _ in stores]
    for _ in range(turns):
        for one, mine in zip(stores, waits, strict=True):
            mine.append(one.turn()[0])
    return [Run(CHANGES * turns, sum(mine), mine) for mine in waits]


def sizes(grown: Grown) -> Sizes:
    """The bytes of one ordinary sync: as the phone packs what it sends, and the server what it answers."""
    _, up, down = grown.turn()
    return Sizes(len(up), len(gzip.compress(up, 6)), len(down), len(pack(down, "br")))
