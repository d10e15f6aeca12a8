"""What must be true of a history when it is over, read from the server's log and the phones' disks. A sentence for each oracle."""

from collections import Counter, defaultdict
from typing import NamedTuple

from server import joining, keep
from server.rebuild import fold_grid
from server.replay.phone import Phone, Waiting
from server.store import lists, log, parked
from server.store.disk import Conn
from server.store.lists import Record
from sync.law import LAW
from sync.op import Change, Op, kind_of, op_hash, subject_id
from sync.subjects.kept import is_kept
from sync.wire import Receipt, read_op
from tests.sim.arriving import ArrivingPhone
from tests.sim.county import ENROLLED_MS, GRIDS
from tests.sim.honesty import check_subject
from tests.sim.oracles import BrokenError, Device, Watch, unmarked


class Line(NamedTuple):
    """One place of a grid's log as the server holds it."""

    text: str
    hash: str
    device: str
    seq: int
    actor: str
    change: Change


Logs = dict[str, list[Line]]


def check(conn: Conn, handsets: list[Device], watch: Watch) -> None:
    """Everything, once all is calm. Raises BrokenError with the first promise that does not hold."""
    if watch.faults:
        raise BrokenError("F", f"the server raised {watch.faults[0]}")
    logs = _logs(conn)
    check_places(conn, logs)
    check_identities(logs, watch)
    check_promises(conn, watch)
    check_credit(logs, watch)
    check_alarms(conn, watch)
    for handset in handsets:
        check_fates(conn, handset, watch)
    check_wiped(conn, watch)
    records = {one.subject: one for grid in GRIDS for one in fold_grid(conn, grid, {})}
    check_caches(conn, records)
    for handset in handsets:
        check_phone(handset.disk, logs, records, watch.hidden)
    check_subjects(logs, records, watch)


def _logs(conn: Conn) -> Logs:
    logs: Logs = {}
    for grid in GRIDS:
        lines: list[Line] = []
        for row in log.entries(conn, grid):
            op = read_op(row["text"])
            assert isinstance(op, Op), row["text"]
            times = {name: row[name] for name in ("place", "placed_ms", "credited_ms", "role")}
            lines.append(
                Line(row["text"], row["hash"], row["device"], row["seq"], row["actor"], Change(**times, op=op))
            )
        logs[grid] = lines
    return logs


