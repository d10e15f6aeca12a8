"""The routes under a resident's address. Reading changes nothing: scanners and chat apps open links before people do."""

from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import MediaType, Request, Response, Router, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.absent import has_not_come, note_asked, read_slip
from server.body import read_body
from server.pages.ask import MAX_COMMENT, MAX_WHY, SATISFACTIONS, SOLVED
from server.pages.frame import HEADERS, script_of
from server.pages.look import Look, address, clock_time, day
from server.pages.matter import Matter
from server.pages.resident import NOTHING, Told, for_reporter, for_staff, for_stranger, missing, not_arrived
from server.parts import Parts
from server.resident.answer import Answer, confirm, withdraw
from server.resident.link import (
    PASS_MS,
    Found,
    find,
    find_number,
    fits,
    hash_of,
    is_pass,
    make_pass,
    number_hash,
    read_number,
)
from server.store import Broken, Busy, links
from server.store.links import Tries
from sync.rules.book import Unit, category_of

QUERY = "/query"
ADDRESSES = ["/r", "/r/{token:path}"]
"""Everything below, so that a link that was copied badly meets a page and not an error."""
OPENED_COOKIE = "reporter"
STAFF_COOKIE = "staff"
"""Set for good wherever staff entered (reliability D8)."""
MAX_FORM_BYTES = 64 * 1024
HELP_UNIT = "town_service"
HELP_WITHOUT_TOWN = "county_platform"

Asked = Request[Any, Any, Any]
Form = dict[str, str]


class Visit(msgspec.Struct, frozen=True):
    """One request to a link that opens something."""

    look: Look
    found: Found
    matter: Matter
    script: str
    is_staff: bool
    is_reporter: bool


@get(ADDRESSES)
async def show(request: Asked, parts: NamedDependency[Parts], token: FromPath[str] = "") -> Response[str]:
    """Where the matter stands; more of it to whoever took the second step."""
    visit = await _visit(request, parts, token)
    if not isinstance(visit, Visit):
        return visit
    return page_of(_whole(visit))


@post(ADDRESSES, status_code=200)
async def act(request: Asked, parts: NamedDependency[Parts], token: FromPath[str] = "") -> Response[str]:
    """The second step, or the answer."""
    visit = await _visit(request, parts, token)
    if not isinstance(visit, Visit):
        return visit
    if visit.is_staff:
        return page_of(_whole(visit), 403)
    form = dict(parse_qsl((await read_body(request, MAX_FORM_BYTES)).decode(errors="replace")))
    try:
        if form.get("step") == "answer":
            return await _answer(parts, visit, form)
        if form.get("step") == "withdraw":
            return await _withdraw(parts, visit, form)
        return await _open(parts, visit, form)
    except (Busy, Broken):
        is_withdrawal = form.get("step") == "withdraw"
        told = Told(
            why="not_kept",
            comment=form.get("why" if is_withdrawal else "comment", ""),
            chosen=form.get("satisfaction", ""),
            at="withdraw" if is_withdrawal else "",
        )
        return page_of(_whole(visit, told), 503)


async def _visit(request: Asked, parts: Parts, token: str) -> Visit | Response[str]:
    now_ms = parts.clock()
    look, script = look_of(request, parts, now_ms), script_of(parts.settings.apps)
    number = read_number(token.removeprefix("/"))
    link_hash = number_hash(number) if number else hash_of(token.removeprefix("/").partition(".")[0])
    is_reporter = is_pass(parts.store.meta.token_key, link_hash, request.cookies.get(OPENED_COOKIE, ""), now_ms)
    if number and not is_reporter:
        # A number can be guessed: without the pass it does not even tell whether there is such a matter.
        return Response("", status_code=303, media_type=MediaType.HTML, headers=HEADERS | {"Location": QUERY})
    look_up = partial(find_number, number=number) if number else partial(find, link_hash=link_hash)
    found = await parts.store.read(partial(look_up, now_ms=now_ms))
    if found is None:
        help_at = unit_of(parts, HELP_WITHOUT_TOWN)
        slip = read_slip(token.removeprefix("/"))
        if slip and await parts.store.read(partial(has_not_come, seal=parts.seal, slip=slip)):
            await parts.store.write(partial(note_asked, slip=slip, now_ms=now_ms))
            return page_of(not_arrived(look, script, help_at.zh, help_at.en, help_at.phone), 404)
        return page_of(missing(look, script, help_at.zh, help_at.en, help_at.phone), 404)
    return Visit(
        look=look,
        found=found,
        matter=_matter(parts, found),
        script=script,
        is_staff=STAFF_COOKIE in request.cookies,
        is_reporter=is_reporter,
    )


def look_of(request: Asked, parts: Parts, now_ms: int) -> Look:
    asked = request.query_params
    lang, said = "en" if asked.get("lang") == "en" else "zh", asked.get("said", "")
    return Look(
        words=parts.county.words_en if lang == "en" else parts.county.words_zh,
        path=request.url.path,
        now_ms=now_ms,
        zone_minutes=parts.county.book.clocks.zone_minutes,
        lang=lang,
        big=asked.get("print") == "big",
        said=said if said in SOLVED else "",
    )


def _matter(parts: Parts, found: Found) -> Matter:
    category, help_at = category_of(parts.county.book, found.record.category), unit_of(parts, HELP_UNIT)
    return Matter(
        shape=found.record.shape,
        lead=found.lead,
        before=found.before,
        village=found.village,
        kind_zh=category.zh if category else "",
        kind_en=category.en if category else "",
        help_zh=help_at.zh,
        help_en=help_at.en,
        help_phone=help_at.phone,
        beside=found.beside,
    )


