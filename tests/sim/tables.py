"""The server's tables as plain dictionaries, and the functions of `server.store` over them. Same questions, same answers, no SQL."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from server import keep as keeping
from server.store import beside, blobs, lists, log, meta, parked, people, snapshots, uploads
from server.store.beside import Brief, brief_of
from server.store.blobs import Photo
from server.store.lists import Known, Record
from server.store.log import Device, Entry, Grid, Kept, receipt_of
from server.store.meta import Life, Meta
from server.store.parked import Parked, Waiting
from server.store.people import Person, Refresh
from server.store.uploads import Upload
from sync.admit import Area
from sync.wire import Placed, Receipt


class ClashError(Exception):
    """A row stands already where a second one may not: what the database would say."""


@dataclass
class Tables:
    """Rows by their keys. Rows themselves never change, so a copy is a copy of the dictionaries."""

    grids: dict[str, Grid] = field(default_factory=dict[str, Grid])
    heads: dict[str, int] = field(default_factory=dict[str, int])
    ops: dict[tuple[str, int], Entry] = field(default_factory=dict[tuple[str, int], Entry])
    by_identity: dict[tuple[str, int], Entry] = field(default_factory=dict[tuple[str, int], Entry])
    devices: dict[str, Device] = field(default_factory=dict[str, Device])
    refused: dict[tuple[str, int], Kept] = field(default_factory=dict[tuple[str, int], Kept])
    alarms: dict[tuple[str, int, str], Kept] = field(default_factory=dict[tuple[str, int, str], Kept])
    records: dict[str, Record] = field(default_factory=dict[str, Record])
    parked: dict[tuple[str, int], Parked] = field(default_factory=dict[tuple[str, int], Parked])
    marks: dict[tuple[str, str], None] = field(default_factory=dict[tuple[str, str], None])
    counters: dict[str, int] = field(default_factory=dict[str, int])
    people: dict[str, Person] = field(default_factory=dict[str, Person])
    areas: dict[tuple[str, str, str, int], Area] = field(default_factory=dict[tuple[str, str, str, int], Area])
    refresh: dict[str, Refresh] = field(default_factory=dict[str, Refresh])
    photos: dict[str, Photo] = field(default_factory=dict[str, Photo])
    uploads: dict[str, Upload] = field(default_factory=dict[str, Upload])
    meta: dict[str, bytes] = field(default_factory=dict[str, bytes])
    packed: dict[tuple[str, int, int], snapshots.Kept] = field(
        default_factory=dict[tuple[str, int, int], snapshots.Kept]
    )

    def copy(self) -> "Tables":
        """The same rows, to be changed apart."""
        copy = Tables()
        for name in self.__dataclass_fields__:
            setattr(copy, name, dict(getattr(self, name)))
        return copy


def add_grids(t: Tables, many: Iterable[Grid]) -> None:
    for grid in many:
        t.grids[grid.code] = grid
        t.heads.setdefault(grid.code, 0)


def grids_under(t: Tables, codes: Sequence[str]) -> list[Grid]:
    return [grid for code, grid in sorted(t.grids.items()) if any(code.startswith(one) for one in codes)]


def heads(t: Tables, codes: Iterable[str]) -> dict[str, int]:
    return {code: t.heads[code] for code in sorted(set(codes)) if code in t.heads}


def append(t: Tables, entries: Sequence[Entry], new_heads: dict[str, int]) -> None:
    for entry in entries:
        key, identity = (entry.grid, entry.place), (entry.device, entry.seq)
        if key in t.ops or identity in t.by_identity:
            raise ClashError(f"{key} {identity}")
        t.ops[key] = t.by_identity[identity] = entry
    t.heads |= new_heads


def after(t: Tables, grid: str, place: int, limit: int) -> list[Placed]:
    places = range(place + 1, min(t.heads[grid], place + limit) + 1)
    found = (t.ops.get((grid, one)) for one in places)
    return [Placed(e.place, e.placed_ms, e.credited_ms, e.role, e.text) for e in found if e is not None]


def of_subject(t: Tables, grid: str, subject: str) -> list[Placed]:
    mine = (t.ops.get((grid, one)) for one in range(1, t.heads[grid] + 1))
    return [Placed(e.place, e.placed_ms, e.credited_ms, e.role, e.text) for e in mine if e and e.subject == subject]


def device_of(t: Tables, device: str) -> Device | None:
    return t.devices.get(device)


def devices_of(t: Tables, ids: Sequence[str]) -> dict[str, Device]:
    return {one: t.devices[one] for one in sorted(ids) if one in t.devices}


def put_devices(t: Tables, many: Iterable[Device]) -> None:
    for device in many:
        t.devices[device.id] = device


def receipts_of(t: Tables, device: str, seqs: Sequence[int]) -> dict[int, Receipt]:
    found: dict[int, Receipt] = {}
    for seq in seqs:
        e, kept = t.by_identity.get((device, seq)), t.refused.get((device, seq))
        if e is not None:
            found[seq] = receipt_of(e)
        elif kept is not None:
            found[seq] = _receipt(kept)
    return found


def kept_before(t: Tables, device: str, hashes: Sequence[str]) -> dict[str, Receipt]:
    return {k.hash: _receipt(k) for k in t.refused.values() if k.device == device and k.hash in hashes}


def _receipt(kept: Kept) -> Receipt:
    return Receipt(seq=kept.seq, hash=kept.hash, fate=kept.fate, why=kept.why, about=kept.about)


def keep(t: Tables, many: Sequence[Kept]) -> None:
    for one in many:
        if (one.device, one.seq) in t.refused:
            raise ClashError(f"{one.device} {one.seq}")
        t.refused[one.device, one.seq] = one


def raise_alarms(t: Tables, many: Sequence[Kept]) -> None:
    for one in many:
        t.alarms.setdefault((one.device, one.seq, one.hash), one)


def next_number(t: Tables, name: str) -> int:
    t.counters[name] = t.counters.get(name, 0) + 1
    return t.counters[name]


def entries(t: Tables, grid: str) -> Iterable[dict[str, Any]]:
    return [msgspec.structs.asdict(e) for _, e in sorted(t.ops.items()) if e.grid == grid]


def all_grids(t: Tables) -> list[str]:
    return sorted(t.grids)


def count_alarms(t: Tables) -> int:
    return len(t.alarms)


def records(t: Tables, ids: Iterable[str]) -> dict[str, Record]:
    return {one: t.records[one] for one in sorted(set(ids)) if one in t.records}


def known(t: Tables, ids: Iterable[str]) -> dict[str, Known]:
    return {name: Known(one.shape, one.head_place, one.updated_ms, one.mark) for name, one in records(t, ids).items()}


def put(t: Tables, many: Sequence[Record]) -> None:
    for one in many:
        t.records[one.subject] = one


def bear(t: Tables, many: Sequence[tuple[str, str]]) -> None:
    t.marks |= dict.fromkeys(many)


def bearing(t: Tables, wanted: Sequence[str], most: int) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for mark, subject in t.marks:
        if mark in wanted:
            found.setdefault(mark, []).append((t.records[subject].begun_ms, subject))
    return {mark: sorted(many, reverse=True)[:most] for mark, many in found.items()}


def name(t: Tables, many: Iterable[Any]) -> None:
    del t, many  # asked of the shapes themselves, see `naming`


def issues_from(t: Tables, reporters: Sequence[str]) -> list[Brief]:
    issues = (r for r in t.records.values() if r.kind == "issue" and r.stage != "moved")
    return [brief_of(r.shape) for r in issues if r.reporter in reporters]


def issues_alike(t: Tables, pairs: Sequence[tuple[str, str]], since_ms: int) -> list[Brief]:
    issues = (r for r in t.records.values() if r.kind == "issue" and r.stage != "moved")
    return [brief_of(r.shape) for r in issues if (r.grid, r.category) in pairs and r.begun_ms >= since_ms]


def add_people(t: Tables, many: Sequence[Person]) -> None:
    t.people |= {one.id: one for one in many}


def add_areas(t: Tables, person: str, many: Iterable[Area]) -> None:
    for area in many:
        t.areas[person, area.role, area.code, area.from_ms] = area


def areas_of(t: Tables, person: str) -> list[Area]:
    return [area for key, area in sorted(t.areas.items()) if key[0] == person]


def standing_in(t: Tables, codes: Iterable[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    wanted = set(codes)
    for person, _, code, _ in sorted(t.areas):
        if code in wanted:
            found.setdefault(code, {})[person] = t.people[person].name
    return found


def add_refresh(t: Tables, token: Refresh) -> None:
    t.refresh[token.hash] = token


def refresh_of(t: Tables, token_hash: str) -> Refresh | None:
    return t.refresh.get(token_hash)


def use_refresh(t: Tables, token_hash: str, at_ms: int) -> None:
    held = t.refresh[token_hash]
    if held.used_ms is None:
        t.refresh[token_hash] = msgspec.structs.replace(held, used_ms=at_ms)


def given_for(t: Tables, hashes: Sequence[str]) -> list[Refresh]:
    return [one for one in t.refresh.values() if one.parent in hashes]


def revoke_family(t: Tables, family: str, at_ms: int) -> None:
    for key, one in list(t.refresh.items()):
        if one.family == family and one.revoked_ms is None:
            t.refresh[key] = msgspec.structs.replace(one, revoked_ms=at_ms)


def covers_of(t: Tables, person: str, now_ms: int) -> dict[str, str]:
    del t, person, now_ms  # nobody stands in for anybody in this county
    return {}


def subjects_between(t: Tables, grid: str, first: int, last: int, among: Iterable[str]) -> dict[int, str]:
    wanted, places = set(among), range(first, last + 1)
    return {n: e.subject for n in places if (e := t.ops.get((grid, n))) is not None and e.subject in wanted}


def marks_in(t: Tables, grids: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for subject, one in sorted(t.records.items()):
        if one.grid in grids and one.mark:
            found.setdefault(one.grid, {})[subject] = one.mark
    return found


def naming(t: Tables, target: str) -> list[str]:
    named = ((s, ref) for s, one in t.records.items() for ref in lists.refs_of(one.shape))
    return sorted({subject for subject, ref in named if ref.target == target and ref.field != lists.LINK_FIELD})


def beyond(t: Tables, device: str, seq: int) -> dict[int, Receipt]:
    return receipts_of(t, device, sorted(one for one in held_by(t, device) if one > seq))


def held_by(t: Tables, device: str) -> set[int]:
    return {seq for name, seq in (*t.by_identity, *t.refused) if name == device}


def numbers(t: Tables) -> dict[str, tuple[int, int]]:
    held = {name: held_by(t, name) for name in {*t.devices, *(name for name, _ in (*t.by_identity, *t.refused))}}
    heads = {name: t.devices[name].head_seq if name in t.devices else 0 for name in held}
    return {name: (max(heads[name], *seqs, 0), len(seqs)) for name, seqs in held.items()}


def count_on(t: Tables, name: str, by: int) -> None:
    t.counters[name] = t.counters.get(name, 0) + by


def read_meta(t: Tables) -> Meta:
    lives = msgspec.json.decode(t.meta.get("lives", b"[]"), type=list[Life])
    return Meta(t.meta["epoch"].decode(), b"", b"", b"", lives, [])


def ready_meta(t: Tables) -> Meta:
    t.meta.setdefault("epoch", meta.new_epoch())
    return read_meta(t)


def put_meta(t: Tables, values: dict[str, bytes]) -> None:
    t.meta |= values


def park(t: Tables, many: Sequence[Parked]) -> None:
    t.parked |= {(one.device, one.seq): one for one in many}


def parked_op(t: Tables, device: str, seq: int, its_hash: str) -> Waiting | None:
    found = t.parked.get((device, seq))
    return Waiting(found, t.refused[device, seq].text.decode()) if found and found.hash == its_hash else None


def settle(t: Tables, one: Parked) -> None:
    t.parked[(one.device, one.seq)] = one


def settled_of(t: Tables, device: str) -> list[Receipt]:
    """This county's town lets what is parked wait: what is settled here, a restore has found placed or declined."""
    ones = [one for (whose, _), one in sorted(t.parked.items()) if whose == device and one.settled]
    placed = {one.seq: one for one in receipts_of(t, device, [one.seq for one in ones]).values()}
    return [placed[one.seq] for one in ones]


