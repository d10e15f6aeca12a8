"""People, their accounts and areas, and the tokens by which their devices stay known. No password is ever stored."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from server.store.batch import cells_as, insert_rows
from server.store.tables import accounts, areas, devices, people, refresh
from sync.admit import Area


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who makes ops."""

    id: str
    name: str
    phone: str = ""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """By what a person enters; `password` is an argon2id hash."""

    account: str
    person: str
    password: str


class Refresh(msgspec.Struct, frozen=True, kw_only=True):
    """A refresh token, by its hash."""

    hash: str
    family: str
    """All tokens that descend from one entering."""
    parent: str
    """The one it replaced; "" for the first. Where several were given in one another's stead: the first of them used."""
    device: str
    person: str
    made_ms: int
    used_ms: int | None = None
    revoked_ms: int | None = None


def add_people(conn: Connection, many: Sequence[Person]) -> None:
    """Adds people, or renames them."""
    insert_rows(conn, people, ["id", "name", "phone"], [[p.id, p.name, p.phone] for p in many], replace="id")


def add_accounts(conn: Connection, many: Sequence[Account]) -> None:
    """Adds accounts, or sets their passwords."""
    rows = [[a.account, a.person, a.password] for a in many]
    insert_rows(conn, accounts, ["account", "person", "password"], rows, replace="account")


def add_areas(conn: Connection, person: str, many: Iterable[Area]) -> None:
    """Says where a person stands; the same area again takes the new end."""
    rows = [[person, a.role, a.code, a.from_ms, a.to_ms, a.unit] for a in many]
    columns = ["person", "role", "code", "from_ms", "to_ms", "unit"]
    insert_rows(conn, areas, columns, rows, replace="person, role, code, from_ms")


def add_cover(conn: Connection, person: str, area: Area, covers: str) -> None:
    """Lets a person stand in for another one, until the area's end."""
    row = [person, area.role, area.code, area.from_ms, area.to_ms, covers]
    columns = ["person", "role", "code", "from_ms", "to_ms", "covers"]
    insert_rows(conn, areas, columns, [row], replace="person, role, code, from_ms")


def covers_of(conn: Connection, person: str, now_ms: int) -> dict[str, str]:
    """By area code the name of the person who is stood in for there now."""
    asked = select(areas.c.code, people.c.name).join_from(areas, people, people.c.id == areas.c.covers)
    here = areas.c.person == person, areas.c.from_ms <= now_ms, areas.c.to_ms > now_ms
    return dict(conn.execute(asked.where(*here)).all())


def areas_of(conn: Connection, person: str) -> list[Area]:
    """Where a person stands and stood."""
    asked = select(areas).where(areas.c.person == person).order_by(areas.c.role, areas.c.code, areas.c.from_ms)
    rows = conn.execute(asked)
    return [Area(role=r.role, code=r.code, from_ms=r.from_ms, to_ms=r.to_ms, unit=r.unit) for r in rows]


def standing_in(conn: Connection, codes: Iterable[str]) -> dict[str, dict[str, str]]:
    """By area code the names of those who stand there or stood there once, since the logs tell of that too."""
    asked = select(areas.c.code, people.c.id, people.c.name).join_from(areas, people, people.c.id == areas.c.person)
    found: dict[str, dict[str, str]] = {}
    for code, person, name in conn.execute(asked.where(areas.c.code.in_(sorted(set(codes)))).order_by(people.c.id)):
        found.setdefault(code, {})[person] = name
    return found


def account_of(conn: Connection, account: str) -> Account | None:
    """The account of this name."""
    row = conn.execute(select(accounts).where(accounts.c.account == account)).mappings().first()
    return cells_as(row, Account) if row else None


def names(conn: Connection, ids: Iterable[str]) -> dict[str, str]:
    """These people's names; who is not known is left out."""
    asked = select(people.c.id, people.c.name).where(people.c.id.in_(sorted(set(ids))))
    return dict(conn.execute(asked).all())


def count_people(conn: Connection) -> int:
    """How many there are; 0 means that the store is new."""
    return conn.execute(select(func.count()).select_from(people)).scalar_one()


def revoke_device(conn: Connection, device: str, at_ms: int) -> None:
    """Takes a lost device's right to ask; its tokens end with it."""
    conn.execute(update(devices).where(devices.c.id == device).values(revoked_ms=at_ms))
    conn.execute(update(refresh).where(refresh.c.device == device, _live).values(revoked_ms=at_ms))


_live = refresh.c.revoked_ms.is_(None)


def add_refresh(conn: Connection, token: Refresh) -> None:
    """Writes down a new token."""
    conn.execute(insert(refresh).values(**msgspec.structs.asdict(token)))


def refresh_of(conn: Connection, token_hash: str) -> Refresh | None:
    """The token of this hash, locked until this transaction ends."""
    row = conn.execute(select(refresh).where(refresh.c.hash == token_hash).with_for_update()).mappings().first()
    return cells_as(row, Refresh) if row else None


def use_refresh(conn: Connection, token_hash: str, at_ms: int) -> None:
    """Marks a token's first use."""
    conn.execute(update(refresh).where(refresh.c.hash == token_hash, refresh.c.used_ms.is_(None)).values(used_ms=at_ms))


def given_for(conn: Connection, hashes: Sequence[str]) -> list[Refresh]:
    """The tokens that were given for any of these: more than one where a reply was lost or two tabs asked at once."""
    rows = conn.execute(select(refresh).where(refresh.c.parent.in_(hashes))).mappings()
    return [cells_as(row, Refresh) for row in rows]


def revoke_family(conn: Connection, family: str, at_ms: int) -> None:
    """Ends every token that descends from one entering."""
    conn.execute(update(refresh).where(refresh.c.family == family, _live).values(revoked_ms=at_ms))
