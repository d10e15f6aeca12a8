"""The routes of tus 1.0: an upload is begun, asked for, lengthened, ended. Every offset that is told is on disk."""

import asyncio
from collections.abc import Callable
from functools import partial
from secrets import token_hex
from typing import IO, Any

from litestar import Request, Response, Router, delete, head, patch, post, route
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from server.parts import Parts
from server.photos.keep import HASH, KINDS, MAX_BYTES, keep
from server.photos.remaker import Remaker
from server.photos.show import look
from server.photos.turns import Turn, Turns, pieces
from server.photos.tus import (
    DIGESTS,
    EXTENSIONS,
    PIECE_TYPE,
    VERSION,
    assert_version,
    checksum_of,
    metadata,
    moment,
    whole,
)
from server.problems import Problem
from server.store import blobs, uploads
from server.store.disk import Conn
from server.store.uploads import Upload
from server.who import Who, token_of

LIFE_MS = 30 * 24 * 3_600_000
"""How long an upload may rest before its bytes go; a phone in the hills comes down once a month."""
_RESTART = ("wrong_hash", "not_a_photo", "not_a_voice", "too_many_pixels", "photo_too_heavy")
"""What ends an upload: more of the same bytes would change nothing."""

Asked = Request[Any, Any, Any]


def speaking(app: ASGIApp) -> ASGIApp:
    """Puts the version on every answer of these routes, problems too."""

    async def spoken(scope: Scope, receive: Receive, send: Send) -> None:
        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"tus-resumable", VERSION.encode())]
            await send(message)

        await app(scope, receive, tell)

    return spoken


@route(["/uploads", "/uploads/{name:str}"], http_method=["OPTIONS"], status_code=204)
async def options() -> Response[None]:
    """What this server can do."""
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(MAX_BYTES),
        "Tus-Checksum-Algorithm": ",".join(DIGESTS),
    }
    return Response(None, status_code=204, headers=headers)


@post("/uploads", status_code=201)
async def begin(
    request: Asked, parts: NamedDependency[Parts], remaker: NamedDependency[Remaker], turns: NamedDependency[Turns]
) -> Response[None]:
    """Begins the upload of a file that a placed op names; what comes along is its first piece."""
    assert_version(request.headers)
    who = parts.tokens.read(token_of(request))
    upload, is_here = await _begun(request, parts, who)
    body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    async with turns.take(upload.id) as turn:
        if body and not is_here:
            offset = await _lengthen(request, parts, remaker, upload, turn, expected=0)
        else:
            offset = upload.bytes if is_here else 0
    headers = _told(offset, upload) | {"Location": f"/uploads/{upload.id}"}
    return Response(None, status_code=201, headers=headers)


async def _begun(request: Asked, parts: Parts, who: Who) -> tuple[Upload, bool]:
    """The upload, noted durably, and whether the file is here already."""
    size, said = whole(request.headers, "upload-length"), metadata(request.headers)
    name, kind, now_ms = said.get("sha256", ""), said.get("kind", ""), parts.clock()
    if not HASH.fullmatch(name) or kind not in KINDS:
        raise Problem("bad_request", "Upload-Metadata: sha256, 64 of 0-9a-f; kind, photo or voice")
    if size > MAX_BYTES:
        raise Problem("too_large", f"{MAX_BYTES} bytes", headers={"Tus-Max-Size": str(MAX_BYTES)})
    found = await parts.store.read(partial(look, who=who, name=name, now_ms=now_ms))
    if not found.may_bring:
        raise Problem("photo_not_named")
    # The row alone is no file: told that it is here, the phone lets go of what may be the only copy.
    is_here = found.photo is not None and await asyncio.to_thread(blobs.has_file, parts.store.folder, found.photo.kept)
    upload = Upload(
        id=token_hex(16),
        hash=name,
        kind=kind,
        bytes=found.photo.bytes if found.photo and is_here else size,
        by=who.person,
        device=who.device,
        made_ms=now_ms,
        expires_ms=now_ms + LIFE_MS,
        done_ms=now_ms if is_here else None,
    )
    await _swept(parts, partial(uploads.begin, upload=upload), now_ms)
    return upload, is_here


async def _swept(parts: Parts, begin: Callable[[Conn], list[str]], now_ms: int) -> None:
    """Begins, and lets go of what that ends and of what has run out."""

    def write(conn: Conn) -> list[str]:
        over = uploads.run_out(conn, now_ms)
        uploads.forget(conn, over)
        return [*over, *begin(conn)]

    ended = await parts.store.write(write)
    await asyncio.to_thread(uploads.drop, parts.store.folder, ended)


@head("/uploads/{name:str}")
async def ask(
    request: Asked,
    parts: NamedDependency[Parts],
    remaker: NamedDependency[Remaker],
    turns: NamedDependency[Turns],
    name: FromPath[str],
) -> Response[None]:
    """How much has come. That all of it has come is said only once the file is kept."""
    assert_version(request.headers)
    who = parts.tokens.read(token_of(request))
    async with turns.take(name):
        upload = await _mine(parts, who, name)
        offset = upload.bytes if upload.done_ms else await _settled(parts, remaker, upload)
    headers = _told(offset, upload) | {"Upload-Length": str(upload.bytes), "Cache-Control": "no-store"}
    return Response(None, headers=headers)


