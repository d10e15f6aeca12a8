"""What may be wrong in the triage table: row by row, and as a whole (always an answer, no row that is never reached)."""

from collections.abc import Iterator

from msgspec import UNSET

from server.book.check_lists import Fault, twice
from sync.law import LAW
from sync.rules.book import DANGERS, FACTS, NEXTS, TRACKS, URGENCIES, Condition, Rule
from sync.rules.triage import JOINED_EN, JOINED_ZH

FILE = "triage.toml"
TESTS = ("is_", "is_not", "in_", "has", "at_least", "at_most", "set_")
TYPES_OF = {
    "is_": ("bool", "int", "text"),
    "is_not": ("bool", "int", "text"),
    "in_": ("text",),
    "has": ("list",),
    "at_least": ("int",),
    "at_most": ("int",),
    "set_": ("bool", "int", "text", "list"),
}
"""Which facts each test may ask about."""


def rules(rules: list[Rule], leaves: set[str]) -> Iterator[Fault]:
    """Every fault of the table."""
    for name in twice(rule.id for rule in rules):
        yield Fault(FILE, name, "stands twice")
    known = {rule.id for rule in rules}
    for rule in rules:
        for why in (*_row(rule, known), *_conditions(rule, leaves)):
            yield Fault(FILE, rule.id, why)
    yield from _whole(rules)
    yield from _too_long(rules)


def _row(rule: Rule, known: set[str]) -> Iterator[str]:
    if not rule.reason_zh.strip() or not rule.reason_en.strip():
        yield "has no reason in zh or en"
    if bool(rule.steps_zh.strip()) != bool(rule.steps_en.strip()):
        yield "says its steps in one language only"
    if rule.track and (rule.track not in TRACKS or rule.track_from):
        yield f"track {rule.track!r} is none of {', '.join(TRACKS)}, or track_from is given too"
    if rule.track_from not in {"", "wish", "category"}:
        yield f"track_from {rule.track_from!r} is neither wish nor category"
    if rule.next not in NEXTS:
        yield f"next {rule.next!r} is none of {', '.join(NEXTS)}"
    if rule.urgency and rule.urgency not in URGENCIES:
        yield f"urgency {rule.urgency!r} is none of {', '.join(URGENCIES)}"
    if not rule.fixes and (rule.stop or rule.overrides or rule.next):
        yield "stops, overrides or names a next step without giving a track"
    if not rule.fixes and not rule.flags and not rule.raises:
        yield "does nothing: no track, no flag, no raising"
    if rule.fixes and not rule.steps_zh.strip():
        yield "gives a track but no steps to take"
    for name in sorted(set(rule.unless) - known):
        yield f"unknown rule {name!r} in unless"


def _conditions(rule: Rule, leaves: set[str]) -> Iterator[str]:
    if not rule.any:
        yield "has no alternative, so it never holds"
    for alternative in rule.any:
        faults = [why for condition in alternative if (why := _condition(condition, leaves))]
        yield from faults
        clash = next((one.fact for one in alternative for other in alternative if excludes(one, other)), "")
        if clash and not faults:
            yield f"asks of {clash} what can never hold together"


def _condition(condition: Condition, leaves: set[str]) -> str:
    fact = FACTS.get(condition.fact)
    if fact is None:
        return f"unknown fact {condition.fact!r}"
    given = [name for name in TESTS if getattr(condition, name) is not UNSET]
    if len(given) != 1:
        return f"asks {len(given)} questions about {condition.fact}, not one"
    if fact.type not in TYPES_OF[given[0]]:
        return f"{given[0].rstrip('_')} does not fit {condition.fact}, which is of type {fact.type}"
    wanted = getattr(condition, given[0])
    if given[0] in {"is_", "is_not"} and type(wanted).__name__ != {"text": "str"}.get(fact.type, fact.type):
        return f"{wanted!r} is not of the type of {condition.fact}, {fact.type}"
    return _values(condition, leaves)


def _values(condition: Condition, leaves: set[str]) -> str:
    """Whether the codes a condition names exist."""
    named = [value for value in (condition.is_, condition.is_not, condition.has) if isinstance(value, str)]
    named += condition.in_ if condition.in_ is not UNSET else []
    if condition.in_ == []:
        return f"in of {condition.fact} names nothing"
    fact = FACTS[condition.fact]
    if condition.fact == "category":
        unknown = [value for value in named if value not in leaves]
        return f"unknown category {unknown[0]!r}" if unknown else ""
    unknown = [value for value in named if fact.values and value not in fact.values]
    return f"{unknown[0]!r} is no value of {condition.fact}" if unknown else ""


