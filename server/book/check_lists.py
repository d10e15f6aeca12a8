"""What may be wrong in the book's lists, words, clocks and calendars. The triage table is checked in check_triage."""

import re
import string
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from msgspec import Struct

from sync.rules.book import (
    DANGERS,
    FACTS,
    NEXTS,
    PARTIES,
    TRACKS,
    URGENCIES,
    Category,
    Clocks,
    DangerWords,
    Pattern,
    SuggestWords,
    Unit,
)
from sync.rules.due import WORDS as DUE_WORDS
from sync.rules.duplicate import Same
from sync.rules.workdays import minute_of

MOST_METRES = 90
"""The cells by which neighbours are found are a hundred metres wide."""
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
PHONE = re.compile(r"\+?[0-9-]{3,20}")


class Fault(Struct, frozen=True):
    """One thing that is wrong: in which file, in which entry, and why."""

    file: str
    entry: str
    why: str


def twice(names: Iterable[str]) -> list[str]:
    """The names that stand more than once, each once."""
    seen: set[str] = set()
    again: dict[str, None] = {}
    for name in names:
        if name in seen:
            again[name] = None
        seen.add(name)
    return list(again)


def units(units: list[Unit]) -> Iterator[Fault]:
    for name in twice(unit.id for unit in units):
        yield Fault("units.csv", name, "stands twice")
    for unit in units:
        if not unit.zh or not unit.en:
            yield Fault("units.csv", unit.id, "has no name in zh or en")
        if unit.phone and not PHONE.fullmatch(unit.phone):
            yield Fault("units.csv", unit.id, f"phone {unit.phone!r} is not a phone number")


def categories(categories: list[Category], units: set[str]) -> Iterator[Fault]:
    file = "categories.csv"
    domains = {category.code for category in categories if not category.parent}
    parents = {category.parent for category in categories}
    for code in twice(category.code for category in categories):
        yield Fault(file, code, "stands twice")
    for category in categories:
        if not category.zh or not category.en:
            yield Fault(file, category.code, "has no name in zh or en")
        why = _leaf_fault(category, domains, units) if category.parent else _domain_fault(category, parents)
        if why:
            yield Fault(file, category.code, why)


def _domain_fault(category: Category, parents: set[str]) -> str:
    if len(category.code) != 2 or not category.code.isdecimal():
        return "a domain's code has two digits"
    return "" if category.code in parents else "is a domain without a leaf"


def _leaf_fault(category: Category, domains: set[str], units: set[str]) -> str:
    if category.parent not in domains:
        return f"unknown parent {category.parent!r}"
    if len(category.code) != 4 or not category.code.isdecimal() or not category.code.startswith(category.parent):
        return "a leaf's code has four digits and begins with its parent's"
    if category.track not in TRACKS:
        return f"track {category.track!r} is none of {', '.join(TRACKS)}"
    if category.urgency not in URGENCIES:
        return f"urgency {category.urgency!r} is none of {', '.join(URGENCIES)}"
    if category.parties not in PARTIES:
        return f"parties {category.parties!r} is none of {', '.join(PARTIES)}"
    unknown = [unit for unit in (category.lead_unit, *category.co_units) if unit not in units]
    return f"unknown unit {unknown[0]!r}" if unknown else ""


def suggest_words(rows: list[SuggestWords], leaves: set[str]) -> Iterator[Fault]:
    for row in rows:
        if row.category not in leaves:
            yield Fault("suggest.toml", row.category, "is no leaf of categories.csv")
        if row.weight < 1:
            yield Fault("suggest.toml", row.category, f"weight {row.weight} is below 1")
        if not row.words or any(len(word) < 2 for word in row.words):
            yield Fault("suggest.toml", row.category, "needs words of two signs or more")
        if any(word != word.lower() for word in row.words):
            yield Fault("suggest.toml", row.category, "words are written in small letters")
    for code in sorted({row.category for row in rows}):
        for word in twice(word for row in rows if row.category == code for word in row.words):
            yield Fault("suggest.toml", code, f"word {word!r} stands twice")


def danger_words(rows: list[DangerWords]) -> Iterator[Fault]:
    for row in rows:
        if row.kind not in DANGERS:
            yield Fault("danger_words.toml", row.kind, f"is none of {', '.join(DANGERS)}")
        if any(len(word) < 2 for word in row.words):
            yield Fault("danger_words.toml", row.kind, "needs words of two signs or more")
    spoken = {row.kind for row in rows if row.words}
    for kind in DANGERS:
        if kind not in spoken:
            yield Fault("danger_words.toml", kind, "has no words")


