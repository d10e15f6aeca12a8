"""A real server process, killed again and again at a write of its disk while phones push; after each death its store is looked through."""

import contextlib
import http.client
import tempfile
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec
from argon2 import PasswordHasher

from server.enter import Entered
from server.now import now_ms
from server.rebuild import fold_grid
from server.replay.phone import Phone
from server.store import lists, log, open_store, people
from server.store.disk import Conn
from server.store.people import Account
from sync.wire import Receipt, Unreadable, read_reply, write
from tests.sim import county
from tests.sim.county import EAST, GRIDS, PAIR
from tests.sim.nursery import WAIT_S, Nursery, Victim, can_trace
from tests.sim.oracles import unmarked
from tests.sim.speech import matter
from tests.vectors.chance import Chance

PASSWORD = "little-mailbox-3"
BATCHES = (1, 2, 6, 20)
"""Ops in one Ask."""
MOST_WAITING = 20
"""With so many unsent on the phone nobody says more, however long the server turns it away."""
MOST_REFUSED = 3
FINISHING = 5
"""How often a phone tries at the end to get rid of everything, on however busy a machine."""
ENOUGH = 20
"""Ops after which a server that need not die has lived long enough."""


@dataclass
class Pusher:
    """A phone that pushes without pause and remembers what it was promised."""

    phone: Phone
    account: str
    chance: Chance
    token: str = ""
    promised: dict[str, Receipt] = field(default_factory=dict[str, Receipt])
    written: int = 0
    refusals: int = 0
    is_turned_away: bool = False
    """Whether it gave up, after so many refusals in a row."""

    def push(self, port: int, *, until_empty: bool = False) -> None:
        """Pushes until the server is gone or refuses three times in a row, or until nothing is left."""
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
        refused = 0
        with contextlib.closing(line), contextlib.suppress(OSError, http.client.HTTPException):
            while refused < MOST_REFUSED and (self.phone.outbox or not until_empty):
                try:
                    if not self.token:
                        self._enter(line)
                    if not until_empty and len(self.phone.outbox) < MOST_WAITING:
                        self._speak(self.chance.choice(BATCHES))
                    self._exchange(line)
                    refused = 0
                except RefusedError:
                    refused += 1
                    self.refusals += 1
        self.token = ""
        self.is_turned_away = True

    def _enter(self, line: http.client.HTTPConnection) -> None:
        ask = {"account": self.account, "password": PASSWORD, "device": self.phone.device}
        entered = msgspec.json.decode(_post(line, "/enter", msgspec.json.encode(ask), {}), type=Entered)
        assert entered.device == self.phone.device
        self.token = entered.access

    def _speak(self, ops: int) -> None:
        for _ in range(ops):
            self.phone.make(now_ms(), EAST, "register", matter(self.phone, self.chance), kind="issue")
        self.written += ops

    def _exchange(self, line: http.client.HTTPConnection) -> None:
        body = write(self.phone.ask(now_ms(), 100))
        reply = read_reply(_post(line, "/exchange", body, {"Authorization": f"Bearer {self.token}"}))
        assert not isinstance(reply, Unreadable), reply.why
        self.promised |= {receipt.hash: receipt for receipt in reply.receipts}
        self.phone.take(reply, now_ms())


