"""The work that is measured: a county of grids and phones, and batches of ops as their phones wrote them. It measures nothing."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from server import demo
from server.now import now_ms
from server.replay.phone import Phone
from server.store import Store, log, open_store, people
from server.store.disk import Conn
from server.store.log import Device
from server.store.people import Person
from server.who import Tokens, Who
from sync.admit import Area
from sync.op import Json
from sync.wire import Ask
from tests.vectors.chance import Chance

OPS = 50
"""Ops in one batch: half of them register an issue, half of them correct one."""
NOW_MS = 1_772_415_000_000
"""Monday 2 March 2026, 09:30 in the county."""
CATEGORIES = tuple(f"{domain:02d}{leaf:02d}" for domain in range(1, 9) for leaf in range(1, 5))
WORDS = "村东头的路灯坏了半个月，晚上放学的孩子看不清路，前天还有老人摔了一跤，希望尽快派人来修。" * 3
"""About as long as people's messages are."""


class Hand(msgspec.Struct, frozen=True):
    """A person with a phone and the token it asks with."""

    who: Who
    grid: str
    token: str


def county(folder: Path, phones: int, grids_used: int | None = None, database: str = "") -> tuple[Store, list[Hand]]:
    """A store with the demo county's grids and this many phones spread over them, or over the first few."""
    store = open_store(folder, database)
    grids = [grid.code for grid in demo.grids()][:grids_used]
    tokens = Tokens(store.meta.token_key, now_ms)
    hands: list[Hand] = []
    for number in range(phones):
        person, device = f"worker{number}", f"dw{number}"
        hands.append(Hand(Who(person, device, NOW_MS * 2), grids[number % len(grids)], tokens.make(person, device)[0]))
    store.write_now(lambda conn: _settle(conn, hands))
    return store, hands


def _settle(conn: Conn, hands: list[Hand]) -> None:
    log.add_grids(conn, demo.grids())
    people.add_people(conn, [Person(id=hand.who.person, name="网格员") for hand in hands])
    for hand in hands:
        people.add_areas(conn, hand.who.person, [Area("grid_worker", hand.grid)])
    devices = [
        Device(id=hand.who.device, person=hand.who.person, contact_ms=NOW_MS, enrolled_ms=NOW_MS) for hand in hands
    ]
    log.put_devices(conn, devices)


def phone_of(hand: Hand) -> Phone:
    """The phone itself, with nothing on it."""
    return Phone(hand.who.device, hand.who.person, [Area("grid_worker", hand.grid)])


def asks(hand: Hand, batches: int, ops: int = OPS, photos: Sequence[Json] = ()) -> list[Ask]:
    """What a phone brings one after the other. It asks for nothing back: what comes down is measured apart.

    `photos`: the first issues of each batch name one each.
    """
    phone, chance = phone_of(hand), Chance(hand.who.device)
    found: list[Ask] = []
    for _ in range(batches):
        speak(phone, hand.grid, chance, ops, photos)
        texts = [one.text for one in phone.outbox]
        phone.outbox.clear()
        found.append(Ask(v=1, device=hand.who.device, clock_ms=NOW_MS, ops=texts))
    return found


def speak(phone: Phone, grid: str, chance: Chance, ops: int, photos: Sequence[Json] = ()) -> None:
    """Half of the ops register an issue each, half of them correct one of these."""
    mine: list[str] = []
    for number in range(ops):
        if number % 2 == 0:
            shown = list(photos[number // 2 : number // 2 + 1])
            seen: dict[str, Json] = {"photos": shown} if shown else {}
            mine.append(phone.make(NOW_MS, grid, "register", issue(phone, chance) | seen, kind="issue"))
        else:
            fields: dict[str, Json] = {"place": f"{chance.randint(1, 300)}号门前", "demand": "请尽快派人来修"}
            phone.make(NOW_MS, grid, "edit", fields, subject=chance.choice(mine))


def issue(phone: Phone, chance: Chance) -> dict[str, Json]:
    """An issue's fields: some 900 bytes."""
    return {
        "title": "村东头的路灯坏了半个月没人修",
        "words": WORDS,
        "channel": "visit",
        "nature": "help",
        "category": chance.choice(CATEGORIES),
        "anonymous": False,
        "confidential": False,
        "households": 3,
        "danger": [],
        "responder": {"person": phone.person, "name": "王一"},
        "reporter": {"name": "李长根", "phone": f"154{chance.randint(0, 99_999_999):08d}"},
    }
