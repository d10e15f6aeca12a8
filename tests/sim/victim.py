"""A server made to be killed: the real app on a data folder that is there, on a socket that its parent holds. It loads no demo."""

import socket
import sys
import threading
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import Connection

from server.app import make_app, make_parts
from server.settings import Settings
from server.store.writer import Writer


def main() -> None:
    """`victim DATA SOCKET [early]`: serves until it dies. Says `up` when it has opened its store."""
    data, number = Path(sys.argv[1]), int(sys.argv[2])
    if sys.argv[3:] == ["early"]:
        answer_early()
    listening = socket.socket(fileno=number)
    parts = make_parts(Settings(data=data, apps=data))
    print("up", flush=True)
    config = uvicorn.Config(make_app(parts), access_log=False, log_config=None)
    uvicorn.Server(config).run(sockets=[listening])


def answer_early() -> None:
    """A planted bug: answers when the bodies have run, and commits a moment afterwards."""

    def together(self: Any, conn: Connection, group: list[Any]) -> None:
        with conn.begin():
            for task in group:
                task.run(conn)
                task.done()
            threading.Event().wait(0.02)

    setattr(Writer, "_commit_together", together)  # noqa: B010 - it is the writer's own


if __name__ == "__main__":
    main()
