"""The log: grids and their places, ops, device chains, and what was refused. Functions of a connection, one question each."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, RowMapping, and_, func, insert, or_, select, text, true, update

from server.store.batch import Cell, cells_as, insert_rows, select_rows
from server.store.parked import settled_of
from server.store.pokes import note
from server.store.tables import alarms, counters, devices, grids, ops, refused
from sync.op import kind_of
from sync.wire import Placed, Receipt

_COUNT_UP = text(
    "INSERT INTO counters (name, n) VALUES (:name, 1) ON CONFLICT (name) DO UPDATE SET n = counters.n + 1 RETURNING n"
)

_ALARM = text(
    "INSERT INTO alarms (device, seq, hash, why, text, at_ms) VALUES (:device, :seq, :hash, :why, :text, :at_ms) "
    "ON CONFLICT (device, seq, hash) DO NOTHING"
)


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """A grid and where it lies. Codes: 15 digits, its village 12, its town 9."""

    code: str
    name: str
    village: str
    village_code: str
    town: str
    town_code: str


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A device's chain as far as it was taken."""

    id: str
    person: str
    head_seq: int = 0
    head_hash: str = ""
    stamp: str = ""
    """The stamp of the last op taken: the next one must not be earlier for the server's own devices."""
    contact_ms: int = 0
    skew_ms: int = 0
    enrolled_ms: int = 0
    revoked_ms: int | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One op as it stands in a grid's log."""

    grid: str
    place: int
    device: str
    seq: int
    hash: str
    subject: str
    name: str
    actor: str
    role: str
    stamp: str
    claimed_ms: int
    placed_ms: int
    credited_ms: int
    text: str


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An op that entered no log, as it came, with the reason."""

    device: str
    seq: int
    hash: str
    fate: str
    why: str
    about: str
    text: bytes
    at_ms: int


def add_grids(conn: Connection, many: Iterable[Grid]) -> None:
    """Adds grids with empty logs; one that stands already takes the new names and keeps its log."""
    rows = [[g.code, g.name, g.village, g.village_code, g.town, g.town_code] for g in many]
    columns = ["code", "name", "village", "village_code", "town", "town_code"]
    insert_rows(conn, grids, columns, rows, replace="code")


def grids_under(conn: Connection, codes: Sequence[str]) -> list[Grid]:
    """The grids whose code begins with one of these ("" is the whole county), in order."""
    if not codes:
        return []
    fitting = or_(*(grids.c.code.startswith(code, autoescape=True) for code in codes))
    return [grid_of(row) for row in conn.execute(select(grids).where(fitting).order_by(grids.c.code)).mappings()]


def grid_of(row: RowMapping) -> Grid:
    """The grid in a row of the table."""
    return Grid(
        code=row["code"],
        name=row["name"],
        village=row["village"],
        village_code=row["village_code"],
        town=row["town"],
        town_code=row["town_code"],
    )


def lock(conn: Connection, codes: Iterable[str], device_ids: Iterable[str]) -> None:
    """Takes the locks of a whole group before its first body runs: chains, then logs, each in order.

    Two groups that took them one body at a time could hold what the other waits for.
    """
    for column, wanted in ((devices.c.id, sorted(set(device_ids))), (grids.c.code, sorted(set(codes)))):
        if wanted:
            conn.execute(select(column).where(column.in_(wanted)).order_by(column).with_for_update())


def lock_heads(conn: Connection, codes: Iterable[str]) -> dict[str, int]:
    """The last places of these grids' logs, locked against every other writer until this transaction ends.

    Always in the order of the codes: two writers that lock in different orders wait for each other for ever.
    A grid that does not exist is left out.
    """
    wanted = sorted(set(codes))
    asked = select(grids.c.code, grids.c.head).where(grids.c.code.in_(wanted)).order_by(grids.c.code)
    return dict(conn.execute(asked.with_for_update()).all())


def heads(conn: Connection, codes: Iterable[str]) -> dict[str, int]:
    """The last places of these grids' logs."""
    asked = select(grids.c.code, grids.c.head).where(grids.c.code.in_(sorted(set(codes))))
    return dict(conn.execute(asked).all())


