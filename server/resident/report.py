"""A matter that somebody reports on the public page becomes an op by the one door; the key of its form makes it count once."""

import msgspec

from server.book import CountyBook
from server.exchange import PAGE, Placing
from server.now import Clock
from server.pages.public import NATURES, UNKNOWN, Places, Typed
from server.store import lists, people
from server.store.disk import Conn
from sync.check import bad
from sync.law import LAW
from sync.op import Json
from sync.rules.suggest import danger_hints, suggest
from sync.subjects.issue import text

UNSORTED = "1203"
"""Suggestions: what the book's words do not tell; the town sorts it anyway."""
TITLE = 50
MOST_PLACE = 100
LEAST_WORDS, MOST_WORDS = 4, 2000


class Report(msgspec.Struct, frozen=True):
    """What was typed, and the hash of the link under which it is found again."""

    typed: Typed
    link_hash: str


def grid_of(typed: Typed, places: Places) -> str:
    """The grid that was chosen; the village's first one for who cannot tell."""
    return typed.grid if typed.grid not in ("", UNKNOWN) else min(code for code, _ in places.grids)


def fault_of(typed: Typed, places: Places) -> str:
    """The first thing that keeps it from being taken; "" for none."""
    fields = LAW["issue"].fields
    if not LEAST_WORDS <= len(typed.words) <= MOST_WORDS:
        return "fault_words"
    if not places.grids:
        return "fault_village"
    if not typed.grid and places.grids[1:]:
        return "fault_grid"
    reporter: Json = {"name": typed.name, "phone": typed.phone}
    if not typed.phone or bad(fields["reporter"], reporter):
        return "fault_phone"
    return "fault_place" if bad(fields["place"], typed.place) else ""


def place(conn: Conn, county: CountyBook, given: Report, grid: str, clock: Clock) -> tuple[str, str]:
    """The word why it was not taken, or "" and its number."""
    before = lists.issue_by_link(conn, given.link_hash)
    if before:
        return "", text(before.shape, "issue_no")
    placing = Placing(conn, county, clock())
    placing.begin([grid], [])
    spoken = placing.say(PAGE, grid, "register", _fields(conn, county, given, grid), kind="issue")
    placing.finish()
    shape = placing.shape_of(spoken.subject)
    return ("not_kept", "") if spoken.refusal or shape is None else ("", text(shape, "issue_no"))


def _fields(conn: Conn, county: CountyBook, given: Report, grid: str) -> dict[str, Json]:
    typed = given.typed
    found, hints = suggest(county.book, typed.words), danger_hints(county.book, typed.words)
    workers = people.standing_in(conn, [grid]).get(grid, {})
    person, name = next(iter(workers.items()), ("town_service", county.words_zh["public.office"]))
    # Plainly for whoever sorts it: the grid in whose log it lies was nobody's choice.
    unsure = county.words_zh["public.grid_unknown"] if typed.grid == UNKNOWN else ""
    where = f"{typed.place[: MOST_PLACE - len(unsure)]}{unsure}"
    danger: list[Json] = [*dict.fromkeys(hint.kind for hint in hints)]
    return {
        "title": " ".join(typed.words.split())[:TITLE].ljust(LEAST_WORDS, "。"),
        "words": typed.words,
        "channel": "wechat",
        "nature": typed.nature if typed.nature in NATURES else "help",
        "category": found[0].category if found else UNSORTED,
        "anonymous": False,
        "confidential": typed.confidential == "yes",
        "households": 1,
        "danger": danger,
        "responder": {"person": person, "name": name},
        "reporter": {"name": typed.name, "phone": typed.phone},
        "link_hash": given.link_hash,
        **({"place": where} if where else {}),
    }
