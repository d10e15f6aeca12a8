"""Photos and voices: in by an upload that resumes (tus 1.0), made anew in a process of its own, out by hash to who may read the record."""

from server.photos import door, show
from server.photos.remaker import Remaker
from server.photos.turns import Turns

__all__ = ["Remaker", "Turns", "door", "show"]
