"""Reads what a bulletin or a page of rates is counted from: the shapes of an area over a period, and where its logs stood."""

import msgspec

from server.book import CountyBook
from server.bulletin.cut import Cut, cut
from server.bulletin.period import Period, previous
from server.rates import Figure, Window, figures
from server.rates.tally import Drift, conserved, counts, drift, kinds, most
from server.store import counted, lists, log
from server.store.disk import Conn
from sync.fold import Shape
from sync.rules.book import Clocks
from sync.subjects.issue import text

KINDS = (
    *("issue", "order", "mediation", "consultation", "mailbox", "mailbox_opening", "letter"),
    *("household", "visit", "promise"),
)


class Gathered(msgspec.Struct, frozen=True):
    """Everything that is said of one period."""

    period: Period
    area: str
    area_name: str
    window: Window
    figures: list[Figure]
    counts: dict[str, int]
    conserved: dict[str, int]
    before: dict[str, int]
    """`conserved` of the period before."""
    natures: list[tuple[str, int]]
    categories: list[tuple[str, int]]
    tracks: list[tuple[str, int]]
    towns: dict[str, str]
    """Names of the area's towns by their codes."""
    drift: list[Drift]
    kinds: list[tuple[str, str, int]]
    """Matters of one kind (类案): where, of which category, how many."""
    cut: Cut


def is_office(code: str) -> bool:
    """Whether a log is an office's own, where bulletins lie, and no grid's."""
    return code.endswith("000000")


def window_of(period: Period, clocks: Clocks, now_ms: int) -> Window:
    """The period as moments; of one that still runs, what lies behind: nobody is late before the time."""
    from_ms, to_ms = period.window_ms(clocks)
    return Window(from_ms, max(from_ms, min(to_ms, now_ms + 1)), clocks.zone_minutes)


def shapes_of(conn: Conn, area: str, since_ms: int, until_ms: int) -> list[Shape]:
    """The shapes of which something may count between these moments, with the issues that the orders among them name."""
    found = counted.shapes(conn, KINDS, area, since_ms, until_ms)
    named = {text(shape, "issue") for shape in found if shape.kind == "order"} - {shape.subject for shape in found}
    return [*found, *(record.shape for record in lists.records(conn, sorted(named - {""})).values())]


def gather(conn: Conn, county: CountyBook, area: str, period: Period, now_ms: int) -> Gathered:
    """Counts one area (a code's beginning; "" is the county) over one period, from one snapshot."""
    clocks = county.book.clocks
    window, earlier = (window_of(one, clocks, now_ms) for one in (period, previous(period)))
    grids = [grid for grid in log.grids_under(conn, [area]) if not is_office(grid.code)]
    named = {grid.code: f"{grid.village}{grid.name}" for grid in grids}
    shapes = shapes_of(conn, area, earlier.from_ms, window.to_ms)
    return Gathered(
        period=period,
        area=area,
        area_name=grids[0].town if len(area) >= 9 and grids else county.words_zh["bulletin.county"],
        window=window,
        figures=figures(shapes, window),
        counts=counts(shapes, window, min(now_ms, window.to_ms - 1), counted.running_dues(conn, area)),
        conserved=conserved(shapes, window),
        before=conserved(shapes, earlier),
        natures=most(shapes, window, "nature"),
        categories=most(shapes, window, "category"),
        tracks=most(shapes, window, "track"),
        towns={grid.town_code: grid.town for grid in grids},
        drift=drift(shapes, window),
        kinds=[
            (named.get(grid, grid), category, n)
            for grid, category, n in kinds(shapes, window, county.same.kind_matters)
        ],
        cut=cut(conn, [grid.code for grid in grids], now_ms),
    )
