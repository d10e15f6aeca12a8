"""The shape of the county's book as phones receive it, and the facts its rules may ask about. Reads no file of the county."""

from collections.abc import Mapping
from functools import cached_property
from importlib.resources import files
from typing import TypeAlias

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

FactValue: TypeAlias = bool | int | str | list[str]
Facts: TypeAlias = Mapping[str, FactValue]
"""What is known of one matter. A fact that nobody stated is absent, and absent is never "no"."""

TRACKS = ("solved_in_grid", "escalate_to_town", "consult_mechanism")
URGENCIES = ("normal", "urgent", "emergency")
"""From the calmest to the most pressing."""
PARTIES = ("no", "two", "multi")
NEXTS = ("", "refer", "join")
"""What the town should do first: nothing special, tell the legal route, or join it to an earlier matter."""
DANGERS = ("life", "violence", "minor", "crime")


class FactKind(Struct, frozen=True):
    """What a fact may hold: a type, for texts and lists the values allowed (none named: any), and its labels."""

    name: str
    type: str
    zh: str
    en: str
    values: list[str] = field(default_factory=list[str])
    derived: bool = False
    """Computed from the book by the triage itself; nobody states it."""


class _FactTable(Struct, frozen=True):
    facts: list[FactKind]


FACTS: dict[str, FactKind] = {
    fact.name: fact
    for fact in msgspec.json.decode(
        files("sync.tables").joinpath("facts.json").read_bytes(),
        type=_FactTable,
    ).facts
}


class Category(Struct, frozen=True, forbid_unknown_fields=True):
    """A domain (two digits; parent, track and units empty) or one of its leaves (four digits)."""

    code: str
    parent: str
    zh: str
    en: str
    track: str = ""
    lead_unit: str = ""
    """Id of a unit of this book."""
    co_units: list[str] = field(default_factory=list[str])
    urgency: str = ""
    parties: str = ""


class Condition(
    Struct,
    frozen=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    rename={"is_": "is", "in_": "in", "set_": "set"},
):
    """One question about one fact; exactly one of the tests is given. Only `is_not` holds for a fact nobody stated."""

    fact: str
    is_: bool | int | str | UnsetType = UNSET
    is_not: bool | int | str | UnsetType = UNSET
    in_: list[str] | UnsetType = UNSET
    has: str | UnsetType = UNSET
    at_least: int | UnsetType = UNSET
    at_most: int | UnsetType = UNSET
    set_: bool | UnsetType = UNSET

    @property
    def needs(self) -> bool:
        """Whether it fails for a fact that nobody stated."""
        return self.is_not is UNSET and self.set_ is not False


class Rule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    """One row of the triage table. It holds when every condition of any one of its alternatives holds."""

    id: str
    any: list[list[Condition]]
    reason_zh: str
    reason_en: str
    stop: bool = False
    """It settles the track and the reading ends."""
    track: str = ""
    """Empty for a row that only adds flags."""
    track_from: str = ""
    """Instead of `track`: "wish" or "category", the fact whose track it takes."""
    overrides: bool = False
    """It replaces what an earlier row proposed …"""
    unless: list[str] = field(default_factory=list[str])
    """… unless one of these rows holds."""
    raises: bool = False
    """One level up: what the grid would have done goes to the town."""
    next: str = ""
    urgency: str = ""
    flags: list[str] = field(default_factory=list[str])
    steps_zh: str = ""
    steps_en: str = ""

    @property
    def fixes(self) -> bool:
        """Whether the row proposes a track, rather than only adding flags."""
        return bool(self.track or self.track_from)

    @cached_property
    def asks(self) -> list[tuple[frozenset[str], list[Condition]]]:
        """Each alternative, behind the facts without which it cannot hold: few matters state more than a handful."""
        return [(frozenset(one.fact for one in alternative if one.needs), alternative) for alternative in self.any]


class SuggestWords(Struct, frozen=True, forbid_unknown_fields=True):
    """Words that speak for a category, and how strongly each of them does."""

    category: str
    words: list[str]
    weight: int


class DangerWords(Struct, frozen=True, forbid_unknown_fields=True):
    """Words that make a danger worth asking about; their absence says nothing."""

    kind: str
    words: list[str]


class Pattern(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A fact that a text may state plainly: by one of `words`, or by a number before one of `units`."""

    fact: str
    words: list[str] = field(default_factory=list[str])
    value: bool | int | str = ""
    """What the words state."""
    units: list[str] = field(default_factory=list[str])
    times: int = 1
    """The number is multiplied by this (yuan to fen: 100)."""
    before: list[str] = field(default_factory=list[str])
    after: list[str] = field(default_factory=list[str])
    """A number counts only after one of `before` or with its unit followed by one of `after`; both empty: always."""
    at_most: int = 0
    """Larger numbers mean something else (years of the calendar); 0: no limit."""


class Unit(Struct, frozen=True, forbid_unknown_fields=True):
    """An office, company or village body that can be made responsible, with its public phone ("" if none)."""

    id: str
    zh: str
    en: str
    phone: str = ""


class Clocks(Struct, frozen=True, forbid_unknown_fields=True):
    """The county's time limits in working days, and its office hours. See DESIGN: lights come from due and now."""

    letter_days: int
    """Taken out of the box → registered as an issue, or set aside with a reason."""
    assign_days: int
    accept_days: int
    answer_days: int
    grid_days: int
    consult_days: int
    mediate_days: int
    """Calendar days, not working days (people's mediation: 30)."""
    redo_days: int
    """Accepted again after a resident was not satisfied → answered again."""
    confirm_days: int
    """Result told → nobody can be asked, so the matter lapses."""
    outer_days: int
    """Calendar days in which a petition must be answered, whatever else was granted (Petition Regulations, Art. 34)."""
    outer_more_days: int
    """Calendar days by which that may be extended."""
    quiet_days: int
    """Calendar days after which a closed matter goes to the archive."""
    grace_hours: int
    """How late an op may arrive and still count from the time its phone can prove."""
    yellow_days: int
    """Yellow from this many working days before the due time."""
    zone_minutes: int
    """The county's one zone, minutes east of UTC."""
    office_from: str
    office_to: str
    """HH:MM."""


class NotConfirmed(Struct, frozen=True, forbid_unknown_fields=True):
    """What a court does not confirm, by its code in the law, and in which categories it is likely to come up."""

    touches: str
    categories: list[str]


class Book(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The county's book, whole, as `GET /book` gives it."""

    version: str
    categories: list[Category]
    triage: list[Rule]
    suggest: list[SuggestWords]
    danger_words: list[DangerWords]
    patterns: list[Pattern]
    units: list[Unit]
    clocks: Clocks
    court_days: int
    """Calendar days from an agreement's taking effect in which both sides may ask a court to confirm it."""
    not_confirmed: list[NotConfirmed]
    words_zh: dict[str, str]
    words_en: dict[str, str]


def category_of(book: Book, code: str) -> Category | None:
    """The leaf or domain of this code, or None: an old op may name a code that the book has retired."""
    return next((category for category in book.categories if category.code == code), None)
