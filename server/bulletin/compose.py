"""The draft's own words: sentences made of figures. It says no more than was counted, names units only, and masks everybody."""

from collections.abc import Iterable

import msgspec

from server.book import CountyBook
from server.bulletin.gather import Gathered
from server.rates import Figure
from server.rates.tally import FEW
from sync.rules.book import category_of

WORK = ("closure_rate", "instant_close_rate", "in_grid_rate", "triage_accuracy", "reopened_rate", "repeat_rate")
VOICE = ("resolution_rate", "satisfaction_rate", "satisfied_of_closed", "answered_rate", "silent_rate", "exempt_rate")
ROUTINE = (
    "mediation_success_rate",
    "performance_rate",
    "consultation_met_rate",
    "consultation_rate",
    "consultation_told_rate",
    "promise_rate",
    "mailbox_opened_rate",
    "letter_rate",
    "visit_coverage",
    "care_visit_rate",
)
ORDERS = (
    "response_rate",
    "accept_on_time_rate",
    "on_time_rate",
    "reply_rate",
    "return_rate",
    "redo_rate",
    "extension_rate",
    "red_light_rate",
)


MOST_KINDS = 20
"""As many fit a paragraph that is still read."""


class Section(msgspec.Struct, frozen=True):
    """A headed paragraph."""

    head: str
    text: str


def percent(n: int, of: int) -> str:
    """`97.1%`; an em dash where there was nothing to count. Tenths are rounded half up, from whole numbers."""
    if of == 0:
        return "—"
    tenths = (2000 * n + of) // (2 * of)
    return f"{tenths // 10}.{tenths % 10}%"


def share(n: int, of: int) -> str:
    """The same of a rate; an em dash for one of few cases, which its counts tell better."""
    return percent(n, of) if of >= FEW else "—"


def title(county: CountyBook, told: Gathered) -> str:
    """`柳集镇周通报（2026年11月16日至22日）`."""
    words, period = county.words_zh, told.period
    begun, over = period.first, period.last
    same_year = begun.year == over.year
    ends = "date" if not same_year else "last_in_year" if begun.month != over.month else "last_in_month"
    first, last = (
        words[f"bulletin.{key}"].format(y=day.year, m=day.month, d=day.day)
        for key, day in (("date", begun), (ends, over))
    )
    days = first if begun == over else words["bulletin.days"].format(first=first, last=last)
    return words["bulletin.title"].format(area=told.area_name, rhythm=words[f"rhythm.{period.rhythm}"], days=days)


def compose(county: CountyBook, told: Gathered) -> list[Section]:
    """The sections of this rhythm's bulletin, in their order."""
    words = county.words_zh
    if told.period.rhythm == "daily":
        since = "day" if told.period.first == told.period.last else "days"
        return [Section(words["bulletin.day_head"], words[f"bulletin.{since}_text"].format(**told.counts))]
    voice = _rates(county, told, VOICE)
    made = {
        "basic": _basic(county, told),
        "kinds": _kinds(county, told),
        "work": _rates(county, told, WORK),
        "orders": _rates(county, told, ORDERS),
        "units": _units(county, told),
        "voice": voice + words["bulletin.voice_note"] if voice else "",
        "routine": _rates(county, told, ROUTINE),
        "towns": _towns(county, told) if told.period.rhythm == "monthly" else "",
    }
    shown = [(words[f"bulletin.{name}_head"], text) for name, text in made.items() if text]
    numbered = [
        Section(words["bulletin.numbered"].format(n=words["bulletin.numerals"].split()[at], head=head), text)
        for at, (head, text) in enumerate(shown)
    ]
    return [*numbered, Section(words["bulletin.formula_head"], words["bulletin.formula_text"])]


