"""The work that every peer does alike: letters that a phone takes out of a box, and corrections of them. It measures nothing."""

import json
from bisect import bisect
from itertools import accumulate
from pathlib import Path

import msgspec

from server.replay.phone import Phone
from sync.admit import Area
from sync.op import Json
from tests.bench.work import NOW_MS, Hand, phone_of
from tests.vectors.chance import Chance

LETTERS = 50
EDITS = 50
PAIRS = 20
"""Deliberate pairs of concurrent edits of one field."""
BOOK = Path(__file__).parents[3] / "server" / "book" / "words" / "zh.toml"
"""Where the signs are taken from that the letters are written with."""
SCOPE_PHONES = 10
"""Phones that share what they write."""
_SIGNS = sorted({sign for sign in BOOK.read_text("utf-8") if "\u4e00" <= sign <= "\u9fff"})
_WEIGHTS = list(accumulate(1 / (rank + 8) for rank in range(len(_SIGNS))))


class Letter(msgspec.Struct, frozen=True):
    """One record, and what is written over it later."""

    id: str
    fields: dict[str, Json]


class Task(msgspec.Struct, frozen=True):
    """What one phone brings."""

    phone: str
    scope: str
    letters: list[Letter]
    edits: list[Letter]


def words(chance: Chance, length: int) -> str:
    """Chinese signs as often as signs are used: as hard to pack as what people write, about a byte and a half a sign."""
    return "".join(_SIGNS[bisect(_WEIGHTS, chance.random() * _WEIGHTS[-1])] for _ in range(length))


def letter(chance: Chance) -> dict[str, Json]:
    """A letter's fields: some 800 bytes, most of them the words of whoever wrote it."""
    return {
        "received_ms": NOW_MS - chance.randint(1, 86_400_000),
        "form": chance.choice(("signed", "anonymous")),
        "pages": chance.randint(1, 4),
        "summary": words(chance, 24),
        "confidential": False,
        "verbatim": words(chance, 220),
    }


def correction(chance: Chance) -> dict[str, Json]:
    """A better summary."""
    return {"summary": words(chance, 30)}


def fill(phone: Phone, grid: str) -> Task:
    """Writes a phone's ops into its outbox, and tells the same work in words that a peer understands."""
    chance = Chance(f"letters of {phone.device}")
    letters: list[Letter] = []
    edits: list[Letter] = []
    for _ in range(LETTERS):
        fields = letter(chance)
        letters.append(Letter(phone.make(NOW_MS, grid, "take_out", fields, kind="letter"), fields))
    for _ in range(EDITS):
        which, fields = chance.choice(letters).id, correction(chance)
        phone.make(NOW_MS, grid, "edit", fields, subject=which)
        edits.append(Letter(which, fields))
    return Task(phone.device, grid, letters, edits)


def own_phone(hand: Hand) -> Phone:
    """A phone of this hand that asks for its grid from the beginning."""
    phone = phone_of(hand)
    phone.areas = [Area("grid_worker", hand.grid)]
    phone.places = {hand.grid: 0}
    return phone


def write_tasks(path: Path, tasks: list[Task]) -> None:
    """The same work as a file, with ids that any database takes."""
    plain = [msgspec.to_builtins(task) for task in tasks]
    path.write_text(json.dumps(plain, ensure_ascii=False).replace("letter/", "letter-").replace("/", "-"), "utf-8")
