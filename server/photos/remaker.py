"""Has photos made anew by `remake`, in processes that hold nothing of ours. A photo they cannot bear is refused, and harms nobody else."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path

import msgspec

from server.photos.remake import JPEG, NO_PHOTO, TOO_HEAVY, TOO_MANY_PIXELS, WALL_S, WEBP
from server.problems import Problem

HANDS = 2
"""Photos that are worked on at the same time."""
PATIENCE_S = 2 * WALL_S

_SCRIPT = Path(__file__).with_name("remake.py")
_TYPES = {JPEG: "image/jpeg", WEBP: "image/webp"}
_REFUSALS = {
    NO_PHOTO: "not_a_photo",
    TOO_MANY_PIXELS: "too_many_pixels",
    TOO_HEAVY: "photo_too_heavy",
}


class Remade(msgspec.Struct, frozen=True):
    """A photo made anew."""

    type: str
    content: bytes


class Remaker:
    """A few helpers, each started when first needed and again when it was lost."""

    def __init__(self, hands: int = HANDS) -> None:
        """At most `hands` photos are worked on at once; the others wait."""
        self._free: asyncio.LifoQueue[Process | None] = asyncio.LifoQueue()
        for _ in range(hands):
            self._free.put_nowait(None)
        self._hands = hands

    async def remake(self, content: bytes) -> Remade:
        """The picture alone. Raises a Problem for what is none, or more than a photo can be."""
        helper = await self._free.get()
        try:
            if helper is None or helper.returncode is not None:
                helper = await _start()
            outcome, made = await asyncio.wait_for(_ask(helper, content), PATIENCE_S)
        except (TimeoutError, EOFError, ConnectionError) as fault:
            # It was ended from outside, or does not answer: the photo may be good, so it is asked for again.
            await _end(helper)
            helper = None
            raise Problem("busy", retry_after_s=10) from fault
        except BaseException:
            await _end(helper)
            helper = None
            raise
        finally:
            self._free.put_nowait(helper)
        if outcome in _TYPES:
            return Remade(_TYPES[outcome], made)
        raise Problem(_REFUSALS.get(outcome, "photo_too_heavy"))

    async def close(self) -> None:
        """Ends the helpers."""
        for _ in range(self._hands):
            await _end(await self._free.get())
        for _ in range(self._hands):
            self._free.put_nowait(None)


async def _start() -> Process:
    # Isolated, and by its path: the helper loads Pillow and nothing of the server.
    return await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(_SCRIPT), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}
    )


async def _ask(helper: Process, content: bytes) -> tuple[bytes, bytes]:
    if helper.stdin is None or helper.stdout is None:
        raise ConnectionError
    helper.stdin.write(len(content).to_bytes(4) + content)
    await helper.stdin.drain()
    head = await helper.stdout.readexactly(5)
    return head[:1], await helper.stdout.readexactly(int.from_bytes(head[1:]))


async def _end(helper: Process | None) -> None:
    if helper is None:
        return
    with suppress(ProcessLookupError):
        helper.kill()
    if helper.stdin is not None:
        helper.stdin.close()
    await helper.wait()