def photo_of(t: Tables, name: str) -> Photo | None:
    return t.photos.get(name)


def add_photo(t: Tables, photo: Photo) -> None:
    t.photos[photo.hash] = photo


def present(t: Tables, names: list[str]) -> list[str]:
    return sorted(t.photos.keys() & set(names))


def begin(t: Tables, upload: Upload) -> list[str]:
    t.uploads[upload.id] = upload
    return []


def forget(t: Tables, ids: list[str]) -> None:
    t.uploads = {name: one for name, one in t.uploads.items() if name not in ids}


def finish(t: Tables, name: str, now_ms: int) -> None:
    t.uploads[name] = msgspec.structs.replace(t.uploads[name], done_ms=now_ms)


def upload_of(t: Tables, name: str) -> Upload | None:
    return t.uploads.get(name)


OF_BLOBS = (photo_of, add_photo, present)
OF_UPLOADS = (begin, forget, finish, upload_of)
OF_LOG = (
    add_grids, grids_under, heads, append, after, of_subject,
    device_of, devices_of, put_devices, receipts_of, kept_before, keep, raise_alarms,
    next_number, entries, all_grids, count_alarms, subjects_between, beyond, held_by, numbers, count_on,
)  # fmt: skip
OF_PARKED = (park, parked_op, settle, settled_of)
OF_LISTS = (records, known, put, name, marks_in, naming)
OF_BESIDE = (bear, bearing, issues_from, issues_alike)
OF_PEOPLE = (
    add_people, add_areas, areas_of, standing_in, add_refresh, refresh_of, use_refresh, given_for, revoke_family, covers_of,
)  # fmt: skip


def take_the_place_of_sql(patch: pytest.MonkeyPatch) -> None:
    """Puts these functions where the server looks for its store's, until the patch is undone."""
    patch.setattr(log, "lock_heads", heads)
    patch.setattr(meta, "_put", put_meta)
    for module in (meta, keeping):
        patch.setattr(module, "read_meta", read_meta)
    patch.setattr(meta, "ready_meta", ready_meta)
    named = (
        (log, OF_LOG),
        (lists, OF_LISTS),
        (beside, OF_BESIDE),
        (people, OF_PEOPLE),
        (parked, OF_PARKED),
        (blobs, OF_BLOBS),
        (uploads, OF_UPLOADS),
    )
    for module, functions in named:
        for function in functions:
            patch.setattr(module, function.__name__, function)
