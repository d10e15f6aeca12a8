"""After a restore: what a phone lays aside, offers back and forgets (PROTOCOL.md, section 9)."""

from dataclasses import dataclass
from typing import Final, Protocol

from tests.road.third.law import Json, as_int, as_list, as_map, as_text
from tests.road.third.ops import Unreadable, read

MOST_OFFERS: Final = 500
PLACED: Final = ("grid", "place", "placed_ms", "credited_ms", "role", "why")


@dataclass(frozen=True)
class Change:
    """One entry of a log, as it came."""

    place: int
    placed_ms: int
    credited_ms: int
    role: str
    text: str
    mark: str


@dataclass(frozen=True)
class Made:
    """One op of this phone."""

    seq: int
    hash: str
    text: str


class Mending(Protocol):
    """What a phone has that mends."""

    device: str
    epoch: str
    next_seq: int
    logs: dict[str, list[Change]]
    told: dict[int, dict[str, Json]]
    parked: dict[int, dict[str, Json]]
    made: list[Made]
    laid_aside: list[list[Json]]
    given_back: list[list[Json]]

    def ask(self, texts: list[str]) -> dict[str, Json]: ...

    def post(self, ask: dict[str, Json]) -> dict[str, Json]: ...

    def forget(self, seq: int) -> None: ...


def mend(phone: Mending, reply: dict[str, Json]) -> None:
    """Begins the new life that a Reply tells of: offers all that may be lacking, and goes back to where the logs still agree."""
    kept = {grid: as_int(place) for grid, place in as_map(reply["kept"]).items()}
    next_seq = as_int(reply["next_seq"])
    offers = [_of_change(grid, one) for grid, log in sorted(phone.logs.items()) for one in log[kept.get(grid, 0) :]]
    own = [seq for seq in sorted(phone.told) if seq >= next_seq]
    offers += [_of_receipt(phone, seq) for seq in own if phone.told[seq].get("mark")]
    for seq in own:
        phone.forget(seq)
    for seq in [one for one in phone.parked if one < next_seq]:
        phone.told[seq] = phone.parked.pop(seq)
    for grid, log in phone.logs.items():
        phone.logs[grid] = log[: kept.get(grid, 0)]
    phone.epoch, phone.next_seq = as_text(reply["epoch"]), next_seq
    earlier, phone.given_back = phone.given_back, []
    _offer(phone, [*earlier, *(one for one in offers if one and one[:2] not in [known[:2] for known in earlier])])


def _offer(phone: Mending, offers: list[list[Json]]) -> None:
    while offers:
        ask = phone.ask([])
        ask["places"] = {}
        ask["offers"] = list[Json](offers[:MOST_OFFERS])
        answer = phone.post(ask)
        later = [tuple(as_list(one)) for one in as_list(answer.get("later", []))]
        sent, rest = offers[:MOST_OFFERS], offers[MOST_OFFERS:]
        phone.laid_aside += [one for one in sent if (one[0], one[1]) in later]
        phone.given_back += [one for one in sent if (one[0], one[1]) not in later]
        phone.next_seq = as_int(answer["next_seq"])
        offers = rest


def offer_again(phone: Mending) -> None:
    """Offers anew what could not be placed when it was offered first."""
    offers, phone.laid_aside = phone.laid_aside, []
    _offer(phone, offers)


def _of_change(grid: str, one: Change) -> list[Json]:
    try:
        op = read(one.text)
    except Unreadable:
        # Withheld, or not to be read: nobody's word.
        return []
    placing: list[Json] = [grid, one.place, one.placed_ms, one.credited_ms, one.role, ""]
    return [] if '"hidden":[' in one.text else [op.device, op.seq, "placed", *placing, one.text, one.mark]


def _of_receipt(phone: Mending, seq: int) -> list[Json]:
    told = phone.told[seq]
    nothing: dict[str, Json] = {"grid": "", "place": 0, "placed_ms": 0, "credited_ms": 0, "role": "", "why": ""}
    placing = [told.get(name, nothing[name]) for name in PLACED]
    return [phone.device, seq, told["fate"], *placing, phone.made[seq - 1].text, told["mark"]]
