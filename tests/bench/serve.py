"""The real app over a data folder that is there, on a socket that its parent holds. A process of its own; it loads no demo."""

import socket
import sys
from pathlib import Path

import uvicorn

from server.app import make_app, make_parts, spare_the_collector
from server.settings import Settings


def main() -> None:
    """`serve FOLDER SOCKET`: serves until it is killed. Says `up` when it has opened its store."""
    data, listening = Path(sys.argv[1]), socket.socket(fileno=int(sys.argv[2]))
    parts = make_parts(Settings(data=data, apps=data))
    spare_the_collector()
    print("up", flush=True)
    uvicorn.Server(uvicorn.Config(make_app(parts), access_log=False, log_config=None)).run(sockets=[listening])


if __name__ == "__main__":
    main()
