"""What becomes of a file that has come whole: looked at, made anew if it is a photo, laid down, and only then said to be here."""

import asyncio
import hashlib
import re

import msgspec

from server.parts import Parts
from server.photos.remaker import Remaker
from server.problems import Problem
from server.store import blobs, uploads
from server.store.blobs import Photo
from server.store.disk import Conn
from server.store.uploads import Upload

MAX_BYTES = 8 * 1024 * 1024
HASH = re.compile(r"[0-9a-f]{64}")
KINDS = ("photo", "voice")

_PHOTO_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def is_photo(content: bytes) -> bool:
    """Whether the first bytes are a JPEG's, a PNG's or a WebP's, whatever the file calls itself."""
    return content.startswith(_PHOTO_MAGIC) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")


def voice_type(content: bytes) -> str:
    """The media type that the first bytes show; "" for what is no voice."""
    if content.startswith(b"\x1aE\xdf\xa3") and b"webm" in content[:64]:
        return "audio/webm"
    if content[4:8] == b"ftyp":
        return "audio/mp4"
    return "audio/ogg" if content.startswith(b"OggS") else ""


class _Made(msgspec.Struct, frozen=True):
    type: str
    content: bytes


async def keep(parts: Parts, remaker: Remaker, upload: Upload, content: bytes) -> None:
    """Keeps a whole file and ends its upload, durable. Raises a Problem when it is not what it was said to be."""
    if hashlib.sha256(content).hexdigest() != upload.hash:
        raise Problem("wrong_hash")
    made = await _made(remaker, upload.kind, content)
    kept = await asyncio.to_thread(blobs.put_file, parts.store.folder, made.content)
    now_ms = parts.clock()
    photo = Photo(
        hash=upload.hash,
        bytes=len(content),
        kind=upload.kind,
        type=made.type,
        kept=kept,
        kept_bytes=len(made.content),
        by=upload.by,
        at_ms=now_ms,
    )

    def write(conn: Conn) -> None:
        blobs.add_photo(conn, photo)
        uploads.finish(conn, upload.id, now_ms)

    await parts.store.write(write)
    await asyncio.to_thread(uploads.drop, parts.store.folder, [upload.id])


async def _made(remaker: Remaker, kind: str, content: bytes) -> _Made:
    if kind == "voice":
        # As it was spoken: no second coding, which would cost words, and is served as nothing but a sound.
        voice = voice_type(content)
        if not voice:
            raise Problem("not_a_voice")
        return _Made(voice, content)
    if not is_photo(content):
        raise Problem("not_a_photo")
    remade = await remaker.remake(content)
    return _Made(remade.type, remade.content)
