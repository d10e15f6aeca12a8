"""What a receipt and a mark are made over, to the byte, and the tree that lets one signature stand for many receipts. Signs nothing."""

import hashlib
from collections.abc import Sequence

from sync.wire import Placed, Receipt

PLACED = "placed"


def receipt_text(device: str, epoch: str, receipt: Receipt) -> str:
    """The ten lines of a receipt, ASCII, each ended by a line feed: what the server's signature answers for."""
    lines = (
        "sulaiban receipt 1",
        device,
        receipt.seq,
        receipt.hash,
        receipt.fate,
        receipt.grid,
        receipt.place,
        receipt.placed_ms,
        receipt.why,
        epoch,
    )
    return _lines(lines)


def signed_text(root: str) -> str:
    """What is signed for all receipts of one Reply."""
    return _lines(("sulaiban receipts 1", root))


def fate_text(device: str, receipt: Receipt) -> str:
    """What the mark of a receipt is made over. That of a placed op is the same as its change's."""
    if receipt.fate == PLACED:
        placing = (receipt.place, receipt.placed_ms, receipt.credited_ms, receipt.role)
        return _change_text(receipt.grid, *placing, receipt.hash)
    return _lines(("sulaiban fate 1", device, receipt.seq, receipt.fate, receipt.why, receipt.hash))


def change_text(grid: str, placed: Placed, its_hash: str) -> str:
    """What the mark of a change is made over; `its_hash` is the hash of its text."""
    return _change_text(grid, placed.place, placed.placed_ms, placed.credited_ms, placed.role, its_hash)


def _change_text(grid: str, place: int, placed_ms: int, credited_ms: int, role: str, its_hash: str) -> str:
    return _lines(("sulaiban change 1", grid, place, placed_ms, credited_ms, role, its_hash))


def _lines(lines: Sequence[str | int]) -> str:
    return "".join(f"{line}\n" for line in lines)


def root_of(texts: Sequence[str]) -> str:
    """The root of the tree over these receipts' texts, in their order; there is at least one."""
    row = [_digest(text) for text in texts]
    while len(row) > 1:
        row = _above(row)
    return row[0]


def steps_of(texts: Sequence[str], at: int) -> list[str]:
    """The way from the receipt at `at` up to the root: `L` or `R`, the side of the other one, and its digest."""
    row = [_digest(text) for text in texts]
    steps: list[str] = []
    while len(row) > 1:
        other = at ^ 1
        if other < len(row):
            steps.append(("L" if other < at else "R") + row[other])
        row, at = _above(row), at // 2
    return steps


def climb(text: str, steps: Sequence[str]) -> str:
    """The root that a receipt's text and its way lead to."""
    digest = _digest(text)
    for step in steps:
        digest = _digest(step[1:] + digest if step[:1] == "L" else digest + step[1:])
    return digest


def _above(row: Sequence[str]) -> list[str]:
    """The next row of the tree: two and two together, and whoever has no partner goes up as it is."""
    pairs = [_digest(row[i] + row[i + 1]) for i in range(0, len(row) - 1, 2)]
    return pairs + ([row[-1]] if len(row) % 2 else [])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
