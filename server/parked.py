"""What waits for the town: what never came, and what people who stood elsewhere wrote. The town's word enters elsewhere, as an op."""

from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.di import NamedDependency

from server import absent
from server.parts import Parts
from server.problems import Problem
from server.sight import op_seen, reader
from server.store import lists, log, parked, people
from server.store.disk import Conn
from server.store.parked import Waiting
from server.who import Standing, Who, standing, token_of
from sync.clock import is_stamp, stamp_ms
from sync.op import Json, Op, kind_of
from sync.wire import read_op

ROLES = ("town", "dispatcher")
MOST = 100
"""Enough for one look; the rest follows when these are settled."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One op that waits: whose, what it would do, and why it could not enter by itself."""

    device: str
    seq: int
    hash: str
    grid: str
    grid_name: str
    village: str
    person: str
    about: str
    """`not_your_grid`: its author was moved away before; `moved_away`: the matter was."""
    kind: str
    name: str
    subject: str
    title: str
    claimed_ms: int
    at_ms: int
    sealed: bool
    """Its words are not for the asker; whether it may enter, the asker decides all the same."""
    fields: dict[str, Json]


class Told(msgspec.Struct, frozen=True):
    """What waits, and what must exist and has not come."""

    items: list[Line]
    absent: list[absent.Line]


@get("/desk/parked.json")
async def waiting(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[bytes]:
    """What waits for the asker's town or county, and what has not come, each the longest waiting first."""
    who = parts.tokens.read(token_of(request))
    told = await parts.store.read(partial(_told, who=who, now_ms=parts.clock()))
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(told), media_type="application/json", headers=headers)


def _told(conn: Conn, who: Who, now_ms: int) -> Told:
    stands = standing(conn, who)
    codes = stands.codes_now(ROLES, now_ms)
    if not codes:
        raise Problem("not_for_your_role")
    return Told(items=_waiting(conn, who, stands, codes, now_ms), absent=absent.open_under(conn, codes, now_ms))


def _waiting(conn: Conn, who: Who, stands: Standing, codes: list[str], now_ms: int) -> list[Line]:
    found = parked.waiting_under(conn, codes, MOST)
    grids = {grid.code: grid for grid in log.grids_under(conn, sorted({one.parked.grid for one in found}))}
    names = people.names(conn, {one.parked.person for one in found})
    lines: list[Line] = []
    # What builds on a beginning that waits itself is told by the title which that one gives it.
    begun: dict[str, str] = {}
    for one in found:
        op = read_op(one.text)
        if isinstance(op, Op):
            who_reads = reader(who.person, stands.asker.areas, one.parked.grid, now_ms)
            seen = op_seen(conn, who_reads, op, one.parked.role, one.parked.grid)
            grid = grids[one.parked.grid]
            named = grid.name, grid.village, names.get(one.parked.person, "")
            line = _line(conn, one, op, seen, named, begun.get(op.subject, ""))
            begun.setdefault(line.subject, line.title)
            lines.append(line)
    return lines


def _line(conn: Conn, one: Waiting, op: Op, seen: Op | None, named: tuple[str, str, str], begun: str) -> Line:
    record = lists.records(conn, [op.subject]).get(op.subject) if seen else None
    grid_name, village, person = named
    own_title = op.fields.get("title", begun) if seen else ""
    return Line(
        device=op.device,
        seq=op.seq,
        hash=one.parked.hash,
        grid=one.parked.grid,
        grid_name=grid_name,
        village=village,
        person=person,
        about=one.parked.about,
        kind=kind_of(op.subject),
        name=op.name,
        subject=op.subject if seen else "",
        title=record.title if record else own_title if isinstance(own_title, str) else "",
        claimed_ms=stamp_ms(op.stamp) if is_stamp(op.stamp, op.device) else one.parked.at_ms,
        at_ms=one.parked.at_ms,
        sealed=seen is None,
        fields=seen.fields if seen else {},
    )


router = Router("/", route_handlers=[waiting])