def unit_of(parts: Parts, unit_id: str) -> Unit:
    known = (unit for unit in parts.county.book.units if unit.id == unit_id)
    return next(known, Unit(id=unit_id, zh="", en=""))


def _whole(visit: Visit, told: Told = NOTHING) -> str:
    if visit.is_staff:
        return for_staff(visit.look, visit.script, visit.matter)
    page = for_reporter if visit.is_reporter else for_stranger
    return page(visit.look, visit.script, visit.matter, told)


def page_of(html: str, status: int = 200) -> Response[str]:
    return Response(html, status_code=status, media_type=MediaType.HTML, headers=HEADERS)


def _see(look: Look, cookies: list[Cookie] | None = None) -> Response[str]:
    """Sends the browser on to read, so that going back or reloading sends nothing again."""
    headers = HEADERS | {"Location": address(look)}
    return Response("", status_code=303, media_type=MediaType.HTML, headers=headers, cookies=cookies)


async def _open(parts: Parts, visit: Visit, form: Form) -> Response[str]:
    """Takes the four digits, or where no number is known the press alone."""
    is_right, now_ms = fits(visit.matter.shape, form.get("digits", "")), visit.look.now_ms
    count = partial(links.answered, link_hash=visit.found.hash, now_ms=now_ms, is_right=is_right)
    tries = await parts.store.write(count)
    if tries.locked_until_ms:
        return page_of(_whole(visit, locked(visit.look, tries)), 429)
    if not is_right:
        return page_of(_whole(visit, Told(why="wrong_digits", blanks={"n": tries.left})), 403)
    return _see(visit.look, [pass_cookie(parts, visit.found.hash, visit.look.path, now_ms)])


def pass_cookie(parts: Parts, link_hash: str, path: str, now_ms: int) -> Cookie:
    """By it a browser that took the second step is known for a day, at this address alone."""
    return Cookie(
        key=OPENED_COOKIE,
        value=make_pass(parts.store.meta.token_key, link_hash, now_ms),
        path=path,
        max_age=PASS_MS // 1000,
        httponly=True,
        secure=parts.settings.is_secure,
        samesite="lax",
    )


def locked(look: Look, tries: Tries) -> Told:
    until_ms = tries.locked_until_ms
    return Told(why="locked", blanks={"day": day(look, until_ms), "time": clock_time(look, until_ms)})


async def _answer(parts: Parts, visit: Visit, form: Form) -> Response[str]:
    """Takes the answer, from whoever took the second step."""
    if not visit.is_reporter:
        return page_of(_whole(visit, Told(why="open_again")), 403)
    comment, chosen = plain(form.get("comment", "")), form.get("satisfaction", "")
    answer = Answer(
        round=_number(form, "round"),
        instead=_number(form, "instead"),
        solved=form.get("solved", ""),
        satisfaction=chosen,
        comment=comment,
    )
    if answer.solved not in SOLVED or chosen not in SATISFACTIONS:
        return page_of(_whole(visit, Told(why="choose", comment=comment)), 422)
    if len(comment) > MAX_COMMENT:
        told = Told(why="comment_too_long", blanks={"max": MAX_COMMENT}, comment=comment, chosen=chosen)
        return page_of(_whole(visit, told), 422)
    say = partial(confirm, county=parts.county, subject=visit.found.record.subject, answer=answer, clock=parts.clock)
    why = await parts.store.write(say, grids=[visit.found.record.grid])
    if why == "not_kept":
        return page_of(_whole(visit, Told(why=why, comment=comment, chosen=chosen)), 503)
    here = msgspec.structs.replace(visit.look, said="")
    if not why:
        return _see(here)
    again = await _visit_again(parts, visit, here)
    return page_of(_whole(again, Told(why=why)), 409)


async def _visit_again(parts: Parts, visit: Visit, look: Look) -> Visit:
    """The same visit, as the matter stands now."""
    number = read_number(look.path.rpartition("/")[2])
    look_up = partial(find_number, number=number) if number else partial(find, link_hash=visit.found.hash)
    found = await parts.store.read(partial(look_up, now_ms=look.now_ms)) or visit.found
    return msgspec.structs.replace(visit, look=look, found=found, matter=_matter(parts, found))


async def _withdraw(parts: Parts, visit: Visit, form: Form) -> Response[str]:
    """Takes the matter back, for whoever took the second step."""
    if not visit.is_reporter:
        return page_of(_whole(visit, Told(why="open_again")), 403)
    why = plain(form.get("why", ""))
    if not 2 <= len(why) <= MAX_WHY:
        told = Told(why="withdraw_say_why", blanks={"max": MAX_WHY}, comment=why, at="withdraw")
        return page_of(_whole(visit, told), 422)
    say = partial(withdraw, county=parts.county, subject=visit.found.record.subject, why=why, clock=parts.clock)
    failed = await parts.store.write(say, grids=[visit.found.record.grid])
    if not failed:
        return _see(visit.look)
    again = await _visit_again(parts, visit, visit.look)
    return page_of(_whole(again, Told(why=failed, comment=why)), 503 if failed == "not_kept" else 409)


def _number(form: Form, name: str) -> int:
    """A place as a form holds it; 0 for what is none."""
    typed = form.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < len(str(2**53)) else 0


def plain(typed: str) -> str:
    """What was typed, with the line ends of a form made plain and without control characters."""
    return "".join(c for c in typed.replace("\r\n", "\n") if c >= " " or c in "\n\t").strip()


router = Router("/", route_handlers=[show, act])
