"""A server that is killed under load, for real: what it acknowledged is there when it is started again."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from server.store import log, open_store
from sync.clock import tick
from sync.op import Op, op_hash, subject_id, write_op
from sync.wire import Ask, Receipt, Unreadable, read_reply, write
from tests.server.house import ROOT, lamp

GRID = "329924101202001"
KILLS = int(os.environ.get("SULAIBAN_KILLS", "3"))


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextlib.contextmanager
def server(data: Path, port: int) -> Generator[subprocess.Popen[bytes]]:
    """The real command, over a real socket."""
    environ = os.environ | {"SULAIBAN_DATA": str(data), "PORT": str(port), "PYTHONPATH": str(ROOT)}
    with (data.parent / "server.log").open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "server.cli", "run"], cwd=data.parent, env=environ, stdout=out, stderr=out
        )
        try:
            _wait(port, process)
            yield process
        finally:
            process.kill()
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended by itself"
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("the server did not start")


class Sender(threading.Thread):
    """A phone that sends without pause and remembers what was acknowledged."""

    def __init__(self, url: str, account: str) -> None:
        super().__init__()
        self.url = url
        self.acknowledged: list[Receipt] = []
        self.account = account

    def run(self) -> None:
        with contextlib.suppress(httpx.HTTPError, ValueError), httpx.Client(base_url=self.url, timeout=20) as http:
            said = http.post("/enter", json={"account": self.account, "password": "sulaiban2026"}).json()
            device, head, stamp = said["device"], "", ""
            for seq in range(1, 10_000):
                stamp = tick(stamp, seq, device)
                op = Op(
                    device=device,
                    seq=seq,
                    prev=head,
                    stamp=stamp,
                    actor=said["person"],
                    grid=GRID,
                    subject=subject_id("issue", device, seq),
                    name="register",
                    fields=lamp(),
                )
                text = write_op(op)
                head = op_hash(text)
                ask = write(Ask(v=1, device=device, clock_ms=seq, ops=[text]))
                response = http.post("/exchange", content=ask, headers={"Authorization": f"Bearer {said['access']}"})
                reply = read_reply(response.content)
                if isinstance(reply, Unreadable):
                    return
                self.acknowledged += reply.receipts


@pytest.mark.parametrize("turn", range(KILLS))
def test_a_server_killed_under_load_has_everything_it_acknowledged(tmp_path: Path, address: str, turn: int) -> None:
    port = free_port()
    data = tmp_path / "data"
    data.mkdir()
    senders = [Sender(f"http://127.0.0.1:{port}", account) for account in ("wg1", "wg2")]
    with server(data, port) as process:
        for sender in senders:
            sender.start()
        while sum(len(sender.acknowledged) for sender in senders) < 20 + 7 * turn:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        for sender in senders:
            sender.join()
    acknowledged = {(receipt.place, receipt.hash) for sender in senders for receipt in sender.acknowledged}
    store = open_store(data, address)
    placed = store.write_now(lambda conn: log.after(conn, GRID, 0, 100_000))
    store.close_now()
    assert [one.place for one in placed] == list(range(1, len(placed) + 1))
    assert acknowledged - {(one.place, op_hash(one.text)) for one in placed} == set()
    assert len(acknowledged) >= 20


def test_a_server_asked_to_stop_answers_what_waits_and_ends(tmp_path: Path, address: str) -> None:
    port = free_port()
    data = tmp_path / "data"
    data.mkdir()
    with server(data, port) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM)
    open_store(data, address).close_now()


@pytest.mark.only("sqlite")
def test_a_second_server_on_the_same_folder_says_why_it_does_not_start(tmp_path: Path) -> None:
    port = free_port()
    data = tmp_path / "data"
    data.mkdir()
    with server(data, port):
        environ = os.environ | {"SULAIBAN_DATA": str(data), "PORT": str(free_port()), "PYTHONPATH": str(ROOT)}
        second = subprocess.run(
            [sys.executable, "-m", "server.cli", "run"], check=False, env=environ, capture_output=True, timeout=60
        )
        assert second.returncode == 1
        assert "Another process has" in second.stderr.decode()
