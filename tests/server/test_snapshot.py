"""A phone that holds nothing gets its grid as a snapshot and the tail: the same to the byte as from the whole log."""

import asyncio
import importlib
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from server import snapshot
from server.rebuild import rebuild
from server.snapshot import PART_BYTES
from server.store.snapshots import Kept
from sync.fold import Shape, empty, step
from sync.law import law_of
from sync.op import Change, Json
from sync.snapshot import Part, read_part
from sync.subjects.kept import KEPT_MS
from sync.wire import Placed, Unreadable, read_op
from tests.server.house import DAY, EAST, FAR, House, Phone, house, lamp
from tests.server.matter import ANSWER, HANDLER, TRIAGE


async def ask(home: House, phone: Phone, path: str, encoding: str = "br") -> httpx.Response:
    return await home.http.get(path, headers=phone.headers | {"Accept-Encoding": encoding})


def part_of(response: httpx.Response) -> Part:
    assert response.status_code == 200, response.text
    part = read_part(response.content)
    assert isinstance(part, Part), part.why
    return part


async def whole(home: House, phone: Phone, grid: str = EAST) -> list[Part]:
    """All parts, one after the other."""
    first = part_of(await ask(home, phone, f"/snapshots/{grid}"))
    paths = [f"/snapshots/{grid}/{first.place}/{number}" for number in range(1, first.parts)]
    return [first, *[part_of(await ask(home, phone, path)) for path in paths]]


async def log_of(phone: Phone, place: int) -> list[Placed]:
    found: list[Placed] = []
    while True:
        reply = (await phone.post([], places={EAST: place + len(found)})).json()["changes"][EAST]
        found += msgspec.convert(reply["ops"], list[Placed])
        if place + len(found) >= reply["head"]:
            return found


def after(shapes: dict[str, Shape], starts: dict[str, int], changes: list[Placed]) -> dict[str, Shape]:
    """The shapes once these changes are folded in, each behind the place that its part stood for."""
    shapes = dict(shapes)
    for placed in changes:
        op = read_op(placed.text)
        assert not isinstance(op, Unreadable)
        law = law_of(op.subject)
        assert law
        if placed.place > starts.get(op.subject, 0):
            told = {name: getattr(placed, name) for name in ("place", "placed_ms", "credited_ms", "role")}
            change = Change(**told, op=op)
            shapes[op.subject] = step(law, shapes.get(op.subject) or empty(op.subject, op.grid), change)
    return shapes


def bytes_of(shapes: dict[str, Shape]) -> dict[str, bytes]:
    return {name: msgspec.json.encode(shape) for name, shape in sorted(shapes.items())}


async def lived_in(home: House, issues: int, **fields: Json) -> Phone:
    """A grid with so many issues, one of them sent up and answered."""
    worker, town = await home.enter("wang"), await home.enter("town")
    names: list[str] = []
    for n in range(issues):
        names.append(worker.op("register", lamp(title=f"第{n}盏路灯不亮", **fields)))
        if n % 50 == 49 or n == issues - 1:
            await worker.sync()
    for name, said in (("triage", TRIAGE), ("accept", HANDLER), ("answer", ANSWER)):
        town.op(name, said, subject=names[0])
        home.time.pass_(1000)
    await town.sync()
    return worker


