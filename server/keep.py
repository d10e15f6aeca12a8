"""Backups: made beside a running server, checked whole, restored into an empty store as a new life of it. And what never came back."""

import io
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from server import __version__
from server.book import CountyBook
from server.clerk import agreements_counted
from server.exchange import CLERK, IMPORTER, PAGE
from server.now import now_ms
from server.settings import Settings
from server.store import archive, blobs, log, open_store, read_once, sealed
from server.store.archive import Listed, Unfit
from server.store.disk import Conn, Store, what_ails
from server.store.log import Device
from server.store.meta import Life, begin_life, read_meta
from sync.op import op_hash
from sync.rules.workdays import date_at, minute_at

PER_MS = 100
"""The server's own hands go on after a restore from the moment's milliseconds times this: so none of their numbers that
was lost is given twice, however often the same backup is restored. No hand says so much in a millisecond, and a number
has 15 digits at most."""
DAY_JUMP = 5_000
"""How many numbers of issues are left out of each day that may be lost."""
PER_MINUTE = 50
"""And so many more for each minute of the restore's day, and for each day since: for whoever restores one backup twice."""
AGREEMENTS_LEFT_OUT = 60
"""How many numbers of agreements each town leaves out beside one for each minute since the backup."""


class Missing(msgspec.Struct, frozen=True):
    """Ops of a device that nobody holds, by number."""

    device: str
    seqs: list[int]


Key = X25519PrivateKey | ChaCha20Poly1305
"""What opens a sealed backup: its secret key, or the cipher of whoever has just written it."""


def backup(settings: Settings, file: Path, to: X25519PublicKey | None = None) -> Listed:
    """Writes a backup beside the server that may be running, then reads it to its end. Raises Unfit or OSError.

    It is sealed `to` a public key before a byte of it reaches the disk.
    """
    half = file.with_name(f".{file.name}.half")

    def write(conn: Conn, out: IO[bytes]) -> Listed:
        epoch = read_meta(conn).epoch
        return archive.write(conn, settings.data, out, version=__version__, epoch=epoch, made_ms=now_ms())

    def look(conn: Conn) -> tuple[Listed, Key | None]:
        with blobs.fresh(half) as out:
            if to is None:
                return write(conn, out), None
            sealing = sealed.Sealing(out, to)
            with io.BufferedWriter(sealing, sealed.PIECE) as into:
                return write(conn, into), sealing.cipher

    try:
        listed, key = read_once(settings.data, look, settings.database)
        check(half, key)
        half.rename(file)
    finally:
        half.unlink(missing_ok=True)
    return listed


def check(file: Path, key: Key | None = None) -> Listed:
    """Reads a backup to its end. Raises Unfit when a byte of it is not what was written, or the key is another."""
    with _content(file, key) as source:
        return archive.look_through(source)


@contextmanager
def _content(file: Path, key: Key | None) -> Generator[IO[bytes]]:
    """What a backup holds, opened by its key if it is sealed."""
    with blobs.opened(file) as source:
        if key is None and sealed.is_sealed(source):
            raise Unfit("It is sealed: name the file of its secret key by --key.")
        yield source if key is None else io.BufferedReader(sealed.Opening(source, key), sealed.PIECE)


def drill(file: Path, county: CountyBook, key: Key | None = None) -> Life:
    """Restores a backup into a folder that is thrown away, with every check of a real restore."""
    with TemporaryDirectory() as folder:
        return restore(Settings(data=Path(folder) / "data", apps=Path(folder)), file, county, key)


def restore(settings: Settings, file: Path, county: CountyBook, key: Key | None = None) -> Life:
    """Restores into an empty store, which begins a new life. All of it, or nothing. Raises Unfit."""
    listed = check(file, key)
    with closing(_Opened(settings)) as opened, _content(file, key) as source:
        store = opened.store

        def load(conn: Conn) -> Life:
            if not is_empty(conn):
                raise Unfit("The store is not empty. Move its folder away, or name an empty database, and try again.")
            archive.load(conn, source, listed, lambda name, content: blobs.put_back(settings.data, name, content))
            check_chains(conn)
            heads = log.heads(conn, log.all_grids(conn))
            life = begin_life(conn, listed.made_ms, now_ms(), heads)
            _leave_out_numbers(conn, county, life)
            return life

        return store.write_now(load)


class _Opened:
    """A store that is closed in the end, whatever happened."""

    def __init__(self, settings: Settings) -> None:
        self.store: Store = open_store(settings.data, settings.database)

    def close(self) -> None:
        self.store.close_now()


