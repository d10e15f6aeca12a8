"""Reads the county's book from its folder and refuses it, naming file, entry and reason, if anything in it is wrong."""

import csv
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Struct, field

from server.book import agreements, check_lists, check_triage
from server.book import ahead as aheads
from server.book import counter as counters
from server.book import wall as walls
from server.book.agreements import Agreements
from server.book.ahead import Ahead
from server.book.check_lists import Fault
from server.book.counter import Counter
from sync.rules.book import (
    Book,
    Category,
    Clocks,
    DangerWords,
    Pattern,
    Rule,
    SuggestWords,
    Unit,
)
from sync.rules.duplicate import Same
from sync.rules.workdays import DAY, Calendar, FixedHoliday, Holiday

FOLDER = Path(__file__).parent
PHONE_AREAS = ("track", "urgency", "next", "danger", "flag")
"""The areas of words that travel to the phones with the book, as `area.key`."""

T = TypeVar("T")


class CountyBook(Struct, frozen=True):
    """The book as phones get it, and what stays on the server."""

    book: Book
    calendar: Calendar
    same: Same
    """When two records may be the same, and many matters one."""
    agreements: Agreements
    """How agreements of mediation are numbered, and what a court says to them."""
    ahead: Ahead
    """What is looked after before anybody asks."""
    counter: Counter
    """What the service centre means to do while people wait."""
    wall: walls.Wall
    """What everybody may see of matters."""
    words_zh: dict[str, str]
    """Everything the server says, as `area.key`."""
    words_en: dict[str, str]


