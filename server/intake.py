"""Matters that other systems already know: the desk asks which of them are here before it registers the rest by ordinary ops."""

from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, Router, post
from litestar.di import NamedDependency

from server.body import read_json
from server.parts import Parts
from server.problems import Problem
from server.sight import reader
from server.store import people, sources
from server.store.disk import Conn
from server.store.lists import Record
from server.who import Standing, Who, standing, token_of
from sync.sight import may_see

ROLES = ("town", "dispatcher")
MOST = 200


class Asked(msgspec.Struct, frozen=True):
    """The hashes of numbers that a file holds."""

    hashes: list[str]


class Here(msgspec.Struct, frozen=True):
    """A matter that is here already; named only to who may see it."""

    subject: str
    issue_no: str
    by: str
    """Who registered it."""
    at_ms: int
    """When it was."""


class Sources(msgspec.Struct, frozen=True):
    """By hash, those that are here."""

    known: dict[str, Here]


@post("/desk/sources", status_code=200)
async def known(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[bytes]:
    """Which of these numbers of other systems stand for a matter that is here, wherever it lies."""
    asked = await read_json(request, Asked)
    if len(asked.hashes) > MOST:
        raise Problem("bad_request", f"more than {MOST}")
    look = partial(_known, who=parts.tokens.read(token_of(request)), hashes=asked.hashes, now_ms=parts.clock())
    headers = {"Cache-Control": "no-store"}
    told = msgspec.json.encode(await parts.store.read(look))
    return Response(told, media_type="application/json", headers=headers)


def _known(conn: Conn, who: Who, hashes: list[str], now_ms: int) -> Sources:
    stands = standing(conn, who)
    codes = stands.codes_now(ROLES, now_ms)
    if not codes:
        raise Problem("not_for_your_role")
    found = sources.known(conn, hashes)
    by = people.names(conn, {record.shape.acts[0].actor for record in found.values()})
    return Sources({hash_: _here(stands, codes, record, by, now_ms) for hash_, record in found.items()})


def _here(stands: Standing, codes: list[str], record: Record, by: dict[str, str], now_ms: int) -> Here:
    who = reader(stands.asker.person, stands.asker.areas, record.grid, now_ms)
    is_mine = any(record.grid.startswith(code) for code in codes) and may_see(who, record.mark) in (
        "whole",
        "no_person",
    )
    first = record.shape.acts[0]
    return (
        Here(record.subject, record.issue_no, by.get(first.actor, ""), first.at_ms) if is_mine else Here("", "", "", 0)
    )


router = Router("/", route_handlers=[known])
