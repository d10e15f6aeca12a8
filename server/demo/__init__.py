"""The fictional county 睢安县 as plain records, the same every time: two towns, 36 grids, their people and households.

No place, person or number in it is real: the county's code is unused, and no Chinese mobile number begins with 154.
"""

import csv
from itertools import count
from pathlib import Path

import msgspec

from server.store.log import Grid
from sync.admit import Area
from sync.op import Json

FOLDER = Path(__file__).parent
PASSWORD = "sulaiban2026"  # noqa: S105 - printed at start: these accounts are there to be tried
MAIN_GRID = "329924101202001"
"""The grid of the A/B pair, with the most households."""
MAIN_HOUSEHOLDS = 40
OTHER_HOUSEHOLDS = 3
CONSENT_MS = 1_767_238_200_000
"""1 January 2026, 11:30 in the county: when the notice was read out in every household."""
NOTICE = "2026-1"
CHINESE_DIGITS = "一二三四五六七八九"


class Person(msgspec.Struct, frozen=True):
    """Somebody with an account, and where they stand."""

    id: str
    name: str
    phone: str
    account: str
    password: str
    zh: str
    en: str
    areas: list[Area]


class Begun(msgspec.Struct, frozen=True):
    """The fields of the op by which a household or a mailbox of this grid begins."""

    grid: str
    fields: dict[str, Json]


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def grids() -> list[Grid]:
    """The grids, by code."""
    return [
        Grid(
            code=f"{row['village_code']}{number:03d}",
            name=f"第{CHINESE_DIGITS[number - 1]}网格",
            village=row["village"],
            village_code=row["village_code"],
            town=row["town"],
            town_code=row["town_code"],
        )
        for row in _rows("places.csv")
        for number in range(1, int(row["grids"]) + 1)
    ]


def people() -> list[Person]:
    """The named accounts, then one worker for each grid that has none of them."""
    named = [_person(number, row) for number, row in enumerate(_rows("people.csv"), start=1)]
    taken = {area.code for person in named for area in person.areas}
    numbers = count(3)
    others = [_worker(next(numbers), grid) for grid in grids() if grid.code not in taken]
    return [*named, *others]


def named() -> set[str]:
    """The accounts that are made to be tried."""
    return {row["account"] for row in _rows("people.csv")}


def _person(number: int, row: dict[str, str]) -> Person:
    return Person(
        id=f"p{row['account']}",
        name=row["name"],
        phone=f"1540001{number:04d}",
        account=row["account"],
        password=PASSWORD,
        zh=row["zh"],
        en=row["en"],
        areas=[Area(role=row["role"], code=row["code"], unit=row["unit"])],
    )


def _worker(number: int, grid: Grid) -> Person:
    return Person(
        id=f"pwg{number}",
        name=_name(number * 7, "middle"),
        phone=f"1540002{number:04d}",
        account=f"wg{number}",
        password=PASSWORD,
        zh=f"{grid.village}{grid.name}网格员",
        en=f"Grid worker of {grid.village} {grid.name}",
        areas=[Area(role="grid_worker", code=grid.code)],
    )


def _name(number: int, age: str, surname: int | None = None) -> str:
    names = _NAMES
    family = names[(number if surname is None else surname) % len(names)]["surname"]
    return family + names[(number // len(names) + number) % len(names)][age]


_NAMES = _rows("names.csv")


def households() -> list[Begun]:
    """The households of every grid, numbered within it."""
    found: list[Begun] = []
    for place, grid in enumerate(grids()):
        many = MAIN_HOUSEHOLDS if grid.code == MAIN_GRID else OTHER_HOUSEHOLDS
        found.extend(_household(grid, place, number) for number in range(1, many + 1))
    return found


def _household(grid: Grid, place: int, number: int) -> Begun:
    turn = place * 41 + number
    is_old = turn % 3 == 0
    head = _name(turn, "old" if is_old else "middle", surname=turn)
    members = _members(turn, head, is_old=is_old)
    fields: dict[str, Json] = {
        "household_no": f"{grid.code}{number:05d}",
        "address": f"{grid.town}{grid.village}{(turn % 12) + 1}组{(turn * 7) % 260 + 1}号",
        "household_type": "registered" if turn % 11 else "floating",
        "head_name": head,
        "phone": f"154{(place + 1) * 100_000 + number:08d}",
        "members": members,
        "consent": {"notice": NOTICE, "way": "spoken", "at_ms": CONSENT_MS, "told_by": "网格员"},
        "care_tags": _care_tags(turn, is_old=is_old, alone=len(members) == 1),
    }
    return Begun(grid=grid.code, fields=fields)


def _members(turn: int, head: str, *, is_old: bool) -> list[Json]:
    born = 1938 + turn % 14 if is_old else 1966 + turn % 20
    members: list[Json] = [_member(head, "head", "f" if turn % 2 else "m", born, "lives_here")]
    if turn % 9:
        spouse = _name(turn * 5 + 2, "old" if is_old else "middle")
        members.append(_member(spouse, "spouse", "m" if turn % 2 else "f", born + 2, "lives_here"))
    if not is_old or turn % 2:
        home = ("works_away", "lives_here", "studies_away")[turn % 3]
        members.append(
            _member(_name(turn * 3, "young", surname=turn), "child", "f" if turn % 4 < 2 else "m", born + 26, home)
        )
    return members


def _member(name: str, relation: str, sex: str, born: int, home: str) -> Json:
    return {"name": name, "relation": relation, "sex": sex, "born": f"{min(born, 2024)}", "home": home}


def _care_tags(turn: int, *, is_old: bool, alone: bool) -> list[Json]:
    tags: list[Json] = []
    if is_old and alone:
        tags.append("living_alone")
    elif is_old:
        tags.append("empty_nest")
    if is_old and turn % 6 == 0:
        tags.append("aged_80")
    if turn % 17 == 0:
        tags.append("low_income")
    return tags


def mailboxes() -> list[Begun]:
    """One box for each grid, opened every working day at nine."""
    keepers: dict[str, list[Json]] = {}
    for person in people():
        for area in person.areas:
            keepers.setdefault(area.code, []).append(person.name)
    return [
        Begun(
            grid=grid.code,
            fields={
                "box_no": f"SLB-{grid.code[6:]}",
                "place": f"{grid.village}{grid.name}党群服务点门口",
                "schedule": "每个工作日 09:00",
                "keyholders": keepers[grid.code][:2],
            },
        )
        for grid in grids()
    ]
