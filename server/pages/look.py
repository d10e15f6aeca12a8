"""How a resident's page is to be shown: language, size of print, dates and links in words. Knows nothing of the matter."""

from collections.abc import Mapping
from datetime import date, timedelta
from urllib.parse import urlencode

import msgspec

from server.pages.html import Html, el

Words = Mapping[str, str]
"""The book's sentences of one language, by `area.key`."""

_CODES = {"zh": "zh-CN", "en": "en"}
_MS_A_DAY = 24 * 60 * 60 * 1000
_MS_A_MINUTE = 60_000


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What this request wants to see, and in which words."""

    words: Words
    path: str
    """The page's own address, without the question mark."""
    now_ms: int
    zone_minutes: int
    """The county's one zone, minutes east of UTC."""
    lang: str = "zh"
    big: bool = False
    said: str = ""
    """What the resident has chosen on the way to the answer: `solved`, `not_solved` or nothing yet."""
    grid: str = ""
    """The grid that a poster's address names, kept while the language or the print changes."""

    @property
    def code(self) -> str:
        """The language as HTML names it."""
        return _CODES[self.lang]


def say(look: Look, key: str, **blanks: str | int) -> str:
    """A sentence of the area `resident`, its blanks filled."""
    return look.words[f"resident.{key}"].format(**blanks)


def either(look: Look, zh: str, en: str) -> str:
    """What the book says in both languages; Chinese where there is no English."""
    return en or zh if look.lang == "en" else zh or en


def address(look: Look, **changes: str) -> str:
    """This page's address with what was chosen so far, changed as asked; "" takes a choice back."""
    chosen = {"lang": "en" if look.lang == "en" else "", "print": "big" if look.big else "", "said": look.said}
    chosen |= {"grid": look.grid}
    asked = urlencode({name: value for name, value in (chosen | changes).items() if value})
    return f"{look.path}?{asked}" if asked else look.path


def day(look: Look, at_ms: int) -> str:
    """`11月26日（周四）`, with the year when it is not this one."""
    on, words = _date(look, at_ms), look.words
    written = words["due.date"].format(day=on.day, month=_month(look, on))
    if on.year != _date(look, look.now_ms).year:
        written = say(look, "date_year", year=on.year, date=written)
    return words["due.with_weekday"].format(day=written, weekday=words["due.weekdays"].split()[on.weekday()])


def clock_time(look: Look, at_ms: int) -> str:
    """`17:30`."""
    minutes = (at_ms + look.zone_minutes * _MS_A_MINUTE) % _MS_A_DAY // _MS_A_MINUTE
    return f"{minutes // 60:02}:{minutes % 60:02}"


def month(look: Look, at_ms: int) -> str:
    """`2026年11月`."""
    on = _date(look, at_ms)
    return look.words["due.month_year"].format(year=on.year, month=_month(look, on))


def tel(look: Look, phone: str) -> Html:
    """A number one can press to call; nothing when there is none. Whatever is not a digit or dash stays out of the link."""
    digits = "".join(c for c in phone if c in "0123456789")
    return el("a", say(look, "call", phone=phone), class_="call", href=f"tel:{digits}") if digits else Html("")


def _date(look: Look, at_ms: int) -> date:
    return date(1970, 1, 1) + timedelta(days=(at_ms + look.zone_minutes * _MS_A_MINUTE) // _MS_A_DAY)


def _month(look: Look, on: date) -> str:
    return look.words["due.months"].split()[on.month - 1]
