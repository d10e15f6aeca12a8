"""The service centre's goal for what is done at the counter while people wait. Read from counter.toml."""

from collections.abc import Iterator

from msgspec import Struct

from server.book.check_lists import Fault
from sync.law import LAW

FILE = "counter.toml"
MOST_MINUTES = 24 * 60


class Counter(Struct, frozen=True, forbid_unknown_fields=True):
    """Which matters the goal is for, and how long it gives."""

    minutes: int
    channels: list[str]
    categories: list[str]
    """Beginnings of codes."""

    def holds(self, channel: str, category: str) -> bool:
        """Whether a matter that came this way is one of the counter's."""
        return channel in self.channels and any(category.startswith(code) for code in self.categories)


def faults(counter: Counter, leaves: set[str]) -> Iterator[Fault]:
    """Everything that is wrong in the file."""
    if not 1 <= counter.minutes <= MOST_MINUTES:
        yield Fault(FILE, "minutes", f"is not between 1 and {MOST_MINUTES}")
    known = LAW["issue"].fields["channel"].codes
    for channel in counter.channels:
        if channel not in known:
            yield Fault(FILE, f"channels {channel}", f"is none of the law's: {', '.join(known)}")
    for code in counter.categories:
        if not any(leaf.startswith(code) for leaf in leaves):
            yield Fault(FILE, f"categories {code}", "begins no code of categories.csv")
