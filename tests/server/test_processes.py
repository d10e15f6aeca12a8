"""Real server processes over one PostgreSQL, under load: what each promises holds for all, and for a database that is killed."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from server.store import log, open_store
from server.store.disk import Conn
from sync.op import op_hash
from sync.wire import Ask, Unreadable, read_reply, write
from tests.server.cluster import Cluster
from tests.server.test_crash import free_port, server
from tests.server.test_many import deadlocks
from tests.server.test_pokes import Page, Servers

pytestmark = pytest.mark.only("postgresql")

ACCOUNTS = [f"wg{number}" for number in range(1, 13)]
OPS_EACH = 12
Promised = set[tuple[str, int, str]]
"""Grid, place and hash, as receipts told them."""


@pytest.fixture
def two(tmp_path: Path) -> Generator[Servers]:
    data = tmp_path / "data"
    data.mkdir()
    with ExitStack() as stack:
        ports = [free_port(), free_port()]
        for port in ports:
            stack.enter_context(server(data, port))
        yield Servers([f"http://127.0.0.1:{port}" for port in ports], stack)


class Phone(threading.Thread):
    """Sends to either server by turns, and every third time to both at once, like one whose line breaks."""

    def __init__(self, page: Page, urls: list[str], is_over: Callable[[int], bool]) -> None:
        super().__init__()
        self.page = page
        self.promised: Promised = set()
        self.urls = urls
        self.is_over = is_over

    def run(self) -> None:
        turn = 0
        with httpx.Client(timeout=30, headers=self.page.headers) as http:
            while not self.is_over(turn):
                turn += 1
                ask = write(Ask(v=1, device=self.page.device, clock_ms=turn, ops=[self.page.make()]))
                both = turn % 3 == 0
                doubles = [threading.Thread(target=self.send, args=(http, self.urls[0], ask))] if both else []
                for one in doubles:
                    one.start()
                while not self.send(http, self.urls[turn % 2], ask):
                    time.sleep(0.1)
                for one in doubles:
                    one.join()

    def send(self, http: httpx.Client, url: str, ask: bytes) -> bool:
        """Whether it came back with a receipt; a phone that hears nothing sends again."""
        try:
            response = http.post(f"{url}/exchange", content=ask)
        except httpx.HTTPError:
            return False
        reply = read_reply(response.content)
        if isinstance(reply, Unreadable) or response.status_code != 200:
            return False
        assert [receipt.fate for receipt in reply.receipts] == ["placed"], reply.receipts
        self.promised |= {(one.grid, one.place, one.hash) for one in reply.receipts}
        return True


def read_on(page: Page, urls: list[str], is_over: threading.Event, given: dict[str, list[int]]) -> None:
    """A desk that follows its grids' logs at both servers by turns."""
    with httpx.Client(timeout=30, headers=page.headers) as http:
        turn = 0
        while not is_over.is_set():
            turn += 1
            places = {grid: seen[-1] if seen else 0 for grid, seen in given.items()}
            ask = write(Ask(v=1, device=page.device, clock_ms=turn, places=places, ops=[]))
            reply = read_reply(http.post(f"{urls[turn % 2]}/exchange", content=ask).content)
            assert not isinstance(reply, Unreadable)
            for grid, changes in reply.changes.items():
                given[grid] += [one.place for one in changes.ops]


def held(address: str, folder: Path) -> tuple[dict[str, list[tuple[int, str]]], int]:
    """Every log's places and hashes as the database has them, and how many deadlocks it saw."""

    def look(conn: Conn) -> dict[str, list[tuple[int, str]]]:
        return {
            grid: [(one.place, op_hash(one.text)) for one in log.after(conn, grid, 0, 100_000)]
            for grid in log.all_grids(conn)
        }

    store = open_store(folder, address)
    try:
        return store.write_now(look), store.write_now(deadlocks)
    finally:
        store.close_now()


def assert_whole(logs: dict[str, list[tuple[int, str]]], promised: Promised) -> None:
    for grid, log_ in logs.items():
        assert [place for place, _ in log_] == list(range(1, len(log_) + 1)), grid
    assert promised - {(grid, place, hash_) for grid, log_ in logs.items() for place, hash_ in log_} == set()


def test_twelve_phones_at_two_processes_leave_no_gap_and_a_reader_skips_nothing(
    tmp_path: Path, address: str, two: Servers
) -> None:
    _, before = held(address, tmp_path)
    phones = [Phone(two.enter(name, i % 2), two.urls, lambda turn: turn == OPS_EACH) for i, name in enumerate(ACCOUNTS)]
    desk = two.enter("xian1", 0)
    given: dict[str, list[int]] = {phone.page.grid: [] for phone in phones}
    is_over = threading.Event()
    reader = threading.Thread(target=read_on, args=(desk, two.urls, is_over, given))
    for thread in (reader, *phones):
        thread.start()
    for phone in phones:
        phone.join()
    is_over.set()
    reader.join()
    logs, after = held(address, tmp_path)
    promised = set[tuple[str, int, str]]().union(*(phone.promised for phone in phones))
    assert len(promised) == len(ACCOUNTS) * OPS_EACH
    assert_whole(logs, promised)
    for grid, places in given.items():
        assert places, grid
        assert places == list(range(1, len(places) + 1)), grid
    assert after == before


def test_a_database_killed_under_load_has_everything_that_was_promised_and_the_servers_go_on(
    tmp_path: Path, address: str, two: Servers, postgres: Cluster
) -> None:
    is_over = threading.Event()
    phones = [
        Phone(two.enter(name, i % 2), two.urls, lambda _: is_over.is_set()) for i, name in enumerate(ACCOUNTS[:6])
    ]
    for phone in phones:
        phone.start()
    time.sleep(1)
    postgres.control("-m", "immediate", "stop")
    told = httpx.get(f"{two.urls[0]}/health", timeout=30)
    postgres.start()
    before = [len(phone.promised) for phone in phones]
    deadline = time.monotonic() + 30
    while any(len(phone.promised) <= had + 2 for phone, had in zip(phones, before, strict=True)):
        assert time.monotonic() < deadline, "the servers did not come back"
        time.sleep(0.05)
    is_over.set()
    for phone in phones:
        phone.join()
    assert (told.status_code, told.json()["why"]) == (503, "store_broken")
    assert httpx.get(f"{two.urls[0]}/health", timeout=30).status_code == 200
    logs, _ = held(address, tmp_path)
    assert_whole(logs, set[tuple[str, int, str]]().union(*(phone.promised for phone in phones)))
