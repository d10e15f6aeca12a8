"""The only folder that touches the database and the disk. It knows the core's structs and no station."""

from server.store.archive import Unfit
from server.store.disk import Store, open_store, read_once
from server.store.writer import Broken, Busy, Unsafe

__all__ = ["Broken", "Busy", "Store", "Unfit", "Unsafe", "open_store", "read_once"]
