"""The servers of the peers, each a process of its own on a port of its own, as its users would deploy it; and where they are installed."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.server.cluster import Cluster, cluster

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
NODE = ROOT / ".bench" / "node"
VENV = ROOT / ".bench" / "kinto"

_KINTO = """
[app:main]
use = egg:kinto
kinto.project_name = bench
kinto.userid_hmac_secret = bench
kinto.bucket_create_principals = system.Everyone
multiauth.policies = basicauth
kinto.storage_backend = kinto.core.storage.postgresql
kinto.storage_url = {url}
kinto.storage_pool_size = 10
kinto.permission_backend = kinto.core.permission.postgresql
kinto.permission_url = {url}
kinto.cache_backend = kinto.core.cache.postgresql
kinto.cache_url = {url}

[server:main]
use = egg:waitress#main
host = 127.0.0.1
port = {port}
threads = 8

[loggers]
keys = root
[handlers]
keys = none
[formatters]
keys =
[logger_root]
level = ERROR
handlers = none
[handler_none]
class = NullHandler
args = ()
"""


def install() -> None:
    """Puts the peers into `.bench/`, from their locks; does nothing when they are there. Raises CalledProcessError."""
    stamp = NODE / ".installed"
    if not stamp.exists():
        NODE.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            (NODE / name).write_bytes((HERE / name).read_bytes())
        subprocess.run(["npm", "ci", "--silent"], cwd=NODE, check=True)
        stamp.touch()
    stamp = VENV / ".installed"
    if not stamp.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        pip = [str(VENV / "bin" / "pip"), "--disable-pip-version-check", "--quiet", "install", "--require-hashes"]
        subprocess.run([*pip, "-r", str(HERE / "kinto.lock")], check=True)
        stamp.touch()


def node(script: str, *arguments: str) -> list[str]:
    """The command that runs one of the scripts here."""
    return ["node", str(HERE / script), *arguments]


def environment() -> dict[str, str]:
    """Where the scripts find what they need."""
    return {**os.environ, "PEERS": str(NODE)}


@contextmanager
def scripted(script: str) -> Generator[int]:
    """A server of Node: its port."""
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            node(script, "serve", folder), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process,
    ):
        assert process.stdout is not None
        try:
            told = next(line for line in process.stdout if line.startswith(b"{"))
            yield int(json.loads(told)["port"])
        finally:
            process.kill()


@contextmanager
def plain() -> Generator[int]:
    """The floor."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(256)
        command = [sys.executable, "-m", "tests.bench.peers.plain", folder, str(listening.fileno())]
        with subprocess.Popen(command, cwd=ROOT, pass_fds=[listening.fileno()], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            try:
                yield int(listening.getsockname()[1])
            finally:
                process.kill()


@contextmanager
def kinto() -> Generator[int]:
    """Kinto over a PostgreSQL of its own."""
    with cluster() as postgres, tempfile.TemporaryDirectory() as folder:
        port, ini = _free_port(), Path(folder) / "kinto.ini"
        ini.write_text(_KINTO.format(url=_dsn(postgres), port=port), "utf-8")
        program = str(VENV / "bin" / "kinto")
        subprocess.run([program, "migrate", "--ini", str(ini)], check=True, capture_output=True)
        command = [program, "start", "--ini", str(ini)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _await(f"http://127.0.0.1:{port}/v1/")
                yield port
            finally:
                process.kill()


def _dsn(postgres: Cluster) -> str:
    """Kinto's driver is not ours; the place is the same."""
    return postgres.database().replace("+asyncpg", "")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _await(url: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise TimeoutError(url)
