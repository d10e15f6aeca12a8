"""Chance that gives the same for the same seed in every Python: of the standard one's methods only `random` promises that."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A stream of choices that its seed decides."""

    def __init__(self, seed: int | str) -> None:
        self._source = random.Random(seed)

    def random(self) -> float:
        """A number from 0 up to 1."""
        return self._source.random()

    def randint(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both possible."""
        return low + int(self._source.random() * (high - low + 1))

    def choice(self, of: Sequence[T]) -> T:
        """One of them."""
        return of[self.randint(0, len(of) - 1)]

    def sample(self, of: Sequence[T], k: int) -> list[T]:
        """`k` different ones, in any order."""
        left = list(of)
        return [left.pop(self.randint(0, len(left) - 1)) for _ in range(k)]
