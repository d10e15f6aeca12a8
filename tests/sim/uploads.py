"""Files on their way into a history's server: the real store, the real rights, and the door's steps without its sockets and threads."""

import hashlib
from dataclasses import dataclass, field
from functools import partial

import msgspec

from server.photos import show
from server.photos.door import LIFE_MS
from server.problems import Problem
from server.store import blobs, uploads
from server.store.blobs import Photo
from server.store.disk import Conn
from server.store.uploads import Upload
from server.who import Who


class Piece(msgspec.Struct, frozen=True):
    """A request of tus 1.0: `POST` begins a file, `HEAD` asks how much has come, `PATCH` lengthens it."""

    method: str
    name: str
    """The upload's; the file's hash where it begins."""
    offset: int = 0
    """The length of the whole where it begins."""
    content: bytes = b""


class Come(msgspec.Struct, frozen=True):
    """How far an upload has come."""

    name: str
    offset: int


@dataclass
class Files:
    """What lies on the server's disk beside its rows, each step of it durable: no transaction takes it back."""

    parts: dict[str, bytes] = field(default_factory=dict[str, bytes])
    whole: dict[str, bytes] = field(default_factory=dict[str, bytes])
    begun: list[str] = field(default_factory=list[str])
    """Every upload there ever was: a backup may be older than the restore before, and know one that ended then."""

    def restored(self, conn: Conn) -> None:
        """A backup holds the files that its rows speak of, and no upload under way."""
        uploads.forget(conn, self.begun)
        self.parts = {}
        self.whole = {name: content for name, content in self.whole.items() if blobs.photo_of(conn, name)}


def serve(conn: Conn, files: Files, who: Who, piece: Piece, now_ms: int) -> Come | Problem:
    """One step. It may run twice, and what it laid on the disk stays when its transaction does not."""
    try:
        if piece.method == "POST":
            return _begin(conn, files, who, piece, now_ms)
        upload = uploads.upload_of(conn, piece.name)
        if upload is None or upload.by != who.person:
            return Problem("not_found")
        if upload.done_ms:
            return Come(upload.id, upload.bytes)
        if piece.method == "PATCH":
            add(files, upload.id, piece)
        return _settle(conn, files, upload, now_ms)
    except Problem as problem:
        return problem


def _begin(conn: Conn, files: Files, who: Who, piece: Piece, now_ms: int) -> Come:
    found = show.look(conn, who, piece.name, now_ms)
    if not found.may_bring:
        raise Problem("photo_not_named")
    is_here = found.photo is not None and found.photo.kept in files.whole
    name = f"{who.device}{len(files.begun)}"
    files.begun.append(name)
    upload = Upload(
        id=name,
        hash=piece.name,
        kind="voice",
        bytes=piece.offset,
        by=who.person,
        device=who.device,
        made_ms=now_ms,
        expires_ms=now_ms + LIFE_MS,
        done_ms=now_ms if is_here else None,
    )
    files.parts[name] = b""
    uploads.begin(conn, upload)
    return Come(name, piece.offset if is_here else 0)


def add(files: Files, name: str, piece: Piece) -> None:
    """Lengthens what has come, if the piece begins where it ends."""
    if len(files.parts[name]) != piece.offset:
        raise Problem("wrong_offset")
    files.parts[name] += piece.content


def _settle(conn: Conn, files: Files, upload: Upload, now_ms: int) -> Come:
    content = files.parts[upload.id]
    if len(content) >= upload.bytes:
        keep(conn, files, upload, content, now_ms)
    return Come(upload.id, len(content))


def keep(conn: Conn, files: Files, upload: Upload, content: bytes, now_ms: int) -> None:
    """Keeps a whole file: first its bytes, then the row that says so."""
    if hash_of(content) != upload.hash:
        uploads.forget(conn, [upload.id])
        raise Problem("wrong_hash")
    files.whole[upload.hash] = content
    note(conn, upload, content, now_ms)


def hash_of(content: bytes) -> str:
    """The name of a file."""
    return hashlib.sha256(content).hexdigest()


def note(conn: Conn, upload: Upload, content: bytes, now_ms: int) -> None:
    """The row that says that a file is here, and the end of its upload."""
    name, size = upload.hash, len(content)
    blobs.add_photo(
        conn,
        Photo(
            hash=name,
            bytes=size,
            kind="voice",
            type="audio/ogg",
            kept=name,
            kept_bytes=size,
            by=upload.by,
            at_ms=now_ms,
        ),
    )
    uploads.finish(conn, upload.id, now_ms)


def task_of(files: Files, who: Who, body: bytes, now_ms: int) -> "partial[Come | Problem]":
    """A request as a transaction's body."""
    return partial(serve, files=files, who=who, piece=msgspec.json.decode(body, type=Piece), now_ms=now_ms)
