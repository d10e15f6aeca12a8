"""Gives photos and voices out, each by the hash that records bear, to who may read such a record. "None" and "not yours" sound alike."""

import asyncio
from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.parts import Parts
from server.photos.keep import HASH
from server.problems import Problem
from server.sight import brought_by, file_seen, reader
from server.store import blobs, lists
from server.store.blobs import Photo
from server.store.disk import Conn
from server.store.lists import Record
from server.who import Standing, Who, log_readers, standing, token_of
from sync.admit import roles_at


class Found(msgspec.Struct, frozen=True):
    """What the store knows of a hash, for one who asks."""

    photo: Photo | None
    may_read: bool
    """A record of a grid that the asker may read now names it."""
    may_bring: bool
    """Or the asker named it himself, wherever he stands by now: a record is whole only with its photos."""


def look(conn: Conn, who: Who, name: str, now_ms: int) -> Found:
    """Asks the store."""
    stands = standing(conn, who)
    records = lists.records(conn, lists.naming(conn, name)).values()
    may_read = any(
        _reads(stands, record, now_ms)
        and file_seen(reader(who.person, stands.asker.areas, record.grid, now_ms), record, name)
        for record in records
    )
    may_bring = may_read or any(brought_by(who.person, record, name) for record in records)
    return Found(blobs.photo_of(conn, name), may_read, may_bring)


def _reads(stands: Standing, record: Record, now_ms: int) -> bool:
    """Whether somebody is given the log it lies in, or stands for the unit whose order it is."""
    areas = stands.asker.areas
    of_unit = [area for area in areas if record.kind == "order" and area.unit == record.unit]
    return bool(roles_at([*log_readers(areas), *of_unit], record.grid, now_ms))


@get("/files/{name:str}", opt={"packed": True})
async def get_file(
    request: Request[Any, Any, Any], parts: NamedDependency[Parts], name: FromPath[str]
) -> Response[bytes]:
    """The bytes of a photo or a voice."""
    who = parts.tokens.read(token_of(request))
    if not HASH.fullmatch(name):
        raise Problem("not_found")
    found = await parts.store.read(partial(look, who=who, name=name, now_ms=parts.clock()))
    if found.photo is None or not found.may_read:
        raise Problem("not_found")
    etag = f'"{found.photo.kept}"'
    headers = {
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Security-Policy": "sandbox",
        "ETag": etag,
    }
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, headers=headers)
    content = await asyncio.to_thread(blobs.get_file, parts.store.folder, found.photo.kept)
    if content is None:
        raise Problem("not_found")
    if found.photo.kind == "voice":
        headers["Content-Disposition"] = "attachment"
    return Response(content, media_type=found.photo.type, headers=headers)


router = Router("/", route_handlers=[get_file])
