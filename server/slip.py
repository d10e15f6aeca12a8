"""A receipt as a person carries it, on paper or in a QR code: what it says, and whether it is the server's own word."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from server.seal import Key, fits, seal_of
from server.store import log
from server.store.disk import Conn
from server.store.meta import read_meta
from sync.receipt import climb

_RECEIPT_LINES = 10
_BEGINS = "sulaiban receipt 1"


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on it. How it is written: PROTOCOL.md, section 6."""

    device: str
    seq: int
    hash: str
    fate: str
    grid: str
    place: int
    placed_ms: int
    why: str
    epoch: str
    is_genuine: bool
    """Whether one of the keys that were given signed it."""


def read_slip(text: str, keys: Sequence[Key]) -> Slip | None:
    """The slip in a text, checked against these keys; None for what is no slip."""
    lines = text.strip().splitlines()
    if len(lines) < _RECEIPT_LINES + 2 or lines[0] != _BEGINS:
        return None
    receipt, steps, (key_id, signature) = lines[:_RECEIPT_LINES], lines[_RECEIPT_LINES:-2], lines[-2:]
    _, device, seq, its_hash, fate, grid, place, placed_ms, why, epoch = receipt
    if not all(number.isascii() and number.isdigit() for number in (seq, place, placed_ms)):
        return None
    root = climb("".join(f"{line}\n" for line in receipt), steps)
    return Slip(
        device=device,
        seq=int(seq),
        hash=its_hash,
        fate=fate,
        grid=grid,
        place=int(place),
        placed_ms=int(placed_ms),
        why=why,
        epoch=epoch,
        is_genuine=any(key.id == key_id and fits(key, root, signature) for key in keys),
    )


class Told(msgspec.Struct, frozen=True):
    """What the one who checks a slip is told."""

    is_genuine: bool
    words: str


def told(conn: Conn, text: str, words: Mapping[str, str]) -> Told:
    """Whether a slip is this server's own word, what it says, and whether the log still says the same."""
    meta = read_meta(conn)
    slip = read_slip(text, seal_of(meta).keys)
    if slip is None:
        return Told(is_genuine=False, words=words["receipt.none"])
    if not slip.is_genuine:
        return Told(is_genuine=False, words=words["receipt.forged"])
    held = log.receipts_of(conn, slip.device, [slip.seq]).get(slip.seq)
    stands = "stands" if held and held.hash == slip.hash else "gone"
    when = f"{datetime.fromtimestamp(slip.placed_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC" if slip.placed_ms else ""
    said = words[f"receipt.{slip.fate}"].format(grid=slip.grid, place=slip.place, when=when, why=slip.why)
    lines = [words["receipt.genuine"], f"{slip.device}.{slip.seq}  {slip.hash}", said, words[f"receipt.{stands}"]]
    return Told(is_genuine=True, words="\n".join(lines))
