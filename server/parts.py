"""What every station is handed: the store, the clock, the county's book, the maker of tokens, the seal. Made once, in `app`."""

from dataclasses import dataclass

from server.book import CountyBook
from server.now import Clock
from server.seal import Seal
from server.settings import Settings
from server.store import Store
from server.store.built import Apps
from server.throttle import Throttle
from server.who import Tokens


@dataclass(frozen=True)
class Parts:
    """The parts of one running server."""

    settings: Settings
    store: Store
    clock: Clock
    county: CountyBook
    """The book, the working days and the words."""
    tokens: Tokens
    seal: Seal
    throttle: Throttle
    apps: Apps
