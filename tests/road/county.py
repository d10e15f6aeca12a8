"""A real server of its own for one test: real SQLite in a folder, real HTTP, the apps as they are built."""

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
    data: Path


@contextmanager
def county(data: Path) -> Generator[County]:
    """Serves the demo county from this folder until the test ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    environment = {**os.environ, "SULAIBAN_DATA": str(data), "PORT": port}
    with (data.parent / "server.log").open("wb") as log:
        command = [sys.executable, "-m", "server.cli", "run"]
        with subprocess.Popen(command, env=environment, stdout=log, stderr=log) as server:
            try:
                url = f"http://127.0.0.1:{port}"
                _wait(url)
                yield County(url, data)
            finally:
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
