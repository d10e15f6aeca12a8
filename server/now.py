"""The server's one clock. Everything else is handed a moment, or this function."""

import time
from collections.abc import Callable
from typing import TypeAlias

DAY_MS = 24 * 3600 * 1000

Clock: TypeAlias = Callable[[], int]
"""Milliseconds since 1970, UTC."""


def now_ms() -> int:
    """This moment."""
    return time.time_ns() // 1_000_000


def wait(seconds: float) -> None:
    """Lets this moment pass."""
    time.sleep(seconds)
