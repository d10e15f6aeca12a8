"""The county's rules for agreements of mediation: their number, a court's days, what no court confirms. Read from agreements.toml."""

import string
from collections.abc import Iterator

from msgspec import Struct

from server.book.check_lists import Fault, twice
from sync.law import LAW
from sync.rules.book import NotConfirmed

FILE = "agreements.toml"
BLANKS = {"year", "town", "n"}
MOST_DAYS = 3660


class Agreements(Struct, frozen=True, forbid_unknown_fields=True):
    """How an agreement is numbered, and what a court says to it."""

    number: str
    """With the blanks `{year}`, `{town}` and `{n}`; `{n}` counts by year and town without a gap."""
    court_days: int
    """Calendar days from taking effect."""
    not_confirmed: list[NotConfirmed]

    def touching(self, category: str) -> list[str]:
        """What agreements of this category are likely to decide that no court confirms."""
        return [one.touches for one in self.not_confirmed if category in one.categories]


def faults(agreements: Agreements, leaves: set[str]) -> Iterator[Fault]:
    """Everything that is wrong in the file."""
    if _blanks(agreements.number) != BLANKS:
        yield Fault(FILE, "number", "needs the blanks {year}, {town} and {n}, and no others")
    elif len(agreements.number) > 40:
        yield Fault(FILE, "number", "is longer than 40 characters")
    if not 1 <= agreements.court_days <= MOST_DAYS:
        yield Fault(FILE, "court_days", f"is not between 1 and {MOST_DAYS}")
    known = LAW["mediation"].fields["touches"].of
    codes = known.codes if known else []
    for name in twice(one.touches for one in agreements.not_confirmed):
        yield Fault(FILE, f"touches {name}", "stands here twice")
    for one in agreements.not_confirmed:
        if one.touches not in codes:
            yield Fault(FILE, f"touches {one.touches}", f"is none of the law's: {', '.join(codes)}")
        for category in one.categories:
            if category not in leaves:
                yield Fault(FILE, f"touches {one.touches}", f"{category} is no leaf of categories.csv")


def _blanks(pattern: str) -> set[str]:
    """The plain names in braces; what Python cannot fill has none that match."""
    try:
        parts = [(name, spec, how) for _, name, spec, how in string.Formatter().parse(pattern) if name is not None]
    except ValueError:
        return set()
    return {name for name, _, _ in parts} if all(not spec and not how for _, spec, how in parts) else set()
