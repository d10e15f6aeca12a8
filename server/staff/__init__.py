"""Who may do what and where: the one hand that changes it, for the desk and for the command line, and writes down each change."""

from server.staff.acts import Told, change
from server.staff.door import router

__all__ = ["Told", "change", "router"]
