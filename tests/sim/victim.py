"""Servers made to be killed: a nursery imports the app once and forks one for each death. They load no demo."""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import Connection, func, select

from server.app import make_app, make_parts
from server.settings import Settings
from server.store import disk, tables
from server.store.writer import Writer
from tests.sim.inside import inside


def main() -> None:
    """Reads lines `DATA MODE`; forks a server for each, and says its process and its port."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        data, mode = line.split()
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        # Blocked before the fork, so that the signal cannot come too early.
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
        child = os.fork()
        if child == 0:
            serve(Path(data), mode, listening)
            os._exit(0)
        # The child alone holds the socket: when it dies, whoever asks hears so at once.
        port = listening.getsockname()[1]
        listening.close()
        print(child, port, flush=True)


def serve(data: Path, mode: str, listening: socket.socket) -> None:
    """Waits for SIGUSR1, then serves until it dies. `mode`: `right`, or one of the planted bugs."""
    os.setsid()
    quiet = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(quiet, number)
    BUGS[mode]()
    signal.sigwait([signal.SIGUSR1])
    parts = make_parts(Settings(data=data, apps=data))
    config = uvicorn.Config(make_app(parts), access_log=False, log_config=None)
    uvicorn.Server(config).run(sockets=[listening])


def answer_early() -> None:
    """A planted bug: answers when the bodies have run, and commits afterwards.

    With an op among what was written it stands still between the two, for ever: whoever kills it kills it there.
    """

    def together(self: Any, conn: Connection, group: list[Any]) -> None:
        with conn.begin():
            before = _ops(conn)
            for task in group:
                task.run(conn)
                task.done()
            if _ops(conn) > before:
                threading.Event().wait()

    setattr(Writer, "_commit_together", together)  # noqa: B010 - it is the writer's own


def _ops(conn: Connection) -> int:
    return conn.execute(select(func.count()).select_from(tables.ops)).scalar_one()


def never_flush() -> None:
    """A planted bug: commits return before anything is on the disk."""
    right = inside(disk, "_set")

    def loose(engine: Any, *pragmas: str) -> None:
        right(engine, *(pragma.replace("synchronous=FULL", "synchronous=OFF") for pragma in pragmas))

    setattr(disk, "_set", loose)  # noqa: B010 - as above
    disk.assert_durable = lambda _conn: None


BUGS: dict[str, Callable[[], None]] = {"right": lambda: None, "early": answer_early, "loose": never_flush}

if __name__ == "__main__":
    main()