class BadBookError(Exception):
    """The book cannot be used. Lists every fault found, so that an official mends them in one sitting."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(f"{fault.file}, {fault.entry}: {fault.why}" for fault in faults))
        self.faults = faults


class HolidaySpan(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """One holiday of an announced year, first and last day included."""

    zh: str
    en: str
    from_: date
    to: date


class CalendarYear(Struct, frozen=True, forbid_unknown_fields=True):
    """One announced year."""

    year: int
    source: str
    make_up: list[date]
    holiday: list[HolidaySpan]


class _Reader:
    """Reads the folder's files; what cannot be read becomes a fault and an empty answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []

    def toml(self, name: str) -> dict[str, Any]:
        try:
            return tomllib.loads((self.folder / name).read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            self._fault(name, "the file", error)
            return {}

    def table(self, name: str, rows: object, kind: type[T]) -> list[T]:
        if not isinstance(rows, list):
            self._fault(name, "the file", "has no rows")
            return []
        entries = cast("list[object]", rows)
        read = [self.entry(name, _name(row, at), row, kind) for at, row in enumerate(entries, 1)]
        return [one for one in read if one is not None]

    def entry(self, name: str, entry: str, row: object, kind: type[T]) -> T | None:
        try:
            return msgspec.convert(row, kind)
        except msgspec.ValidationError as error:
            self._fault(name, entry, error)
            return None

    def csv(self, name: str) -> list[dict[str, str]]:
        try:
            with (self.folder / name).open(encoding="utf-8", newline="") as file:
                return [dict(row) for row in csv.DictReader(file, strict=True)]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            self._fault(name, "the file", error)
            return []

    def _fault(self, name: str, entry: str, why: object) -> None:
        said = "is missing" if isinstance(why, FileNotFoundError) else str(why)
        self.faults.append(Fault(file=name, entry=entry, why=said))


class _Shelf(Struct, frozen=True):
    """Everything in the folder, read but not yet checked."""

    version: str
    categories: list[Category]
    units: list[Unit]
    rules: list[Rule]
    suggest: list[SuggestWords]
    danger: list[DangerWords]
    patterns: list[Pattern]
    clocks: Clocks
    same: Same
    agreements: Agreements
    ahead: Ahead
    counter: Counter
    wall: walls.Wall
    years: list[CalendarYear]
    fixed: list[FixedHoliday]
    words_zh: dict[str, str] = field(default_factory=dict[str, str])
    words_en: dict[str, str] = field(default_factory=dict[str, str])


def load_book(folder: Path = FOLDER) -> CountyBook:
    """The county's book. Raises BadBookError with all faults when a file is missing, unreadable or wrong."""
    shelf = _read(folder)
    faults = list(_faults(shelf))
    if faults:
        raise BadBookError(faults)
    return _county_book(shelf)


def _read(folder: Path) -> _Shelf:
    reader = _Reader(folder)
    triage, suggest = reader.toml("triage.toml"), reader.toml("suggest.toml")
    danger, fixed = reader.toml("danger_words.toml"), reader.toml("calendar/fixed.toml")
    years = [f"calendar/{path.name}" for path in sorted((folder / "calendar").glob("[0-9]*.toml"))]
    read_years = [reader.entry(name, "the file", reader.toml(name), CalendarYear) for name in years]
    clocks = reader.entry("clocks.toml", "the file", reader.toml("clocks.toml"), Clocks)
    same = reader.entry("same.toml", "the file", reader.toml("same.toml"), Same)
    agreed = reader.entry(agreements.FILE, "the file", reader.toml(agreements.FILE), Agreements)
    ahead = reader.entry(aheads.FILE, "the file", reader.toml(aheads.FILE), Ahead)
    counter = reader.entry(counters.FILE, "the file", reader.toml(counters.FILE), Counter)
    wall = reader.entry(walls.FILE, "the file", reader.toml(walls.FILE), walls.Wall)
    words_zh, words_en = (_flat(reader, f"words/{tongue}.toml") for tongue in ("zh", "en"))
    categories = [{**row, "co_units": _listed(row.get("co_units"))} for row in reader.csv("categories.csv")]
    rules = reader.table("triage.toml", triage.get("rule"), Rule)
    version = triage.get("version")
    if not isinstance(version, str) or not version:
        reader.faults.append(Fault("triage.toml", "version", "is missing"))
    units = reader.table("units.csv", reader.csv("units.csv"), Unit)
    leaves = reader.table("categories.csv", categories, Category)
    words = reader.table("suggest.toml", suggest.get("suggest"), SuggestWords)
    patterns = reader.table("suggest.toml", suggest.get("pattern"), Pattern)
    dangers = reader.table("danger_words.toml", danger.get("danger"), DangerWords)
    holidays = reader.table("calendar/fixed.toml", fixed.get("holiday"), FixedHoliday)
    if reader.faults or clocks is None or same is None or agreed is None:
        raise BadBookError(reader.faults)
    if ahead is None or counter is None or wall is None:
        raise BadBookError(reader.faults)
    return _Shelf(
        version=str(version),
        categories=leaves,
        units=units,
        rules=rules,
        suggest=words,
        danger=dangers,
        patterns=patterns,
        clocks=clocks,
        same=same,
        agreements=agreed,
        ahead=ahead,
        counter=counter,
        wall=wall,
        years=[year for year in read_years if year is not None],
        fixed=holidays,
        words_zh=words_zh,
        words_en=words_en,
    )


def _faults(shelf: _Shelf) -> Iterator[Fault]:
    leaves = {category.code for category in shelf.categories if category.parent}
    yield from check_lists.units(shelf.units)
    yield from check_lists.categories(shelf.categories, {unit.id for unit in shelf.units})
    yield from check_triage.rules(shelf.rules, leaves)
    yield from check_lists.suggest_words(shelf.suggest, leaves)
    yield from check_lists.danger_words(shelf.danger)
    yield from check_lists.patterns(shelf.patterns)
    yield from check_lists.clocks(shelf.clocks)
    yield from check_lists.same(shelf.same)
    yield from agreements.faults(shelf.agreements, leaves)
    yield from aheads.faults(shelf.ahead, leaves)
    yield from counters.faults(shelf.counter, leaves)
    yield from walls.faults(shelf.wall, leaves)
    for year in shelf.years:
        yield from check_lists.calendar_year(year.year, year.make_up, [(span.from_, span.to) for span in year.holiday])
    yield from check_lists.words(shelf.words_zh, shelf.words_en, {flag for rule in shelf.rules for flag in rule.flags})


def _county_book(shelf: _Shelf) -> CountyBook:
    return CountyBook(
        book=Book(
            version=shelf.version,
            categories=shelf.categories,
            triage=shelf.rules,
            suggest=shelf.suggest,
            danger_words=shelf.danger,
            patterns=shelf.patterns,
            units=shelf.units,
            clocks=shelf.clocks,
            court_days=shelf.agreements.court_days,
            not_confirmed=shelf.agreements.not_confirmed,
            words_zh=_for_phones(shelf.words_zh),
            words_en=_for_phones(shelf.words_en),
        ),
        calendar=Calendar(
            years=frozenset(year.year for year in shelf.years),
            holidays=dict(_holidays(shelf.years)),
            make_up=frozenset(day for year in shelf.years for day in year.make_up),
            fixed=shelf.fixed,
            words_zh=_area(shelf.words_zh, "due"),
            words_en=_area(shelf.words_en, "due"),
        ),
        same=shelf.same,
        agreements=shelf.agreements,
        ahead=shelf.ahead,
        counter=shelf.counter,
        wall=shelf.wall,
        words_zh=shelf.words_zh,
        words_en=shelf.words_en,
    )


def _holidays(years: list[CalendarYear]) -> Iterator[tuple[date, Holiday]]:
    for year in years:
        for span in year.holiday:
            for step in range((span.to - span.from_).days + 1):
                yield span.from_ + DAY * step, Holiday(zh=span.zh, en=span.en)


def _for_phones(words: dict[str, str]) -> dict[str, str]:
    return {key: said for key, said in words.items() if key.split(".")[0] in PHONE_AREAS}


def _area(words: dict[str, str], area: str) -> dict[str, str]:
    return {key.removeprefix(f"{area}."): said for key, said in words.items() if key.startswith(f"{area}.")}


def _flat(reader: _Reader, name: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for area, said in reader.toml(name).items():
        for key, sentence in (reader.entry(name, area, said, dict[str, str]) or {}).items():
            words[f"{area}.{key}"] = sentence
    return words


def _listed(joined: str | None) -> list[str]:
    return joined.split(";") if joined else []


def _name(row: object, at: int) -> str:
    """How an official finds the entry: by its id, code or category, else by its number in the file."""
    if isinstance(row, dict):
        named = cast("dict[str, object]", row)
        for key in ("id", "code", "category", "kind", "fact"):
            if isinstance(named.get(key), str):
                return f"{key} {named[key]} (entry {at})"
    return f"entry {at}"
