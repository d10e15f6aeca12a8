"""Takes photos in and gives them out, each by its hash. Which record shows which photo stands in the log."""

import asyncio
import hashlib
import re
from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.body import read_body
from server.parts import Parts
from server.problems import Problem
from server.store import blobs, lists
from server.store.blobs import Photo
from server.store.disk import Conn
from server.who import Who, standing, token_of

MAX_BYTES = 8 * 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")
_MAGIC = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


class Told(msgspec.Struct, frozen=True):
    """A photo that is safe here; the device may let go of its own."""

    hash: str
    bytes: int


@put("/photos/{name:str}", status_code=201)
async def put_photo(
    request: Request[Any, Any, Any], parts: NamedDependency[Parts], name: FromPath[str]
) -> Response[bytes]:
    """Keeps a photo that a placed op names, whole and durable; again is as good as once."""
    who = parts.tokens.read(token_of(request))
    found = await parts.store.read(partial(_look, who=who, name=_hash(name), now_ms=parts.clock()))
    if not found.may_read:
        raise Problem("photo_not_named")
    # The row alone is no photo: told 200, the phone lets go of what may be the only copy.
    if found.photo and await asyncio.to_thread(blobs.has_file, parts.store.folder, name):
        return _told(Told(hash=name, bytes=found.photo.bytes), 200)
    content = await read_body(request, MAX_BYTES, "too_large")
    await _keep(parts, who, name, content)
    return _told(Told(hash=name, bytes=len(content)), 201)


def _told(told: Told, status: int) -> Response[bytes]:
    return Response(msgspec.json.encode(told), status_code=status, media_type="application/json")


async def _keep(parts: Parts, who: Who, name: str, content: bytes) -> None:
    kind = _kind_of(content)
    if not kind:
        raise Problem("not_a_photo")
    if hashlib.sha256(content).hexdigest() != name:
        raise Problem("wrong_hash")
    await asyncio.to_thread(blobs.put_file, parts.store.folder, content)
    photo = Photo(hash=name, bytes=len(content), type=kind, by=who.person, at_ms=parts.clock())
    await parts.store.write(partial(blobs.add_photo, photo=photo))


@get("/photos/{name:str}", opt={"packed": True})
async def get_photo(
    request: Request[Any, Any, Any], parts: NamedDependency[Parts], name: FromPath[str]
) -> Response[bytes]:
    """A photo, for who may read a grid whose record shows it. "None" and "not yours" sound alike."""
    who = parts.tokens.read(token_of(request))
    found = await parts.store.read(partial(_look, who=who, name=_hash(name), now_ms=parts.clock()))
    if found.photo is None or not found.may_read:
        raise Problem("not_found")
    content = await asyncio.to_thread(blobs.get_file, parts.store.folder, name)
    if content is None:
        raise Problem("not_found")
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "Content-Security-Policy": "sandbox"}
    return Response(content, media_type=found.photo.type, headers=headers)


class _Found(msgspec.Struct, frozen=True):
    photo: Photo | None
    may_read: bool
    """A record of a grid that the asker may read now names it."""


def _look(conn: Conn, who: Who, name: str, now_ms: int) -> _Found:
    stands = standing(conn, who)
    shown_in = {record.grid for record in lists.records(conn, lists.naming(conn, name)).values()}
    may_read = any(stands.roles_now(grid, now_ms) for grid in shown_in)
    return _Found(blobs.photo_of(conn, name), may_read)


def _hash(name: str) -> str:
    if not _HASH.fullmatch(name):
        raise Problem("not_found")
    return name


def _kind_of(content: bytes) -> str:
    """The image type that the first bytes show; "" for anything else, whatever it calls itself."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC if content.startswith(magic)), "")


router = Router("/", route_handlers=[put_photo, get_photo])
