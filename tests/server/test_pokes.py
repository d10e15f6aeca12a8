"""Pokes over real lines: an open page hears which log has grown, from whichever server took the op, and nothing else."""

import re
import signal
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec
import pytest

from server.pokes import Poke
from sync.clock import tick
from sync.op import Op, op_hash, subject_id, write_op
from sync.wire import Ask, write
from tests.server.house import lamp
from tests.server.test_crash import GRID, free_port, server

OTHER_GRIDS_WORKER = "wg3"


@dataclass
class Page:
    """Somebody who has entered at one of the servers."""

    http: httpx.Client
    access: str
    device: str
    person: str
    grid: str
    """The first that this person may read."""
    seq: int = 0
    head: str = ""
    stamp: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access}"}

    def make(self) -> str:
        """The next op's text: an issue is registered."""
        self.seq += 1
        self.stamp = tick(self.stamp, self.seq, self.device)
        text = write_op(
            Op(
                device=self.device,
                seq=self.seq,
                prev=self.head,
                stamp=self.stamp,
                actor=self.person,
                grid=self.grid,
                subject=subject_id("issue", self.device, self.seq),
                name="register",
                fields=lamp(),
            )
        )
        self.head = op_hash(text)
        return text

    def register(self) -> None:
        ask = write(Ask(v=1, device=self.device, clock_ms=self.seq, ops=[self.make()]))
        told = self.http.post("/exchange", content=ask, headers=self.headers)
        assert told.json()["receipts"][0]["fate"] == "placed", told.text

    @contextmanager
    def listening(self) -> Generator[Iterator[str]]:
        """The lines of an open page; the first has come."""
        with self.http.stream("GET", "/pokes", headers=self.headers) as response:
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")
            assert "content-encoding" not in response.headers
            lines = (line for line in response.iter_lines() if line)
            assert next(lines) == ":"
            yield lines


@dataclass
class Servers:
    """One on SQLite; two over one database on PostgreSQL."""

    urls: list[str]
    stack: ExitStack

    def enter(self, account: str, where: int) -> Page:
        """Enters at the first or at the last of them."""
        http = self.stack.enter_context(httpx.Client(base_url=self.urls[where], timeout=20))
        said = http.post("/enter", json={"account": account, "password": "sulaiban2026"}).json()
        return Page(http, said["access"], said["device"], said["person"], said["scope"][0]["grid"])


@pytest.fixture
def servers(tmp_path: Path, store_kind: str) -> Generator[Servers]:
    data = tmp_path / "data"
    data.mkdir()
    with ExitStack() as stack:
        ports = [free_port() for _ in range(2 if store_kind == "postgresql" else 1)]
        for port in ports:
            stack.enter_context(server(data, port))
        yield Servers([f"http://127.0.0.1:{port}" for port in ports], stack)


def poke_of(line: str) -> Poke:
    return msgspec.json.decode(line.removeprefix("data: "), type=Poke)


def test_an_open_page_hears_of_an_op_that_any_server_took(tmp_path: Path, servers: Servers) -> None:
    desk, phone = servers.enter("zhen1", 0), servers.enter("wg1", -1)
    with desk.listening() as lines:
        phone.register()
        told = next(lines)
        # Of the matter itself nothing: neither a word, nor whose it is, nor which.
        assert re.fullmatch(r'data: \{"grid":"[0-9]{15}","place":[0-9]+\}', told), told
        first = poke_of(told)
        phone.register()
        second = poke_of(next(lines))
    assert (first.grid, second.grid) == (GRID, GRID)
    assert 0 < first.place < second.place


def test_a_page_hears_only_of_grids_that_may_be_read_there(tmp_path: Path, servers: Servers) -> None:
    stranger, worker = servers.enter(OTHER_GRIDS_WORKER, 0), servers.enter("wg2", 0)
    phone, colleague = servers.enter("wg1", -1), servers.enter(OTHER_GRIDS_WORKER, -1)
    with worker.listening() as heard, stranger.listening() as heard_elsewhere:
        phone.register()
        assert poke_of(next(heard)).grid == GRID
        colleague.register()
        assert poke_of(next(heard_elsewhere)).grid == colleague.grid != GRID


def test_a_server_asked_to_stop_does_not_wait_for_its_open_pages(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    data.mkdir()
    with server(data, port) as process, ExitStack() as stack:
        page = Servers([f"http://127.0.0.1:{port}"], stack).enter("wg1", 0)
        with page.listening() as lines:
            process.send_signal(signal.SIGTERM)
            assert list(lines) == []
        assert process.wait(8) in (0, -signal.SIGTERM)
