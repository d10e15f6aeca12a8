"""What the desk may send out before anybody asks (未诉先办): proposed by the book's seasons and by matters of one kind."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.di import NamedDependency

from server import clusters
from server.book import CountyBook
from server.book.ahead import Season
from server.parts import Parts
from server.problems import Problem
from server.sight import reader, shape_seen
from server.store import log, tasks
from server.store.disk import Conn
from server.store.lists import Record
from server.who import Standing, Who, standing, token_of
from sync.clock import DAY_MS
from sync.fold import Shape
from sync.rules.book import category_of
from sync.rules.workdays import date_at, moment_ms
from sync.sight import may_see
from sync.subjects.issue import text

ROLES = ("village", "grid_leader", "town", "dispatcher")


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that could be looked after, and where."""

    ground: str
    """By what it is known again: the season and its year, or a kind's category and grid."""
    category: str
    category_zh: str
    category_en: str
    what_zh: str
    what_en: str
    why_zh: str
    why_en: str
    by: str
    """The day until which it should be done if it were sent now."""
    grids: list[str]
    """Where it may still be sent."""
    sent: int
    """To how many grids of the asker it was."""


class Where(msgspec.Struct, frozen=True):
    """A grid that something may be sent to."""

    grid: str
    name: str
    village: str


class Ahead(msgspec.Struct, frozen=True, kw_only=True):
    """What could be sent where the asker stands; kinds first, then the seasons in the book's order."""

    now_ms: int
    proposals: list[Proposal]
    grids: list[Where]


@get("/desk/ahead.json")
async def ahead(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[bytes]:
    """What could be looked after in the asker's area before anybody asks."""
    who = parts.tokens.read(token_of(request))
    told = await parts.store.read(partial(_ahead, who=who, county=parts.county, now_ms=parts.clock()))
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(told), media_type="application/json", headers=headers)


def _ahead(conn: Conn, who: Who, county: CountyBook, now_ms: int) -> Ahead:
    stands = standing(conn, who)
    codes = stands.codes_now(ROLES, now_ms)
    if not codes:
        raise Problem("not_for_your_role")
    grids = log.grids_under(conn, codes)
    asked = [*_kinds(conn, stands, county, codes, now_ms), *_seasons(county, [grid.code for grid in grids], now_ms)]
    since_ms = min((one.since_ms for one in asked), default=now_ms)
    sent = _sent(tasks.since(conn, codes, since_ms))
    proposals = [_proposal(county, one, sent, now_ms) for one in asked]
    open_at = {grid for one in proposals for grid in one.grids}
    here = [Where(grid.code, grid.name, grid.village) for grid in grids if grid.code in open_at]
    return Ahead(now_ms=now_ms, proposals=proposals, grids=here)


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the book would send, before it is known what was sent."""

    ground: str
    category: str
    words: dict[str, str]
    days: int
    grids: list[str]
    since_ms: int
    """What was sent earlier belonged to another time, unless it is still open."""


def _seasons(county: CountyBook, grids: list[str], now_ms: int) -> Iterator[_Asked]:
    today = date_at(now_ms, county.book.clocks)
    for season in county.ahead.season:
        began = season.began(today)
        if began:
            yield _Asked(
                ground=f"{season.id} {began.year}",
                category=season.category,
                words=_words(season),
                days=season.days,
                grids=grids,
                since_ms=moment_ms(began, "00:00", county.book.clocks),
            )


def _words(season: Season) -> dict[str, str]:
    return {name: getattr(season, name) for name in ("what_zh", "what_en", "why_zh", "why_en")}


def _kinds(conn: Conn, stands: Standing, county: CountyBook, codes: list[str], now_ms: int) -> Iterator[_Asked]:
    """Where many matters of one kind came in, the rest of that grid is worth a look."""

    def seen(record: Record) -> Shape | None:
        who = reader(stands.asker.person, stands.asker.areas, record.grid, now_ms)
        return shape_seen(conn, who, record) if may_see(who, record.mark) in ("whole", "no_person") else None

    days = county.same.kind_days
    for kind in clusters.kinds(conn, county, codes, now_ms, seen):
        leaf = category_of(county.book, kind.category)
        [grid] = log.grids_under(conn, [kind.grid])
        told = {
            "place": f"{grid.village}{grid.name}",
            "days": days,
            "n": len(kind.cases),
            "households": kind.households,
        }
        yield _Asked(
            ground=f"kind {kind.category} {kind.grid}",
            category=kind.category,
            words={
                f"{name}_{tongue}": words[f"ahead.kind_{name}"].format(
                    category=getattr(leaf, tongue) if leaf else kind.category, **told
                )
                for name in ("what", "why")
                for tongue, words in (("zh", county.words_zh), ("en", county.words_en))
            },
            days=county.ahead.kind_days,
            grids=[kind.grid],
            since_ms=now_ms - days * DAY_MS,
        )


def _sent(records: list[Record]) -> dict[str, dict[str, int]]:
    """By ground and grid when it was last sent there and not called off; what is still open counts at any time."""
    sent: dict[str, dict[str, int]] = {}
    for record in records:
        if record.stage != "dropped":
            at_ms = 1 << 53 if record.stage == "open" else record.begun_ms
            by_grid = sent.setdefault(text(record.shape, "ground"), {})
            by_grid[record.grid] = max(at_ms, by_grid.get(record.grid, 0))
    return sent


def _proposal(county: CountyBook, one: _Asked, sent: dict[str, dict[str, int]], now_ms: int) -> Proposal:
    leaf = category_of(county.book, one.category)
    done = sent.get(one.ground, {})
    has = {grid for grid in one.grids if done.get(grid, -1) >= one.since_ms}
    by = date_at(now_ms, county.book.clocks) + timedelta(days=one.days)
    return Proposal(
        ground=one.ground,
        category=one.category,
        category_zh=leaf.zh if leaf else one.category,
        category_en=leaf.en if leaf else one.category,
        by=by.isoformat(),
        grids=[grid for grid in one.grids if grid not in has],
        sent=len(has),
        what_zh=one.words["what_zh"],
        what_en=one.words["what_en"],
        why_zh=one.words["why_zh"],
        why_en=one.words["why_en"],
    )


router = Router("/", route_handlers=[ahead])
