"""What the county looks after before anybody asks: the seasons' proposals. Read from ahead.toml."""

import re
from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from server.book.check_lists import Fault, twice
from sync.law import LAW

FILE = "ahead.toml"
MOST_DAYS = 90
_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


class Season(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Something that comes every year: when, what is to be looked at, and why."""

    id: str
    from_: str
    to: str
    days: int
    category: str
    what_zh: str
    what_en: str
    why_zh: str
    why_en: str

    def began(self, today: date) -> date | None:
        """The day on which it began this time; None while it is not its time. One over New Year belongs to the old year."""
        day = f"{today:%m-%d}"
        over = self.to < self.from_
        if not (self.from_ <= day <= self.to if not over else day >= self.from_ or day <= self.to):
            return None
        month, first = self.from_.split("-")
        return date(today.year - (over and day <= self.to), int(month), int(first))


class Ahead(Struct, frozen=True, forbid_unknown_fields=True):
    """The seasons, and how long a grid is given after many matters of one kind."""

    kind_days: int
    season: list[Season]


def faults(ahead: Ahead, leaves: set[str]) -> Iterator[Fault]:
    """Everything that is wrong in the file."""
    if not 1 <= ahead.kind_days <= MOST_DAYS:
        yield Fault(FILE, "kind_days", f"is not between 1 and {MOST_DAYS}")
    for name in twice(season.id for season in ahead.season):
        yield Fault(FILE, name, "stands here twice")
    for season in ahead.season:
        yield from (Fault(FILE, season.id, why) for why in _wrong(season, leaves))


def _wrong(season: Season, leaves: set[str]) -> Iterator[str]:
    law = LAW["task"].fields
    if season.category not in leaves:
        yield f"{season.category} is no leaf of categories.csv"
    if not 1 <= season.days <= MOST_DAYS:
        yield f"days is not between 1 and {MOST_DAYS}"
    for name in ("from_", "to"):
        if not _is_day(getattr(season, name)):
            yield f"{name.strip('_')} is no day of every year, as in 05-10"
    for field in ("what", "why"):
        least, most = law[field].min or 0, law[field].max or 0
        for tongue in ("zh", "en"):
            if not least <= len(getattr(season, f"{field}_{tongue}")) <= most:
                yield f"{field}_{tongue} has not between {least} and {most} characters"


def _is_day(written: str) -> bool:
    """A day that every year has."""
    if not _DAY.fullmatch(written):
        return False
    month, day = (int(one) for one in written.split("-"))
    return day <= (28 if month == 2 else 30 if month in (4, 6, 9, 11) else 31)
