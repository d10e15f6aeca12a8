"""The server's own hand: what it says, as ops, when an act took effect. It numbers, proposes, sets clocks, raises alarms."""

import msgspec

from server.book import CountyBook
from server.store.beside import Brief, brief_of
from server.store.looked import Looked
from sync.clock import DAY_MS
from sync.fold import Act, Shape, acts_since_entry
from sync.law import LAW
from sync.merge import Held, Register
from sync.op import Change, Json, Op, kind_of
from sync.rules.book import FACTS, Facts, FactValue
from sync.rules.due import Due, answer_due, calendar_due, due
from sync.rules.duplicate import values_compared, values_marked
from sync.rules.triage import Proposal, propose
from sync.rules.workdays import date_at
from sync.subjects.issue import OPEN_STAGES, is_alarmed, is_open, text
from sync.subjects.same import LEADING_STAGES

SAME_MATTER_MS = 90 * 24 * 3600 * 1000
"""How long the same person's matter of the same domain counts as the same matter (domain 4e)."""
UNANSWERED = frozenset(("number", "propose", "clock", "alike"))
"""What the clerk says and nothing follows from: a third of all that is placed."""
_ASKED = ("category", "nature", "danger", "households", "amount_fen", "parties", "facts", "reporter")
"""Fields whose change may change the proposal."""
_LOOKED_AT = {
    kind: frozenset((*values_compared(kind), *(_ASKED if kind == "issue" else ()))) for kind in LEADING_STAGES
}
_LOOKED_UP_BY = frozenset(name for kind in LEADING_STAGES for name in (*values_marked(kind), *values_compared(kind)))
_CLOCK_OF_STAGE = {
    "registered": ("due_assign", "assign_days", "registered"),
    "in_grid": ("due_grid", "grid_days", "triaged"),
    "work_order": ("due_accept", "accept_days", "assigned"),
    "consulting": ("due_consult", "consult_days", "triaged"),
    "reopened": ("due_assign", "assign_days", "reopened"),
}


class Said(msgspec.Struct, frozen=True):
    """An op that the clerk wants placed: about the subject at hand, about another one, or beginning one of this kind."""

    name: str
    fields: dict[str, Json]
    subject: str = ""
    kind: str = ""


def react(looked: Looked, county: CountyBook, before: Shape, after: Shape, change: Change) -> list[Said]:
    """What the clerk says to one placed change."""
    if after.kind == "letter":
        return _of_letter(county, before, after, change)
    if after.kind == "mediation":
        return _of_agreement(looked, county, before, after, change)
    if after.kind != "issue":
        return []
    if change.role == "clerk" and change.op.name != "register":
        # What the clerk itself said starts a clock like everybody's, and nothing else.
        return _clocks(county, after, after.acts[-1], change.placed_ms) if after.stage != before.stage else []
    if len(after.acts) == len(before.acts):
        return _to_edit(looked, county, before, after)
    said = _clocks(county, after, after.acts[-1], change.placed_ms)
    if after.acts[-1].name == "register":
        said = [_received(looked, county, after, said, change.placed_ms)]
    return [*said, *_alarm(after)]


def _received(looked: Looked, county: CountyBook, shape: Shape, clocks: list[Said], placed_ms: int) -> Said:
    """A new issue's number, proposal and clock in one breath: half of all that is placed begins an issue."""
    fields: dict[str, Json] = {
        "issue_no": _number(looked, county, placed_ms),
        **_proposal(looked, county, shape).fields,
    }
    for clock in clocks:
        fields |= clock.fields
    if county.counter.holds(text(shape, "channel"), text(shape, "category")):
        minutes = county.counter.minutes
        at_ms = shape.acts[-1].at_ms + minutes * 60_000
        fields["goal"] = {"at_ms": at_ms, "minutes": minutes, "book": county.book.version}
    return Said("number", fields)


def _of_letter(county: CountyBook, before: Shape, after: Shape, change: Change) -> list[Said]:
    """A letter out of the box has an end within the day; one that was there before the software has had its time."""
    began = len(after.acts) > len(before.acts) == 0 and change.role != "importer"
    if not began:
        return []
    clocks = county.book.clocks
    start_ms = max(after.acts[-1].at_ms, change.placed_ms - clocks.grace_hours * 3600 * 1000)
    return [clock(county, "due_letter", due(county.calendar, clocks, start_ms, clocks.letter_days, "taken_out"))]


