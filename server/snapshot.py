"""Grids for phones that hold nothing yet: every subject's shape at one place of the log, in parts, today's work first."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.packing import LEVEL_ONCE, brotli, chosen, pack, pack_live
from server.parts import Parts
from server.problems import Problem
from server.sight import reader, shape_seen
from server.store import lists, log, snapshots
from server.store.disk import Conn
from server.store.snapshots import Head, Kept, Row
from server.who import Standing, Who, grids_now, log_readers, standing, token_of
from sync.fold import Shape
from sync.law import LAW
from sync.rules.today import ordered
from sync.sight import Reader
from sync.snapshot import Part, write_part
from sync.subjects.kept import is_kept
from sync.wire import PAGE_OPS

FIRST_BYTES = 256 * 1024
"""About as much as the first part says unpacked: some 24 KB on the wire, four seconds of the slowest line until the day's work is there."""
PART_BYTES = 768 * 1024
"""The others: some 70 KB on the wire, twelve seconds to do again when a line is cut. Records say the same in many words, so that
parts three times as large weigh a tenth less together."""
STALE_MS = 12 * 3600 * 1000
"""An older order of the day's work is made anew, once anything has happened since."""

_shape = msgspec.json.Decoder(Shape)


class _Grid(msgspec.Struct, frozen=True):
    """What is known of a grid in one view of the store."""

    head: Head
    kept: Kept | None
    """The first part of the newest snapshot."""

    @property
    def is_fresh(self) -> bool:
        """Whether the tail behind the snapshot is short: one page of the log, and of the same half day."""
        if self.kept is None:
            return False
        behind = self.head.place - self.kept.place
        return behind == 0 or (behind <= PAGE_OPS and self.head.at_ms - self.kept.at_ms < STALE_MS)


@get("/snapshots/{grid:str}", opt={"packed": True})
async def newest(
    request: Request[Any, Any, Any], parts: NamedDependency[Parts], grid: FromPath[str]
) -> Response[bytes]:
    """The first part of a grid that may be read now. The others are asked for by the place and the numbers it tells."""
    who = parts.tokens.read(token_of(request))
    epoch, now_ms = parts.store.meta.epoch, parts.clock()
    known = await parts.store.read(partial(_grid, who=who, grid=grid, now_ms=now_ms, epoch=epoch))
    first = known.kept
    if first is None or not known.is_fresh:
        first = await _made(parts, grid, epoch)
    return await _answer(request, first)


async def _made(parts: Parts, grid: str, epoch: str) -> Kept:
    """The first part of a new snapshot. Where something in it was sealed while it was made, it is made again."""
    while True:
        head, rows = await parts.store.read(partial(_all, grid=grid))
        made = await asyncio.to_thread(make, grid, epoch, head, rows)
        marked = frozenset(row.subject for row in rows if row.mark)
        if await parts.store.write(partial(_keep, made=made, marked=marked), grids=[grid]):
            return made[0]


def _keep(conn: Conn, made: list[Kept], marked: frozenset[str]) -> bool:
    """Keeps a snapshot made without the marked subjects, unless something more is withheld by now. Its log is locked meanwhile."""
    if snapshots.marked(conn, made[0].grid) - marked:
        return False
    snapshots.put(conn, made)
    return True


@get("/snapshots/{grid:str}/{place:int}/{number:int}", opt={"packed": True})
async def later(
    request: Request[Any, Any, Any],
    parts: NamedDependency[Parts],
    grid: FromPath[str],
    place: FromPath[int],
    number: FromPath[int],
) -> Response[bytes]:
    """One part of the snapshot of this place; the last one is made for the asker, of what not every reader may see."""
    who = parts.tokens.read(token_of(request))
    look = partial(
        _part, who=who, grid=grid, place=place, number=number, now_ms=parts.clock(), epoch=parts.store.meta.epoch
    )
    found = await parts.store.read(look)
    if isinstance(found, Kept):
        return await _answer(request, found)
    packed, headers = await pack_live(request, write_part(found))
    return _response(packed, headers)


@get("/shapes/{kind:str}/{ref:str}", opt={"packed": True})
async def one_shape(
    request: Request[Any, Any, Any], parts: NamedDependency[Parts], kind: FromPath[str], ref: FromPath[str]
) -> Response[bytes]:
    """One subject as a part of its own: for a phone that had let go of it, and finds it named in a log."""
    who = parts.tokens.read(token_of(request))
    look = partial(_one, who=who, subject=f"{kind}/{ref}", now_ms=parts.clock(), epoch=parts.store.meta.epoch)
    packed, headers = await pack_live(request, write_part(await parts.store.read(look)))
    return _response(packed, headers)


def _response(body: bytes, headers: dict[str, str]) -> Response[bytes]:
    return Response(body, media_type="application/json", headers=headers | {"Cache-Control": "no-store"})


