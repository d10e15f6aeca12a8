"""A real server of its own for one test: a real store, real HTTP, the apps as they are built.

The store is SQLite in a folder; `SULAIBAN_ROAD_STORE=postgresql` walks the same roads over a PostgreSQL of the run's own.
"""

import atexit
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx

from tests.server.cluster import Cluster, cluster

START_SECONDS = 60
PASSWORD = "sulaiban2026"


@dataclass(frozen=True)
class County:
    """A running demo county."""

    url: str
    data: Path


@contextmanager
def county(data: Path) -> Generator[County]:
    """Serves the demo county from this folder until the test ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    is_postgres = os.environ.get("SULAIBAN_ROAD_STORE") == "postgresql"
    database = _cluster().database() if is_postgres else ""
    environment = {**os.environ, "SULAIBAN_DATA": str(data), "SULAIBAN_DATABASE_URL": database, "PORT": port}
    with (data.parent / "server.log").open("wb") as log:
        command = [sys.executable, "-m", "server.cli", "run"]
        with subprocess.Popen(command, env=environment, stdout=log, stderr=log) as server:
            try:
                url = f"http://127.0.0.1:{port}"
                _wait(url)
                yield County(url, data)
            finally:
                server.terminate()


@cache
def _cluster() -> Cluster:
    """One for all roads of this run; it goes when the run ends."""
    running = ExitStack()
    atexit.register(running.close)
    return running.enter_context(cluster())


def _wait(url: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            if httpx.get(f"{url}/health", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError(f"no server answered at {url} within {START_SECONDS} seconds")
