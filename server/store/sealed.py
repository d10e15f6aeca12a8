"""Files that whoever writes them cannot read: sealed to a public key in pieces, opened by its secret half. Knows nothing of what they hold.

A sealed file: `MAGIC`, the 32 bytes of a public key made for this file alone, then pieces of 65,536 bytes (the last one shorter), each with
its 16 bytes of tag. Their key comes by HKDF-SHA256 of the X25519 secret; a piece's nonce is its number and whether it is the last one, so
none can be changed, left out, moved or cut off. It is how age seals what it carries, made of the library that is here anyway.
"""

import base64
import binascii
import io
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.store.archive import Unfit
from server.store.blobs import sync_folder

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

MAGIC = b"sulaiban sealed 1\n"
PIECE = 65_536
TAG = 16
KEY = 32


def new_key(path: Path) -> str:
    """Lays a new secret key into a new file that its owner alone may read. The answer is the public half, as `--seal-to` takes it."""
    secret = _fresh()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(_text(secret.private_bytes_raw()).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.absolute().parent)
    return _text(secret.public_key().public_bytes_raw())


def _fresh() -> X25519PrivateKey:
    """A key whose public half does not begin with "-": a command line would take it for an option, one time in 64."""
    while True:
        key = X25519PrivateKey.generate()
        if not _text(key.public_key().public_bytes_raw()).startswith("-"):
            return key


def read_key(path: Path) -> X25519PrivateKey:
    """The secret key of such a file. Raises Unfit or OSError."""
    with path.open("rb") as file:
        return X25519PrivateKey.from_private_bytes(_raw(file.read(200).decode("ascii", "replace"), f"{path}"))


def public_key(text: str) -> X25519PublicKey:
    """The key that somebody typed. Raises Unfit."""
    return X25519PublicKey.from_public_bytes(_raw(text, "what --seal-to names"))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(text: str, what: str) -> bytes:
    try:
        raw = base64.b64decode(text.strip() + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY:
        raise Unfit(f"No key: {what} should be the 43 characters that `sulaiban backupkey FILE` made.")
    return raw


def is_sealed(source: IO[bytes]) -> bool:
    """Whether a file that can be wound back begins as a sealed one."""
    begins = source.read(len(MAGIC))
    source.seek(0)
    return begins == MAGIC


def _cipher(shared: bytes, ours: bytes, theirs: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), KEY, salt=ours + theirs, info=MAGIC).derive(shared))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


class Sealing(io.RawIOBase):
    """Seals what is written, into `out`, which stays open. Whole only once it is closed."""

    def __init__(self, out: IO[bytes], to: X25519PublicKey) -> None:
        """Begins the file by a key of its own."""
        once = X25519PrivateKey.generate()
        ours = once.public_key().public_bytes_raw()
        self.cipher = _cipher(once.exchange(to), ours, to.public_bytes_raw())
        """By it the writer can read back what was written, as long as it runs."""
        self._out = out
        self._held = bytearray()
        self._number = 0
        out.write(MAGIC + ours)

    def writable(self) -> bool:
        """It is for nothing else."""
        return True

    def write(self, data: "ReadableBuffer", /) -> int:
        """Takes all of it; a full piece goes out once it is known not to be the last."""
        content = bytes(data)
        self._held += content
        while len(self._held) > PIECE:
            self._put(bytes(self._held[:PIECE]), is_last=False)
            del self._held[:PIECE]
        return len(content)

    def _put(self, piece: bytes, *, is_last: bool) -> None:
        self._out.write(self.cipher.encrypt(_nonce(self._number, is_last=is_last), piece, None))
        self._number += 1

    def close(self) -> None:
        """Seals what is left as the last piece."""
        if not self.closed:
            self._put(bytes(self._held), is_last=True)
        super().close()


class Opening(io.RawIOBase):
    """Reads what was sealed, from `source`, which stays open. Raises Unfit at the first piece that is not what was written."""

    def __init__(self, source: IO[bytes], key: X25519PrivateKey | ChaCha20Poly1305) -> None:
        """`key` is the secret half, or the cipher of whoever has just written it."""
        begins = source.read(len(MAGIC) + KEY)
        if len(begins) < len(MAGIC) + KEY or not begins.startswith(MAGIC):
            raise Unfit("It is not sealed, or was cut off in its first bytes.")
        self.cipher = key if isinstance(key, ChaCha20Poly1305) else _opened(key, begins[len(MAGIC) :])
        self._source = source
        self._ahead = source.read(PIECE + TAG)
        if not self._ahead:
            raise Unfit("It was cut off behind its first bytes.")
        self._number = 0
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """It is for nothing else."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Some of what comes next; 0 at the end."""
        if not self._left and self._ahead:
            self._left = memoryview(self._piece())
        into = memoryview(buffer).cast("B")
        count = min(len(into), len(self._left))
        into[:count], self._left = self._left[:count], self._left[count:]
        return count

    def _piece(self) -> bytes:
        piece, self._ahead = self._ahead, self._source.read(PIECE + TAG)
        try:
            opened = self.cipher.decrypt(_nonce(self._number, is_last=not self._ahead), piece, None)
        except InvalidTag as fault:
            where = (
                "its first piece: this is not its key, or it was changed"
                if self._number == 0
                else "its middle: it was changed or cut off"
            )
            raise Unfit(f"It cannot be opened from {where}.") from fault
        self._number += 1
        return opened


def _opened(key: X25519PrivateKey, theirs: bytes) -> ChaCha20Poly1305:
    try:
        shared = key.exchange(X25519PublicKey.from_public_bytes(theirs))
    except ValueError as fault:
        raise Unfit("It cannot be opened: the key in its first bytes is none.") from fault
    return _cipher(shared, theirs, key.public_key().public_bytes_raw())