def _basic(county: CountyBook, told: Gathered) -> str:
    words, now, then = county.words_zh, told.conserved, told.before
    change = now["registered"] - then["registered"]
    turn = "same" if change == 0 else "more" if change > 0 else "fewer"
    parts = [words["bulletin.registered"].format(**now), words[f"bulletin.{turn}"].format(n=abs(change))]
    parts.append(words["bulletin.conserved"].format(**now))
    parts.append(_shares(county, told.tracks, "track", now["registered"]))
    parts.append(_shares(county, told.natures, "nature", now["registered"]))
    top = [(leaf.zh if (leaf := category_of(county.book, code)) else code, n) for code, n in told.categories[:3]]
    if top:
        parts.append(words["bulletin.top"].format(listed=_listed(county, top, now["registered"])))
    return "".join(parts)


def _kinds(county: CountyBook, told: Gathered) -> str:
    """Many matters of one category in one grid: so that the kind is settled, not case after case."""
    words = county.words_zh
    named = [(place, leaf.zh if (leaf := category_of(county.book, code)) else code, n) for place, code, n in told.kinds]
    listed = words["bulletin.semicolon"].join(
        words["bulletin.kind"].format(place=place, kind=kind, n=n) for place, kind, n in named[:MOST_KINDS]
    )
    return words["bulletin.kinds_text"].format(n=len(named), listed=listed) if named else ""


def _shares(county: CountyBook, many: list[tuple[str, int]], area: str, of: int) -> str:
    words = county.words_zh
    named = [(words.get(f"{area}.{code}", code), n) for code, n in many]
    return words[f"bulletin.by_{area}"].format(listed=_listed(county, named, of)) if named else ""


def _listed(county: CountyBook, many: list[tuple[str, int]], of: int) -> str:
    words = county.words_zh
    share = words["bulletin.share"]
    return words["bulletin.and"].join(share.format(name=name, n=n, percent=percent(n, of)) for name, n in many)


def _whole(told: Gathered, names: Iterable[str]) -> list[Figure]:
    found = {figure.id: figure for figure in told.figures if figure.group == ""}
    return [found[name] for name in names if name in found and found[name].of > 0]


def _rates(county: CountyBook, told: Gathered, names: Iterable[str]) -> str:
    return _sentence(county, _whole(told, names))


def _sentence(county: CountyBook, many: list[Figure]) -> str:
    words = county.words_zh
    listed = words["bulletin.semicolon"].join(_one(county, figure) for figure in many)
    return words["bulletin.rates"].format(listed=listed) if many else ""


def _one(county: CountyBook, figure: Figure) -> str:
    """A rate with its counts and its interval; of few cases the counts alone, for a percentage would say too much."""
    words = county.words_zh
    return words["bulletin.rate" if figure.of >= FEW else "bulletin.few"].format(
        name=words[f"rate.{figure.id}"],
        percent=percent(figure.n, figure.of),
        n=figure.n,
        of=figure.of,
        low=percent(figure.low, 1000),
        high=percent(figure.high, 1000),
    )


def _units(county: CountyBook, told: Gathered) -> str:
    """Each unit by itself, in the order of the book's list, then those that stand in none: outcomes, not a ladder."""
    named = {f"unit:{unit.id}": unit.zh for unit in county.book.units}
    named |= {group: group[5:] for group in _unlisted(told, named)}
    return _by_group(county, told, list(named.items()), (*ORDERS, *VOICE))


def _unlisted(told: Gathered, listed: Iterable[str]) -> list[str]:
    """The units with figures that the book does not list: a town's own hands are known by their name alone."""
    return sorted({one.group for one in told.figures if one.group.startswith("unit:")} - set(listed))


def _towns(county: CountyBook, told: Gathered) -> str:
    named = [(f"town:{code}", name) for code, name in sorted(told.towns.items())]
    return _by_group(county, told, named, (*WORK, *VOICE)) if len(named) > 1 else ""


def _by_group(county: CountyBook, told: Gathered, named: list[tuple[str, str]], ids: tuple[str, ...]) -> str:
    lines: list[str] = []
    for group, name in named:
        mine = [figure for figure in told.figures if figure.group == group and figure.of > 0 and figure.id in ids]
        if mine:
            lines.append(county.words_zh["bulletin.group"].format(name=name, said=_sentence(county, mine)))
    return "\n".join(lines)
