"""The clerk drafts a bulletin: it is counted, written and placed in the office's own log, once."""

from collections.abc import Callable
from functools import partial
from itertools import accumulate

import msgspec

from server.book import CountyBook
from server.bulletin.compose import compose, title
from server.bulletin.gather import Gathered, gather, nothing
from server.bulletin.period import Period
from server.exchange import CLERK, Placing, Spoken
from server.store import Store, lists, log
from server.store.disk import Conn
from server.store.log import Grid
from sync.op import Json
from sync.subjects.issue import text

FORMULA = "2026.2"
"""The version of the measures. It changes with any change of what a rate counts."""
MOST_FIGURES = 600
TOWN = 9
"""Digits of a town's code; whoever stands over a shorter one stands over the county."""
MOST_SINCE = 400
"""More bulletins than one office can have since the beginning of a month or so."""
ROOM = 59_000
"""Bytes that a draft's fields may take: an op holds 64 KiB, and a county of many towns and units has more figures than fit."""


def office_code(conn: Conn, area: str) -> str:
    """The log in which an area's bulletins lie: its code filled with zeros; "" where there is no grid."""
    grids = log.grids_under(conn, [area])
    return (grids[0].code[:9] if len(area) >= TOWN else grids[0].code[:6]).ljust(15, "0") if grids else ""


def office_of(conn: Conn, county: CountyBook, area: str) -> str:
    """The same; the log is made when it is first needed."""
    code, grids = office_code(conn, area), log.grids_under(conn, [area])
    if code and code not in log.heads(conn, [code]):
        name = grids[0].town if len(area) >= TOWN else county.words_zh["bulletin.county"]
        office = Grid(code=code, name=name, village=name, village_code=code[:12], town=name, town_code=code[:9])
        log.add_grids(conn, [office])
    return code


def drafted_before(conn: Conn, office: str, period: Period, from_ms: int) -> str:
    """The bulletin of this rhythm and period that is there and not discarded; "" if none is."""
    for one in lists.of_kind(conn, "bulletin", [office], MOST_SINCE, since_ms=from_ms):
        begins = one.shape.fields["from_ms"].now.value
        if one.stage != "discarded" and text(one.shape, "rhythm") == period.rhythm and begins == from_ms:
            return one.subject
    return ""


async def draft(store: Store, county: CountyBook, area: str, period: Period, now_ms: int) -> str:
    """Drafts it unless it is there; the bulletin's id, "" for an area without grids.

    It is counted over one snapshot while others go on writing, and written in a transaction that looks again.
    """
    look = partial(_look, county=county, area=area, period=period, now_ms=now_ms, pause=store.give_way)
    known, told = await store.aside(look)
    if told is None:
        return known
    return await store.write(partial(_write, county=county, told=told, now_ms=now_ms))


def draft_in(conn: Conn, county: CountyBook, area: str, period: Period, now_ms: int) -> str:
    """The same within a transaction that does more."""
    known, told = _look(conn, county, area, period, now_ms, nothing)
    return known if told is None else _write(conn, county, told, now_ms)


def _look(
    conn: Conn, county: CountyBook, area: str, period: Period, now_ms: int, pause: Callable[[], None]
) -> tuple[str, Gathered | None]:
    code = office_code(conn, area)
    from_ms, _ = period.window_ms(county.book.clocks)
    known = drafted_before(conn, code, period, from_ms) if code else ""
    return known, None if known or not code else gather(conn, county, area, period, now_ms, pause)


def _write(conn: Conn, county: CountyBook, told: Gathered, now_ms: int) -> str:
    office = office_of(conn, county, told.area)
    placing = Placing(conn, county, now_ms)
    placing.begin([office], [])
    known = drafted_before(conn, office, told.period, told.window.from_ms)
    if known:
        return known
    spoken: Spoken = placing.say(CLERK, office, "draft", fields(county, told), kind="bulletin")
    placing.finish()
    return spoken.subject if spoken.refusal is None else ""


def fields(county: CountyBook, told: Gathered) -> dict[str, Json]:
    """What the draft bears."""
    numbers = told.counts | {f"registered.{name}": n for name, n in told.conserved.items()}
    numbers |= {f"before.{name}": n for name, n in told.before.items()}
    counted: list[Json] = [{"id": name, "n": n} for name, n in numbers.items()]
    whole_first = sorted((one for one in told.figures if one.of), key=lambda one: one.group != "")
    rated: list[Json] = [{"id": one.id, "group": one.group, "n": one.n, "of": one.of} for one in whole_first]
    sections: list[Json] = [{"head": one.head[:60], "text": one.text[:3000]} for one in compose(county, told)]
    borne: dict[str, Json] = {
        "rhythm": told.period.rhythm,
        "area": told.area,
        "area_name": told.area_name,
        "from_ms": told.window.from_ms,
        "to_ms": told.window.to_ms,
        "formula": FORMULA,
        "book": county.book.version,
        "cut": msgspec.to_builtins(told.cut),
        "counts": counted,
        "title": title(county, told),
        "sections": sections,
    }
    kept = _fitting(rated[:MOST_FIGURES], ROOM - len(msgspec.json.encode(borne)))
    if len(kept) < len(rated):
        left = county.words_zh["bulletin.left_out"].format(n=len(rated) - len(kept))
        sections.append({"head": county.words_zh["bulletin.left_out_head"], "text": left})
    borne["figures"] = kept
    return borne


def _fitting(rated: list[Json], room: int) -> list[Json]:
    """As many from the front as fit: those of the whole area come first."""
    ends = accumulate(len(msgspec.json.encode(one)) + 1 for one in rated)
    return [one for one, end in zip(rated, ends, strict=True) if end <= room]
