"""Reads the book's triage table over the facts of one matter and proposes a track. A person decides; this never does."""

from msgspec import UNSET, Struct

from sync.rules.book import URGENCIES, Book, Condition, Facts, FactValue, Rule, category_of

JOINED_ZH = "；"
JOINED_EN = "; "


class Proposal(Struct, frozen=True):
    """What the book proposes, with everything a person needs to agree or to overrule it. Travels inside an op."""

    track: str
    rule: str
    """The row that settled the track: the first that raised it, if raising changed it."""
    reason_zh: str
    reason_en: str
    """The reasons of all rows in `fired`, in their order."""
    urgency: str
    flags: list[str]
    next: str
    steps_zh: str
    steps_en: str
    """What to do now, one line for each row in `fired` that says something."""
    fired: list[str]
    """The rows that had an effect: flags and raisings, and the one that gave the track."""
    book: str


class Failed(Struct, frozen=True):
    """A condition that did not hold, and what was known instead (None: nobody stated it)."""

    condition: Condition
    value: FactValue | None


class Step(Struct, frozen=True):
    """How one row was read: its outcome, and for a row that did not hold, the first failure of each alternative.

    Outcomes: `gave_track`, `flagged`, `not_met`; `outranked` (held, but another row gave the track), `forbidden`
    (an overriding row that one of its `unless` forbids), `not_read` (a stop rule ended the reading before it).
    """

    rule: str
    outcome: str
    failed: list[Failed]


class _Reading(Struct, frozen=True):
    held: list[Rule]
    by: Rule
    facts: Facts


def propose(book: Book, facts: Facts) -> Proposal:
    """The track the book proposes for these facts. The book's last row holds always, so there is always one."""
    reading = _read(book, facts)
    by = reading.by
    fired = [rule for rule in reading.held if rule is by or not rule.fixes]
    raising = [rule for rule in fired if rule.raises]
    track = _track_of(by, reading.facts)
    raised = bool(raising) and track == "solved_in_grid"
    flags = [flag for rule in fired for flag in rule.flags] + (["raised"] if raising else [])
    return Proposal(
        track="escalate_to_town" if raised else track,
        rule=raising[0].id if raised else by.id,
        reason_zh=JOINED_ZH.join(rule.reason_zh for rule in fired),
        reason_en=JOINED_EN.join(rule.reason_en for rule in fired),
        urgency=_most_pressing(book, fired, facts),
        flags=list(dict.fromkeys(flags)),
        next=by.next,
        steps_zh="\n".join(rule.steps_zh for rule in fired if rule.steps_zh),
        steps_en="\n".join(rule.steps_en for rule in fired if rule.steps_en),
        fired=[rule.id for rule in fired],
        book=book.version,
    )


def explain(book: Book, facts: Facts) -> list[Step]:
    """How every row of the table was read for these facts, in the table's order."""
    reading = _read(book, facts)
    stopped = False
    steps: list[Step] = []
    for rule in book.triage:
        failed = [] if stopped else _failures(rule, reading.facts)
        outcome = "not_read" if stopped else _outcome(rule, reading, bool(failed))
        steps.append(Step(rule=rule.id, outcome=outcome, failed=failed))
        stopped = stopped or (rule.stop and not failed)
    return steps


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether a condition holds. A fact of another type than the test asks for is as good as unknown."""
    value = facts.get(condition.fact)
    if condition.is_ is not UNSET:
        return _same(value, condition.is_)
    if condition.is_not is not UNSET:
        return not _same(value, condition.is_not)
    if condition.in_ is not UNSET:
        return isinstance(value, str) and value in condition.in_
    if condition.has is not UNSET:
        return isinstance(value, list) and condition.has in value
    if condition.at_least is not UNSET:
        return type(value) is int and value >= condition.at_least
    if condition.at_most is not UNSET:
        return type(value) is int and value <= condition.at_most
    return _is_set(value) == (condition.set_ is True)


def _read(book: Book, stated: Facts) -> _Reading:
    facts = _with_category(book, stated)
    held: list[Rule] = []
    for rule in book.triage:
        if not _is_met(rule, facts):
            continue
        held.append(rule)
        if rule.stop:
            break
    return _Reading(held=held, by=_giver(held), facts=facts)


def _is_met(rule: Rule, facts: Facts) -> bool:
    """Whether one of its alternatives holds; a rule without any holds always."""
    stated = facts.keys()
    for needed, alternative in rule.asks:
        if needed <= stated and all(holds(condition, facts) for condition in alternative):
            return True
    return not rule.any


def _giver(held: list[Rule]) -> Rule:
    """The row whose track counts: a stop rule, else one that overrides and may, else the first that proposes one."""
    if held[-1].stop:
        return held[-1]
    overriding = [rule for rule in held if rule.overrides and not _forbidden(rule, held)]
    return (overriding or [rule for rule in held if rule.fixes and not rule.overrides])[0]


def _forbidden(rule: Rule, held: list[Rule]) -> bool:
    return any(other.id in rule.unless for other in held)


def _outcome(rule: Rule, reading: _Reading, failed: bool) -> str:
    if failed:
        return "not_met"
    if rule is reading.by:
        return "gave_track"
    if not rule.fixes:
        return "flagged"
    return "forbidden" if rule.overrides and _forbidden(rule, reading.held) else "outranked"


def _failures(rule: Rule, facts: Facts) -> list[Failed]:
    """The first failing condition of each alternative; empty when the rule holds."""
    failed: list[Failed] = []
    for alternative in rule.any:
        first = next((condition for condition in alternative if not holds(condition, facts)), None)
        if first is None:
            return []
        failed.append(Failed(condition=first, value=facts.get(first.fact)))
    return failed


def _with_category(book: Book, facts: Facts) -> dict[str, FactValue]:
    """The facts with what the book knows of their category; derived facts cannot be stated from outside."""
    known = {name: value for name, value in facts.items() if name not in {"category_track", "category_parties"}}
    code = facts.get("category")
    leaf = category_of(book, code) if isinstance(code, str) else None
    if leaf and leaf.track:
        known["category_track"] = leaf.track
        known["category_parties"] = leaf.parties
    return known


def _track_of(rule: Rule, facts: Facts) -> str:
    """The row's track; a row that takes it from a fact nobody stated sends the matter to the town."""
    if rule.track:
        return rule.track
    value = facts.get("wish" if rule.track_from == "wish" else "category_track")
    return value if isinstance(value, str) and value else "escalate_to_town"


def _most_pressing(book: Book, fired: list[Rule], facts: Facts) -> str:
    code = facts.get("category")
    leaf = category_of(book, code) if isinstance(code, str) else None
    named = [rule.urgency for rule in fired] + ([leaf.urgency] if leaf else [])
    return URGENCIES[max((URGENCIES.index(urgency) for urgency in named if urgency), default=0)]


def _same(value: FactValue | None, wanted: bool | int | str) -> bool:
    """Equal and of one type: in Python True equals 1, in the phone's language it does not."""
    return type(value) is type(wanted) and value == wanted


def _is_set(value: FactValue | None) -> bool:
    return value is not None and value not in ("", [])