def append(conn: Connection, entries: Sequence[Entry], new_heads: dict[str, int]) -> None:
    """Writes entries at the places they bear and moves the heads, under the locks of `lock_heads`."""
    columns = ["grid", "place", "device", "seq", "hash", "subject", "kind", "name", "actor", "role", "stamp"]
    columns += ["claimed_ms", "placed_ms", "credited_ms", "text"]
    rows = [_cells(entry) for entry in entries]
    insert_rows(conn, ops, columns, rows)
    for code, head in sorted(new_heads.items()):
        conn.execute(update(grids).where(grids.c.code == code).values(head=head))
    note(conn, new_heads)


def _cells(e: Entry) -> list[Cell]:
    named: list[Cell] = [e.grid, e.place, e.device, e.seq, e.hash, e.subject, kind_of(e.subject), e.name]
    return [*named, e.actor, e.role, e.stamp, e.claimed_ms, e.placed_ms, e.credited_ms, e.text]


def after(conn: Connection, grid: str, place: int, limit: int) -> list[Placed]:
    """What the grid's log holds after a place, in order."""
    columns = (ops.c.place, ops.c.placed_ms, ops.c.credited_ms, ops.c.role, ops.c.text)
    asked = select(*columns).where(ops.c.grid == grid, ops.c.place > place).order_by(ops.c.place).limit(limit)
    return [Placed(*row) for row in sorted(select_rows(conn, asked))]


def subjects_between(conn: Connection, grid: str, first: int, last: int, among: Iterable[str]) -> dict[int, str]:
    """By place, which of these subjects an op of a grid's log is about."""
    here = and_(ops.c.grid == grid, ops.c.place.between(first, last), ops.c.subject.in_(sorted(among)))
    return dict(conn.execute(select(ops.c.place, ops.c.subject).where(here)).all())


def of_subject(conn: Connection, grid: str, subject: str) -> list[Placed]:
    """Everything placed about one subject, in order."""
    columns = (ops.c.place, ops.c.placed_ms, ops.c.credited_ms, ops.c.role, ops.c.text)
    asked = select(*columns).where(ops.c.subject == subject, ops.c.grid == grid).order_by(ops.c.place)
    return [Placed(*row) for row in conn.execute(asked)]


def hashes(conn: Connection, grid: str, until: int) -> Iterable[str]:
    """The hashes of a grid's ops up to and including a place, in order, without holding them all."""
    asked = select(ops.c.hash).where(ops.c.grid == grid, ops.c.place <= until).order_by(ops.c.place)
    return conn.execution_options(yield_per=5000).execute(asked).scalars()


def device_of(conn: Connection, device: str) -> Device | None:
    """A device's row. Who moves its chain has named it to `Store.write`, which locks it."""
    row = conn.execute(select(devices).where(devices.c.id == device)).mappings().first()
    return cells_as(row, Device) if row else None


def devices_of(conn: Connection, ids: Sequence[str]) -> dict[str, Device]:
    """Several devices at once."""
    rows = conn.execute(
        select(devices).where(devices.c.id.in_(ids)).order_by(devices.c.id).with_for_update()
    ).mappings()
    return {row["id"]: cells_as(row, Device) for row in rows}


def put_devices(conn: Connection, many: Iterable[Device]) -> None:
    """Writes devices' rows anew."""
    columns = list(Device.__struct_fields__)
    rows = [[getattr(device, name) for name in columns] for device in many]
    insert_rows(conn, devices, columns, rows, replace="id")


def receipts_of(conn: Connection, device: str, seqs: Sequence[int]) -> dict[int, Receipt]:
    """The stored fates of ops taken earlier, by their numbers."""
    columns = (ops.c.seq, ops.c.hash, ops.c.grid, ops.c.place, ops.c.placed_ms, ops.c.credited_ms, ops.c.role)
    placed = conn.execute(select(*columns).where(ops.c.device == device, ops.c.seq.in_(seqs))).mappings()
    found = {row["seq"]: Receipt(fate="placed", **{str(name): cell for name, cell in row.items()}) for row in placed}
    kept = conn.execute(select(refused).where(refused.c.device == device, refused.c.seq.in_(seqs))).mappings()
    settled = {one.seq: one for one in settled_of(conn, device)}
    return found | {row["seq"]: settled.get(row["seq"]) or _receipt(row) for row in kept}


