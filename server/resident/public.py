"""What anybody may do without a link: report a matter, ask after one by its number, read the public wall. All works without script."""

import secrets
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency

from server.body import SMALL, read_body
from server.pages.frame import HEADERS, script_of
from server.pages.look import Look
from server.pages.public import UNKNOWN, Brick, Places, Typed, kept_page, query_page, report_page, staff_page, wall_page
from server.parts import Parts
from server.resident.door import HELP_UNIT, STAFF_COOKIE, locked, look_of, page_of, pass_cookie, plain, unit_of
from server.resident.link import TOKEN_LENGTH, find_number, fits, hash_of, number_hash, read_number
from server.resident.report import Report, fault_of, grid_of, place
from server.store import Broken, Busy, counted, links, log
from server.store.disk import Conn
from server.store.links import Tries
from server.store.lists import Record
from server.store.log import Grid
from server.who import address_of
from sync.clock import DAY_MS
from sync.rules.book import category_of
from sync.subjects.issue import due_in, holder, phones, running_clock

MOST_REPORTS = 10
"""Of one address in the throttle's window: a village may share one."""
MOST_QUERIES = 30
WAITING = ("registered", "moved", "void", "withdrawn", "joined", "referred")
"""Stages at which nothing stands on the wall: not yet sorted, or ended elsewhere."""

Asked = Request[Any, Any, Any]


