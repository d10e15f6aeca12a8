"""Two phones write over one field without having seen each other: is the value that lost still there, and is its phone told?"""

import json
from typing import Any

import msgspec

from server.replay.phone import Phone
from sync.op import Json
from sync.wire import Unreadable, read_reply, write
from tests.bench.peers import lines
from tests.bench.peers.work import PAIRS, letter, own_phone
from tests.bench.work import NOW_MS, Hand
from tests.vectors.chance import Chance


class Kept(msgspec.Struct, frozen=True):
    """Of the values that lost."""

    kept: int
    """Still to be had from the server."""
    told: int
    """Shown to both phones by themselves, or answered to the one that lost."""


def our_pairs(port: int, first: tuple[Hand, Phone], second: tuple[Hand, Phone]) -> Kept:
    """Two hands of one grid with the phones that worked before. A third, empty phone reads what the server kept."""
    hands = [first[0], second[0]]
    phones = [_going_on(*first), _going_on(*second)]
    grid, chance = hands[0].grid, Chance("pairs")
    names = [phones[0].make(NOW_MS, grid, "take_out", letter(chance), kind="letter") for _ in range(PAIRS)]
    for phone, hand in zip(phones, hands, strict=True):
        _sync(port, phone, hand)
    for phone, words in zip(phones, ("one", "two"), strict=True):
        for number, name in enumerate(names):
            seen = [phone.shapes[name].fields["summary"].now.stamp]
            fields: dict[str, Json] = {"summary": _words(words, number)}
            phone.make(NOW_MS, grid, "edit", fields, subject=name, seen={"summary": seen})
    for which in (0, 1, 0):
        _sync(port, phones[which], hands[which])
    third = _going_on(hands[0], phones[0])
    _sync(port, third, hands[0])
    kept = sum(_both(third, name, number) for number, name in enumerate(names))
    told = sum(all(_both(phone, name, number) for phone in phones) for number, name in enumerate(names))
    return Kept(kept, told)


def _going_on(hand: Hand, before: Phone) -> Phone:
    """A phone without a log, whose chain goes on where the one before stood."""
    phone = own_phone(hand)
    phone.next_seq, phone.prev, phone.last_stamp = before.next_seq, before.prev, before.last_stamp
    return phone


def _words(which: str, number: int) -> str:
    return f"{which} {number} of the pairs"


def _both(phone: Phone, name: str, number: int) -> bool:
    summary = phone.shapes[name].fields["summary"]
    values = {str(one.value) for one in (summary.now, *summary.beside, *summary.lost)}
    return {_words("one", number), _words("two", number)} <= values


def _sync(port: int, phone: Phone, hand: Hand) -> None:
    def whole(say: lines.Say) -> None:
        more = True
        while more:
            _, answer, _ = say("POST", "/exchange", write(phone.ask(NOW_MS)), {"Authorization": f"Bearer {hand.token}"})
            reply = read_reply(answer)
            assert not isinstance(reply, Unreadable), answer[:200]
            more = phone.take(reply, NOW_MS)

    lines.speak(port, whole)


def plain_pairs(port: int) -> Kept:
    """The second value written simply takes the place of the first."""
    found: dict[str, Any] = {}

    def whole(say: lines.Say) -> None:
        for words in ("before", "one", "two"):
            rows = [{"id": f"pair{n}", "fields": {"summary": _words(words, n)}} for n in range(PAIRS)]
            ask = {"scope": "pairs", "after": 0, "rows": rows, "count": PAIRS}
            _, answer, _ = say("POST", "/sync", msgspec.json.encode(ask), {})
            found.update({name: fields for name, _, fields in msgspec.json.decode(answer)})

    lines.speak(port, whole)
    kept = sum(_words("one", n) in json.dumps(found[f"pair{n}"]) for n in range(PAIRS))
    return Kept(kept, kept)


def kinto_pairs(port: int) -> Kept:
    """Both name the version they saw; Kinto refuses the second, which is how its phone learns of it."""
    base = "/v1/buckets/bench/collections/spairs/records"
    counted = {"kept": 0, "told": 0}

    def whole(say: lines.Say) -> None:
        for number in range(PAIRS):
            path = f"{base}/pair{number}"
            _, _, headers = say("PUT", path, _data("before", number), lines.KINTO)
            seen = {**lines.KINTO, "If-Match": headers["etag"]}
            say("PATCH", path, _data("one", number), seen)
            status, _, _ = say("PATCH", path, _data("two", number), seen)
            counted["told"] += status == 412
            _, there, _ = say("GET", path, b"", lines.KINTO)
            counted["kept"] += _words("two", number).encode() in there

    lines.speak(port, whole)
    return Kept(counted["kept"], counted["told"])


def _data(words: str, number: int) -> bytes:
    return json.dumps({"data": {"summary": _words(words, number)}}).encode()
