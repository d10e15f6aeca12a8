"""What a phone does when the server was restored: which of what it holds it lays aside, and how much it offers at once. See PROTOCOL 9."""

from collections.abc import Iterable, Sequence

import msgspec

from sync.op import Op
from sync.wire import Offer, Placed, Receipt, read_op

CLERK = "clerk"
"""The server's clerk: what he said stays with what he answered."""
LATER_AT_ONCE = 20
"""How many offers that could not be placed go along with an ordinary Ask."""


class Told(msgspec.Struct, frozen=True):
    """An op of one's own and what became of it."""

    text: str
    receipt: Receipt


def offer_of(grid: str, placed: Placed) -> Offer | None:
    """A change as it is offered; None for one that may not be: withheld, with a person left out, or not an op."""
    op = read_op(placed.text) if placed.mark else None
    if not isinstance(op, Op):
        return None
    times = (placed.place, placed.placed_ms, placed.credited_ms)
    return Offer(op.device, op.seq, "placed", grid, *times, placed.role, "", placed.text, placed.mark)


def offer_of_own(device: str, told: Told) -> Offer | None:
    """One's own op as it is offered, under its receipt; None where the receipt bears no mark."""
    r = told.receipt
    times = (r.place, r.placed_ms, r.credited_ms)
    return Offer(device, r.seq, r.fate, r.grid, *times, r.role, r.why, told.text, r.mark) if r.mark else None


def laid_aside(*many: Iterable[Offer | None]) -> list[Offer]:
    """All of them in this order, each number once: as it was placed, if any of them says so, for the town may have let it in since."""
    found: dict[tuple[str, int], Offer] = {}
    for one in (one for part in many for one in part if one):
        held = found.get((one.device, one.seq))
        if held is None or (held.fate != "placed" and one.fate == "placed"):
            found[one.device, one.seq] = one
    return list(found.values())


def whole(offers: Sequence[Offer], most: int) -> list[Offer]:
    """The first that fit, ended before an op that is not the clerk's: what he said is not cut off from what he answered."""
    end = min(most, len(offers))
    while 0 < end < len(offers) and offers[end].device.startswith(CLERK):
        end -= 1
    return list(offers[: end or most])
