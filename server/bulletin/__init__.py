"""Bulletins that write themselves: drafted by the clerk, edited and signed by people, frozen with the log they were counted from."""

from server.bulletin.door import router

__all__ = ["router"]
