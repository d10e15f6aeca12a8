"""The resident's page: a link opens one matter, four digits open its details, one answer closes or reopens it."""

from server.resident import public
from server.resident.door import router

__all__ = ["public", "router"]
