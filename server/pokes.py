"""Tells open pages that a log has grown, so that they ask. A poke carries a grid and a place; the truth is in the exchange."""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

import msgspec
from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.response import Stream

from server.parts import Parts
from server.store.disk import Conn
from server.who import Who, grids_now, standing, token_of

KEEP_ALIVE_S = 20
"""Between two comments on a line where nothing happens: what lies between phone and server cuts a silent one."""


class Poke(msgspec.Struct, frozen=True):
    """This grid's log has grown to this place; place 0 says that it may have, and nobody here knows how far."""

    grid: str
    place: int


@get("/pokes", opt={"packed": True})
async def pokes(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Stream:
    """Server-sent events for the grids that may be read now, until the token runs out.

    Nothing is repeated: whoever opens it asks once by the exchange when the first line is there, and after each poke.
    """
    who = parts.tokens.read(token_of(request))
    grids = await parts.store.read(partial(_grids, who=who, now_ms=parts.clock()))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(_lines(parts, who, grids), media_type="text/event-stream", headers=headers)


def _grids(conn: Conn, who: Who, now_ms: int) -> frozenset[str]:
    stands = standing(conn, who)
    return frozenset(grid.code for grid in grids_now(conn, stands.asker.areas, now_ms))


async def _lines(parts: Parts, who: Who, grids: frozenset[str]) -> AsyncGenerator[str]:
    seconds = asyncio.get_running_loop().time
    with parts.store.pokes.listening() as listener:
        yield ":\n\n"
        due_s = seconds() + KEEP_ALIVE_S
        while not listener.is_over and parts.clock() < who.expires_ms:
            told = _told(await listener.next(max(0.0, due_s - seconds())), grids)
            if told or seconds() >= due_s:
                yield told or ":\n\n"
                due_s = seconds() + KEEP_ALIVE_S


def _told(grown: dict[str, int], grids: frozenset[str]) -> str:
    """The events for one page, of everything that has grown."""
    moved = dict.fromkeys(grids, 0) if "" in grown else {}
    moved |= {grid: place for grid, place in grown.items() if grid in grids}
    events = (msgspec.json.encode(Poke(grid, place)).decode() for grid, place in sorted(moved.items()))
    return "".join(f"data: {event}\n\n" for event in events)


router = Router("/", route_handlers=[pokes])
