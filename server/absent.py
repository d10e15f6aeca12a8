"""What must exist and has not come: gaps in a device's numbers, slips of matters in no log. The town accounts for each by an op."""

import hashlib
import hmac

import msgspec

from server.seal import Seal, device_text
from server.store import absent, lists, log, people
from server.store.absent import Absent
from server.store.disk import Conn
from sync.clock import DAY_MS
from sync.fold import Shape
from sync.subjects.issue import text

MOST_NOTED = 50
"""Of one gap: whoever accounts for these looks at the phone anyway."""
LIMIT = 200
MOST_ACCOUNTS = 10_000
QUIET_MS = DAY_MS
"""A phone may be without a network for a day before a slip that was asked for shows at the desk (reliability D2)."""
MAC_LENGTH = 12
"""48 bits in hexadecimal: whoever guesses finds the address throttled by the network long before."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One number that is missing: whose, since when, and why it is known to exist."""

    device: str
    seq: int
    grid: str
    village: str
    grid_name: str
    person: str
    why: str
    first_ms: int
    last_ms: int


class Slip(msgspec.Struct, frozen=True):
    """What a printed code says beside its token: the op that began the matter, and that the device itself says so."""

    token: str
    device: str
    seq: int
    mac: str


def read_slip(code: str) -> Slip | None:
    """`token.device.seq.mac`; None for a code without them."""
    parts = code.split(".")
    if len(parts) != 4 or not (parts[2].isascii() and parts[2].isdigit() and 0 < len(parts[2]) < 16):
        return None
    return Slip(parts[0], parts[1], int(parts[2]), parts[3])


def mac_of(mark: str, slip: Slip) -> str:
    """What a device writes on its slips; `mark` is the server's word that the device is its person's (`Entered.mark`)."""
    said = f"sulaiban slip 1\n{mark}\n{slip.device}.{slip.seq}\n{slip.token}\n"
    return hashlib.sha256(said.encode()).hexdigest()[:MAC_LENGTH]


def has_not_come(conn: Conn, seal: Seal, slip: Slip) -> bool:
    """Whether a genuine slip speaks of an op that is in no log."""
    device = log.device_of(conn, slip.device)
    right = mac_of(seal.mark(device_text(device.id, device.person)), slip) if device else ""
    return hmac.compare_digest(right.encode(), slip.mac.encode()) and not absent.has_come(conn, slip.device, slip.seq)


def note_asked(conn: Conn, slip: Slip, now_ms: int) -> None:
    """Somebody who holds a genuine slip asked for its matter."""
    device = log.device_of(conn, slip.device)
    if device:
        absent.note(conn, [_absent(conn, device, slip.seq, "asked", now_ms)])


def note_gap(conn: Conn, device: str, gap: tuple[int, int], now_ms: int) -> None:
    """A later op came: the numbers before it are missing until they come, or until the town has accounted for them."""
    known = log.device_of(conn, device)
    first, last = gap
    if known:
        seqs = range(first, min(last, first + MOST_NOTED - 1) + 1)
        absent.note(conn, [_absent(conn, known, seq, "gap", now_ms) for seq in seqs])


def _absent(conn: Conn, device: log.Device, seq: int, why: str, now_ms: int) -> Absent:
    grid = absent.grid_of(conn, device.id, people.areas_of(conn, device.person))
    return Absent(device=device.id, seq=seq, grid=grid, person=device.person, why=why, first_ms=now_ms, last_ms=now_ms)


def open_under(conn: Conn, codes: list[str], now_ms: int) -> list[Line]:
    """What is missing in these areas and nobody has accounted for, the longest missing first."""
    found = [one for one in absent.under(conn, codes, LIMIT) if one.why == "gap" or now_ms - one.first_ms >= QUIET_MS]
    where = sorted({one.grid for one in found})
    told = {
        _named(one.shape) for one in lists.in_stages(conn, "parked", where, ["accounted"], MOST_ACCOUNTS, newest=True)
    }
    grids = {grid.code: grid for grid in log.grids_under(conn, where)} if where else {}
    names = people.names(conn, {one.person for one in found})
    return [
        Line(
            device=one.device,
            seq=one.seq,
            grid=one.grid,
            village=grids[one.grid].village if one.grid in grids else "",
            grid_name=grids[one.grid].name if one.grid in grids else "",
            person=names.get(one.person, ""),
            why=one.why,
            first_ms=one.first_ms,
            last_ms=one.last_ms,
        )
        for one in found
        if (one.device, one.seq) not in told
    ]


def _named(shape: Shape) -> tuple[str, int]:
    seq = shape.fields["seq"].now.value if "seq" in shape.fields else 0
    return text(shape, "device"), seq if isinstance(seq, int) else 0
