"""`sulaiban replay FILE`: against a server that runs, or against one of its own that it starts and stops."""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import httpx

from server import now
from server.demo_load import demo_workers
from server.replay.carrier import enter, fetch_book
from server.replay.messages import read_facts, read_messages
from server.replay.play import play
from server.replay.report import tables
from server.settings import Settings

START_MS = 60_000
"""How long a server of our own may take until it answers."""
ANSWER_SECONDS = 60


class Commands(Protocol):
    """The commands of a program, as argparse keeps them."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:  # noqa: A002 - argparse's own word
        """A new command."""
        ...


def add_to(commands: Commands) -> None:
    """Adds the command to the others."""
    one = commands.add_parser("replay", help="play a file of citizens' messages through simulated phones")
    one.add_argument("file", type=Path, help="JSON lines with id, text and perhaps title and track")
    one.add_argument("--facts", type=Path, help="a JSON file of facts by message id that a worker would have asked")
    one.add_argument("--url", help="a running server; without it one of its own is started on an empty store")
    one.add_argument(
        "--phones", type=int, default=12, help="how many workers' phones take the messages in (default 12)"
    )
    one.set_defaults(command=_replay)


def _replay(_settings: Settings, asked: argparse.Namespace) -> int:
    messages = read_messages(asked.file)
    by_hand = read_facts(asked.facts) if asked.facts else {}
    with _server(asked.url) as url, httpx.Client(base_url=url, timeout=ANSWER_SECONDS) as http:
        accounts = _accounts(asked.phones)
        carriers = [enter(http, account, password) for account, password in accounts]
        book = fetch_book(http, carriers[0].access)
        for carrier in carriers:
            carrier.exchange(now.now_ms())
        print(f"Playing {len(messages)} messages through {len(carriers)} phones against {url} ...")
        played = play(carriers, book, messages, by_hand, now.now_ms)
        print("\n".join(tables(played, carriers, book)))
    return 0


def _accounts(phones: int) -> list[tuple[str, str]]:
    """Accounts of the demo county's workers, as many as wanted and as there are."""
    return demo_workers()[:phones]


@contextmanager
def _server(url: str | None) -> Generator[str]:
    if url:
        yield url
        return
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
        free.close()
        environment = {**os.environ, "SULAIBAN_DATA": folder, "SULAIBAN_DEMO": "bare", "PORT": port}
        command = [sys.executable, "-m", "server.cli", "run"]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet) as server:  # noqa: S603 - our own command
            try:
                yield _answering(f"http://127.0.0.1:{port}")
            finally:
                server.terminate()


def _answering(url: str) -> str:
    until_ms = now.now_ms() + START_MS
    while now.now_ms() < until_ms:
        try:
            httpx.get(f"{url}/health", timeout=2).raise_for_status()
        except httpx.HTTPError:
            now.wait(0.2)
        else:
            return url
    raise OSError(f"no server answered at {url} within {START_MS // 1000} seconds")
