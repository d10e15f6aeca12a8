"""A real server process, killed again and again at a write of its disk while phones push; after each death its store is looked through."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from server.enter import Entered, hash_password
from server.now import now_ms
from server.rebuild import fold_grid
from server.replay.phone import Phone
from server.store import lists, log, open_store, people
from server.store.disk import Conn
from server.store.people import Account
from sync.wire import Receipt, Unreadable, read_reply, write
from tests.sim import county
from tests.sim.county import EAST, GRIDS, PAIR
from tests.sim.oracles import unmarked
from tests.sim.speech import matter
from tests.vectors.chance import Chance

PASSWORD = "little-mailbox-3"
ROOT = Path(__file__).parents[2]
WAIT_S = 60
BATCHES = (1, 2, 6, 40)
"""Ops in one Ask."""
REACHES = (40, 400, 400, 3_000)
"""Up to which write a death may be put off: in the first commit, after a few, past a checkpoint of the journal."""


def can_trace() -> bool:
    """Whether a process can be killed at a chosen write here; if not, it is killed at a chosen moment."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", os.devnull, "true"], check=False, capture_output=True).returncode == 0


@dataclass
class Pusher:
    """A phone that pushes without pause and remembers what it was promised."""

    phone: Phone
    account: str
    chance: Chance
    token: str = ""
    promised: dict[str, Receipt] = field(default_factory=dict[str, Receipt])
    written: int = 0

    def push(self, port: int, *, until_empty: bool = False) -> None:
        """Pushes until the server is gone, or until nothing is left."""
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
        with contextlib.closing(line), contextlib.suppress(OSError, http.client.HTTPException):
            self._enter(line)
            while self.phone.outbox or not until_empty:
                if not until_empty:
                    self._speak(self.chance.choice(BATCHES))
                self._exchange(line)

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
    assert answer.status == 200, content
    return content


class Rig:
    """One data folder, two phones, and servers that die over it one after the other."""

    def __init__(self, data: Path, seed: int, *, early: bool = False) -> None:
        """Makes the county in an empty folder. `early`: the servers have a bug and answer before they commit."""
        self.data = data
        self.bug = ["early"] if early else []
        self.chance = Chance(f"kill {seed}")
        self.traces = can_trace()
        self.deaths: list[str] = []
        store = open_store(data)
        password = hash_password(PASSWORD)
        accounts = [Account(account=one.person, person=one.person, password=password) for one in PAIR]
        store.write_now(lambda conn: (county.settle(conn, list(PAIR)), people.add_accounts(conn, accounts)))
        store.close_now()
        self.pushers = [
            Pusher(Phone(one.device, one.person, one.areas), one.person, Chance(one.device)) for one in PAIR
        ]

    def kill_once(self) -> None:
        """One server: killed at a write while both phones push. Then the store is looked through."""
        nth = self.chance.randint(1, self.chance.choice(REACHES))
        with self._server(nth if self.traces else 0) as (process, port):
            pushing = [threading.Thread(target=one.push, args=(port,)) for one in self.pushers]
            for one in pushing:
                one.start()
            if not self.traces:
                threading.Event().wait(0.01 * self.chance.randint(1, 100))
                _end(process)
            process.wait(WAIT_S)
            for one in pushing:
                one.join(WAIT_S)
        self.deaths.append(f"write {nth}" if self.traces else "a moment")
        self.look_through()

    def finish(self) -> None:
        """A server that lives: the phones get rid of everything, and everything is there once."""
        with self._server(0) as (_, port):
            for one in self.pushers:
                one.push(port, until_empty=True)
        self.look_through()
        for one in self.pushers:
            assert not one.phone.outbox
            assert len(one.promised) == one.written, (
                f"{one.phone.device} wrote {one.written}, was promised {len(one.promised)}"
            )

    @contextlib.contextmanager
    def _server(self, nth: int) -> Generator[tuple["subprocess.Popen[bytes]", int]]:
        """A server that dies at the nth write or flush of the thread that writes; 0: it lives until the end of the block."""
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen(64)
            number = listening.fileno()
            victim = [sys.executable, "-m", "tests.sim.victim", str(self.data), str(number), *self.bug]
            process = subprocess.Popen(
                [*_strace(nth), *victim] if nth else victim,
                cwd=ROOT,
                pass_fds=[number],
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
            try:
                assert process.stdout is not None
                process.stdout.readline()
                port = int(listening.getsockname()[1])
                # From here on the victim alone holds the socket: when it dies, whoever asks hears so at once.
                listening.close()
                yield process, port
            finally:
                _end(process)

    def look_through(self) -> None:
        """Nothing that was promised is missing, and the store adds up."""
        store = open_store(self.data)
        try:
            store.write_now(self._check)
        finally:
            store.close_now()

    def _check(self, conn: Conn) -> None:
        assert conn.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        heads = log.heads(conn, GRIDS)
        for grid in GRIDS:
            entries = list(log.entries(conn, grid))
            assert [row["place"] for row in entries] == list(range(1, heads[grid] + 1))
            records = {one.subject: one for one in fold_grid(conn, grid, {})}
            assert lists.records(conn, records) == records
        for one in self.pushers:
            numbers = [receipt.seq for receipt in one.promised.values()]
            stored = log.receipts_of(conn, one.phone.device, numbers)
            lost = [receipt for receipt in map(unmarked, one.promised.values()) if stored.get(receipt.seq) != receipt]
            assert not lost, f"acknowledged and gone after {self.deaths[-1:]}: {lost[:3]}"
        assert log.count_alarms(conn) == 0


def _strace(nth: int) -> list[str]:
    inject = f"inject=pwrite64,fdatasync:signal=KILL:when={nth}"
    return ["strace", "-f", "-o", os.devnull, "-e", "trace=pwrite64,fdatasync", "-e", inject]


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kills the process and what it traces."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(WAIT_S)
    if process.stdout:
        process.stdout.close()
