"""The built apps, read from disk and packed once. Which address shows which file is not here."""

import hashlib
import importlib
import mimetypes
from pathlib import Path
from typing import Protocol, cast

import msgspec


class _Packer(Protocol):
    """What we use of brotli, which says nothing of its types."""

    def compress(self, string: bytes, /) -> bytes: ...


_brotli = cast("_Packer", importlib.import_module("brotli"))
_TEXTS = (".html", ".js", ".css", ".svg", ".json", ".webmanifest", ".txt")


class File(msgspec.Struct, frozen=True):
    """One built file, plain and packed; packed is empty when packing does not pay."""

    plain: bytes
    packed: bytes
    etag: str
    type: str
    changed_ns: int


class Apps:
    """The built apps in memory, read again when a file on disk has changed."""

    def __init__(self, root: Path) -> None:
        """`root` holds `phone/`, `desk/`, `resident/`."""
        self._root = root
        self._files: dict[Path, File] = {}

    def find(self, app: str, name: str) -> File | None:
        """A built file; None when there is none of this name inside the app."""
        home = (self._root / app).resolve()
        path = (home / name.lstrip("/")).resolve()
        if not path.is_relative_to(home) or not path.is_file() or any(part.startswith(".") for part in path.parts):
            return None
        changed_ns = path.stat().st_mtime_ns
        known = self._files.get(path)
        if known is None or known.changed_ns != changed_ns:
            known = self._files[path] = _read(path, changed_ns)
        return known


def _read(path: Path, changed_ns: int) -> File:
    plain = path.read_bytes()
    packed = _brotli.compress(plain) if path.suffix in _TEXTS and len(plain) > 500 else b""
    kind = "application/manifest+json" if path.suffix == ".webmanifest" else mimetypes.guess_type(path.name)[0]
    return File(
        plain=plain,
        packed=packed if len(packed) < len(plain) else b"",
        etag=f'"{hashlib.sha256(plain).hexdigest()[:20]}"',
        type=kind or "application/octet-stream",
        changed_ns=changed_ns,
    )
