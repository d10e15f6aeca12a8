"""The server's one clock. Everything else is handed a moment, or this function."""

import time
from collections.abc import Callable
from typing import TypeAlias

Clock: TypeAlias = Callable[[], int]
"""Milliseconds since 1970, UTC."""


def now_ms() -> int:
    """This moment."""
    return time.time_ns() // 1_000_000


def wait(seconds: float) -> None:
    """Lets this moment pass."""
    time.sleep(seconds)
