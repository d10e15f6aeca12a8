"""A real server of the tests' own: a real store, real HTTP, the apps as they are built. Over PostgreSQL there are two of it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

START_SECONDS = 60
PASSWORD = "sulaiban2026"


@dataclass(frozen=True)
class County:
    """A running demo county."""

    url: str
    """Where phones and residents reach it."""
    desk_url: str
    """Where desks reach it: over PostgreSQL a process of its own."""
    data: Path


@contextmanager
def county(data: Path, database: str = "", *, alive: bool = False, is_killed: bool = False) -> Generator[County]:
    """Serves the demo county, by one process from SQLite in this folder, or by two from this database.

    Its people have worked for weeks when it is `alive`. It ends as it is told, or is killed without a word.
    """
    with _server(data, database, alive=alive, is_killed=is_killed) as url:
        if not database:
            yield County(url, url, data)
            return
        with _server(data, database, alive=alive, is_killed=is_killed) as desk_url:
            yield County(url, desk_url, data)


@contextmanager
def _server(data: Path, database: str, *, alive: bool, is_killed: bool) -> Generator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    environment = {**os.environ, "SULAIBAN_DATA": str(data), "SULAIBAN_DATABASE_URL": database, "PORT": port}
    environment["SULAIBAN_DEMO"] = "alive" if alive else "bare"
    with (data.parent / f"server{port}.log").open("wb") as log:
        command = [sys.executable, "-m", "server.cli", "run"]
        with subprocess.Popen(command, env=environment, stdout=log, stderr=log) as server:
            try:
                url = f"http://127.0.0.1:{port}"
                _wait(url)
                yield url
            finally:
                if is_killed:
                    server.kill()
                else:
                    server.terminate()


def _wait(url: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            if httpx.get(f"{url}/health", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError(f"no server answered at {url} within {START_SECONDS} seconds")
