"""What has happened in the demo county by the day it is made: stories, each a line of acts by the people who were there.

The files in `life/` hold lists of stories. A moment is written `-3 09:10`: so many working days before today's, or
before the last one when today is none, and the county's time. In fields `at -3 14:00` is that moment in milliseconds,
`day +5` that working day's date, `@key` the subject of another story, and `$link` the hash of the link that is printed.
"""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec

from sync.op import Json
from sync.rules.book import Clocks
from sync.rules.workdays import DAY, Calendar, date_at, is_working, moment_ms, next_working

FOLDER = Path(__file__).parent / "life"
LINK = "ZGVtby1jb3VudHktbGluaw"
"""A resident's link that anybody may open: it is made to be tried, like the accounts."""
LINK_OF = "wall"
MINUTE_MS = 60_000


class Act(msgspec.Struct, frozen=True, array_like=True):
    """One thing that somebody did: when, whose account (`page` for a resident, `importer` for the hotline), which op."""

    when: str
    who: str
    does: str
    fields: dict[str, Json] = {}


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """The life of one subject. The first act begins it, unless it is about one that is there."""

    key: str
    """Its name for others; `order:KEY:UNIT` is the order that a story's issue was given to a unit."""
    kind: str = ""
    on: str = ""
    """The story whose subject this one goes on with."""
    acts: list[Act]


class Happening(msgspec.Struct, frozen=True):
    """An act at its moment."""

    at_ms: int
    story: Story
    act: Act


class Dates(msgspec.Struct, frozen=True):
    """Turns the stories' days and times into dates and moments."""

    calendar: Calendar
    clocks: Clocks
    today: date
    """The last working day."""

    def day(self, steps: int) -> date:
        """So many working days before (negative) or after today."""
        found = self.today
        for _ in range(abs(steps)):
            found = next_working(self.calendar, found) if steps > 0 else working_until(self.calendar, found - DAY)
        return found

    def moment(self, written: str) -> int:
        """`-3 09:10` in milliseconds."""
        steps, clock = written.split(" ")
        return moment_ms(self.day(int(steps)), clock, self.clocks)

    def read(self, text: str) -> Json:
        """A text of a story's fields: a moment, a date, or what it says."""
        head, _, rest = text.partition(" ")
        if head == "at" and rest[:1] in "-+0":
            return self.moment(rest)
        if head == "day" and rest[:1] in "-+0":
            return self.day(int(rest)).isoformat()
        return hashlib.sha256(LINK.encode()).hexdigest() if text == "$link" else text


def working_until(calendar: Calendar, day: date) -> date:
    """The day itself if offices work, else the last one before it on which they did."""
    while not is_working(calendar, day):
        day -= DAY
    return day


def dates(calendar: Calendar, clocks: Clocks, now_ms: int) -> Dates:
    """The dates as seen from this moment."""
    return Dates(calendar, clocks, working_until(calendar, date_at(now_ms, clocks)))


def stories() -> list[Story]:
    """All of them, file by file."""
    decoder = msgspec.json.Decoder(list[Story])
    return [story for path in sorted(FOLDER.glob("*.json")) for story in decoder.decode(path.read_bytes())]


def happenings(when: Dates, now_ms: int) -> list[Happening]:
    """Every act of every story, oldest first. What would lie ahead was done a minute ago, in its order."""
    found = [Happening(when.moment(act.when), story, act) for story in stories() for act in story.acts]
    ordered = sorted(found, key=lambda one: one.at_ms)
    latest_ms = now_ms
    for place in range(len(ordered) - 1, -1, -1):
        latest_ms = min(ordered[place].at_ms, latest_ms - MINUTE_MS)
        ordered[place] = msgspec.structs.replace(ordered[place], at_ms=latest_ms)
    return ordered


def filled(value: Json, read: Callable[[str], Json]) -> Json:
    """A story's value with its texts read."""
    if isinstance(value, dict):
        return {name: filled(one, read) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, read) for one in value]
    return read(value) if isinstance(value, str) else value