@patch("/uploads/{name:str}", status_code=204)
async def lengthen(
    request: Asked,
    parts: NamedDependency[Parts],
    remaker: NamedDependency[Remaker],
    turns: NamedDependency[Turns],
    name: FromPath[str],
) -> Response[None]:
    """Takes the next piece, at the offset that the sender names."""
    return await _patch(request, parts, remaker, turns, name)


async def _patch(request: Asked, parts: Parts, remaker: Remaker, turns: Turns, name: str) -> Response[None]:
    assert_version(request.headers)
    who = parts.tokens.read(token_of(request))
    expected = whole(request.headers, "upload-offset")
    async with turns.take(name) as turn:
        upload = await _mine(parts, who, name)
        if upload.done_ms:
            if expected != upload.bytes:
                raise Problem("wrong_offset", str(upload.bytes))
            offset = upload.bytes
        else:
            offset = await _lengthen(request, parts, remaker, upload, turn, expected=expected)
    return Response(None, status_code=204, headers=_told(offset, upload))


@delete("/uploads/{name:str}", status_code=204)
async def end(
    request: Asked, parts: NamedDependency[Parts], turns: NamedDependency[Turns], name: FromPath[str]
) -> None:
    """Ends an upload; what was kept of it already stays."""
    await _delete(request, parts, turns, name)


async def _delete(request: Asked, parts: Parts, turns: Turns, name: str) -> None:
    assert_version(request.headers)
    who = parts.tokens.read(token_of(request))
    async with turns.take(name):
        await _mine(parts, who, name)
        await _ended(parts, name)


@post("/uploads/{name:str}", status_code=204)
async def overridden(
    request: Asked,
    parts: NamedDependency[Parts],
    remaker: NamedDependency[Remaker],
    turns: NamedDependency[Turns],
    name: FromPath[str],
) -> Response[None]:
    """PATCH and DELETE for those whose network lets only POST pass."""
    method = request.headers.get("x-http-method-override", "").upper()
    if method == "PATCH":
        return await _patch(request, parts, remaker, turns, name)
    if method != "DELETE":
        raise Problem("method_not_allowed")
    await _delete(request, parts, turns, name)
    return Response(None, status_code=204)


async def _mine(parts: Parts, who: Who, name: str) -> Upload:
    """The asker's own upload; another's sounds like none."""
    upload = await parts.store.read(partial(uploads.upload_of, name=name))
    if upload is None or upload.by != who.person:
        raise Problem("not_found")
    if upload.expires_ms <= parts.clock():
        raise Problem("upload_gone")
    return upload


async def _lengthen(
    request: Asked, parts: Parts, remaker: Remaker, upload: Upload, turn: Turn, *, expected: int
) -> int:
    """Adds what comes, if it begins where the file ends. Answers the offset, durable."""
    if request.headers.get("content-type", "").split(";")[0].strip() != PIECE_TYPE:
        raise Problem("not_a_piece", PIECE_TYPE)
    room, checksum = upload.bytes - expected, checksum_of(request.headers)
    announced = request.headers.get("content-length")
    if announced is not None and announced.isdigit() and int(announced) > room:
        raise Problem("too_large", f"{room} bytes are missing")

    async def add(file: IO[bytes]) -> None:
        here = await asyncio.to_thread(uploads.settle, file)
        if here != expected:
            raise Problem("wrong_offset", str(here))
        held: list[bytes] = []
        left = room
        async for piece in pieces(request, turn):
            left -= len(piece)
            if left < 0:
                raise Problem("too_large", f"{room} bytes are missing")
            held.append(piece)
            if checksum is None:
                await asyncio.to_thread(uploads.append, file, held.pop())
        if checksum and held:
            content = b"".join(held)
            # What was cut off cannot fit either: it is not taken, and comes again.
            if not checksum.fits(content):
                raise Problem("wrong_checksum")
            await asyncio.to_thread(uploads.append, file, content)

    return await _at_disk(parts, remaker, upload, add)


async def _settled(parts: Parts, remaker: Remaker, upload: Upload) -> int:
    """How much has come, durable; a file that is whole is kept first, as when the server was ended just before."""

    async def nothing(_file: IO[bytes]) -> None:
        return

    return await _at_disk(parts, remaker, upload, nothing)


async def _at_disk(parts: Parts, remaker: Remaker, upload: Upload, work: Callable[[IO[bytes]], Any]) -> int:
    """Works on the bytes that have come, and keeps the file once it is whole."""
    try:
        with uploads.part(parts.store.folder, upload.id) as file:
            await work(file)
            offset = await asyncio.to_thread(uploads.settle, file)
            if offset == upload.bytes:
                await keep(parts, remaker, upload, await asyncio.to_thread(uploads.whole, file))
            return offset
    except uploads.Held as fault:
        raise Problem("upload_busy", retry_after_s=2) from fault
    except uploads.NoRoom as fault:
        raise Problem("store_broken", retry_after_s=60) from fault
    except Problem as problem:
        if problem.why in _RESTART:
            await _ended(parts, upload.id)
        raise


async def _ended(parts: Parts, name: str) -> None:
    await parts.store.write(lambda conn: uploads.forget(conn, [name]))
    await asyncio.to_thread(uploads.drop, parts.store.folder, [name])


def _told(offset: int, upload: Upload) -> dict[str, str]:
    return {"Upload-Offset": str(offset), "Upload-Expires": moment(upload.expires_ms)}


router = Router("/", route_handlers=[options, begin, ask, lengthen, end, overridden], middleware=[speaking])
