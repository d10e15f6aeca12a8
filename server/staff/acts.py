"""One change of people, areas, devices or passwords: what is asked, why not, and what is written beside it. Nobody changes the own ones."""

import base64
import re
import secrets

import msgspec

from server.enter import hash_password
from server.store import log, people, staff
from server.store.disk import Conn
from server.store.people import Account, Person
from server.store.staff import Member, Standing
from sync.admit import Area
from sync.law import ROLES, rank

OPERATOR = "operator"
"""Who speaks on the command line: whoever holds the server's own machine."""
LONGEST_COVER_MS = 180 * 24 * 3600 * 1000
_ACCOUNT = re.compile(r"[a-z][a-z0-9_.-]{1,29}")
_CODE = re.compile(r"[0-9]{0,15}")
STAFF_ROLES = tuple(role for role in ROLES if role not in ("resident", "importer", "clerk"))


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted. `person` is an id; fields that do not belong to the act are left out."""

    act: str
    """`add`, `give`, `take`, `cover`, `password` or `end_device`."""
    person: str = ""
    name: str = ""
    phone: str = ""
    account: str = ""
    role: str = ""
    code: str = ""
    covers: str = ""
    """The id of the person who is stood in for."""
    until_ms: int = 0
    device: str = ""


class By(msgspec.Struct, frozen=True):
    """Who wants it, and over which areas in which role; the operator over everything."""

    person: str
    areas: list[Area]

    def may(self, role: str, code: str, now_ms: int) -> bool:
        """Whether rights of this role in this area are this person's to give and take: below the own rank, inside the own area."""
        if self.person == OPERATOR:
            return True
        held = [one for one in self.areas if one.from_ms <= now_ms and (one.to_ms is None or now_ms < one.to_ms)]
        over = [one for one in held if one.role in ("town", "dispatcher") and code.startswith(one.code)]
        return any(rank(one.role) > rank(role) for one in over)


class Done(msgspec.Struct, frozen=True):
    """What came of it: "" and perhaps a new password that is told this once; or the word why not."""

    why: str = ""
    password: str = ""
    person: str = ""


def change(conn: Conn, by: By, told: Told, now_ms: int, password: str, hashed: str) -> Done:
    """Makes one change and writes it down in the same transaction. `password` is a fresh one, `hashed` what is stored of it."""
    if told.act == "add":
        return _add(conn, by, told, now_ms, password, hashed)
    found = staff.members(conn, [told.person])
    if not found:
        return Done("unknown_person")
    member = found[0]
    if by.person == member.id:
        return Done("not_oneself")
    if told.act in ("give", "take", "cover"):
        return _area(conn, by, told, member, now_ms)
    if not all(by.may(area.role, area.code, now_ms) for area in member.areas) or not member.areas:
        return Done("not_yours") if by.person != OPERATOR else _person(conn, by, told, member, now_ms, password, hashed)
    return _person(conn, by, told, member, now_ms, password, hashed)


def fresh_password() -> tuple[str, str]:
    """A new password, and what is stored of it. Takes a tenth of a second, so it is made outside the transaction."""
    password = "-".join(base64.b32encode(secrets.token_bytes(5)).decode().lower()[:4] for _ in range(3))
    return password, hash_password(password)


def _add(conn: Conn, by: By, told: Told, now_ms: int, password: str, hashed: str) -> Done:
    if not 2 <= len(told.name) <= 20:
        return Done("bad_name")
    if not _ACCOUNT.fullmatch(told.account):
        return Done("bad_account")
    if staff.person_of(conn, told.account):
        return Done("account_taken")
    why = _bad_area(conn, told)
    if why:
        return Done(why)
    if not by.may(told.role, told.code, now_ms):
        return Done("not_yours")
    person = "p" + base64.b32encode(secrets.token_bytes(6)).decode().lower()[:9]
    people.add_people(conn, [Person(id=person, name=told.name, phone=told.phone)])
    people.add_accounts(conn, [Account(account=told.account, person=person, password=hashed)])
    area = Area(role=told.role, code=told.code, from_ms=now_ms)
    people.add_areas(conn, person, [area])
    _write(conn, by, told, person, now_ms, about=told.account)
    return Done(password=password, person=person)


def _bad_area(conn: Conn, told: Told) -> str:
    if told.role not in STAFF_ROLES:
        return "bad_role"
    known = _CODE.fullmatch(told.code) and log.grids_under(conn, [told.code])
    return "" if known and (told.role != "grid_worker" or len(told.code) == 15) else "bad_area"


def _area(conn: Conn, by: By, told: Told, member: Member, now_ms: int) -> Done:
    if told.act == "cover":
        return _cover(conn, by, told, member, now_ms)
    why = _bad_area(conn, told)
    if why:
        return Done(why)
    if not by.may(told.role, told.code, now_ms):
        return Done("not_yours")
    if told.act == "take":
        if not staff.end_areas(conn, member.id, told.role, told.code, now_ms):
            return Done("not_held")
    elif told.until_ms and told.until_ms <= now_ms:
        return Done("bad_until")
    else:
        until_ms = told.until_ms or None
        people.add_areas(conn, member.id, [Area(role=told.role, code=told.code, from_ms=now_ms, to_ms=until_ms)])
    _write(conn, by, told, member.id, now_ms)
    return Done(person=member.id)


def _cover(conn: Conn, by: By, told: Told, member: Member, now_ms: int) -> Done:
    """B gets A's grids until the end; it ends by itself, and A keeps them."""
    if not now_ms < told.until_ms <= now_ms + LONGEST_COVER_MS:
        return Done("bad_until")
    covered = staff.members(conn, [told.covers])
    if not covered or told.covers == member.id:
        return Done("unknown_person")
    held = {
        area.code
        for area in covered[0].areas
        if area.role == "grid_worker" and not area.covers and (area.to_ms is None or area.to_ms > now_ms)
    }
    if not held:
        return Done("not_held")
    if not all(by.may("grid_worker", code, now_ms) for code in held):
        return Done("not_yours")
    for code in sorted(held):
        area = Area(role="grid_worker", code=code, from_ms=now_ms, to_ms=told.until_ms)
        people.add_cover(conn, member.id, area, told.covers)
        written = msgspec.structs.replace(told, role="grid_worker", code=code)
        _write(conn, by, written, member.id, now_ms, about=told.covers)
    return Done(person=member.id)


def _person(conn: Conn, by: By, told: Told, member: Member, now_ms: int, password: str, hashed: str) -> Done:
    if told.act == "password":
        if not member.accounts:
            return Done("unknown_person")
        people.add_accounts(conn, [Account(account=one, person=member.id, password=hashed) for one in member.accounts])
        staff.end_tokens(conn, member.id, now_ms)
        _write(conn, by, told, member.id, now_ms, about=member.accounts[0])
        return Done(password=password, person=member.id)
    if told.act == "end_device":
        if told.device not in {seat.id for seat in member.devices}:
            return Done("unknown_device")
        people.revoke_device(conn, told.device, now_ms)
        _write(conn, by, told, member.id, now_ms, about=told.device)
        return Done(person=member.id)
    return Done("unknown_act")


def _write(conn: Conn, by: By, told: Told, person: str, now_ms: int, about: str = "") -> None:
    ends = now_ms if told.act == "take" else told.until_ms or None
    staff.write(
        conn,
        Standing(
            at_ms=now_ms,
            by=by.person,
            act=told.act,
            person=person,
            role=told.role,
            code=told.code,
            from_ms=now_ms,
            to_ms=ends,
            about=about,
        ),
    )