@get("/report")
async def report_form(request: Asked, parts: NamedDependency[Parts]) -> Response[str]:
    """An empty form, at the grid or village that its address names (a poster's code); its key makes it count once."""
    look, script = _seen(request, parts)
    if STAFF_COOKIE in request.cookies:
        return page_of(staff_page(look, script), 200)
    grids = await _grids(parts)
    named = request.query_params.get("grid", "")
    at = next((one for one in grids if one.code == named), None)
    village = at.village_code if at else request.query_params.get("village", "")
    key = secrets.token_urlsafe(TOKEN_LENGTH * 3 // 4)
    typed = Typed(key=key, village=village, grid=at.code if at else "")
    look = msgspec.structs.replace(look, grid=typed.grid)
    return page_of(report_page(look, script, _places(grids, village), _help(parts), typed))


@post("/report", status_code=200)
async def report(request: Asked, parts: NamedDependency[Parts]) -> Response[str]:
    """Takes a matter in, as an op of the page's own hand in the grid that was chosen; the village's first one for who cannot tell."""
    look, script = _seen(request, parts)
    form = dict(parse_qsl((await read_body(request, SMALL * 4)).decode(errors="replace")))
    typed = Typed(**{name: plain(form.get(name, "")) for name in Typed.__struct_fields__})
    if STAFF_COOKIE in request.cookies:
        return page_of(staff_page(look, script), 403)
    grids, key = await _grids(parts), f"report {address_of(request)}"
    places = _places(grids, typed.village)
    if typed.grid not in (UNKNOWN, *(code for code, _ in places.grids)):
        typed = msgspec.structs.replace(typed, grid="")
    why = "throttled" if parts.throttle.wait_s(key, MOST_REPORTS) else fault_of(typed, places)
    if not hash_of(typed.key):
        why = why or "again"
    if not why:
        given = Report(typed=typed, link_hash=hash_of(typed.key))
        try:
            why, number = await parts.store.write(
                partial(place, county=parts.county, given=given, grid=grid_of(typed, places), clock=parts.clock),
                grids=[grid_of(typed, places)],
            )
        except (Busy, Broken):
            why, number = "not_kept", ""
        if not why:
            parts.throttle.failed(key)
            return page_of(kept_page(look, script, _help(parts), number, f"/r/{typed.key}"))
    status = {"throttled": 429, "not_kept": 503}.get(why, 422)
    return page_of(report_page(look, script, places, _help(parts), typed, why), status)


@get("/query")
async def query_form(request: Asked, parts: NamedDependency[Parts]) -> Response[str]:
    """Asks for a number and the last four digits."""
    look, script = _seen(request, parts)
    return page_of(query_page(look, script, _help(parts)))


@post("/query", status_code=200)
async def query(request: Asked, parts: NamedDependency[Parts]) -> Response[str]:
    """Leads to the matter: by its code, or by number and digits. A number that is none is told like wrong digits."""
    look, script = _seen(request, parts)
    form = dict(parse_qsl((await read_body(request, SMALL)).decode(errors="replace")))
    typed, digits = plain(form.get("number", "")), form.get("digits", "")
    if STAFF_COOKIE in request.cookies:
        return page_of(staff_page(look, script), 403)
    number, code = read_number(typed), urlsplit(typed).path.rpartition("/")[2]
    if hash_of(code.partition(".")[0]):
        return _on(f"/r/{code}")
    key = f"query {address_of(request)}"
    if parts.throttle.wait_s(key, MOST_QUERIES):
        return page_of(query_page(look, script, _help(parts), typed, "throttled"), 429)
    if not number:
        return page_of(query_page(look, script, _help(parts), typed, "no_number"), 422)
    is_right, tries = await parts.store.write(partial(_try, number=number, digits=digits, now_ms=look.now_ms))
    if tries.locked_until_ms:
        told = locked(look, tries)
        return page_of(query_page(look, script, _help(parts), typed, told.why, told.blanks), 429)
    if not is_right:
        parts.throttle.failed(key)
        return page_of(query_page(look, script, _help(parts), typed, "wrong", {"n": tries.left}), 403)
    path = f"/r/{number}"
    return _on(path, pass_cookie(parts, number_hash(number), path, look.now_ms))


def _try(conn: Conn, number: str, digits: str, now_ms: int) -> tuple[bool, Tries]:
    found = find_number(conn, number, now_ms)
    is_right = found is not None and bool(phones(found.record.shape)) and fits(found.record.shape, digits)
    return is_right, links.answered(conn, number_hash(number), now_ms, is_right=is_right)


@get("/wall")
async def wall(request: Asked, parts: NamedDependency[Parts]) -> Response[str]:
    """Who answers for what by when, and what came of it; no word that somebody wrote and no person who reported."""
    look, script = _seen(request, parts)
    rules = parts.county.wall
    asked = partial(
        counted.open_to_all,
        prefixes=rules.categories,
        without=WAITING,
        since_ms=look.now_ms - rules.days * DAY_MS,
        most=rules.most,
    )
    records = await parts.store.read(asked)
    villages = {grid.code: grid.village for grid in await parts.store.read(partial(log.grids_under, codes=[""]))}
    return page_of(wall_page(look, script, _help(parts), [_brick(parts, one, villages) for one in records]))


def _brick(parts: Parts, record: Record, villages: dict[str, str]) -> Brick:
    category, has_it = category_of(parts.county.book, record.category), holder(record.shape)
    due = due_in(record.shape, running_clock(record.shape))
    office = unit_of(parts, HELP_UNIT)
    is_named = has_it.who in ("grid_worker", "handler")
    return Brick(
        shape=record.shape,
        kind_zh=category.zh if category else "",
        kind_en=category.en if category else "",
        village=villages.get(record.grid, ""),
        who=" ".join(one for one in (has_it.unit, has_it.name) if one) if is_named else "",
        office_zh=office.zh,
        office_en=office.en,
        due_ms=due.due_ms if due else 0,
    )


def _seen(request: Asked, parts: Parts) -> tuple[Look, str]:
    return msgspec.structs.replace(look_of(request, parts, parts.clock()), said=""), script_of(parts.settings.apps)


def _help(parts: Parts) -> tuple[str, str, str]:
    unit = unit_of(parts, HELP_UNIT)
    return unit.zh, unit.en, unit.phone


async def _grids(parts: Parts) -> list[Grid]:
    """Those where people live, in the order of their codes."""
    grids = await parts.store.read(partial(log.grids_under, codes=[""]))
    return [one for one in grids if not one.code.endswith("000000")]


def _places(grids: list[Grid], village: str) -> Places:
    villages = {one.village_code: (one.village_code, one.town, one.village) for one in grids}
    inside = [(one.code, one.name) for one in grids if one.village_code == village]
    return Places(villages=[villages[code] for code in sorted(villages)], grids=inside)


def _on(path: str, *cookies: Any) -> Response[str]:
    return Response(
        "", status_code=303, media_type="text/html", headers=HEADERS | {"Location": path}, cookies=list(cookies)
    )


router = Router("/", route_handlers=[report_form, report, query_form, query, wall])