def _of_agreement(looked: Looked, county: CountyBook, before: Shape, after: Shape, change: Change) -> list[Said]:
    """An agreement has its number as soon as it is written down, and a court's days from when it takes effect."""
    if after.stage == before.stage or after.stage not in ("unsigned", "agreed"):
        return []
    clocks, said = county.book.clocks, list[Said]()
    if "agreement_no" not in after.fields:
        said.append(Said("number", {"agreement_no": _agreement_no(looked, county, after.grid, change.placed_ms)}))
    if after.stage == "agreed":
        start_ms = max(after.acts[-1].at_ms, change.placed_ms - clocks.grace_hours * 3600 * 1000)
        when = calendar_due(county.calendar, clocks, start_ms, county.agreements.court_days, "effective")
        said.append(clock(county, "due_court", when))
    return said


def _agreement_no(looked: Looked, county: CountyBook, grid: str, placed_ms: int) -> str:
    """The book's pattern, filled in; the count begins anew every year in every town."""
    year = date_at(placed_ms, county.book.clocks).year
    n = looked.number(agreements_counted(grid, year))
    return county.agreements.number.format(year=year, town=looked.town_of(grid), n=n)


def agreements_counted(grid: str, year: int) -> str:
    """The counter of a town's agreements in a year."""
    return f"agreement {grid[:9]} {year}"


def is_looked_at(op: Op) -> bool:
    """Whether what stands beside a record will be asked for when this op is placed."""
    kind = kind_of(op.subject)
    return kind in LEADING_STAGES and not _LOOKED_AT[kind].isdisjoint(op.fields)


def guessed(before: Shape, op: Op) -> Shape:
    """A record as this op will leave it, as far as others are looked up by it; nothing is judged."""
    held = {
        name: Register(now=Held(value=value, stamp=op.stamp, actor=op.actor, role="", at_ms=0, place=0))
        for name, value in op.fields.items()
        if name in _LOOKED_UP_BY
    }
    return msgspec.structs.replace(before, fields=before.fields | held)


def _to_edit(looked: Looked, county: CountyBook, before: Shape, after: Shape) -> list[Said]:
    """New facts about a matter that nobody has sorted yet are proposed on anew; a danger found later is an alarm too."""
    changed = any(before.fields.get(name) != after.fields.get(name) for name in _ASKED)
    if not changed:
        return []
    said = [_proposal(looked, county, after)] if after.stage == "registered" else []
    old = after.fields.get("proposal")
    return [*(one for one in said if old is None or one.fields["proposal"] != old.now.value), *_alarm(after)]


def _alarm(shape: Shape) -> list[Said]:
    danger = shape.fields.get("danger")
    return [Said("alarm", {})] if danger and danger.now.value and not is_alarmed(shape) and is_open(shape) else []


def _number(looked: Looked, county: CountyBook, placed_ms: int) -> str:
    """`SL`, the county's date, and five digits that begin anew every day."""
    day = f"{date_at(placed_ms, county.book.clocks):%Y%m%d}"
    return f"SL{day}{looked.number(f'issue {day}'):05d}"


def _proposal(looked: Looked, county: CountyBook, shape: Shape) -> Said:
    facts = facts_of(shape, around(looked, shape, county.same.kind_days))
    return Said("propose", {"proposal": _written(propose(county.book, facts))})


def _written(proposal: Proposal) -> dict[str, Json]:
    """The proposal as the law's field holds it; what is longer than the law allows is cut, never refused."""
    laws = LAW["issue"].fields["proposal"].fields
    written: dict[str, Json] = {}
    for name, value in msgspec.structs.asdict(proposal).items():
        most = laws[name].max
        written[name] = value[:most] if most is not None and isinstance(value, str | list) else value
    return written


def facts_of(shape: Shape, known: Facts) -> dict[str, FactValue]:
    """What an issue states of itself, with what only the server can know."""
    facts = _stated(shape)
    for name in ("category", "nature", "danger", "households", "amount_fen"):
        register = shape.fields.get(name)
        fact = _fact(register.now.value) if register else None
        if fact is not None:
            facts[name] = fact
    parties = shape.fields.get("parties")
    if parties and isinstance(parties.now.value, list) and "parties" not in facts:
        facts["parties"] = len(parties.now.value)
    return facts | dict(known)


