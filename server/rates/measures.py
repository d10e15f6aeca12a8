"""What each rate counts: for a subject and a period, the items that stand in its denominator and whether each counts. Pure."""

from collections.abc import Callable, Iterable

import msgspec

from sync.clock import DAY_MS
from sync.fold import Act, Shape
from sync.op import Json

HOUR_MS = 3_600_000
WEEK_MS = 7 * DAY_MS
"""A mailbox is opened at least once in each whole week of the period (D: the seeds say "at fixed times")."""
APART = ("void", "joined", "referred")
"""Stages whose issues no rate of outcomes counts: they end elsewhere, or with another issue."""
ENDED = ("closed", "archived")
SATISFIED = ("satisfied", "basically_satisfied")
RATED = (*SATISFIED, "dissatisfied")
CONDUCT = "1202"
"""Accusations of officials: counted by the discipline inspection, never here."""


class Window(msgspec.Struct, frozen=True):
    """The period that is asked for, and how the county's days are cut: from inclusive, to exclusive."""

    from_ms: int
    to_ms: int
    zone_minutes: int
    moments: dict[str, list[int]] = msgspec.field(default_factory=dict[str, list[int]])
    """By subject: when a visit or an opening was made there, inside the period."""
    heard: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """By issue: whether its resident told the last caller that somebody had been in touch, `yes` or `no`."""

    def holds(self, moment_ms: int | None) -> bool:
        """Whether the moment lies inside."""
        return moment_ms is not None and self.from_ms <= moment_ms < self.to_ms

    def day(self, moment_ms: int) -> int:
        """The number of the county's day."""
        return (moment_ms + self.zone_minutes * 60_000) // DAY_MS


class Item(msgspec.Struct, frozen=True):
    """One thing that a denominator holds; `part` tells several of one subject apart."""

    counts: bool
    part: str = ""


class Measure(msgspec.Struct, frozen=True):
    """A rate's definition. Its name and its formula in words stand in the words files under its id."""

    id: str
    kind: str
    """The kind of subject it is read from."""
    items: Callable[[Shape, Window], Iterable[Item]]
    named_by: str = ""
    """The kind whose subjects tell what was done about it: `moments` of the window holds when."""


def value(shape: Shape, name: str) -> Json:
    """A field's value in force; None when nobody set it."""
    register = shape.fields.get(name)
    return None if register is None else register.now.value


def acts(shape: Shape, *names: str) -> list[Act]:
    """Every act of these names that held, in order."""
    return [act for act in shape.acts if act.name in names]


def first(shape: Shape, *names: str) -> Act | None:
    """The first act of these names."""
    return next((act for act in shape.acts if act.name in names), None)


def begun_ms(shape: Shape) -> int:
    """When it began, credited."""
    return shape.acts[0].at_ms if shape.acts else 0


def closed_ms(shape: Shape) -> int | None:
    """When an issue that is closed now was closed; None while it is open."""
    if shape.stage not in ENDED:
        return None
    return next((act.at_ms for act in reversed(shape.acts) if act.to_stage == "closed" != act.from_stage), None)


def is_counted(shape: Shape) -> bool:
    """Whether rates count this issue at all."""
    return shape.stage not in APART and str(value(shape, "category")) != CONDUCT


def answers(shape: Shape) -> list[Act]:
    """What the resident answered, himself or to a caller, oldest first. Nobody else's word is an answer."""
    return [act for act in shape.acts if act.name in ("confirm", "call_back") and act.fields.get("solved")]


def last_answer(shape: Shape) -> Act | None:
    """The answer that stands: a later one takes the place of an earlier one."""
    said = answers(shape)
    return said[-1] if said else None


def _closure(shape: Shape, window: Window) -> Iterable[Item]:
    if is_counted(shape) and window.holds(begun_ms(shape)):
        yield Item(shape.stage in ENDED)


def _instant(shape: Shape, window: Window) -> Iterable[Item]:
    closed = closed_ms(shape)
    if closed is not None and is_counted(shape) and window.holds(closed):
        yield Item(window.day(closed) == window.day(begun_ms(shape)))


def _in_grid(shape: Shape, window: Window) -> Iterable[Item]:
    if is_counted(shape) and window.holds(closed_ms(shape)):
        yield Item(not any(act.to_stage in ("work_order", "consulting") for act in shape.acts))


def _resolution(shape: Shape, window: Window) -> Iterable[Item]:
    """First answers, so that a matter that had to be done again does not count as solved at once."""
    said = answers(shape)
    if is_counted(shape) and said and window.holds(said[0].at_ms) and said[0].fields.get("solved") != "not_needed":
        yield Item(said[0].fields.get("solved") == "solved")


def _satisfaction(shape: Shape, window: Window) -> Iterable[Item]:
    said = last_answer(shape)
    if is_counted(shape) and said and window.holds(said.at_ms) and said.fields.get("satisfaction") in RATED:
        yield Item(said.fields.get("satisfaction") in SATISFIED)