async def test_a_snapshot_and_the_tail_are_the_whole_log_to_the_byte(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker = await lived_in(home, 30)
        first = part_of(await ask(home, worker, f"/snapshots/{EAST}"))
        worker.op("register", lamp(title="后来登记的事"))
        worker.op("edit", {"place": "村东头"}, subject=first.shapes[0].subject)
        await worker.sync()
        parts = await whole(home, await home.enter("li"))
        assert parts[0].place == first.place, "a short tail needs no new snapshot"
        starts = {shape.subject: part.place for part in parts for shape in part.shapes}
        shapes = {shape.subject: shape for part in parts for shape in part.shapes}
        carried = after(shapes, starts, await log_of(worker, first.place))
        assert bytes_of(carried) == bytes_of(after({}, {}, await log_of(worker, 0)))


async def test_rebuilding_makes_the_same_bytes_again(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker = await lived_in(home, 12)
        before = await ask(home, worker, f"/snapshots/{EAST}")
        await home.parts.store.write(rebuild)
        again = await ask(home, worker, f"/snapshots/{EAST}")
        assert before.content == again.content
        assert before.headers["content-encoding"] == "br"


async def test_the_days_work_comes_first_and_the_count_is_true(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker = await lived_in(home, 300, words="很长的话。" * 300)
        worker.op("register", lamp(title="线路冒火花", danger=["life"]))
        await worker.sync()
        parts = await whole(home, worker)
        assert len(parts) > 3
        assert parts[0].shapes[0].fields["title"].now.value == "线路冒火花"
        assert [part.total for part in parts[:-1]] == [301] * (len(parts) - 1)
        assert sum(len(part.shapes) for part in parts) == 301
        assert all(len(msgspec.json.encode(part.shapes)) < 4 * PART_BYTES for part in parts)


async def test_what_is_long_over_is_left_out_and_can_be_asked_for(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, town = await home.enter("wang"), await home.enter("town")
        old = worker.op("register", lamp())
        await worker.sync()
        town.op("triage", TRIAGE, subject=old)
        town.op("refer", {"route": "court", "route_words": "请向人民法院起诉"}, subject=old)
        await town.sync()
        home.time.pass_(KEPT_MS + DAY)
        worker = await home.enter("li")
        new = worker.op("register", lamp(title="后来登记的事"))
        await worker.sync()
        assert [shape.subject for part in await whole(home, worker) for shape in part.shapes] == [new]
        shape = part_of(await ask(home, worker, f"/shapes/{old}")).shapes[0]
        assert (shape.subject, shape.stage) == (old, "referred")


async def test_only_who_reads_the_grid_gets_it(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, stranger = await lived_in(home, 1), await home.enter("zhao")
        first = part_of(await ask(home, worker, f"/snapshots/{EAST}"))
        issue = first.shapes[0].subject
        for path in (f"/snapshots/{EAST}", f"/snapshots/{EAST}/{first.place}/0", f"/shapes/{issue}"):
            assert (await ask(home, stranger, path)).json()["why"] == "not_found"
            assert (await home.http.get(path)).status_code == 401
        assert part_of(await ask(home, stranger, f"/snapshots/{FAR}")).shapes == []
        assert (await ask(home, worker, f"/snapshots/{EAST}/{first.place}/99")).json()["why"] == "not_found"
        assert (await ask(home, worker, "/shapes/issue/nobody.1")).json()["why"] == "not_found"


async def test_a_snapshot_that_was_replaced_twice_is_gone_and_says_so(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker = await lived_in(home, 1)
        first = part_of(await ask(home, worker, f"/snapshots/{EAST}"))
        for _ in range(2):
            home.time.pass_(DAY)
            worker.op("register", lamp())
            await worker.sync()
            await whole(home, worker)
        gone = await ask(home, worker, f"/snapshots/{EAST}/{first.place}/1")
        assert (gone.status_code, gone.json()["why"]) == (410, "snapshot_gone")


async def test_a_phone_gets_the_packing_it_takes(tmp_path: Path) -> None:
    zstandard: Any = importlib.import_module("zstandard")
    async with house(tmp_path) as home:
        worker = await lived_in(home, 5)
        plain = await ask(home, worker, f"/snapshots/{EAST}", "identity")
        assert "content-encoding" not in plain.headers
        for told, chosen in (
            ("br, zstd, gzip", "br"),
            ("br;q=0, zstd, gzip", "zstd"),
            ("gzip", "gzip"),
            ("*;q=0", ""),
            ("gzip;q=0.5, zstd;q=0.1", "gzip"),
        ):
            async with home.http.stream(
                "GET", f"/snapshots/{EAST}", headers=worker.headers | {"Accept-Encoding": told}
            ) as got:
                raw = b"".join([piece async for piece in got.aiter_raw()])
            assert got.headers.get("content-encoding", "") == chosen, told
            if chosen == "zstd":
                assert zstandard.ZstdDecompressor().decompress(raw) == plain.content


async def test_sealed_matters_lie_in_no_bytes_that_are_kept_for_all(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker = await home.enter("wang")
        sealed = worker.op("register", lamp(title="不能给人看的话", danger=["minor"]))
        known = worker.op("register", lamp())
        await worker.sync()
        *shared, own = await whole(home, worker)
        assert [shape.subject for part in shared for shape in part.shapes] == [known]
        assert [shape.subject for shape in own.shapes] == [sealed]
        assert [part.total for part in shared] == [1]


async def test_what_is_sealed_while_a_snapshot_is_made_is_not_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as home:
        worker = await home.enter("wang")
        subject, known = worker.op("register", lamp()), worker.op("register", lamp())
        await worker.sync()
        loop, made = asyncio.get_running_loop(), 0

        def make(*args: Any) -> list[Kept]:
            nonlocal made
            parts, made = right(*args), made + 1
            if made == 1:
                worker.op("edit", {"danger": ["minor"]}, subject=subject)
                asyncio.run_coroutine_threadsafe(worker.sync(), loop).result()
            return parts

        right = snapshot.make
        monkeypatch.setattr(snapshot, "make", make)
        for _ in range(2):
            *shared, own = await whole(home, worker)
            assert [shape.subject for part in shared for shape in part.shapes] == [known]
            assert [shape.subject for shape in own.shapes] == [subject]
        assert made == 2