async def _answer(request: Request[Any, Any, Any], kept: Kept) -> Response[bytes]:
    """As it lies, when the asker takes that; otherwise unpacked, and packed as it does."""
    if chosen(request, ("br",)):
        return _response(kept.body, {"Content-Encoding": "br", "Vary": "Accept-Encoding"})
    packed, headers = await pack_live(request, await asyncio.to_thread(brotli.decompress, kept.body))
    return _response(packed, headers)


def _may_read(conn: Conn, who: Who, grid: str, now_ms: int) -> Standing:
    stands = standing(conn, who)
    if not any(one.code == grid for one in grids_now(conn, log_readers(stands.asker.areas), now_ms)):
        raise Problem("not_found")
    return stands


def _grid(conn: Conn, who: Who, grid: str, now_ms: int, epoch: str) -> _Grid:
    _may_read(conn, who, grid, now_ms)
    return _Grid(snapshots.head(conn, grid), snapshots.newest(conn, grid, epoch))


def _all(conn: Conn, grid: str) -> tuple[Head, list[Row]]:
    return snapshots.head(conn, grid), snapshots.rows(conn, grid)


def _part(conn: Conn, who: Who, grid: str, place: int, number: int, now_ms: int, epoch: str) -> Kept | Part:
    stands = _may_read(conn, who, grid, now_ms)
    first = snapshots.part(conn, grid, epoch, place, 0)
    if first is None:
        raise Problem("snapshot_gone")
    if number == first.parts - 1:
        return _own(conn, reader(who.person, stands.asker.areas, grid, now_ms), first, epoch)
    found = snapshots.part(conn, grid, epoch, place, number)
    if found is None:
        raise Problem("not_found")
    return found


def _own(conn: Conn, who: Reader, first: Kept, epoch: str) -> Part:
    """What not every reader of the grid may see and this one may, as it stands now."""
    head = snapshots.head(conn, first.grid)
    marked = [row.subject for row in snapshots.rows(conn, first.grid) if row.mark]
    records = [one for one in lists.records(conn, marked).values() if is_kept(LAW[one.kind], one.shape, head.at_ms)]
    seen = [shape_seen(conn, who, record) for record in records]
    shapes = [shape for shape in seen if shape is not None]
    return Part(
        epoch=epoch,
        grid=first.grid,
        place=head.place,
        part=first.parts - 1,
        parts=first.parts,
        total=0,
        shapes=ordered(shapes, head.at_ms),
    )


def _one(conn: Conn, who: Who, subject: str, now_ms: int, epoch: str) -> Part:
    record = lists.records(conn, [subject]).get(subject)
    if record is None:
        raise Problem("not_found")
    stands = _may_read(conn, who, record.grid, now_ms)
    shape = shape_seen(conn, reader(who.person, stands.asker.areas, record.grid, now_ms), record)
    if shape is None:
        raise Problem("not_found")
    place = log.heads(conn, [record.grid])[record.grid]
    return Part(epoch=epoch, grid=record.grid, place=place, part=0, parts=1, total=1, shapes=[shape])


def kept_shapes(rows: Sequence[Row], at_ms: int) -> list[Shape]:
    """The shapes that phones hold at this moment."""
    shapes = (_shape.decode(row.shape) for row in rows)
    return [shape for shape in shapes if is_kept(LAW[shape.kind], shape, at_ms)]


def make(grid: str, epoch: str, head: Head, rows: Sequence[Row]) -> list[Kept]:
    """The packed parts, but for the last. The log alone decides their bytes: what is old, is so beside its last op."""
    # What is withheld from anybody goes into nobody's bytes but the asker's own.
    shapes = ordered(kept_shapes([row for row in rows if not row.mark], head.at_ms), head.at_ms)
    groups = _groups(shapes)
    parts, total = len(groups) + 1, len(shapes)
    written = [
        write_part(Part(epoch=epoch, grid=grid, place=head.place, part=n, parts=parts, total=total, shapes=group))
        for n, group in enumerate(groups)
    ]
    return [
        Kept(grid, head.place, n, parts, head.at_ms, epoch, pack(body, "br", LEVEL_ONCE))
        for n, body in enumerate(written)
    ]


def _groups(shapes: list[Shape]) -> list[list[Shape]]:
    """Cut where a part has become large enough; always one, though it be empty."""
    groups: list[list[Shape]] = [[]]
    size = 0
    for shape in shapes:
        if size >= (FIRST_BYTES if len(groups) == 1 else PART_BYTES):
            groups.append([])
            size = 0
        groups[-1].append(shape)
        # An act is written once, its values' registers by number: as a shape lies in the store they stand twice.
        size += len(msgspec.json.encode(shape.acts)) + len(msgspec.json.encode(shape.notes))
    return groups


router = Router("/", route_handlers=[newest, later, one_shape])
