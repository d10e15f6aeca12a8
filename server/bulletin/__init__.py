"""Bulletins that write themselves: drafted by the clerk, edited and signed by people, frozen with the log they were counted from."""

from server.bulletin.calendar import Done, draft_due
from server.bulletin.door import router

__all__ = ["Done", "draft_due", "router"]