def _whole(rules: list[Rule]) -> Iterator[Fault]:
    last = rules[-1] if rules else None
    if last is None or [] not in last.any or not last.fixes or last.overrides:
        yield Fault(FILE, last.id if last else "the file", "the last row must hold always and give a track")
    for kind in DANGERS:
        if not any(rule.stop and [Condition(fact="danger", has=kind)] in rule.any for rule in rules):
            yield Fault(FILE, f"danger {kind}", "no stop rule answers it")
    for at, rule in enumerate(rules):
        before = [other for other in rules[:at] if _outranks(other, rule)]
        if rule is not last and rule.any and all(_covered(alternative, before) for alternative in rule.any):
            yield Fault(FILE, rule.id, "is never reached: earlier rows hold whenever it does")


def _outranks(earlier: Rule, rule: Rule) -> bool:
    """Whether a row that held earlier leaves nothing for this one to do."""
    return earlier.stop or (
        earlier.fixes and not earlier.overrides and rule.fixes and not rule.stop and not rule.overrides
    )


def _covered(alternative: list[Condition], before: list[Rule]) -> bool:
    return any(
        all(any(implies(one, wanted) for one in alternative) for wanted in other)
        for rule in before
        for other in rule.any
    )


def implies(one: Condition, other: Condition) -> bool:
    """Whether the first condition cannot hold without the second. May miss a case, never invents one."""
    if one == other:
        return True
    if one.fact != other.fact:
        return False
    values = _values_of(one)
    if other.is_ is not UNSET:
        return values == [other.is_]
    if other.is_not is not UNSET:
        return values is not None and other.is_not not in values
    if other.in_ is not UNSET:
        return values is not None and all(value in other.in_ for value in values)
    if other.at_least is not UNSET:
        least = _least(one)
        return least is not None and least >= other.at_least
    return False


def excludes(one: Condition, other: Condition) -> bool:
    """Whether two conditions can never hold together. May miss a case, never invents one."""
    if one.fact != other.fact or one.has is not UNSET or other.has is not UNSET:
        return False
    mine, theirs = _values_of(one), _values_of(other)
    if mine is not None and theirs is not None:
        return not any(value in theirs for value in mine)
    if mine is not None and other.is_not is not UNSET:
        return mine == [other.is_not]
    least = _least(one)
    return least is not None and other.at_most is not UNSET and other.at_most < least


def _values_of(condition: Condition) -> list[bool | int | str] | None:
    """The values that make it hold, if it names them."""
    if condition.is_ is not UNSET:
        return [condition.is_]
    return list(condition.in_) if condition.in_ is not UNSET else None


def _least(condition: Condition) -> int | None:
    if condition.at_least is not UNSET:
        return condition.at_least
    return condition.is_ if type(condition.is_) is int else None


def _too_long(rules: list[Rule]) -> Iterator[Fault]:
    """A proposal joins the words of every flag and of one track; even all of them must fit into its ops."""
    triaged, proposed = LAW["issue"].fields, LAW["issue"].fields["proposal"].fields
    for name, joint in (("reason_zh", JOINED_ZH), ("reason_en", JOINED_EN), ("steps_zh", "\n"), ("steps_en", "\n")):
        flags = [getattr(rule, name) for rule in rules if not rule.fixes]
        tracks = [getattr(rule, name) for rule in rules if rule.fixes]
        length = len(joint.join([*flags, max(tracks, key=len, default="")]))
        most = min(law[name].max or 0 for law in (triaged, proposed) if name in law)
        if length > most:
            yield Fault(FILE, name, f"all flags and the longest track together have {length} signs, {most} fit")
    flags = {flag for rule in rules if not rule.fixes for flag in (*rule.flags, "raised")}
    most = proposed["flags"].max or 0
    for rule in rules:
        if rule.fixes and len(flags | set(rule.flags)) > most:
            yield Fault(FILE, rule.id, f"all flags and its own are {len(flags | set(rule.flags))}, {most} fit")
        if len(rule.id) > (proposed["rule"].max or 0):
            yield Fault(FILE, rule.id, "has too long an id")
