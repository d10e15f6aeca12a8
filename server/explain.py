"""Tells in words why the book proposed what it did for one issue, from the log and the book as they are now."""

from msgspec import UnsetType

from server import clerk
from server.book import CountyBook
from server.store import lists
from server.store.disk import Conn
from server.store.looked import Looked
from sync.fold import Shape
from sync.rules.book import FACTS, Condition, FactValue
from sync.rules.triage import Failed
from sync.rules.triage import explain as read_table
from sync.subjects.issue import part, text


def explain(conn: Conn, county: CountyBook, asked: str) -> str:
    """The facts, how each row of the table was read, what was proposed then, and what people decided."""
    subject = asked if "/" in asked else lists.by_number(conn, asked)
    record = lists.records(conn, [subject]).get(subject)
    if record is None:
        return county.words_zh["cli.no_issue"].format(issue=asked)
    shape = record.shape
    facts = clerk.facts_of(shape, clerk.around(Looked(conn), shape, county.same.kind_days))
    lines = [f"{record.issue_no}  {record.title}  ({record.subject}, {record.stage})", ""]
    lines += [f"  {FACTS[name].zh} {name} = {_said(value)}" for name, value in sorted(facts.items())]
    lines += ["", *_table(county, facts), "", *_decisions(shape)]
    return "\n".join(lines)


def _table(county: CountyBook, facts: dict[str, FactValue]) -> list[str]:
    rules = {rule.id: rule for rule in county.book.triage}
    lines: list[str] = []
    for step in read_table(county.book, facts):
        outcome = county.words_zh[f"outcome.{step.outcome}"]
        why = "；".join(_failed(one) for one in step.failed) or rules[step.rule].reason_zh
        lines.append(f"  {step.rule}  {outcome}  {why}")
    return lines


def _failed(one: Failed) -> str:
    label = FACTS[one.condition.fact].zh
    return f"{label} {_wanted(one.condition)} ← {'—' if one.value is None else _said(one.value)}"


def _wanted(condition: Condition) -> str:
    """The test as the book writes it: `is true`, `at_least 3`."""
    tests = {
        "is": condition.is_,
        "is_not": condition.is_not,
        "in": condition.in_,
        "has": condition.has,
        "at_least": condition.at_least,
        "at_most": condition.at_most,
        "set": condition.set_,
    }
    return " ".join(f"{name} {_said(value)}" for name, value in tests.items() if not isinstance(value, UnsetType))


def _said(value: FactValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "[" + " ".join(value) + "]" if isinstance(value, list) else str(value) or '""'


def _decisions(shape: Shape) -> list[str]:
    """What the clerk proposed and what people made of it, as the log holds it."""
    rule, track, book, why = (part(shape, "proposal", name) for name in ("rule", "track", "book", "reason_zh"))
    lines = [f"  {rule} → {track} ({book}): {why}"]
    for act in shape.acts:
        if act.name == "triage":
            overruled = (
                f", {act.fields['overrules']} ✗ {act.fields.get('overrule_why')}" if act.fields.get("overrules") else ""
            )
            lines.append(f"  {act.actor} ({act.role}): {act.fields['rule']} → {act.fields['track']}{overruled}")
    return [*lines, f"  {text(shape, 'issue_no')}: {shape.stage}"]