def check_alarms(conn: Conn, watch: Watch) -> None:
    """O3, O11: each forged op that arrived is an open alarm, and nothing else is."""
    many = log.count_alarms(conn)
    if watch.restores and many <= watch.forged:
        # Alarms are of the life in which they were raised.
        return
    if not min(watch.found_out, 1) <= many <= watch.forged or (watch.forged and many < watch.found_out // 2):
        raise BrokenError("O3", f"{many} alarms where {watch.found_out} of {watch.forged} forged ops were found out")


def check_wiped(conn: Conn, watch: Watch) -> None:
    """O1: of a phone that was wiped nothing is missing but what it alone held."""
    for device, gone in watch.destroyed.items():
        by_seq = {one.seq: one for one in watch.written.get(device, {}).values()}
        stored = log.receipts_of(conn, device, list(by_seq))
        for seq, waiting in by_seq.items():
            fate = stored.get(seq)
            is_there = fate is not None and fate.hash == waiting.hash
            if waiting.hash not in gone and not is_there and _must_be(conn, watch, device, waiting):
                raise BrokenError("O1", f"{device} {seq} had a receipt before the phone was wiped and is nowhere")


def check_places(conn: Conn, logs: Logs) -> None:
    """O7: a grid's places are 1, 2, 3 … up to its head."""
    heads = log.heads(conn, GRIDS)
    for grid, lines in logs.items():
        places = [line.change.place for line in lines]
        if places != list(range(1, heads[grid] + 1)):
            raise BrokenError("O7", f"{grid} has the places {places} and the head {heads[grid]}")


def check_identities(logs: Logs, watch: Watch) -> None:
    """O3: each id stands once in all logs together, with the content its hash names."""
    seen: set[tuple[str, int]] = set()
    for line in (line for lines in logs.values() for line in lines):
        if (line.device, line.seq) in seen:
            raise BrokenError("O3", f"{line.device} {line.seq} was placed twice")
        seen.add((line.device, line.seq))
        if line.hash in watch.invented:
            raise BrokenError("O3", f"{line.device} {line.seq} was invented by another device")
        if op_hash(line.text) != line.hash:
            raise BrokenError("O3", f"{line.device} {line.seq} is not what its hash names")


def check_promises(conn: Conn, watch: Watch) -> None:
    """O2: every receipt that was ever answered still holds, word for word."""
    by_device: dict[str, list[Receipt]] = defaultdict(list)
    for (device, _), receipt in watch.promised.items():
        by_device[device].append(receipt)
    for device, receipts in by_device.items():
        stored = log.receipts_of(conn, device, [one.seq for one in receipts])
        settled = {one.seq: one for one in parked.settled_of(conn, device)}
        for receipt in map(unmarked, receipts):
            now = stored.get(receipt.seq)
            if now != receipt and not _is_settled(receipt, now, settled):
                raise BrokenError("O2", f"{device} was told {receipt}, and the store holds {stored.get(receipt.seq)}")


def _is_settled(told: Receipt, now: Receipt | None, settled: dict[int, Receipt]) -> bool:
    """Whether an op that waited for the town has its other fate by now, as every Reply tells its device."""
    return told.why == "parked" and now is not None and settled.get(told.seq) == now


def check_credit(logs: Logs, watch: Watch) -> None:
    """O8: no op counts from before its device's last contact nor from after its place; its actor stood where it says."""
    for lines in logs.values():
        latest: dict[str, list[tuple[int, int]]] = defaultdict(list)
        last_ms = 0
        for line in lines:
            change, device = line.change, line.device
            if watch.clock_is_steady and change.placed_ms < last_ms:
                raise BrokenError(
                    "O7", f"place {change.place} of {change.op.grid} is of an earlier moment than the last"
                )
            last_ms = change.placed_ms
            # What was brought together proves no contact for what stands behind it.
            before = (credited for placed, credited in latest[device] if placed < change.placed_ms)
            earliest = max(ENROLLED_MS, *before, 0) if watch.clock_is_steady else ENROLLED_MS
            if not earliest <= change.credited_ms <= change.placed_ms:
                raise BrokenError(
                    "O8", f"{device} {line.seq} is credited with {change.credited_ms}, placed {change.placed_ms}"
                )
            latest[device].append((change.placed_ms, change.credited_ms))
            if line.actor in watch.areas and change.role not in _roles(watch, line.actor, change):
                raise BrokenError("H1", f"{line.actor} acted as {change.role} in {change.op.grid}")


def _roles(watch: Watch, person: str, change: Change) -> set[str]:
    return {
        area.role
        for area in watch.stands(person, change.op.grid, change.place)
        if change.op.grid.startswith(area.code)
        and area.from_ms <= change.credited_ms
        and (area.to_ms is None or change.credited_ms < area.to_ms)
    }


def check_fates(conn: Conn, handset: Device, watch: Watch) -> None:
    """O1, O5, O6: every op that was durable on a phone has its fate on the server, and its author was told the same."""
    device, disk = handset.someone.device, handset.disk
    written = watch.written.get(device, {})
    if not watch.shown.get(device, set()) <= written.keys():
        raise BrokenError("O1", f"{device} showed something as saved that it never wrote")
    if {one.hash for one in disk.outbox} != watch.waiting.get(device, set()):
        raise BrokenError("O6", f"{device} shows others waiting than do wait")
    by_seq = {one.seq: one for one in written.values()}
    if len(by_seq) != len(written):
        raise BrokenError("O3", f"{device} gave one number to two ops")
    stored = log.receipts_of(conn, device, list(by_seq))
    told = {receipt.seq for receipt in disk.refused}
    settled = {one.seq: one for one in parked.settled_of(conn, device)}
    for seq, waiting in by_seq.items():
        fate = stored.get(seq)
        if fate is None or fate.hash != waiting.hash:
            if not _must_be(conn, watch, device, waiting):
                continue
            raise BrokenError("O1", f"{device} {seq} is nowhere on the server")
        held = disk.receipts.get(seq)
        if held is None or not (_is_same(held, fate, watch) or _is_settled(held, fate, settled)):
            raise BrokenError("O5", f"the author of {device} {seq} was not told: {fate}")
        if fate.fate != "placed" and seq not in told:
            raise BrokenError("O5", f"{device} {seq} was {fate.fate} ({fate.why}) and nobody says so")


def named_by(op: Op) -> set[str]:
    """The records without which an op cannot be placed: the one it is about, and the one it joins."""
    return {op.subject, joining.into_of(op) or op.subject}


def _must_be(conn: Conn, watch: Watch, device: str, waiting: Waiting) -> bool:
    """O13: what a restore lost and a phone still held is back, unless what it was about is not; the rest is listed as missing."""
    about = waiting.op.subject
    begins = about == subject_id(kind_of(about), device, waiting.seq)
    stands = begins or not watch.restores or lists.records(conn, named := named_by(waiting.op)).keys() >= named
    if watch.is_owed(device, waiting.seq) and stands:
        return True
    most, _ = log.numbers(conn).get(device, (0, 0))
    listed = {(one.device, seq) for one in keep.missing(conn) for seq in one.seqs}
    if waiting.seq <= most and (device, waiting.seq) not in listed:
        raise BrokenError("O13", f"{device} {waiting.seq} was lost by a restore and is not listed as missing")
    return False


def _is_same(told: Receipt, fate: Receipt, watch: Watch) -> bool:
    """Whether the author was told what became of an op.

    After a restore it may have another place; and another moment, where its first Ask, that named no life yet, came late.
    """
    if watch.restores:
        return (told.hash, told.fate, told.why) == (fate.hash, fate.fate, fate.why)
    return unmarked(told) == fate


def check_caches(conn: Conn, records: dict[str, Record]) -> None:
    """O4: what the server's tables show is what its log adds up to."""
    stored = lists.records(conn, records)
    for subject, record in records.items():
        if stored.get(subject) != record:
            raise BrokenError("O4", f"the cache of {subject} is not what its log adds up to")


def check_phone(disk: Phone, logs: Logs, records: dict[str, Record], hidden: set[str]) -> None:
    """O4: a phone holds the logs of the grids it may read, and they add up to what the server shows.

    What a mark keeps from some readers has its place in every log, and its text only in theirs. A restore may undo a seal:
    these phones do not look at a grid's view, so what was withheld from them stays so.
    """
    grids = [grid for grid in GRIDS if any(grid.startswith(area.code) for area in disk.areas)]
    kept_from = {subject for subject, record in records.items() if record.mark} | hidden
    begun = disk.begun if isinstance(disk, ArrivingPhone) else {}
    for grid in grids:
        blank = {row.place for row in disk.rows.get(grid, []) if not row.text}
        kept_from |= {x.change.op.subject for x in logs[grid] if x.change.place in blank}
        placed = [x.change for x in logs[grid] if x.change.place > begun.get(grid, 0)]
        held = {change.place: change for change in disk.log.get(grid, [])}
        differs = any(one.op.subject not in kept_from and held.get(one.place) != one for one in placed)
        if differs or disk.places.get(grid, 0) != len(logs[grid]) or len(held) > len(placed):
            raise BrokenError("O4", f"{disk.device} holds another log of {grid} than the server")
    for subject, record in records.items():
        if record.grid not in grids or subject in kept_from or disk.shapes.get(subject) == record.shape:
            continue
        last_ms = logs[record.grid][-1].change.placed_ms
        # A snapshot leaves out what is over and was not touched for long.
        if subject in disk.shapes or record.grid not in begun or is_kept(LAW[record.kind], record.shape, last_ms):
            raise BrokenError("O4", f"{disk.device} shows {subject} otherwise than the server")


def check_subjects(logs: Logs, records: dict[str, Record], watch: Watch) -> None:
    """The honesty of each subject, and that the day's numbers were given out 1, 2, 3 …"""
    by_subject: dict[str, list[Change]] = defaultdict(list)
    for line in (line for lines in logs.values() for line in lines):
        by_subject[line.change.op.subject].append(line.change)
    for subject, changes in by_subject.items():
        if subject in records:
            check_subject(subject, changes, restored=bool(watch.restores))
    issues = [record for record in records.values() if record.kind == "issue" and record.stage]
    numbers: dict[str, list[int]] = defaultdict(list)
    for record in issues:
        numbers[record.issue_no[:-5]].append(int(record.issue_no[-5:] or 0))
    for day, given in numbers.items():
        whole = sorted(given) == list(range(1, len(given) + 1))
        if not whole and not (watch.restores and len(set(given)) == len(given)):
            raise BrokenError("H5", f"{day}: {len(given)} issues bear the numbers {sorted(given)}")


def everything(conn: Conn) -> list[tuple[str, int, int, str, str]]:
    """Every place of every log."""
    rows = (row for grid in GRIDS for row in log.entries(conn, grid))
    return [(row["grid"], row["place"], row["credited_ms"], row["role"], row["text"]) for row in rows]


def count_shapes(conn: Conn) -> Counter[str]:
    """Which rows of the law were gone, which notes and losers were kept: how deep histories get."""
    found: Counter[str] = Counter()
    for record in all_records(conn):
        shape = record.shape
        found.update(f"row {act.row}" for act in shape.acts)
        found.update(f"note {note.why}" for note in shape.notes)
        found.update(f"met {shape.kind}/{act.from_stage}/{act.name}" for act in shape.acts)
        found.update(f"met {shape.kind}/{note.stage}/{note.name}" for note in shape.notes)
        for register in shape.fields.values():
            found["value lost and kept"] += len(register.lost)
            found["value beside"] += len(register.beside)
    return found


def all_records(conn: Conn) -> list[Record]:
    """Every subject as the server shows it."""
    subjects = {row["subject"]: None for grid in GRIDS for row in log.entries(conn, grid)}
    return list(lists.records(conn, subjects).values())
