"""How often something may be tried before the answer is "later". It counts in memory: a restart forgives."""

import asyncio
from collections import OrderedDict, deque

from server.now import Clock

WINDOW_MS = 15 * 60 * 1000
_KNOWN_KEYS = 20_000
_AT_ONCE = 2


class Throttle:
    """Counts failures per key over a sliding window."""

    def __init__(self, clock: Clock) -> None:
        """`clock` is the server's."""
        self._clock = clock
        self.turns = asyncio.Semaphore(_AT_ONCE)
        """Who tries takes a turn first: a thousand tries sent at once are still counted one after the other."""
        self._failures: OrderedDict[str, deque[int]] = OrderedDict()

    def wait_s(self, key: str, most: int) -> int:
        """Seconds until this key may try again; 0 while it has failed fewer than `most` times in the window."""
        times = self._recent(key)
        if len(times) < most:
            return 0
        return max(1, (times[-most] + WINDOW_MS - self._clock()) // 1000)

    def failed(self, key: str) -> None:
        """Counts one failure."""
        times = self._recent(key)
        times.append(self._clock())
        self._failures[key] = times
        self._failures.move_to_end(key)
        while len(self._failures) > _KNOWN_KEYS:
            self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forgets its failures."""
        self._failures.pop(key, None)

    def _recent(self, key: str) -> deque[int]:
        times = self._failures.get(key, deque())
        while times and times[0] + WINDOW_MS <= self._clock():
            times.popleft()
        return times
