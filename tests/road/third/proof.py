"""Receipts that prove something: their text, the tree over them, the signature, and the slip (PROTOCOL.md, section 6)."""

import base64
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.road.third.law import Json, as_int, as_list, as_map, as_text


class Forged(Exception):  # noqa: N818 - it says what the Reply is
    """Receipts that the server did not sign."""


def slips(reply: dict[str, Json], device: str, keys: dict[str, str]) -> list[str]:
    """One slip for each receipt of a Reply. Raises Forged when the signature does not fit."""
    told = [as_map(one) for one in as_list(reply["receipts"])]
    if not told:
        return []
    texts = [_text(one, device, as_text(reply["epoch"])) for one in told]
    rows = [[_digest(text) for text in texts]]
    while len(rows[-1]) > 1:
        rows.append(_next_row(rows[-1]))
    key, signature = as_text(reply["key"]), as_text(reply["signature"])
    public = Ed25519PublicKey.from_public_bytes(_bytes(keys[key]))
    try:
        public.verify(_bytes(signature), f"sulaiban receipts 1\n{rows[-1][0]}\n".encode())
    except InvalidSignature as fault:
        raise Forged from fault
    return [f"{text}{_way(rows, at)}{key}\n{signature}\n" for at, text in enumerate(texts)]


def check(slip: str, keys: dict[str, str]) -> str:
    """The hash of the op that a slip speaks of. Raises Forged when it proves nothing."""
    lines = slip.split("\n")
    digest = _digest("".join(f"{line}\n" for line in lines[:10]))
    key, signature = lines[-3:-1]
    for step in lines[10:-3]:
        beside = step[1:]
        digest = _digest(beside + digest if step[0] == "L" else digest + beside)
    try:
        public = Ed25519PublicKey.from_public_bytes(_bytes(keys[key]))
        public.verify(_bytes(signature), f"sulaiban receipts 1\n{digest}\n".encode())
    except InvalidSignature as fault:
        raise Forged from fault
    return lines[3]


def _text(told: dict[str, Json], device: str, epoch: str) -> str:
    grid, why = as_text(told.get("grid", "")), as_text(told.get("why", ""))
    place, placed_ms = as_int(told.get("place", 0)), as_int(told.get("placed_ms", 0))
    first = f"sulaiban receipt 1\n{device}\n{as_int(told['seq'])}\n{as_text(told['hash'])}\n{as_text(told['fate'])}\n"
    return f"{first}{grid}\n{place}\n{placed_ms}\n{why}\n{epoch}\n"


def _next_row(row: list[str]) -> list[str]:
    above = [_digest(one + other) for one, other in zip(row[::2], row[1::2], strict=False)]
    return above + ([row[-1]] if len(row) % 2 else [])


def _way(rows: list[list[str]], at: int) -> str:
    way = ""
    for row in rows[:-1]:
        beside = at - 1 if at % 2 else at + 1
        if beside < len(row):
            way += f"{'L' if beside < at else 'R'}{row[beside]}\n"
        at //= 2
    return way


def _digest(text: str) -> str:
    return sha256(text.encode("ascii")).hexdigest()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
