"""Which packing an answer may travel in, as its asker says, and the packing itself. What is worth packing is asked elsewhere."""

import asyncio
import gzip
import importlib
from typing import Any, Protocol, cast

import zstandard
from litestar import Request
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send


class _Brotli(Protocol):
    """What we use of brotli, which says nothing of its types."""

    def compress(self, string: bytes, /, *, quality: int) -> bytes: ...

    def decompress(self, string: bytes, /) -> bytes: ...


brotli = cast("_Brotli", importlib.import_module("brotli"))
LEVEL_ZSTD, LEVEL_GZIP, LEVEL_BROTLI, LEVEL_RUSH, LEVEL_ONCE = 3, 6, 5, 4, 9
"""Measured on a page of a grid's log: brotli 5 makes a tenth less of it than zstd 9 or gzip 6, in less time than these; brotli 4
makes 8 % more of it than 5, in less than half its time."""
MOST_AT_ONCE = 4
"""When more answers than these are being packed, a phone waits longer for the processor than for the bytes on its line."""
LIVE = ("br", "zstd", "gzip")
"""For what is made for one asker, best first."""
FROM_BYTES = 500
"""What is smaller hardly shrinks."""
IN_THREAD_BYTES = 64 * 1024
"""From here on packing would hold up the others."""


def chosen(request: Request[Any, Any, Any], offered: tuple[str, ...]) -> str:
    """The asker's dearest of these, of equal ones the first; "" when it takes none. What has `q=0` it does not take."""
    weights = dict(_weight(one) for one in request.headers.get("accept-encoding", "").lower().split(",") if one.strip())
    found = [(weights.get(name, weights.get("*", 0.0)), -number, name) for number, name in enumerate(offered)]
    best, _, name = max(found)
    return name if best > 0 else ""


def _weight(part: str) -> tuple[str, float]:
    name, *params = (one.strip() for one in part.split(";"))
    told = [one[2:].strip() for one in params if one.startswith("q=")]
    try:
        return name, float(told[0]) if told else 1.0
    except ValueError:
        return name, 0.0


def pack(body: bytes, encoding: str, brotli_level: int = LEVEL_BROTLI) -> bytes:
    """The bytes in this packing; "" leaves them."""
    if encoding == "zstd":
        return zstandard.ZstdCompressor(level=LEVEL_ZSTD).compress(body)
    if encoding == "br":
        return brotli.compress(body, quality=brotli_level)
    return gzip.compress(body, LEVEL_GZIP, mtime=0) if encoding == "gzip" else body


class _Packers:
    """How many answers are being packed in threads now."""

    def __init__(self) -> None:
        self._busy = 0

    async def pack(self, body: bytes, encoding: str) -> bytes:
        level = LEVEL_RUSH if self._busy >= MOST_AT_ONCE else LEVEL_BROTLI
        self._busy += 1
        try:
            return await asyncio.to_thread(pack, body, encoding, level)
        finally:
            self._busy -= 1


_packers = _Packers()


async def pack_live(request: Request[Any, Any, Any], body: bytes) -> tuple[bytes, dict[str, str]]:
    """A body made for this request, packed if that is worth it, and the headers that say so."""
    encoding = chosen(request, LIVE) if len(body) >= FROM_BYTES else ""
    in_thread = encoding and len(body) >= IN_THREAD_BYTES
    packed = await _packers.pack(body, encoding) if in_thread else pack(body, encoding)
    return packed, {"Vary": "Accept-Encoding"} | ({"Content-Encoding": encoding} if encoding else {})


class Packing(ASGIMiddleware):
    """Packs every answer that was made whole for its asker; routes that pack, or must not, say `packed`."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = "packed"

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """The start of an answer waits for its body: only then is it known how long it is."""
        request: Request[Any, Any, Any] = Request(scope)
        held: list[HTTPResponseStartEvent] = []

        async def packing(message: Message) -> None:
            if message["type"] == "http.response.start":
                held.append(message)
                return
            if message["type"] == "http.response.body" and held:
                start = held.pop()
                if not message["more_body"] and message["body"]:
                    message["body"] = await _packed(request, start, message["body"])
                await send(start)
            await send(message)

        await next_app(scope, receive, packing)


async def _packed(request: Request[Any, Any, Any], start: HTTPResponseStartEvent, body: bytes) -> bytes:
    headers = MutableScopeHeaders.from_message(start)
    if "content-encoding" in headers:
        return body
    packed, said = await pack_live(request, body)
    for name, value in said.items():
        headers[name] = value
    headers["Content-Length"] = str(len(packed))
    return packed