def beyond(conn: Connection, device: str, seq: int) -> dict[int, Receipt]:
    """The fates of ops of this device behind a number: others brought them back before its chain reached them."""
    placed = conn.execute(select(ops.c.seq).where(ops.c.device == device, ops.c.seq > seq)).scalars()
    kept = conn.execute(select(refused.c.seq).where(refused.c.device == device, refused.c.seq > seq)).scalars()
    seqs = sorted({*placed, *kept})
    return receipts_of(conn, device, seqs) if seqs else {}


def numbers(conn: Connection) -> dict[str, tuple[int, int]]:
    """By device the highest number that is known of, and how many of the numbers up to there are held."""
    found = {row.id: (row.head_seq, 0) for row in conn.execute(select(devices.c.id, devices.c.head_seq))}
    # What the town let in lies among the refused ones too, and counts once.
    in_log = select(ops.c.seq).where(ops.c.device == refused.c.device, ops.c.seq == refused.c.seq).exists()
    for table, where in ((ops, true()), (refused, ~in_log)):
        asked = select(table.c.device, func.max(table.c.seq), func.count()).where(where).group_by(table.c.device)
        for device, most, count in conn.execute(asked):
            highest, held = found.get(device, (0, 0))
            found[device] = (max(highest, most), held + count)
    return found


def held_by(conn: Connection, device: str) -> set[int]:
    """Every number of this device whose op is here."""
    found: set[int] = set()
    for table in (ops, refused):
        found |= set(conn.execute(select(table.c.seq).where(table.c.device == device)).scalars())
    return found


def receipt_of(entry: Entry) -> Receipt:
    """The receipt of an op that was placed."""
    return Receipt(
        seq=entry.seq,
        hash=entry.hash,
        fate="placed",
        grid=entry.grid,
        place=entry.place,
        placed_ms=entry.placed_ms,
        credited_ms=entry.credited_ms,
        role=entry.role,
    )


def kept_before(conn: Connection, device: str, hashes: Sequence[str]) -> dict[str, Receipt]:
    """The fates of texts that bear no number of this chain and came before, by their hashes."""
    fitting = and_(refused.c.device == device, refused.c.hash.in_(hashes))
    rows = conn.execute(select(refused).where(fitting)).mappings()
    return {row["hash"]: _receipt(row) for row in rows}


def _receipt(row: RowMapping) -> Receipt:
    return Receipt(seq=row["seq"], hash=row["hash"], fate=row["fate"], why=row["why"], about=row["about"])


def keep(conn: Connection, many: Sequence[Kept]) -> None:
    """Keeps what entered no log."""
    if many:
        conn.execute(insert(refused), [msgspec.structs.asdict(one) for one in many])


def raise_alarms(conn: Connection, many: Sequence[Kept]) -> None:
    """Keeps what must not happen, once for each text."""
    for one in many:
        cells = {name: getattr(one, name) for name in ("device", "seq", "hash", "why", "text", "at_ms")}
        conn.execute(_ALARM, cells)


def next_number(conn: Connection, name: str) -> int:
    """Counts one up: 1, 2, 3 … without gaps, since a transaction that fails gives its number back."""
    return conn.execute(_COUNT_UP, {"name": name}).scalar_one()


def count_on(conn: Connection, name: str, by: int) -> None:
    """Leaves out so many numbers."""
    insert_rows(conn, counters, ["name", "n"], [[name, 0]], unless="name")
    conn.execute(update(counters).where(counters.c.name == name).values(n=counters.c.n + by))


def entries(conn: Connection, grid: str) -> Iterable[RowMapping]:
    """The whole log of a grid, in order."""
    return conn.execute(select(ops).where(ops.c.grid == grid).order_by(ops.c.place)).mappings()


def all_grids(conn: Connection) -> list[str]:
    """Every grid's code, in order."""
    return list(conn.execute(select(grids.c.code).order_by(grids.c.code)).scalars())


def count_alarms(conn: Connection) -> int:
    """How many alarms an operator has to look at."""
    return conn.execute(select(func.count()).select_from(alarms)).scalar_one()