def _stated(shape: Shape) -> dict[str, FactValue]:
    register = shape.fields.get("facts")
    value = register.now.value if register else None
    stated = value if isinstance(value, dict) else {}
    facts = {name: _fact(one) for name, one in stated.items() if name in FACTS}
    return {name: fact for name, fact in facts.items() if fact is not None}


def _fact(value: Json) -> FactValue | None:
    """The value as a fact; None for what no fact may hold."""
    if isinstance(value, list):
        texts = [one for one in value if isinstance(one, str)]
        return texts if len(texts) == len(value) else None
    return value if isinstance(value, bool | int | str) else None


def around(looked: Looked, shape: Shape, kind_days: int) -> dict[str, FactValue]:
    """What the server knows beside the matter itself: the same person's other matters, the grid's alike ones in the book's days."""
    mine = brief_of(shape)
    facts: dict[str, FactValue] = {}
    if mine.reporter:
        others = looked.issues_from(mine.reporter)
        facts |= _same_matter([one for one in others if _is_same_matter(mine, one)])
    alike = looked.issues_alike(mine.grid, mine.category, mine.begun_ms - kind_days * DAY_MS)
    others_alike = {one.reporter or one.subject for one in alike if one.begun_ms <= mine.begun_ms}
    others_alike -= {mine.reporter, mine.subject}
    return facts | ({"similar_households": len(others_alike) + 1} if others_alike else {})


def _is_same_matter(mine: Brief, other: Brief) -> bool:
    """Same person, same domain of the categories, not long ago (domain 4e); which it really is, a person decides."""
    return (
        other.subject != mine.subject
        and other.reporter == mine.reporter
        and other.category[:2] == mine.category[:2]
        and abs(mine.begun_ms - other.begun_ms) <= SAME_MATTER_MS
    )


def _same_matter(same: list[Brief]) -> dict[str, FactValue]:
    still_open = [one.subject for one in same if one.stage in OPEN_STAGES]
    closed = [one.subject for one in same if one.stage not in OPEN_STAGES]
    facts: dict[str, FactValue] = {}
    if still_open:
        facts["same_open"] = still_open[-1]
    if closed:
        facts |= {"same_closed": closed[-1], "repeats": len(closed)}
    return facts


def _clocks(county: CountyBook, shape: Shape, act: Act, placed_ms: int) -> list[Said]:
    """The clock that an act starts: of the stage it led into, or of the answer once somebody has accepted."""
    clocks = county.book.clocks
    start_ms = max(act.at_ms, placed_ms - clocks.grace_hours * 3600 * 1000)
    if act.name == "accept":
        accepted_before = any(one.name == "accept" for one in acts_since_entry(shape)[:-1])
        return [] if accepted_before else [_answer_clock(county, shape, start_ms)]
    if act.to_stage == "mediating" != act.from_stage:
        when = calendar_due(county.calendar, clocks, start_ms, clocks.mediate_days, "mediating")
        return [clock(county, "due_mediate", when)]
    if act.to_stage == act.from_stage or act.to_stage not in _CLOCK_OF_STAGE or act.name == "unjoin":
        # What stands for itself again keeps the date it had: joining and leaving must buy nobody time.
        return []
    field, days, what = _CLOCK_OF_STAGE[act.to_stage]
    return [clock(county, field, due(county.calendar, clocks, start_ms, getattr(clocks, days), what))]


def _answer_clock(county: CountyBook, shape: Shape, accepted_ms: int) -> Said:
    """Counted from acceptance, but never from later than the time set for accepting."""
    register = shape.fields.get("due_accept")
    value = register.now.value if register else None
    assigned_ms = value.get("start_ms") if isinstance(value, dict) else None
    since_ms = assigned_ms if isinstance(assigned_ms, int) else accepted_ms
    return clock(county, "due_answer", answer_due(county.calendar, county.book.clocks, since_ms, accepted_ms))


def clock(county: CountyBook, field: str, when: Due, subject: str = "") -> Said:
    """The clerk's word for a due date."""
    written: dict[str, Json] = {
        "due_ms": when.due_ms,
        "start_ms": when.start_ms,
        "proof_zh": when.proof_zh[:1000],
        "proof_en": when.proof_en[:2000],
        "book": county.book.version,
        "provisional": when.provisional,
    }
    return Said("clock", {field: written}, subject)
