"""What the public wall may show. Read from wall.toml."""

from collections.abc import Iterator

from msgspec import Struct

from server.book.check_lists import Fault

FILE = "wall.toml"
MOST_DAYS = 366
MOST = 500


class Wall(Struct, frozen=True, forbid_unknown_fields=True):
    """Which matters everybody may see stand there, and for how long."""

    categories: list[str]
    """Beginnings of codes."""
    days: int
    most: int


def faults(wall: Wall, leaves: set[str]) -> Iterator[Fault]:
    """Everything that is wrong in the file."""
    for code in wall.categories:
        if not any(leaf.startswith(code) for leaf in leaves):
            yield Fault(FILE, f"categories {code}", "begins no code of categories.csv")
    if not 1 <= wall.days <= MOST_DAYS:
        yield Fault(FILE, "days", f"is not between 1 and {MOST_DAYS}")
    if not 1 <= wall.most <= MOST:
        yield Fault(FILE, "most", f"is not between 1 and {MOST}")
