"""How many wait for a write: what can wait (a bulletin, the clerk's round) lets them first."""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager

PRESSED = 4
"""So many at once are a rush; the phones of a quiet evening meet one another less."""
CALM_S = 2.0
"""How long there has been no rush before it counts as over."""
LOOK_S = 0.2
PAUSE_S = 0.05


class Pressure:
    """Counted where the loop runs, asked from any thread."""

    def __init__(self) -> None:
        self._owed = 0
        self._pressed_at = -CALM_S
        self._free = threading.Event()
        self._free.set()

    @contextmanager
    def owing(self) -> Generator[None]:
        """While somebody waits."""
        self._owed += 1
        self._free.clear()
        try:
            yield
        finally:
            if self._owed >= PRESSED:
                self._pressed_at = asyncio.get_running_loop().time()
            self._owed -= 1
            if not self._owed:
                self._free.set()

    def give_way(self) -> None:
        """A pause for a thread that works long, if anybody waits at all."""
        self._free.wait(PAUSE_S)

    async def calm(self, most_s: float) -> None:
        """Waits for a rush to be over; not longer than `most_s`, for what can wait must come some day."""
        for _ in range(round(most_s / LOOK_S)):
            if not self._is_rush():
                return
            await asyncio.sleep(LOOK_S)

    def _is_rush(self) -> bool:
        return self._owed >= PRESSED or asyncio.get_running_loop().time() - self._pressed_at < CALM_S
