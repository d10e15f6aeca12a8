"""What one types to set up a first county: grids, people, areas, covers, devices. Every change is written down as the operator's."""

import argparse
from collections.abc import Callable
from datetime import date
from typing import Protocol

from server.now import now_ms
from server.settings import Settings
from server.staff.acts import OPERATOR, STAFF_ROLES, By, Done, Told, change, fresh_password
from server.store import log, open_store, staff
from server.store.disk import Conn
from server.store.log import Grid


class Commands(Protocol):
    """What argparse gives to add commands to; its own class has no public name."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:  # noqa: A002 - argparse's own word
        """A new command."""
        ...


_HOUR_MS = 3600 * 1000
_COUNTY_OFFSET_MS = 8 * _HOUR_MS
"""A day on the command line is a day of China's one time zone."""


def add_to(commands: Commands) -> None:
    """Adds `grid`, `person`, `area` and `device`."""
    grid = _group(commands, "grid", "grids of the county")
    added = grid.add_parser("add", help="add a grid, or rename one")
    for name, words in (("code", "15 digits"), ("name", "第一网格"), ("village", "its village"), ("town", "its town")):
        added.add_argument(name, help=words)
    added.set_defaults(command=_grid)
    person = _group(commands, "person", "people and their passwords")
    new = person.add_parser("add", help="add a person with a first area; prints the password, this once")
    for name in ("name", "account"):
        new.add_argument(name)
    new.add_argument("role", choices=STAFF_ROLES)
    new.add_argument("code", help="the beginning of the grids' codes: 15 digits a grid, 9 a town, '' the county")
    new.add_argument("--phone", default="")
    new.set_defaults(command=_add)
    again = person.add_parser("password", help="give a new password; all devices must enter again")
    again.add_argument("account")
    again.set_defaults(command=_password)
    person.add_parser("list", help="everybody, with areas and devices").set_defaults(command=_list)
    area = _group(commands, "area", "who stands where")
    for act, words in (("give", "give an area"), ("take", "end an area now")):
        one = area.add_parser(act, help=words)
        one.add_argument("account")
        one.add_argument("role", choices=STAFF_ROLES)
        one.add_argument("code")
        if act == "give":
            one.add_argument("--until", default="", help="last day, YYYY-MM-DD")
        one.set_defaults(command=_area, act=act, until="")
    cover = area.add_parser("cover", help="let a person stand in for another one's grids (AB角)")
    cover.add_argument("account", help="who stands in")
    cover.add_argument("covers", help="the account of who is stood in for")
    cover.add_argument("until", help="last day, YYYY-MM-DD")
    cover.set_defaults(command=_cover)
    device = _group(commands, "device", "phones and desks")
    end = device.add_parser("end", help="end a lost device: it may neither send nor read any more")
    end.add_argument("device")
    end.set_defaults(command=_device)


def _group(commands: Commands, name: str, words: str) -> Commands:
    return commands.add_parser(name, help=words).add_subparsers(required=True, metavar="what")


def _until(day: str) -> int:
    """The first moment after this day in the county; 0 for no day."""
    if not day:
        return 0
    days = (date.fromisoformat(day) - date(1970, 1, 1)).days
    return (days + 1) * 24 * _HOUR_MS - _COUNTY_OFFSET_MS


def _grid(settings: Settings, asked: argparse.Namespace) -> int:
    if not (asked.code.isdigit() and len(asked.code) == 15):
        return _say(Done("bad_code"))
    grid = Grid(
        code=asked.code,
        name=asked.name,
        village=asked.village,
        village_code=asked.code[:12],
        town=asked.town,
        town_code=asked.code[:9],
    )
    return _run(settings, lambda conn: _added(conn, grid))


def _added(conn: Conn, grid: Grid) -> Done:
    log.add_grids(conn, [grid])
    return Done()


def _add(settings: Settings, asked: argparse.Namespace) -> int:
    told = Told(act="add", name=asked.name, account=asked.account, phone=asked.phone, role=asked.role, code=asked.code)
    return _make(settings, told)


def _password(settings: Settings, asked: argparse.Namespace) -> int:
    return _make(settings, Told(act="password"), asked.account)


def _area(settings: Settings, asked: argparse.Namespace) -> int:
    told = Told(act=asked.act, role=asked.role, code=asked.code, until_ms=_until(asked.until))
    return _make(settings, told, asked.account)


def _cover(settings: Settings, asked: argparse.Namespace) -> int:
    return _make(settings, Told(act="cover", until_ms=_until(asked.until)), asked.account, asked.covers)


def _device(settings: Settings, asked: argparse.Namespace) -> int:
    def body(conn: Conn) -> Done:
        device = log.device_of(conn, asked.device)
        if device is None:
            return Done("unknown_device")
        told = Told(act="end_device", person=device.person, device=device.id)
        return change(conn, By(OPERATOR, []), told, now_ms(), "", "")

    return _run(settings, body)


def _make(settings: Settings, told: Told, account: str = "", covers: str = "") -> int:
    password, hashed = fresh_password()

    def body(conn: Conn) -> Done:
        named = Told(
            act=told.act,
            person=staff.person_of(conn, account) if account else "",
            name=told.name,
            phone=told.phone,
            account=told.account,
            role=told.role,
            code=told.code,
            covers=staff.person_of(conn, covers) if covers else "",
            until_ms=told.until_ms,
        )
        return change(conn, By(OPERATOR, []), named, now_ms(), password, hashed)

    return _run(settings, body)


def _run(settings: Settings, body: Callable[[Conn], Done]) -> int:
    store = open_store(settings.data, settings.database)
    try:
        return _say(store.write_now(body))
    finally:
        store.close_now()


def _say(done: Done) -> int:
    print(done.why or " ".join(word for word in ("ok", done.person, done.password) if word))
    return 1 if done.why else 0


def _list(settings: Settings, _asked: argparse.Namespace) -> int:
    def look(conn: Conn) -> list[str]:
        return [
            f"{','.join(one.accounts):<12}{one.name}  "
            + " ".join(f"{area.role}@{area.code or 'county'}{_ended(area.to_ms)}" for area in one.areas)
            + "  "
            + " ".join(seat.id + ("(ended)" if seat.revoked_ms else "") for seat in one.devices)
            for one in staff.under(conn, [""])
        ]

    store = open_store(settings.data, settings.database)
    try:
        print("\n".join(store.write_now(look)))
    finally:
        store.close_now()
    return 0


def _ended(to_ms: int | None) -> str:
    if to_ms is None:
        return ""
    return (
        f"(until {date.fromordinal(date(1970, 1, 1).toordinal() + (to_ms + _COUNTY_OFFSET_MS - 1) // (24 * _HOUR_MS))})"
    )
