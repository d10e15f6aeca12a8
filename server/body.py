"""The bytes of a request, under a limit, unpacked if they came packed. What they say is read elsewhere."""

import zlib
from typing import Any, TypeVar

import msgspec
from litestar import Request

from server.problems import Problem

T = TypeVar("T")

_GZIP = 16 + zlib.MAX_WBITS
SMALL = 16 * 1024
"""Enough for every body but an exchange's and a photo's."""


async def read_body(request: Request[Any, Any, Any], limit: int, too_large: str = "ask_too_large") -> bytes:
    """The body, unpacked. Raises a Problem once it is, packed or not, larger than `limit` bytes."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("gzip", "identity"):
        raise Problem("unknown_encoding", encoding[:20])
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise Problem(too_large, f"{limit} bytes")
        parts.append(part)
    body = b"".join(parts)
    return _unpack(body, limit, too_large) if encoding == "gzip" else body


def _unpack(body: bytes, limit: int, too_large: str) -> bytes:
    """At most `limit` bytes ever exist, whatever the packed ones claim."""
    unpacker = zlib.decompressobj(_GZIP)
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error as fault:
        raise Problem("ask_not_readable", "gzip") from fault
    if len(plain) > limit or unpacker.unconsumed_tail:
        raise Problem(too_large, f"{limit} bytes")
    if not unpacker.eof:
        raise Problem("ask_not_readable", "gzip ends early")
    return plain


async def read_json(request: Request[Any, Any, Any], shape: type[T]) -> T:
    """A small JSON body of this shape; an empty body counts as `{}`."""
    body = await read_body(request, SMALL)
    try:
        return msgspec.json.decode(body or b"{}", type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Problem("bad_request", str(fault)[:200]) from fault