def _satisfied_of_closed(shape: Shape, window: Window) -> Iterable[Item]:
    """Whoever is silent counts in the denominator: choosing whom to ask cannot raise it."""
    if is_counted(shape) and window.holds(closed_ms(shape)):
        said = last_answer(shape)
        yield Item(said is not None and said.fields.get("satisfaction") in SATISFIED)


def _answered(shape: Shape, window: Window) -> Iterable[Item]:
    if is_counted(shape) and window.holds(closed_ms(shape)):
        yield Item(last_answer(shape) is not None)


def _nobody_to_ask(shape: Shape) -> bool:
    """Nobody could be asked: anonymous, or without a number. Everybody else who gave no answer is silent."""
    ended = acts(shape, "lapse")
    return last_answer(shape) is None and bool(ended) and ended[-1].fields.get("lapse_why") == "nobody_to_ask"


def _silent(shape: Shape, window: Window) -> Iterable[Item]:
    if is_counted(shape) and window.holds(closed_ms(shape)):
        yield Item(last_answer(shape) is None and not _nobody_to_ask(shape))


def _exempt(shape: Shape, window: Window) -> Iterable[Item]:
    if is_counted(shape) and window.holds(closed_ms(shape)):
        yield Item(_nobody_to_ask(shape))


def _repeat(shape: Shape, window: Window) -> Iterable[Item]:
    if shape.stage != "void" and window.holds(begun_ms(shape)):
        proposal = value(shape, "proposal")
        flags = proposal.get("flags") if isinstance(proposal, dict) else None
        yield Item(isinstance(flags, list) and "repeat" in flags)


def _triage(shape: Shape, window: Window) -> Iterable[Item]:
    """The first track against every later one; a matter that was redone is judged by what it was sorted into first."""
    sorted_by = acts(shape, "triage")
    if is_counted(shape) and sorted_by and window.holds(sorted_by[0].at_ms):
        changed = any(act.name in ("escalate", "consult", "give_back") for act in shape.acts)
        tracks = {str(act.fields.get("track")) for act in sorted_by}
        yield Item(not changed and len(tracks) == 1)


def _redone(shape: Shape, window: Window) -> Iterable[Item]:
    told = next((act for act in shape.acts if act.to_stage == "pending_confirm" != act.from_stage), None)
    if is_counted(shape) and told and window.holds(told.at_ms):
        yield Item(any(act.to_stage == "reopened" != act.from_stage for act in shape.acts))


def _mediation(shape: Shape, window: Window) -> Iterable[Item]:
    ends = ("agreed", "effective", "failed", "refused")
    ended = next((act for act in reversed(shape.acts) if act.from_stage != act.to_stage in ends), None)
    if ended and window.holds(ended.at_ms):
        yield Item(value(shape, "outcome") in ("written", "oral"))


def _opened_weekly(shape: Shape, window: Window) -> Iterable[Item]:
    """One item for each whole week in which the box hung in use."""
    if shape.stage != "in_use":
        return
    opened = window.moments.get(shape.subject, [])
    start = max(window.from_ms, begun_ms(shape))
    for week in range((window.to_ms - start) // WEEK_MS):
        since = start + week * WEEK_MS
        yield Item(any(since <= moment < since + WEEK_MS for moment in opened), str(week + 1))


def _visited(shape: Shape, window: Window) -> Iterable[Item]:
    if shape.stage == "living":
        yield Item(bool(window.moments.get(shape.subject)))


def _cared(shape: Shape, window: Window) -> Iterable[Item]:
    """Households with somebody to care for; everybody else is visited as the need is."""
    if shape.stage == "living" and value(shape, "care_tags"):
        yield Item(bool(window.moments.get(shape.subject)))


OUTCOMES: tuple[Measure, ...] = (
    Measure("closure_rate", "issue", _closure),
    Measure("instant_close_rate", "issue", _instant),
    Measure("in_grid_rate", "issue", _in_grid),
    Measure("resolution_rate", "issue", _resolution),
    Measure("satisfaction_rate", "issue", _satisfaction),
    Measure("satisfied_of_closed", "issue", _satisfied_of_closed),
    Measure("answered_rate", "issue", _answered),
    Measure("silent_rate", "issue", _silent),
    Measure("exempt_rate", "issue", _exempt),
    Measure("reopened_rate", "issue", _redone),
    Measure("repeat_rate", "issue", _repeat),
    Measure("triage_accuracy", "issue", _triage),
    Measure("mediation_success_rate", "mediation", _mediation),
    Measure("mailbox_opened_rate", "mailbox", _opened_weekly, named_by="mailbox_opening"),
    Measure("visit_coverage", "household", _visited, named_by="visit"),
    Measure("care_visit_rate", "household", _cared, named_by="visit"),
)
