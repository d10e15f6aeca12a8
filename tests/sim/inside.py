"""Reaches what a module or class of the product keeps to itself: only to plant bugs and to drive a half of a handler."""

from typing import Any


def inside(of: object, name: str) -> Any:
    """The private thing of this name."""
    return getattr(of, name)
