"""Where matters lie: by grid, domain and week, with the people who live there and the cases behind. It ranks nobody."""

from collections.abc import Callable

import msgspec

from server.book import CountyBook
from server.bulletin.gather import Gathered, is_office, nothing, shapes_of
from server.rates.measures import CONDUCT, begun_ms, value
from server.store import counted, log
from server.store.disk import Conn
from server.store.lists import Record
from sync.fold import Shape
from sync.rules.book import category_of

LEFT_OUT = ("void", "withdrawn", "moved")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A grid, and how many people its households that live there have: the denominator of its case rate."""

    grid: str
    name: str
    village: str
    town: str
    people: int


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """One matter, by where, what and when. Of a sealed one its title says so and nothing else."""

    subject: str
    issue_no: str
    title: str
    stage: str
    grid: str
    domain: str
    category: str
    week: int
    """Whole weeks since the period's first day."""


class Named(msgspec.Struct, frozen=True):
    """A domain or category by its code."""

    code: str
    zh: str
    en: str


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """A period's matters over an area."""

    area_name: str
    first: str
    last: str
    areas: list[tuple[str, str]]
    places: list[Place]
    spots: list[Spot]
    names: list[Named]
    many: int
    """From how many of one category in one grid on they are called a kind (类案), by the book."""


def spread(
    conn: Conn,
    county: CountyBook,
    told: Gathered,
    areas: list[tuple[str, str]],
    sealed: str,
    pause: Callable[[], None] = nothing,
) -> Spread:
    """Counts the issues registered in the period; accusations are counted elsewhere and left out. `sealed` stands for a title."""
    wanted: list[str] = []
    people: dict[str, int] = {}
    for one in shapes_of(conn, told.area, told.window.from_ms, told.window.to_ms, pause):
        if _counts(one, told):
            wanted.append(one.subject)
        elif one.kind == "household" and one.stage == "living":
            members = value(one, "members")
            people[one.grid] = people.get(one.grid, 0) + (len(members) if isinstance(members, list) else 0)
    spots = sorted((one.begun_ms, one.subject, _spot(one, told, sealed)) for one in counted.each(conn, wanted))
    grids = [grid for grid in log.grids_under(conn, [told.area]) if not is_office(grid.code)]
    codes = sorted({code for *_, one in spots for code in (one.category, one.domain)})
    return Spread(
        area_name=told.area_name,
        first=told.period.first.isoformat(),
        last=told.period.last.isoformat(),
        areas=areas,
        places=[
            Place(grid=one.code, name=one.name, village=one.village, town=one.town, people=people.get(one.code, 0))
            for one in sorted(grids, key=lambda one: one.code)
        ],
        spots=[one for *_, one in spots],
        names=[
            Named(code, leaf.zh if leaf else code, leaf.en if leaf else code)
            for code in codes
            for leaf in [category_of(county.book, code)]
        ],
        many=county.same.kind_matters,
    )


def _counts(shape: Shape, told: Gathered) -> bool:
    here = shape.kind == "issue" and shape.stage not in LEFT_OUT and value(shape, "category") != CONDUCT
    return here and told.window.holds(begun_ms(shape))


def _spot(record: Record, told: Gathered, sealed: str) -> Spot:
    return Spot(
        subject=record.subject,
        issue_no=record.issue_no,
        title=sealed if record.mark and record.mark.seal else record.title,
        stage=record.stage,
        grid=record.grid,
        domain=record.category[:2],
        category=record.category,
        week=(told.window.day(record.begun_ms) - told.window.day(told.window.from_ms)) // 7,
    )
