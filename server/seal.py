"""The server's own word: it signs receipts for people, and marks what it gives out so that it knows it again. Judges no op."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from itertools import islice

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from server.store.disk import Conn
from server.store.meta import Meta, read_meta, renew_seed
from sync import receipt as forms
from sync.op import op_hash
from sync.sight import is_as_written
from sync.wire import Changes, Placed, Receipt, shortened

MARK_BYTES = 9
"""72 bits, which no packing makes smaller: a mark can only be tried at the server itself, one request a try."""
MARKS = 10_000
"""So many marked changes are remembered: some ten MiB."""
_KEY_ID = 16
"""Characters of a key's id: the beginning of the SHA-256 of its 32 bytes."""


class Key(msgspec.Struct, frozen=True):
    """A public key that checks receipts."""

    id: str
    public: str
    """The 32 bytes of an Ed25519 public key, base64url without padding."""


class Signed(msgspec.Struct, frozen=True):
    """Receipts with their marks, and the one signature over them."""

    receipts: list[Receipt]
    key: str = ""
    signature: str = ""


class Seal:
    """Holds the secrets of one store."""

    def __init__(self, seed: bytes, mark_key: bytes, former: Sequence[bytes] = ()) -> None:
        """`seed` makes the key that signs; `former` are the public keys that signed before it."""
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._mark_key = mark_key
        # A text names its grid, so no two logs share a change.
        self._marks: dict[Placed, tuple[str, Placed]] = {}
        self.public = self._private.public_key().public_bytes_raw()
        """The 32 bytes of the key that checks what is signed now."""
        self.key = key_of(self.public)
        self.keys = [self.key, *map(key_of, former)]
        """Every key whose receipts hold, the present one first."""

    def sign(self, device: str, epoch: str, receipts: Sequence[Receipt]) -> Signed:
        """Receipts as a Reply carries them: each with its mark, all under one signature."""
        marked = self.marked(device, receipts)
        if not marked:
            return Signed(marked)
        root = forms.root_of([forms.receipt_text(device, epoch, one) for one in marked])
        return Signed(marked, self.key.id, _written(self._private.sign(forms.signed_text(root).encode())))

    def marked(self, device: str, receipts: Sequence[Receipt]) -> list[Receipt]:
        """Receipts with their marks, under no signature."""
        return [self._marked(device, one) for one in receipts]

    def _marked(self, device: str, receipt: Receipt) -> Receipt:
        # It says nothing of the number it bears: that one is another op's.
        if receipt.why == "same_identity_other_bytes":
            return receipt
        return msgspec.structs.replace(receipt, mark=self.mark(forms.fate_text(device, receipt)))

    def mark_changes(self, changes: Mapping[str, Changes]) -> dict[str, Changes]:
        """Changes as a Reply carries them, short and each with its mark."""
        return {grid: Changes(ops=self._marked_log(grid, many.ops), head=many.head) for grid, many in changes.items()}

    def _marked_log(self, grid: str, ops: Sequence[Placed]) -> list[Placed]:
        marked = [self._marks.get(one) or self._marked_change(grid, one) for one in ops]
        return shortened([one for _, one in marked], [its_hash for its_hash, _ in marked])

    def _marked_change(self, grid: str, placed: Placed) -> tuple[str, Placed]:
        if not is_as_written(placed.text):
            return "", placed
        its_hash = op_hash(placed.text)
        mark = self.mark(forms.change_text(grid, placed, its_hash))
        told = Placed(placed.place, placed.placed_ms, placed.credited_ms, placed.role, placed.text, mark)
        self._remember(placed, (its_hash, told))
        return its_hash, told

    def _remember(self, placed: Placed, told: tuple[str, Placed]) -> None:
        """Whoever shares a grid asks for the same changes; the oldest half of what is remembered goes when there is no room."""
        if len(self._marks) >= MARKS:
            for one in list(islice(self._marks, MARKS // 2)):
                del self._marks[one]
        self._marks[placed] = told

    def mark(self, text: str) -> str:
        """What only this store can make of a text; every server over it makes the same."""
        return _written(hmac.digest(self._mark_key, text.encode(), "sha256")[:MARK_BYTES])

    def knows(self, text: str, mark: str) -> bool:
        """Whether this store made that mark of this text."""
        return hmac.compare_digest(self.mark(text).encode(), mark.encode())


def device_text(device: str, person: str) -> str:
    """What is marked of a device that a person entered on."""
    return f"sulaiban device 1\n{device}\n{person}\n"


def seal_of(meta: Meta) -> Seal:
    """The seal of a store."""
    return Seal(meta.sign_seed, meta.mark_key, meta.former_keys)


def renew(conn: Conn) -> str:
    """Makes another key the one that signs, from the next start of a server on; its id."""
    renew_seed(conn, seal_of(read_meta(conn)).public)
    return seal_of(read_meta(conn)).key.id


def key_of(public: bytes) -> Key:
    """A public key with its id."""
    return Key(hashlib.sha256(public).hexdigest()[:_KEY_ID], _written(public))


def fits(key: Key, root: str, signature: str) -> bool:
    """Whether this key signed for the receipts under this root."""
    public = Ed25519PublicKey.from_public_bytes(_read(key.public))
    try:
        public.verify(_read(signature), forms.signed_text(root).encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
