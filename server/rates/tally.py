"""Counts a period's rates over subjects: for the whole area, for each town, for each unit. It orders nobody and ranks no person.

Subjects come one after the other and none is kept: a county's month is more than memory holds.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import ceil, floor, sqrt

import msgspec

from server.rates.duties import DUTIES
from server.rates.measures import OUTCOMES, Measure, Window, acts, begun_ms, value
from sync.fold import Shape
from sync.op import Json

Z = 1.959964
"""The normal deviate of a 95% interval."""
MEASURES = (*OUTCOMES, *DUTIES)
FIRST = ("issue", "visit", "mailbox_opening")
"""Kinds that tell something of subjects of other kinds: they are counted before those."""
FEW = 10
"""Below so many items a rate is shown with its counts only: it says nothing about a unit (domain 6.2)."""


class Figure(msgspec.Struct, frozen=True):
    """A rate as counted. `hits` and `all` are the cases behind it, in the order they began."""

    id: str
    group: str
    """"" for the whole area; `town:CODE` or `unit:CODE` for a part of it."""
    n: int
    of: int
    low: int
    high: int
    """The 95% interval (Wilson), in thousandths; 0 and 1000 where nothing was counted."""
    hits: list[str]
    all: list[str]


def interval(n: int, of: int) -> tuple[int, int]:
    """Wilson's 95% interval of n out of `of`, in thousandths, outward."""
    if of == 0:
        return 0, 1000
    p, z2 = n / of, Z * Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    reach = Z * sqrt(p * (1 - p) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    low, high = floor((middle - reach) * 1000), ceil((middle + reach) * 1000)
    return max(0, low), min(1000, high)


def groups_of(shape: Shape) -> Iterator[str]:
    """The groups that a subject counts in: everything, its town, the unit that answers for it."""
    yield ""
    yield f"town:{shape.grid[:9]}"
    unit = value(shape, "unit") or _lead(shape) or value(shape, "handler_unit")
    if isinstance(unit, str) and unit:
        yield f"unit:{unit}"


def _lead(shape: Shape) -> Json:
    """The unit that an issue was sent to: it answers for what its resident says."""
    lead = value(shape, "lead")
    return lead.get("unit") if isinstance(lead, dict) else None


class _Cases(msgspec.Struct):
    """What one group has of one measure: when each case began, and which it is."""

    hits: list[tuple[int, str]] = msgspec.field(default_factory=list[tuple[int, str]])
    all: list[tuple[int, str]] = msgspec.field(default_factory=list[tuple[int, str]])


class Tally:
    """Counts measures subject by subject. Of each it keeps its name and its moment."""

    def __init__(self, window: Window, measures: Sequence[Measure] = MEASURES) -> None:
        """`window` as it is asked for: what visits and callers tell is found on the way."""
        self._window = msgspec.structs.replace(window, moments={}, heard={})
        self._found = [(measure, {"": _Cases()}) for measure in measures]

    def take(self, shape: Shape) -> None:
        """Counts one subject; those of the kinds in `FIRST` come before all others."""
        self._hear(shape)
        key, groups = (begun_ms(shape), shape.subject), list(groups_of(shape))
        for measure, found in self._found:
            if shape.kind == measure.kind:
                for item in measure.items(shape, self._window):
                    for group in groups:
                        cases = found.setdefault(group, _Cases())
                        cases.all.append(key)
                        if item.counts:
                            cases.hits.append(key)

    def _hear(self, shape: Shape) -> None:
        """When a household or a mailbox was seen to inside the period, and what a resident told the last caller of whether he was met."""
        target, at_ms = value(shape, "household") or value(shape, "mailbox"), begun_ms(shape)
        visits = shape.kind in ("visit", "mailbox_opening") and self._window.holds(at_ms)
        if visits and isinstance(target, str):
            self._window.moments.setdefault(target, []).append(at_ms)
        for call in acts(shape, "call_back"):
            self._window.heard[shape.subject] = str(call.fields.get("responded"))

    def figures(self) -> list[Figure]:
        """Every measure for every group that has an item of it: measures in their order, groups by their code."""
        return [_figure(measure.id, group, found[group]) for measure, found in self._found for group in sorted(found)]


def figures(shapes: Iterable[Shape], window: Window, measures: Sequence[Measure] = MEASURES) -> list[Figure]:
    """The same of subjects that come in any order."""
    tally = Tally(window, measures)
    for shape in sorted(shapes, key=lambda one: one.kind not in FIRST):
        tally.take(shape)
    return tally.figures()


def _figure(name: str, group: str, cases: _Cases) -> Figure:
    low, high = interval(len(cases.hits), len(cases.all))
    hits, every = ([subject for _, subject in sorted(keys)] for keys in (cases.hits, cases.all))
    return Figure(name, group, len(hits), len(every), low, high, hits, every)