def _post(line: http.client.HTTPConnection, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    line.request("POST", path, body, {"Content-Type": "application/json", **headers})
    answer = line.getresponse()
    content = answer.read()
    if answer.status >= 500:
        raise RefusedError
    assert answer.status == 200, content
    return content


class RefusedError(Exception):
    """The server says that it cannot keep anything now: nothing is lost, nothing is promised."""


class Rig:
    """One data folder, two phones, and servers that die over it one after the other."""

    def __init__(self, data: Path, seed: int, nursery: Nursery, *, mode: str = "right") -> None:
        """Makes the county in an empty folder. `mode`: see `victim.BUGS`."""
        self.data = data
        self.nursery = nursery
        self.mode = mode
        self.chance = Chance(f"kill {seed}")
        self.deaths: list[str] = []
        store = open_store(data)
        # Cheap to check: how long a password takes is not what is looked at here.
        password = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        accounts = [Account(account=one.person, person=one.person, password=password) for one in PAIR]
        store.write_now(lambda conn: (county.settle(conn, list(PAIR)), people.add_accounts(conn, accounts)))
        store.close_now()
        self.pushers = [
            Pusher(Phone(one.device, one.person, one.areas), one.person, Chance(one.device)) for one in PAIR
        ]

    def strike(self, nth: int, how: str = "kill") -> None:
        """One server, struck while both phones push at the nth write behind its first promise. Then the store is looked through.

        `how` is one of `nursery.STRIKES`; or `heard`: it is killed as soon as a phone has heard that something is kept.
        """
        with self.nursery.server(self.data, self.mode) as victim, self.pushing_into(victim):
            before = self.promised()
            self._watch(victim, lambda: self.promised() > before)
            assert self.promised() > before, f"after {self.deaths[-1:]} a server died before it kept anything"
            if how != "heard" and can_trace():
                victim.strike(how, nth)
            if how != "heard":
                self._watch(victim, partial(self._has_lived, how, self.promised() + ENOUGH))
        self.deaths.append(f"{how} at write {nth}" if can_trace() else "a moment")
        self.look_through()

    def strike_at_birth(self, nth: int) -> None:
        """One server, killed at its nth write ever: before it has said a word, or soon afterwards."""
        with (
            self.nursery.server(self.data, self.mode, "kill" if can_trace() else "", nth) as victim,
            self.pushing_into(victim),
        ):
            self._watch(victim, partial(self._has_lived, "kill", self.promised() + ENOUGH))
        self.deaths.append(f"kill at its write {nth}")
        self.look_through()

    @contextlib.contextmanager
    def pushing_into(self, victim: Victim) -> Generator[None]:
        """Both phones push inside the block; behind it the server is dead and they have noticed."""
        for one in self.pushers:
            one.is_turned_away = False
        pushing = [threading.Thread(target=one.push, args=(victim.port,)) for one in self.pushers]
        for one in pushing:
            one.start()
        try:
            yield
        finally:
            victim.end()
            for one in pushing:
                one.join(WAIT_S)

    def _watch(self, victim: Victim, enough: Callable[[], bool]) -> None:
        """Until it is dead, or this is so."""
        for _ in range(WAIT_S * 100):
            if victim.is_gone(0.01) or enough():
                return
        raise AssertionError(f"{self.deaths[-1:]}: the next server neither died nor served")

    def _has_lived(self, how: str, kept: int) -> bool:
        """Whether a server that need not die was lived with for a while: so much kept, or everybody turned away."""
        dies = how == "kill" and can_trace()
        return not dies and (self.promised() >= kept or all(one.is_turned_away for one in self.pushers))

    def promised(self) -> int:
        """How many ops were acknowledged so far."""
        return sum(len(one.promised) for one in self.pushers)

    def finish(self) -> None:
        """A server that lives: the phones get rid of everything, and everything is there once."""
        with self.nursery.server(self.data, self.mode) as victim:
            for one in self.pushers * FINISHING:
                one.push(victim.port, until_empty=True)
        self.look_through()
        for one in self.pushers:
            assert not one.phone.outbox
            assert len(one.promised) == one.written, (
                f"{one.phone.device} wrote {one.written}, was promised {len(one.promised)}"
            )

    def look_through(self) -> None:
        """Nothing that was promised is missing, and the store adds up."""
        lost = self.lost(self.data, [one.promised for one in self.pushers])
        assert not lost, f"{lost} acknowledged and gone after {self.deaths[-1:]}"

    def lost(self, data: Path, promised: list[dict[str, Receipt]]) -> int:
        """How many of what each phone was promised a store does not hold; that it adds up is asserted."""
        store = open_store(data)
        try:
            return store.write_now(partial(self._missing, promised=promised))
        finally:
            store.close_now()

    def _missing(self, conn: Conn, promised: list[dict[str, Receipt]]) -> int:
        assert conn.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        heads = log.heads(conn, GRIDS)
        for grid in GRIDS:
            entries = list(log.entries(conn, grid))
            assert [row["place"] for row in entries] == list(range(1, heads.get(grid, 0) + 1))
            records = {one.subject: one for one in fold_grid(conn, grid, {})}
            assert lists.records(conn, records) == records
        assert log.count_alarms(conn) == 0
        lost = 0
        for one, its in zip(self.pushers, promised, strict=True):
            stored = log.receipts_of(conn, one.phone.device, [receipt.seq for receipt in its.values()])
            lost += sum(stored.get(receipt.seq) != receipt for receipt in map(unmarked, its.values()))
        return lost


class Struck(msgspec.Struct):
    """What some strikes came to."""

    strikes: int = 0
    promised: int = 0
    refusals: int = 0


WRITES = 50
"""Servers are struck at the 1st to the 50th write behind their first promise in turn: through some commits."""
BIRTHS = 10
"""Every so many strikes one server more is killed at its birth."""


def strike_each(numbers: range, how: str) -> Struck:
    """One server after the other over one store, each struck at the next write in turn; at the end one that lives.

    `numbers` are those of the strikes. Raises AssertionError as soon as something that was acknowledged is gone, or the
    store does not add up.
    """
    nursery = Nursery()
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder) / "data", numbers.start, nursery)
        for number in numbers:
            rig.strike(1 + number % WRITES, how)
            if how == "kill" and number % BIRTHS == 0:
                rig.strike_at_birth(1 + number // BIRTHS % WRITES)
        rig.finish()
    nursery.close()
    return Struck(len(rig.deaths), rig.promised(), sum(one.refusals for one in rig.pushers))
