"""Who may do what, line by line, asked of the running server: every act of every table for every role, and every route for everybody.

`who_may.txt` and `routes.txt` are the expectation, to be read by people. An act, a field that may be edited or a route without a line
fails here.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from server.app import make_app
from server.store import people
from server.store.disk import Conn
from server.store.people import Account, Person
from sync.admit import Area
from sync.law import GENERIC_OPS, LAW, ROLES
from sync.op import Json
from tests.road.third.day import picture
from tests.server.house import DAY, EAST, FAR, HOUR, PASSWORD_HASH, WEST, House, Phone, digest, house, lamp
from tests.server.matter import TRIAGE
from tests.server.sending import begin, send
from tests.vectors.chance import Chance
from tests.vectors.values import good, good_fields

HERE = Path(__file__).parent
HANDS = ("resident", "importer", "clerk")
"""Roles that nobody holds."""
HELD = [role for role in ROLES if role not in HANDS]
LAW_SAYS_NO = {"not_your_role", "not_your_field"}
BATCH = 400


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """On one store: what is asked here is asked of rows, which both hold alike."""
    return tmp_path_factory.mktemp("matrix")


def lines(name: str) -> dict[str, list[str]]:
    """The lines of a table: what it is about, and the words behind it."""
    read = (line.split() for line in (HERE / name).read_text(encoding="utf-8").splitlines() if line and line[0] != "#")
    return {words[0]: words[1:] for words in read}


def asked() -> Iterator[str]:
    """Every act of the law, and every field that somebody may edit."""
    for kind, law in LAW.items():
        yield from (f"{kind}.{name}" for name in law.ops)
        yield from (f"{kind}.edit.{name}" for name in law.fields)


def test_every_act_and_every_field_has_its_line() -> None:
    assert list(lines("who_may.txt")) == list(asked())


def test_nobody_is_named_who_is_no_role() -> None:
    assert {role for roles in lines("who_may.txt").values() for role in roles} <= set(ROLES)


async def person(home: House, name: str, area: Area) -> Phone:
    """Somebody with one area, entered."""

    def add(conn: Conn) -> None:
        people.add_people(conn, [Person(id=f"x_{name}", name=name)])
        people.add_accounts(conn, [Account(account=name, person=f"x_{name}", password=PASSWORD_HASH)])
        people.add_areas(conn, f"x_{name}", [area])

    await home.parts.store.write(add)
    return await home.enter(name)


def say_all(phone: Phone, role: str, grid: str, issue: str) -> list[str]:
    """One op for each line; about an issue that is there, or else about none. The lines, in the order of the ops."""
    chance, said = Chance(7), list(asked())
    for line in said:
        kind, name, *field = line.split(".")
        law = LAW[kind]
        fields = {field[0]: good(law.fields[field[0]], chance)} if field else good_fields(law, name, chance, may=0)
        begins = all(row.from_ == [""] for row in law.rows if row.op == name) and name not in GENERIC_OPS
        # An act may be open to a role for some values only: those are said.
        branch = next((row.if_ for row in law.rows if row.op == name and role in row.who), dict[str, list[str]]())
        fields |= {one: values[0] for one, values in branch.items()}
        about = issue if kind == "issue" else f"{kind}/nobody.1"
        phone.op(name, fields, grid=grid, subject="" if begins else about, kind=kind)
    return said


async def heard(phone: Phone) -> list[str]:
    """Why each op was refused, in their order; "" for one that was placed."""
    why: list[str] = []
    while phone.outbox:
        queue, phone.outbox = phone.outbox[BATCH:], phone.outbox[:BATCH]
        why += [receipt.why for receipt in (await phone.sync()).receipts]
        phone.outbox = queue
    return why


@pytest.mark.parametrize("half", [0, 1])
async def test_each_role_does_what_its_lines_say_in_its_own_grid_and_nothing_in_others(folder: Path, half: int) -> None:
    may = lines("who_may.txt")
    async with house(folder) as home:
        wang = await home.enter("wang")
        issue = wang.op("register", lamp())
        await wang.sync()
        for role in HELD[half::2]:
            phone = await person(home, role, Area(role, EAST, unit="county_housing"))
            said = say_all(phone, role, EAST, issue)
            wrong = {
                line: why
                for line, why in zip(said, await heard(phone), strict=True)
                if (why in LAW_SAYS_NO) == (role in may[line])
            }
            assert wrong == {}, role
            for grid in (WEST, FAR):
                say_all(phone, role, grid, issue)
                assert set(await heard(phone)) == {"not_your_grid"}, (role, grid)


@pytest.mark.parametrize("covers", [False, True])
async def test_who_stood_there_before_is_never_placed_and_waits_only_for_what_was_his_to_do(
    folder: Path, *, covers: bool
) -> None:
    may = lines("who_may.txt")
    async with house(folder) as home:
        wang = await home.enter("wang")
        issue = wang.op("register", lamp())
        await wang.sync()
        for role in ("grid_worker", "mediator", "town"):
            phone = await person(home, role, Area(role, EAST if not covers else FAR))
            until = Area(role, EAST, 0, home.time.ms + HOUR)
            if covers:
                await home.parts.store.write(partial(people.add_cover, person=f"x_{role}", area=until, covers="p1"))
            else:
                await home.parts.store.write(partial(people.add_areas, person=f"x_{role}", many=[until]))
            home.time.pass_(2 * HOUR)
            phone = await home.enter(role, phone.device)
            said = say_all(phone, role, EAST, issue)
            fates = dict(zip(said, await heard(phone), strict=True))
            assert "" not in fates.values(), role
            parked = {line for line, why in fates.items() if why == "parked"}
            assert parked, role
            assert {line for line in parked if role not in may[line]} == set(), role


# ---- routes

ASKERS = (
    "nobody",
    "worker",
    "other_grid",
    "other_town",
    "moved",
    "department",
    "caller",
    "town",
    "supervisor",
    "county",
)


async def who_asks(home: House, issue: str) -> dict[str, dict[str, str]]:
    """The headers by which each of them asks."""
    other_town = await person(home, "other_town", Area("town", FAR[:9]))
    moved = await person(home, "moved", Area("grid_worker", EAST, 0, home.time.ms + 1))
    department = await person(home, "department", Area("dept_liaison", EAST[:9], unit="county_housing"))
    caller = await person(home, "caller", Area("caller", "", unit="hotline"))
    supervisor = await person(home, "supervisor", Area("supervisor", ""))
    home.time.pass_(1000)
    entered = {
        "worker": await home.enter("li"),
        "other_grid": await home.enter("zhao"),
        "other_town": other_town,
        "moved": moved,
        "department": department,
        "caller": caller,
        "town": await home.enter("town"),
        "supervisor": supervisor,
        "county": await home.enter("county"),
    }
    assert issue
    return {"nobody": {}} | {name: phone.headers for name, phone in entered.items()}


def routes(home: House) -> list[str]:
    """Every route of the app with its methods, as its station names it."""
    found: set[str] = set()
    for route in make_app(home.parts).routes:
        methods: set[str] = getattr(route, "methods", set())
        found |= {f"{method}:{route.path_format}" for method in methods - {"OPTIONS"}}
    return sorted(found)


OPEN = {"POST:/enter", "POST:/enter/again", "POST:/enter/leave"}
"""Entering itself, which tests/server/test_enter.py asks; here it would end the askers' tokens."""


