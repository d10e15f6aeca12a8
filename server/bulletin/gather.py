"""Reads what a bulletin or a page of rates is counted from: the shapes of an area over a period, and where its logs stood."""

from collections.abc import Callable, Iterator
from functools import partial

import msgspec

from server.book import CountyBook
from server.bulletin.cut import Cut, cut
from server.bulletin.period import Period, previous
from server.rates import Figure, Window
from server.rates.sums import Drift, Sums
from server.rates.tally import FIRST, Tally
from server.store import counted, log
from server.store.disk import Conn
from sync.fold import Shape
from sync.rules.book import Clocks
from sync.subjects.issue import text

KINDS = (
    FIRST,
    ("order",),
    ("mediation", "consultation", "mailbox", "letter", "household", "promise"),
)
"""Those by which others are counted come before them."""


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


def nothing() -> None:
    """The pause of whoever need not give way to anybody."""


def is_office(code: str) -> bool:
    """Whether a log is an office's own, where bulletins lie, and no grid's."""
    return code.endswith("000000")


def window_of(period: Period, clocks: Clocks, now_ms: int) -> Window:
    """The period as moments; of one that still runs, what lies behind: nobody is late before the time."""
    from_ms, to_ms = period.window_ms(clocks)
    return Window(from_ms, max(from_ms, min(to_ms, now_ms + 1)), clocks.zone_minutes)


def shapes_of(
    conn: Conn, area: str, since_ms: int, until_ms: int, pause: Callable[[], None] = nothing
) -> Iterator[Shape]:
    """The shapes of which something may count between these moments, with the issues that the orders among them name.

    One after the other, in the order in which rates want them. After every page it takes a `pause`.
    """
    pages = partial(counted.pages, conn, area, since_ms, until_ms)
    met = set[str]()
    for kinds in KINDS:
        for page in pages(kinds):
            named = {text(shape, "issue") for shape in page if shape.kind == "order"} - met - {""}
            met |= named | {shape.subject for shape in page if shape.kind == "issue"}
            yield from (record.shape for record in counted.each(conn, named))
            yield from page
            pause()


def gather(
    conn: Conn, county: CountyBook, area: str, period: Period, now_ms: int, pause: Callable[[], None] = nothing
) -> Gathered:
    """Counts one area (a code's beginning; "" is the county) over one period, from one snapshot. It holds a page of shapes at a time."""
    clocks = county.book.clocks
    window, earlier = (window_of(one, clocks, now_ms) for one in (period, previous(period)))
    grids = [grid for grid in log.grids_under(conn, [area]) if not is_office(grid.code)]
    named = {grid.code: f"{grid.village}{grid.name}" for grid in grids}
    tally, sums = Tally(window), Sums(window, earlier)
    for shape in shapes_of(conn, area, earlier.from_ms, window.to_ms, pause):
        tally.take(shape)
        sums.take(shape)
    return Gathered(
        period=period,
        area=area,
        area_name=grids[0].town if len(area) >= 9 and grids else county.words_zh["bulletin.county"],
        window=window,
        figures=tally.figures(),
        counts=sums.counts(min(now_ms, window.to_ms - 1), counted.running_dues(conn, area)),
        conserved=sums.conserved,
        before=sums.before,
        natures=sums.most("nature"),
        categories=sums.most("category"),
        tracks=sums.most("track"),
        towns={grid.town_code: grid.town for grid in grids},
        drift=sums.drift(),
        kinds=[(named.get(grid, grid), category, n) for grid, category, n in sums.kinds(county.same.kind_matters)],
        cut=cut(conn, [grid.code for grid in grids], now_ms),
    )
