"""Reads what a bulletin or a page of rates is counted from: the shapes of an area over a period, and where its logs stood."""

import msgspec

from server.book import CountyBook
from server.bulletin.cut import Cut, cut
from server.bulletin.period import Period, previous
from server.rates import Figure, Window, figures
from server.rates.tally import Drift, conserved, counts, drift, most
from server.store import lists, log
from server.store.disk import Conn
from sync.fold import Shape
from sync.rules.book import Clocks

KINDS = ("issue", "order", "mediation", "consultation", "mailbox", "mailbox_opening", "household", "visit")


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
    cut: Cut


def is_office(code: str) -> bool:
    """Whether a log is an office's own, where bulletins lie, and no grid's."""
    return code.endswith("000000")


def window_of(period: Period, clocks: Clocks) -> Window:
    """The period as moments."""
    from_ms, to_ms = period.window_ms(clocks)
    return Window(from_ms, to_ms, clocks.zone_minutes)


def gather(conn: Conn, county: CountyBook, area: str, period: Period, now_ms: int) -> Gathered:
    """Counts one area (a code's beginning; "" is the county) over one period, from one snapshot."""
    clocks = county.book.clocks
    window, earlier = window_of(period, clocks), window_of(previous(period), clocks)
    grids = [grid for grid in log.grids_under(conn, [area]) if not is_office(grid.code)]
    shapes = lists.shapes(conn, KINDS, area, earlier.from_ms, window.to_ms)
    here = [shape for shape in shapes if not _is_over(shape, window)]
    return Gathered(
        period=period,
        area=area,
        area_name=grids[0].town if len(area) >= 9 and grids else county.words_zh["bulletin.county"],
        window=window,
        figures=figures(here, window),
        counts=counts(here, window, now_ms, lists.running_dues(conn, area)),
        conserved=conserved(here, window),
        before=conserved(shapes, earlier),
        natures=most(here, window, "nature"),
        categories=most(here, window, "category"),
        tracks=most(here, window, "track"),
        towns={grid.town_code: grid.town for grid in grids},
        drift=drift(here, window),
        cut=cut(conn, [grid.code for grid in grids], now_ms),
    )


def _is_over(shape: Shape, window: Window) -> bool:
    """Whether it ended before the period: nothing of it can count any more."""
    return bool(shape.acts) and shape.stage in ("closed", "archived") and shape.acts[-1].at_ms < window.from_ms
