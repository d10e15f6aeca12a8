"""Who works where, on which devices, and the record of every change of it. Only `server.staff` writes here, once a store is in use."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, insert, or_, select, update

from server.store import log
from server.store.batch import cells_as
from server.store.tables import accounts, areas, devices, people, refresh, standings


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One change of who may do what and where."""

    at_ms: int
    by: str
    """The person who made it; `operator` for the command line."""
    act: str
    """`add`, `give`, `take`, `cover`, `password` or `end_device`."""
    person: str
    role: str = ""
    code: str = ""
    from_ms: int = 0
    to_ms: int | None = None
    about: str = ""
    """The account, the device, or the person who is covered."""


class Stands(msgspec.Struct, frozen=True):
    """One area of a person's."""

    role: str
    code: str
    from_ms: int
    to_ms: int | None
    covers: str


class Seat(msgspec.Struct, frozen=True):
    """A device of a person's."""

    id: str
    enrolled_ms: int
    contact_ms: int
    revoked_ms: int | None


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A person with all that is known of where and on what he works."""

    id: str
    name: str
    phone: str
    accounts: list[str]
    areas: list[Stands]
    devices: list[Seat]


def write(conn: Connection, one: Standing) -> None:
    """Notes a change, beside the change itself."""
    n = log.next_number(conn, "standings")
    conn.execute(insert(standings).values(n=n, **msgspec.structs.asdict(one)))


def last(conn: Connection, people_: Iterable[str], limit: int) -> list[Standing]:
    """The last changes about these people, newest first."""
    columns = [getattr(standings.c, name) for name in Standing.__struct_fields__]
    asked = select(*columns).where(standings.c.person.in_(sorted(set(people_)))).order_by(standings.c.n.desc())
    return [cells_as(row, Standing) for row in conn.execute(asked.limit(limit)).mappings()]


def under(conn: Connection, codes: Sequence[str]) -> list[Member]:
    """Everybody who stands or stood in these areas, by id."""
    here = or_(*(areas.c.code.startswith(code, autoescape=True) for code in codes))
    return members(conn, conn.execute(select(areas.c.person).where(here).distinct()).scalars())


def members(conn: Connection, ids: Iterable[str]) -> list[Member]:
    """These people, by id."""
    wanted = sorted(set(ids))
    held: dict[str, list[Stands]] = {}
    for row in conn.execute(select(areas).where(areas.c.person.in_(wanted)).order_by(areas.c.code, areas.c.from_ms)):
        held.setdefault(row.person, []).append(Stands(row.role, row.code, row.from_ms, row.to_ms, row.covers))
    seats: dict[str, list[Seat]] = {}
    for row in conn.execute(select(devices).where(devices.c.person.in_(wanted)).order_by(devices.c.enrolled_ms.desc())):
        seats.setdefault(row.person, []).append(Seat(row.id, row.enrolled_ms, row.contact_ms, row.revoked_ms))
    named: dict[str, list[str]] = {}
    for row in conn.execute(select(accounts).where(accounts.c.person.in_(wanted)).order_by(accounts.c.account)):
        named.setdefault(row.person, []).append(row.account)
    rows = conn.execute(select(people).where(people.c.id.in_(wanted)).order_by(people.c.id))
    return [
        Member(
            id=row.id,
            name=row.name,
            phone=row.phone,
            accounts=named.get(row.id, []),
            areas=held.get(row.id, []),
            devices=seats.get(row.id, []),
        )
        for row in rows
    ]


def person_of(conn: Connection, account: str) -> str:
    """Whose account this is; "" when nobody's."""
    return conn.execute(select(accounts.c.person).where(accounts.c.account == account)).scalar() or ""


def end_areas(conn: Connection, person: str, role: str, code: str, at_ms: int) -> int:
    """Ends what a person holds there at this moment; how many areas that were."""
    open_ = or_(areas.c.to_ms.is_(None), areas.c.to_ms > at_ms)
    mine = areas.c.person == person, areas.c.role == role, areas.c.code == code
    return conn.execute(update(areas).where(*mine, open_, areas.c.from_ms < at_ms).values(to_ms=at_ms)).rowcount


def end_tokens(conn: Connection, person: str, at_ms: int) -> None:
    """Ends every refresh token of a person."""
    live = refresh.c.revoked_ms.is_(None)
    conn.execute(update(refresh).where(refresh.c.person == person, live).values(revoked_ms=at_ms))
