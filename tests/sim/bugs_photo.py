"""Bugs planted into how photos come in and are shown. See `bugs`."""

from collections.abc import Callable

import msgspec
import pytest

from server.photos import show
from server.photos.show import Found
from server.store.disk import Conn
from server.store.uploads import Upload
from server.who import Who
from tests.sim import uploads
from tests.sim.album import Album
from tests.sim.inside import inside
from tests.sim.uploads import Files, Piece


def photo_let_go_when_sent(patch: pytest.MonkeyPatch) -> None:
    """A phone lets go of a photo once it has sent the last piece, heard or not."""

    def ask(self: Album, token: str, piece: Piece, name: str) -> None:
        right(self, token, piece, name)
        if piece.method == "PATCH" and piece.offset + len(piece.content) == len(self.waiting[name]):
            del self.waiting[name]
            self.asking = 0

    right = inside(Album, "_ask")
    patch.setattr(Album, "_ask", ask)


def photo_dropped_before_its_op(patch: pytest.MonkeyPatch) -> None:
    """A phone takes "no op names it" for a last word, when its op is only late."""

    def heard(self: Album, token: str, piece: Piece, name: str, status: int, body: bytes) -> None:
        if body == b"photo_not_named":
            del self.waiting[name]
        else:
            right(self, token, piece, name, status, body)

    right = Album.heard
    patch.setattr(Album, "heard", heard)


def piece_goes_on_anywhere(patch: pytest.MonkeyPatch) -> None:
    """The server lengthens a photo by whatever comes, wherever it begins, and does not look at the hash of the whole."""

    def add(files: Files, name: str, piece: Piece) -> None:
        files.parts[name] += piece.content

    def keep(conn: Conn, files: Files, upload: Upload, content: bytes, now_ms: int) -> None:
        files.whole[upload.hash] = content
        uploads.note(conn, upload, content, now_ms)

    patch.setattr(uploads, "add", add)
    patch.setattr(uploads, "keep", keep)


def _looking(patch: pytest.MonkeyPatch, change: Callable[[Found], Found]) -> None:
    def look(conn: Conn, who: Who, name: str, now_ms: int) -> Found:
        return change(right(conn, who, name, now_ms))

    right = show.look
    patch.setattr(show, "look", look)


def any_photo_is_taken(patch: pytest.MonkeyPatch) -> None:
    """A photo needs no op that names it."""
    _looking(patch, lambda found: msgspec.structs.replace(found, may_bring=True))


def hash_opens_the_photo(patch: pytest.MonkeyPatch) -> None:
    """Whoever knows a photo's hash may read it."""
    _looking(patch, lambda found: msgspec.structs.replace(found, may_read=found.photo is not None))
