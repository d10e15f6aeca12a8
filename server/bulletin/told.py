"""How rates, cases and bulletins are told to the desk: their shapes on the wire, and figures put into words. It reads nothing itself."""

import msgspec

from server.book import CountyBook
from server.bulletin.gather import Gathered
from server.rates import interval
from server.rates.sums import Drift


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A figure in words, with its interval in thousandths."""

    id: str
    group: str
    name_zh: str
    name_en: str
    how_zh: str
    how_en: str
    group_zh: str
    group_en: str
    n: int
    of: int
    low: int
    high: int


class Turned(msgspec.Struct, frozen=True, kw_only=True):
    """A way in which a rule's proposal was overruled, in words, with its cases."""

    rule: str
    reason_zh: str
    reason_en: str
    proposed: str
    decided: str
    role: str
    cases: list[str]


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """A period's rates over an area, and where everything that was registered in it stands."""

    area: str
    area_name: str
    rhythm: str
    first: str
    last: str
    rates: list[Rate]
    conserved: dict[str, int]
    before: dict[str, int]
    drift: list[Turned]
    areas: list[tuple[str, str]]
    """What the asker may choose: codes and names."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A case behind a rate. No name of a person stands in it."""

    subject: str
    kind: str
    issue_no: str
    title: str
    stage: str
    grid: str
    counts: bool


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list of bulletins."""

    subject: str
    grid: str
    title: str
    rhythm: str
    stage: str
    from_ms: int
    signer: str
    post: str


def rates_of(county: CountyBook, told: Gathered, areas: list[tuple[str, str]]) -> Rates:
    """A period's rates as the desk is told them."""
    return Rates(
        area=told.area,
        area_name=told.area_name,
        rhythm=told.period.rhythm,
        first=told.period.first.isoformat(),
        last=told.period.last.isoformat(),
        rates=[rate(county, one.id, one.group, one.n, one.of, told.towns, told.area_name) for one in told.figures],
        conserved=told.conserved,
        before=told.before,
        drift=[turned(county, one) for one in told.drift],
        areas=areas,
    )


def turned(county: CountyBook, one: Drift) -> Turned:
    """A drift with its rule's reason."""
    rule = next((rule for rule in county.book.triage if rule.id == one.rule), None)
    return Turned(
        rule=one.rule,
        reason_zh=rule.reason_zh if rule else "",
        reason_en=rule.reason_en if rule else "",
        proposed=one.proposed,
        decided=one.decided,
        role=one.role,
        cases=one.cases,
    )


def rate(county: CountyBook, name: str, group: str, n: int, of: int, towns: dict[str, str], whole: str) -> Rate:
    """A figure with its names, formula and interval."""
    zh, en = county.words_zh, county.words_en
    units = {f"unit:{unit.id}": unit for unit in county.book.units}
    unit = units.get(group)
    town = towns.get(group.removeprefix("town:"), group.removeprefix("unit:"))
    low, high = interval(n, of)
    return Rate(
        id=name,
        group=group,
        name_zh=zh[f"rate.{name}"],
        name_en=en[f"rate.{name}"],
        how_zh=zh[f"rate.{name}_how"],
        how_en=en[f"rate.{name}_how"],
        group_zh=whole if group == "" else unit.zh if unit else town,
        group_en=whole if group == "" else unit.en if unit else town,
        n=n,
        of=of,
        low=low,
        high=high,
    )
