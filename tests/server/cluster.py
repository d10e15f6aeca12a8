"""A real PostgreSQL for the tests: made in a folder of its own, stopped and removed with them. What it must hold is tested elsewhere."""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from server.store.tables import metadata

T = TypeVar("T")

OWNER = "postgres"
"""PostgreSQL refuses to run as root; Debian's package makes this user for it."""


def find_programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`: Debian's newest, or wherever PATH leads; None when there is none."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = str(debian[-1]) if debian else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def can_be_had() -> bool:
    """Whether a cluster can be made here: the programs are there and, for root, a user to run them as."""
    users = {user.pw_name for user in pwd.getpwall()}
    return find_programs() is not None and (os.geteuid() != 0 or OWNER in users)


@dataclass
class Cluster:
    """A running one, reached by a socket in its folder."""

    folder: Path
    programs: Path
    made: list[str] = field(default_factory=list[str])

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql+asyncpg://{OWNER}@/{name}?host={self.folder}"

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"county{len(self.made)}"
        self.made.append(name)
        self.run("postgres", lambda conn: conn.execute(text(f'CREATE DATABASE "{name}"')).close())
        return self.url(name)

    def run(self, name: str, body: Callable[[Connection], T]) -> T:
        """Runs a body outside any transaction, whether or not a loop runs here."""

        async def work() -> T:
            engine = create_async_engine(self.url(name), isolation_level="AUTOCOMMIT")
            async with engine.connect() as conn:
                done = await conn.run_sync(body)
            await engine.dispose()
            return done

        return beside(work())

    def control(self, *what: str) -> None:
        """`pg_ctl`, as the user whom the files belong to."""
        log = self.folder / "log"
        self.do("pg_ctl", "-D", str(self.folder / "data"), "-l", str(log), "-w", "-s", *what)

    def start(self) -> None:
        """Durable as in real life: `fsync` stays on, for the server refuses a cluster without it."""
        options = f"-k {self.folder} -c listen_addresses= -c max_connections=120 -c shared_buffers=64MB"
        self.control("-o", options, "start")

    def do(self, program: str, *arguments: str) -> None:
        """One of PostgreSQL's programs, never as root."""
        command = [str(self.programs / program), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--init-groups", *command]
        done = subprocess.run(command, check=False, capture_output=True, cwd=self.folder, text=True)
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"


def beside(work: Coroutine[Any, Any, T]) -> T:
    """Runs it in a thread with a loop of its own."""
    done: list[T] = []
    thread = threading.Thread(target=lambda: done.append(asyncio.run(work)))
    thread.start()
    thread.join()
    return done[0]


@contextmanager
def cluster() -> Generator[Cluster]:
    """Makes one, starts it, and leaves nothing behind."""
    programs = find_programs()
    assert programs is not None, "no initdb on this machine"
    folder = Path(tempfile.mkdtemp(prefix="sulaiban-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER, OWNER)
    made = Cluster(folder, programs)
    data = str(folder / "data")
    try:
        made.do("initdb", "-D", data, "-U", OWNER, "-A", "trust", "-N", "--encoding=UTF8", "--locale=C.UTF-8")
        made.start()
        try:
            yield made
        finally:
            made.control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def empty(conn: Connection) -> None:
    """Every table without a row: a new county in some milliseconds, where a new database takes half a second."""
    for table in metadata.sorted_tables:
        conn.execute(table.delete())
