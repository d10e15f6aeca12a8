"""The desk's page of people and areas: who works where, and the changes an official may make."""

import asyncio
from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency

from server.body import read_json
from server.parts import Parts
from server.problems import Problem
from server.staff.acts import By, Done, Told, change, fresh_password
from server.store import log, people, staff
from server.store.disk import Conn
from server.store.log import Grid
from server.store.staff import Member, Standing
from server.who import Who, standing, token_of

ROLES = ("town", "dispatcher")
CHANGES = 60


class Office(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody under an official, the grids, and the last changes."""

    now_ms: int
    me: str
    people: list[Member]
    grids: list[Grid]
    changes: list[Standing]
    names: dict[str, str]


@get("/desk/people.json")
async def office(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[bytes]:
    """Who works in the asker's areas."""
    who = parts.tokens.read(token_of(request))
    return _json(await parts.store.read(partial(_office, who=who, now_ms=parts.clock())))


@post("/desk/people", status_code=200)
async def make(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[bytes]:
    """Makes one change; a new password is in the answer, this once."""
    who = parts.tokens.read(token_of(request))
    told = await read_json(request, Told)
    password, hashed = ("", "")
    if told.act in ("add", "password"):
        async with parts.throttle.turns:
            password, hashed = await asyncio.to_thread(fresh_password)
    now_ms = parts.clock()
    body = partial(_make, who=who, told=told, now_ms=now_ms, password=password, hashed=hashed)
    done = await parts.store.write(body)
    if isinstance(done, Problem):
        raise done
    if done.why:
        raise Problem("not_for_your_role" if done.why == "not_yours" else "bad_request", done.why)
    return _json(done)


def _json(told: object) -> Response[bytes]:
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(told), media_type="application/json", headers=headers)


def _make(conn: Conn, who: Who, told: Told, now_ms: int, password: str, hashed: str) -> Done | Problem:
    try:
        stands = standing(conn, who)
    except Problem as problem:
        # Told as a value: raising here would make the neighbours in this transaction wait for a second one.
        return problem
    return change(conn, By(who.person, stands.asker.areas), told, now_ms, password, hashed)


def _office(conn: Conn, who: Who, now_ms: int) -> Office:
    codes = standing(conn, who).codes_now(ROLES, now_ms)
    if not codes:
        raise Problem("not_for_your_role")
    members = staff.under(conn, codes)
    changes = staff.last(conn, [one.id for one in members], CHANGES)
    return Office(
        now_ms=now_ms,
        me=who.person,
        people=members,
        grids=log.grids_under(conn, codes),
        changes=changes,
        names=people.names(
            conn, {one for said in changes for one in (said.by, said.about)} | {one.id for one in members}
        ),
    )


router = Router("/", route_handlers=[office, make])
