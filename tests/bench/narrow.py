"""A line in front of a server that can be made narrow and slow: bits a second each way, shared by all connections, and a round trip."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Generator

BITS = 50_000
"""A second, each way."""
TRIP_S = 0.5
"""There and back."""
PIECE = 512
"""Bytes that leave at once, about what one packet holds."""


class Lane:
    """One direction: when it is free again, and how many bytes went over it."""

    def __init__(self) -> None:
        """As wide and as quick as the machine."""
        self.byte_s = 0.0
        self.trip_s = 0.0
        self.free = 0.0
        self.bytes = 0

    def send(self, piece: bytes) -> float:
        """Takes the lane for a piece; tells when its last byte has left."""
        self.free = max(self.free, asyncio.get_running_loop().time()) + len(piece) * self.byte_s
        self.bytes += len(piece)
        return self.free


class Narrow:
    """What went through, as it stands now."""

    def __init__(self, url: str, up: Lane, down: Lane) -> None:
        """`url` is where the server is reached by this line."""
        self.url = url
        self.up = up
        self.down = down

    def squeeze(self, bits: int = BITS, trip_s: float = TRIP_S) -> None:
        """Makes it as narrow and slow as this from now on; its bytes are counted anew."""
        for lane in (self.up, self.down):
            lane.byte_s, lane.trip_s, lane.bytes = 8 / bits, trip_s, 0


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lane: Lane) -> None:
    """Lets bytes through as the lane allows, each half a trip after it left."""
    loop = asyncio.get_running_loop()
    way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def arrive() -> None:
        # The far end may be gone while something is on its way to it.
        with contextlib.suppress(OSError):
            while True:
                at, piece = await way.get()
                await asyncio.sleep(at - loop.time())
                if not piece:
                    break
                writer.write(piece)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()

    arriving = asyncio.create_task(arrive())
    while piece := await reader.read(PIECE):
        left = lane.send(piece)
        way.put_nowait((left + lane.trip_s / 2, piece))
        # No piece is taken in before the one ahead of it has left.
        await asyncio.sleep(left - loop.time())
    way.put_nowait((loop.time() + lane.trip_s / 2, b""))
    await arriving


def _serve(
    host: str, port: int, up: Lane, down: Lane
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def meet(near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        # Cancelled when all is over; whoever accepted the connection would print that as a fault.
        with contextlib.suppress(asyncio.CancelledError):
            await through(near, to_near)

    async def through(near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        # The handshake took a trip before the first byte could go.
        await asyncio.sleep(up.trip_s)
        far, to_far = await asyncio.open_connection(host, port)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pump(near, to_far, up))
                both.create_task(_pump(far, to_near, down))
        except* OSError:
            # Either end left in the middle of a word, as browsers do.
            pass
        finally:
            to_near.close()
            to_far.close()

    return meet


@contextlib.contextmanager
def line_to(server: str) -> Generator[Narrow]:
    """A line to the server at `http://host:port`, wide until it is squeezed, open until the end."""
    host, port = server.removeprefix("http://").split(":")
    up, down = Lane(), Lane()
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(asyncio.start_server(_serve(host, int(port), up, down), "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield Narrow(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", up, down)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
        loop.close()
