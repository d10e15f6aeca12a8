"""Counts a period's rates over subjects: for the whole area, for each town, for each unit. It orders nobody and ranks no person."""

from collections.abc import Iterable, Iterator, Mapping
from math import ceil, floor, sqrt

import msgspec

from server.rates.duties import DUTIES
from server.rates.measures import OUTCOMES, Measure, Window, acts, begun_ms, is_counted, value
from sync.fold import Shape
from sync.op import Json

Z = 1.959964
"""The normal deviate of a 95% interval."""
MEASURES = (*OUTCOMES, *DUTIES)
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


def moments_of(shapes: Iterable[Shape], window: Window) -> dict[str, list[int]]:
    """When visits and openings were made, by the household or the mailbox they name; only those inside the period."""
    found: dict[str, list[int]] = {}
    for shape in shapes:
        target = value(shape, "household") or value(shape, "mailbox")
        if shape.kind in ("visit", "mailbox_opening") and isinstance(target, str) and window.holds(begun_ms(shape)):
            found.setdefault(target, []).append(begun_ms(shape))
    return found


def heard_from(shapes: Iterable[Shape]) -> dict[str, str]:
    """What each resident told the last caller of whether somebody had been in touch."""
    calls = ((shape.subject, call) for shape in shapes for call in acts(shape, "call_back"))
    return {subject: str(call.fields.get("responded")) for subject, call in calls}


def figures(shapes: Iterable[Shape], window: Window, measures: Iterable[Measure] = MEASURES) -> list[Figure]:
    """Every measure for every group that has an item of it: measures in their order, groups by their code."""
    kept = sorted(shapes, key=lambda shape: (begun_ms(shape), shape.subject))
    seeing = msgspec.structs.replace(window, moments=moments_of(kept, window), heard=heard_from(kept))
    return [figure for measure in measures for figure in _of_measure(measure, kept, seeing)]


def _of_measure(measure: Measure, shapes: list[Shape], window: Window) -> Iterator[Figure]:
    counted: dict[str, list[tuple[str, bool]]] = {"": []}
    for shape in shapes:
        if shape.kind == measure.kind:
            for item in measure.items(shape, window):
                for group in groups_of(shape):
                    counted.setdefault(group, []).append((shape.subject, item.counts))
    for group in sorted(counted):
        items = counted[group]
        hits = [subject for subject, counts in items if counts]
        low, high = interval(len(hits), len(items))
        yield Figure(measure.id, group, len(hits), len(items), low, high, hits, [subject for subject, _ in items])


def conserved(shapes: Iterable[Shape], window: Window) -> dict[str, int]:
    """Where the issues registered in the period stand now. The parts add up to `registered`: nothing vanishes."""
    ends = {"closed": "closed", "archived": "closed", "referred": "referred", "joined": "joined"}
    ends |= {"withdrawn": "withdrawn", "void": "void"}
    found = dict.fromkeys(["registered", "open", *dict.fromkeys(ends.values())], 0)
    for shape in shapes:
        if shape.kind == "issue" and window.holds(begun_ms(shape)):
            found["registered"] += 1
            found[ends.get(shape.stage, "open")] += 1
    return found


class Drift(msgspec.Struct, frozen=True):
    """A way in which people decided otherwise than a rule proposed: by role, never by person."""

    rule: str
    proposed: str
    """The track the rule proposed; "" where the log does not tell any more."""
    decided: str
    role: str
    cases: list[str]


def drift(shapes: Iterable[Shape], window: Window) -> list[Drift]:
    """Every decision of the period that overruled a proposal, the most frequent way first, of equals by their rule."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for shape in shapes:
        proposal: Json = None
        for act in acts(shape, "number", "propose", "triage"):
            if act.name != "triage":
                proposal = act.fields.get("proposal", proposal)
                continue
            overruled = act.fields.get("overrules")
            if isinstance(overruled, str) and overruled and window.holds(act.at_ms):
                proposed = proposal.get("track") if isinstance(proposal, dict) else ""
                way = (overruled, str(proposed or ""), str(act.fields.get("track")), act.role)
                found.setdefault(way, []).append(shape.subject)
    listed = [Drift(*way, cases=cases) for way, cases in found.items()]
    return sorted(listed, key=lambda one: (-len(one.cases), one.rule, one.decided, one.role))


def most(shapes: Iterable[Shape], window: Window, field: str) -> list[tuple[str, int]]:
    """The values of a field among the issues registered in the period, the most frequent first, of equals by their name."""
    found: dict[str, int] = {}
    for shape in shapes:
        said = value(shape, field)
        if shape.kind == "issue" and window.holds(begun_ms(shape)) and isinstance(said, str) and said:
            found[said] = found.get(said, 0) + 1
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))


def kinds(shapes: Iterable[Shape], window: Window, least: int) -> list[tuple[str, str, int]]:
    """Grids and categories of which so many matters were registered in the period, by their codes. Accusations are left out."""
    found: dict[tuple[str, str], int] = {}
    for shape in shapes:
        category = value(shape, "category")
        if shape.kind == "issue" and isinstance(category, str) and is_counted(shape) and window.holds(begun_ms(shape)):
            found[(shape.grid, category)] = found.get((shape.grid, category), 0) + 1
    return [(*pair, n) for pair, n in sorted(found.items()) if n >= least]


def counts(shapes: Iterable[Shape], window: Window, now_ms: int, dues: Mapping[str, int]) -> dict[str, int]:
    """The plain numbers of a day's note. `dues`: by issue the moment its running clock is due."""
    issues = [shape for shape in shapes if shape.kind == "issue"]
    day = window.day(now_ms)
    inside = [act for shape in issues for act in shape.acts if window.holds(act.at_ms)]
    return {
        "new": sum(window.holds(begun_ms(shape)) for shape in issues),
        "closed": sum(act.to_stage == "closed" != act.from_stage for act in inside),
        "reopened": sum(act.to_stage == "reopened" != act.from_stage for act in inside),
        "emergencies": sum(bool(acts(shape, "alarm")) and window.holds(begun_ms(shape)) for shape in issues),
        "due_tomorrow": sum(window.day(due_ms) == day + 1 for due_ms in dues.values()),
        "overdue": sum(due_ms < now_ms for due_ms in dues.values()),
    }
