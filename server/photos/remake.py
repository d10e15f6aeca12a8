"""Makes photos anew in a process of its own: a script that is handed one after the other, and forks for each.

In: 4 bytes of length, the bytes. Out: 1 byte of outcome (a media type's, or a refusal's), 4 bytes of length, the bytes.
"""

import contextlib
import io
import os
import resource
import signal
import sys
from typing import BinaryIO

from PIL import Image, ImageOps
from PIL.Image import open as opened

MAX_PIXELS = 40_000_000
DRAWING_PIXELS = 4_000_000
MEMORY_BYTES = 1 << 30
CPU_S = 10
WALL_S = 15
NICENESS = 5
"""What people said goes before what they saw: photos take the processor that exchanges leave."""
MAX_MADE_BYTES = 16 * 1024 * 1024

JPEG, WEBP, NO_PHOTO, TOO_MANY_PIXELS, TOO_HEAVY = b"J", b"W", b"n", b"p", b"h"


def remake(content: bytes) -> tuple[bytes, bytes]:
    """Outcome and bytes: the picture alone, upright, without whatever else lay in the file. Raises what Pillow raises."""
    with opened(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            return TOO_MANY_PIXELS, b""
        kind = picture.format
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        is_clear = upright.has_transparency_data
        plain = upright.convert("RGBA" if is_clear else "RGB")
    plain.info.clear()
    try:
        return _written(plain, kind)
    except (OSError, ValueError):
        # It was read: so it is a photo, and too much for what this process may have.
        return TOO_HEAVY, b""


def _written(plain: Image.Image, kind: str | None) -> tuple[bytes, bytes]:
    made = io.BytesIO()
    if kind == "JPEG":
        plain.save(made, "JPEG", quality=80, optimize=True)
        return JPEG, made.getvalue()
    # A drawing, such as a signature, keeps its lines.
    is_drawing = kind == "PNG" and plain.width * plain.height <= DRAWING_PIXELS
    plain.save(made, "WEBP", lossless=is_drawing, quality=80, method=4)
    return WEBP, made.getvalue()


def _bound() -> None:
    """From here on this process can waste little, and write nothing."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    signal.alarm(WALL_S)


def _one(content: bytes, out: BinaryIO) -> None:
    try:
        outcome, made = remake(content)
    except MemoryError:
        outcome, made = TOO_HEAVY, b""
    except Exception:  # noqa: BLE001 - whatever a decoder says of bytes that it cannot read
        outcome, made = NO_PHOTO, b""
    out.write(outcome + made)
    out.flush()


def _apart(content: bytes) -> bytes:
    """The same in a child that may be killed for it; what it says is its outcome and the bytes."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.close(reading)
            _bound()
            with os.fdopen(writing, "wb") as out:
                _one(content, out)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        said = told.read(MAX_MADE_BYTES + 2)
    os.waitpid(child, 0)
    return said if 0 < len(said) <= MAX_MADE_BYTES + 1 else TOO_HEAVY


def main() -> None:
    """Serves until nobody asks any more."""
    os.nice(NICENESS)
    # The limits above bound memory; Pillow's own limit would only warn.
    Image.MAX_IMAGE_PIXELS = None
    Image.preinit()
    while len(head := sys.stdin.buffer.read(4)) == 4:
        content = sys.stdin.buffer.read(int.from_bytes(head))
        said = _apart(content)
        sys.stdout.buffer.write(said[:1] + (len(said) - 1).to_bytes(4) + said[1:])
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
