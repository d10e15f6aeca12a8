"""Many matters of one kind in one grid (类案): counted for whoever sees them, so that a kind is settled, not case after case."""

from collections.abc import Callable, Iterator

import msgspec

from server.book import CountyBook
from server.store import lists
from server.store.disk import Conn
from server.store.lists import Record
from sync.clock import DAY_MS
from sync.fold import Shape
from sync.subjects.issue import is_open
from sync.subjects.same import joined_here, leader_of, may_lead

MOST = 40
NOT_COUNTED = ("moved", "void", "withdrawn")
"""What stands elsewhere, was none, or was taken back is no case of a kind."""


class Case(msgspec.Struct, frozen=True):
    """One matter of a kind, as the asker may see it."""

    record: Record
    shape: Shape
    part: str
    """It `leads`, `may_join` what leads, is `joined` to it, is handled `alone`, or is `over`."""


class Kind(msgspec.Struct, frozen=True):
    """So many matters of one category in one grid that the book calls them a kind: oldest first."""

    grid: str
    category: str
    households: int
    """From how many different reporters; who gave no number counts for himself."""
    cases: list[Case]


def kinds(
    conn: Conn, county: CountyBook, codes: list[str], now_ms: int, seen: Callable[[Record], Shape | None]
) -> Iterator[Kind]:
    """The kinds of these areas in which something is still to be done. What is sealed, or `seen` does not show, is not counted."""
    since_ms, least = now_ms - county.same.kind_days * DAY_MS, county.same.kind_matters
    for grid, category in lists.frequent(conn, codes, NOT_COUNTED, since_ms, least, MOST):
        some = lists.of_category(conn, grid, category, NOT_COUNTED, since_ms)
        open_to_all = [record for record in some if not (record.mark and record.mark.seal)]
        shown = [(record, shape) for record in open_to_all if (shape := seen(record))]
        records = [record for record, _ in shown]
        if len(shown) < least or not any(is_open(record.shape) for record in records):
            continue
        lead = _lead([record.shape for record in records])
        cases = [Case(record, shape, _part(record.shape, lead)) for record, shape in shown]
        yield Kind(grid, category, len({record.reporter or record.subject for record in records}), cases)


def _lead(shapes: list[Shape]) -> str:
    """The one that others would join: that which has most already, of equals the oldest."""
    able = [shape for shape in shapes if may_lead(shape, "issue", shape.grid)]
    return max(able, key=lambda shape: len(joined_here(shape))).subject if able else ""


def _part(shape: Shape, lead: str) -> str:
    if shape.subject == lead:
        return "leads"
    if shape.stage == "joined" or (lead and leader_of(shape) == lead):
        return "joined"
    return "alone" if is_open(shape) else "over"
