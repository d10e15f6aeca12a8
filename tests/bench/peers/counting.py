"""A line that counts: what one phone sends and gets, and how often the direction turns. It changes no byte."""

import gzip
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Counted:
    """What went over a line."""

    port: int = 0
    up: bytearray = field(default_factory=bytearray)
    down: bytearray = field(default_factory=bytearray)
    trips: int = 0
    """How often an answer began after something had been sent, over all connections."""

    @property
    def up_packed(self) -> int:
        """Bytes sent, as gzip would pack the whole: what a transport packs already hardly shrinks again."""
        return len(gzip.compress(bytes(self.up), 6))

    @property
    def down_packed(self) -> int:
        """Bytes got, likewise."""
        return len(gzip.compress(bytes(self.down), 6))


@contextmanager
def counting(port: int) -> Generator[Counted]:
    """Listens on a port of its own and carries everything to and from `port`; behind the block every line is closed."""
    with ExitStack() as open_ones:
        listening = open_ones.enter_context(socket.create_server(("127.0.0.1", 0)))
        counted = Counted(int(listening.getsockname()[1]))
        accepting = threading.Thread(target=_accept, args=(listening, port, counted, open_ones))
        accepting.start()
        try:
            yield counted
        finally:
            # To close it would not wake who waits on it.
            listening.shutdown(socket.SHUT_RDWR)
            accepting.join()


def _accept(listening: socket.socket, port: int, counted: Counted, open_ones: ExitStack) -> None:
    """Ends when the socket that listens is shut down. Every line it opens is closed by the stack."""
    with suppress(OSError):
        while True:
            near = open_ones.enter_context(listening.accept()[0])
            far = open_ones.enter_context(socket.create_connection(("127.0.0.1", port)))
            asked = threading.Event()

            def up(part: bytes, asked: threading.Event = asked) -> None:
                counted.up += part
                asked.set()

            def down(part: bytes, asked: threading.Event = asked) -> None:
                counted.down += part
                counted.trips += asked.is_set()
                asked.clear()

            for source, sink, count in ((near, far, up), (far, near, down)):
                carrying = threading.Thread(target=_carry, args=(source, sink, count))
                carrying.start()
                open_ones.callback(_stop, source, carrying)


def _stop(source: socket.socket, carrying: threading.Thread) -> None:
    with suppress(OSError):
        source.shutdown(socket.SHUT_RDWR)
    carrying.join()


def _carry(source: socket.socket, sink: socket.socket, count: Callable[[bytes], None]) -> None:
    with suppress(OSError):
        while part := source.recv(65536):
            count(part)
            sink.sendall(part)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