async def test_every_route_answers_everybody_as_its_line_says(folder: Path) -> None:
    table = lines("routes.txt")
    async with house(folder) as home:
        assert set(table) | OPEN == set(routes(home))
        photo = picture(7)
        wang, town = await home.enter("wang"), await home.enter("town")
        issue = wang.op("register", lamp(photos=[{"hash": digest(photo), "bytes": len(photo)}]))
        await wang.sync()
        begun = await begin(home.http, wang.headers, digest(photo), len(photo))
        await send(home.http, wang.headers, begun.headers["location"], 0, photo)
        town.op("triage", TRIAGE, subject=issue)
        lead: Json = {"unit": "county_housing", "name": "县住建局"}
        town.op("dispatch", {"lead": lead, "order_opinion": "请办理"}, subject=issue)
        await town.sync()
        home.time.pass_(DAY)
        town = await home.enter("town", town.device)
        month = {"rhythm": "monthly", "first": "2026-03-01", "last": "2026-03-31", "area": EAST[:9]}
        bulletin = (await home.http.post("/desk/bulletins", json=month, headers=town.headers)).json()["subject"]
        orders = (await home.http.get("/desk/orders.json", headers=town.headers)).json()["items"]
        names = {
            "issue": issue.removeprefix("issue/"),
            "order": orders[0]["subject"].removeprefix("order/"),
            "bulletin": bulletin.removeprefix("bulletin/"),
            "photo": digest(photo),
            "month": "&".join(f"{name}={value}" for name, value in month.items()),
        }
        headers = await who_asks(home, issue)
        wrong: list[str] = []
        for line, (path, body, *expected) in table.items():
            method = line.partition(":")[0]
            home.http.cookies.clear()
            for name, status in zip(ASKERS, expected, strict=True):
                if status == "-":
                    continue
                answer = await ask(home, method, path.format(**names), body, headers[name])
                if str(answer.status_code) != status:
                    wrong.append(f"{line} {name}: {answer.status_code}, expected {status}")
        assert not wrong, "\n".join(wrong)


async def ask(home: House, method: str, path: str, body: str, headers: dict[str, str]) -> httpx.Response:
    """One request; `-` as body for none. A token is good for longer than all of them take."""
    content = b"" if body == "-" else body.encode()
    kind = {"Content-Type": "application/json"} if content else {}
    return await home.http.request(method, path, content=content, headers=headers | kind, follow_redirects=False)
