"""What tus 1.0 says in its headers, read and written. Nothing is stored or sent here."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

import msgspec

from server.problems import Problem

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
PIECE_TYPE = "application/offset+octet-stream"
DIGESTS = ("sha1", "sha256")
"""Of these a piece's checksum may be. The whole is known by its SHA-256 in any case."""


class Checksum(msgspec.Struct, frozen=True):
    """What a piece must add up to."""

    name: str
    digest: bytes

    def fits(self, piece: bytes) -> bool:
        """Whether it does. Against accidents only: the hash of the whole is what counts."""
        return hashlib.new(self.name, piece, usedforsecurity=False).digest() == self.digest


def assert_version(headers: Mapping[str, str]) -> None:
    """Refuses to talk with a client that speaks another tus."""
    if headers.get("tus-resumable") != VERSION:
        raise Problem("wrong_tus", f"Tus-Resumable: {VERSION}", headers={"Tus-Version": VERSION})


def whole(headers: Mapping[str, str], name: str) -> int:
    """A header that must be a whole number, not negative."""
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Problem("bad_request", f"{name} must be a whole number")
    return int(text)


def metadata(headers: Mapping[str, str]) -> dict[str, str]:
    """`name base64,name base64`; a name alone has an empty value."""
    found: dict[str, str] = {}
    for pair in headers.get("upload-metadata", "").split(","):
        name, _, value = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as fault:
            raise Problem("bad_request", f"Upload-Metadata: {name[:40]} is not text in base64") from fault
    return found


def checksum_of(headers: Mapping[str, str]) -> Checksum | None:
    """What the piece must add up to, if its sender says so."""
    said = headers.get("upload-checksum")
    if said is None:
        return None
    name, _, value = said.partition(" ")
    if name not in DIGESTS:
        raise Problem("bad_request", f"Upload-Checksum: one of {', '.join(DIGESTS)}")
    try:
        return Checksum(name, base64.b64decode(value.strip(), validate=True))
    except binascii.Error as fault:
        raise Problem("bad_request", "Upload-Checksum is not base64") from fault


def moment(ms: int) -> str:
    """A moment as HTTP writes it."""
    return format_datetime(datetime.fromtimestamp(ms / 1000, UTC), usegmt=True)