def patterns(rows: list[Pattern]) -> Iterator[Fault]:
    for at, row in enumerate(rows, 1):
        why = _pattern_fault(row)
        if why:
            yield Fault("suggest.toml", f"pattern {at} ({row.fact})", why)


def _pattern_fault(row: Pattern) -> str:
    fact = FACTS.get(row.fact)
    if fact is None or fact.derived:
        return f"unknown fact {row.fact!r}"
    if bool(row.words) == bool(row.units):
        return "needs either words or units"
    if row.units:
        return "" if fact.type == "int" and row.times >= 1 else "a number states a fact of type int, times 1 or more"
    kinds = {"bool": bool, "int": int, "text": str}
    if type(row.value) is not kinds.get(fact.type):
        return f"value {row.value!r} is not of the fact's type {fact.type}"
    return f"value {row.value!r} is none of the fact's" if fact.values and row.value not in fact.values else ""


def clocks(clocks: Clocks) -> Iterator[Fault]:
    days = (
        *(
            "letter_days",
            "assign_days",
            "accept_days",
            "answer_days",
            "grid_days",
            "consult_days",
            "redo_days",
            "confirm_days",
        ),
        *("outer_days", "outer_more_days", "quiet_days", "grace_hours"),
    )
    for name in days:
        if getattr(clocks, name) < 1:
            yield Fault("clocks.toml", name, "is below 1")
    if clocks.yellow_days < 0:
        yield Fault("clocks.toml", "yellow_days", "is below 0")
    if not -14 * 60 <= clocks.zone_minutes <= 14 * 60:
        yield Fault("clocks.toml", "zone_minutes", "is no zone on Earth")
    wrong = [name for name in ("office_from", "office_to") if not CLOCK.fullmatch(getattr(clocks, name))]
    for name in wrong:
        yield Fault("clocks.toml", name, "is not a time HH:MM")
    if not wrong and minute_of(clocks.office_from) >= minute_of(clocks.office_to):
        yield Fault("clocks.toml", "office_to", "is not after office_from")


def same(same: Same) -> Iterator[Fault]:
    for name in ("metres", "days", "letter_hours", "wording_percent", "most", "kind_days", "kind_matters"):
        if getattr(same, name) < 1:
            yield Fault("same.toml", name, "is below 1")
    for name, most in (("metres", MOST_METRES), ("wording_percent", 100)):
        if getattr(same, name) > most:
            yield Fault("same.toml", name, f"is above {most}")
    for name in ("dual_reader", "dual_unit"):
        if len(getattr(same, name)) < len("某人"):
            yield Fault("same.toml", name, "names nobody")


def calendar_year(year: int, make_up: list[date], spans: list[tuple[date, date]]) -> Iterator[Fault]:
    file = f"calendar/{year}.toml"
    for first, last in spans:
        if last < first or {first.year, last.year} != {year}:
            yield Fault(file, f"{first} to {last}", f"is not a span of days in {year}")
    for (_, last), (first, _) in pairwise(sorted(spans)):
        if first <= last:
            yield Fault(file, str(first), "belongs to two holidays")
    for day in make_up:
        if day.year != year or day.weekday() < 5:
            yield Fault(file, str(day), f"is not a Saturday or Sunday of {year}")
        if any(first <= day <= last for first, last in spans):
            yield Fault(file, str(day), "is both a holiday and a make-up working day")


def words(zh: dict[str, str], en: dict[str, str], flags: set[str]) -> Iterator[Fault]:
    needed = {f"flag.{flag}" for flag in flags | {"raised"}} | {f"due.{key}" for key in DUE_WORDS}
    needed |= {f"track.{track}" for track in TRACKS} | {f"urgency.{urgency}" for urgency in URGENCIES}
    needed |= {f"next.{step}" for step in NEXTS if step} | {f"danger.{kind}" for kind in DANGERS}
    for file, mine, other in (("words/zh.toml", zh, en), ("words/en.toml", en, zh)):
        for key in sorted((needed | set(other)) - set(mine)):
            yield Fault(file, key, "is missing")
        for key in sorted(key for key, said in mine.items() if not said.strip()):
            yield Fault(file, key, "says nothing")
        for key, count in (("due.months", 12), ("due.weekdays", 7)):
            if len(mine.get(key, "").split()) != count:
                yield Fault(file, key, f"needs {count} names, separated by blanks")
    for key in sorted(set(zh) & set(en)):
        if _blanks(zh[key]) != _blanks(en[key]):
            yield Fault("words/en.toml", key, "has other blanks than the Chinese sentence")


def _blanks(sentence: str) -> set[str]:
    """The names in braces. A sentence that Python cannot fill has none that match."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}
    except ValueError:
        return {sentence}
