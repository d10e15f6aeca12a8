"""The small county that histories happen in: three grids, their people, each person's devices. Nothing happens here."""

from functools import cache

import msgspec

from server.book import CountyBook, load_book
from server.store import log, people
from server.store.disk import Conn
from server.store.log import Device, Grid
from server.store.people import Person
from sync.admit import Area

EAST = "329924101201001"
WEST = "329924101201002"
FAR = "329924102200001"
TOWN = "329924101"
GRIDS = (EAST, WEST, FAR)
START_MS = 1_772_415_000_000
"""Monday 2 March 2026, 09:30 in the county."""
ENROLLED_MS = START_MS - 86_400_000


class Someone(msgspec.Struct, frozen=True):
    """A person with one device. The same person may hold two."""

    device: str
    person: str
    name: str
    areas: list[Area]


PAIR = (
    Someone("da", "wang", "王一", [Area("grid_worker", EAST)]),
    Someone("db", "li", "李二", [Area("grid_worker", EAST)]),
)
"""The two workers of one grid, A and B: in every history."""

REVIEWER = Someone("dt", "qian", "钱四", [Area("town", TOWN)])
"""The town's reviewer, in most histories."""

OTHERS = (
    Someone("da2", "wang", "王一", [Area("grid_worker", EAST)]),
    Someone("dz", "zhou", "周六", [Area("grid_worker", EAST), Area("grid_worker", WEST)]),
    Someone("ds", "sun", "孙五", [Area("dispatcher", "")]),
    Someone("dw", "wu", "吴七", [Area("grid_worker", WEST)]),
)
"""Of whom a history takes some."""

MOVES = "li"
"""The worker who may be sent from EAST to WEST in the middle of a history."""


@cache
def book() -> CountyBook:
    """The county's book, read once."""
    return load_book()


def settle(conn: Conn, cast: list[Someone]) -> None:
    """Puts the county into an empty store, every device enrolled the day before."""
    log.add_grids(
        conn,
        [
            Grid(
                code=code, name="第一网格", village="林园村", village_code=code[:12], town="柳集镇", town_code=code[:9]
            )
            for code in GRIDS
        ],
    )
    people.add_people(conn, [Person(id=one.person, name=one.name) for one in cast])
    for one in cast:
        people.add_areas(conn, one.person, one.areas)
    enrolled = [
        Device(id=one.device, person=one.person, contact_ms=ENROLLED_MS, enrolled_ms=ENROLLED_MS) for one in cast
    ]
    log.put_devices(conn, enrolled)