def is_empty(conn: Conn) -> bool:
    """Whether nobody has worked with this store yet."""
    return not log.all_grids(conn)


def check_chains(conn: Conn) -> None:
    """Logs without gaps, texts that have their hashes, chains that hold together. Raises Unfit."""
    for wrong in _broken(conn):
        raise Unfit(wrong)


def _broken(conn: Conn) -> Iterator[str]:
    """In a sentence each: every log that does not hold."""
    heads = log.heads(conn, log.all_grids(conn))
    for grid, head in heads.items():
        last = 0
        for place, entry in enumerate(log.entries(conn, grid), start=1):
            if entry["place"] != place or op_hash(entry["text"]) != entry["hash"]:
                yield f"The log of {grid} is broken at place {place}."
                break
            last = place
        else:
            if last != head:
                yield f"The log of {grid} ends at {last} instead of {head}."


def look_over(settings: Settings) -> list[str]:
    """In a sentence each: what in the store, beside a server that may be running, is no longer what was written."""
    said = what_ails(settings.data, settings.database)
    if said:
        # What lies on a broken page cannot be read, so nothing more is asked.
        return [f"The database says of itself: {said}."]
    logs = read_once(settings.data, lambda conn: list(_broken(conn)), settings.database)
    return [*logs, *(f"The photo or voice {name} is not what was taken in." for name in blobs.bent(settings.data))]


def _leave_out_numbers(conn: Conn, county: CountyBook, life: Life) -> None:
    """What was given out after the backup may come back: it must not meet another thing of the same number."""
    hands = {hand.prefix + grid: hand for hand in (CLERK, PAGE, IMPORTER) for grid in life.heads}
    known = log.devices_of(conn, sorted(hands))
    moved = [
        known.get(name) or Device(id=name, person=hand.person, enrolled_ms=life.begun_ms)
        for name, hand in hands.items()
    ]
    on = life.begun_ms * PER_MS
    log.put_devices(conn, [msgspec.structs.replace(one, head_seq=max(one.head_seq, on)) for one in moved])
    clocks = county.book.clocks
    day, last = date_at(life.made_ms, clocks), date_at(life.begun_ms, clocks)
    while day <= last:
        minutes = minute_at(life.begun_ms, clocks) + (last - day).days
        log.count_on(conn, f"issue {day:%Y%m%d}", DAY_JUMP + PER_MINUTE * minutes)
        day += timedelta(days=1)
    left_out = AGREEMENTS_LEFT_OUT + (life.begun_ms - life.made_ms) // 60_000
    for town in sorted({grid[:9] for grid in life.heads}):
        for year in range(date_at(life.made_ms, clocks).year, last.year + 1):
            log.count_on(conn, agreements_counted(town, year), left_out)


def missing(conn: Conn) -> list[Missing]:
    """After a restore: per device the numbers that were given and are not here. Nothing before the first restore."""
    if not read_meta(conn).lives:
        return []
    gaps = [name for name, (most, held) in log.numbers(conn).items() if most > held and not _is_hand(name)]
    found = [Missing(name, sorted(_lacking(conn, name))) for name in sorted(gaps)]
    return [one for one in found if one.seqs]


def _lacking(conn: Conn, name: str) -> set[int]:
    held = log.held_by(conn, name)
    device = log.device_of(conn, name)
    return set(range(1, max([device.head_seq if device else 0, *held]) + 1)) - held


def _is_hand(name: str) -> bool:
    return any(name.startswith(hand.prefix) and name[len(hand.prefix) :].isdigit() for hand in (CLERK, PAGE, IMPORTER))


def told_missing(found: list[Missing]) -> Iterator[str]:
    """One line for each device."""
    for one in found:
        yield f"{one.device}: {', '.join(_ranges(one.seqs))}"


def _ranges(seqs: list[int]) -> Iterator[str]:
    begins = [seq for seq in seqs if seq - 1 not in seqs]
    ends = [seq for seq in seqs if seq + 1 not in seqs]
    for first, last in zip(begins, ends, strict=True):
        yield str(first) if first == last else f"{first}-{last}"


def told_life(life: Life) -> str:
    """What the one who restored is told."""
    made = datetime.fromtimestamp(life.made_ms / 1000, UTC)
    return f"restored what was there at {made:%Y-%m-%d %H:%M:%S} UTC; the store's epoch is now {life.epoch}"
