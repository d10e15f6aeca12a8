"""Uploads that resume: whatever is cut, ended or sent twice, what was told to have come has come, and the whole arrives once."""

import asyncio
import base64
import hashlib
import io
import os
from collections.abc import AsyncGenerator
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest
from PIL import Image

from server.photos import turns
from server.store import people, uploads
from sync.admit import Area
from tests.server.house import DAY, EAST, House, Phone, digest, house, lamp
from tests.server.sending import PIECE, TUS, begin, metadata, offset_of, send

KIB = 1024


def noise(size: int) -> bytes:
    """A photo of about this size that cannot be packed."""
    side = int((size / 3) ** 0.5)
    made = io.BytesIO()
    Image.frombytes("RGB", (side, side), Random(7).randbytes(side * side * 3)).save(made, "PNG", compress_level=0)
    return made.getvalue()


async def named(home: House, content: bytes, account: str = "wang") -> Phone:
    phone = await home.enter(account)
    phone.op("register", lamp(photos=[{"hash": digest(content), "bytes": len(content)}]))
    await phone.sync()
    return phone


async def begun(home: House, phone: Phone, content: bytes) -> str:
    told = await begin(home.http, phone.headers, digest(content), len(content))
    assert told.status_code == 201, told.text
    return told.headers["location"]


async def is_here(home: House, phone: Phone, content: bytes) -> bool:
    return (await home.http.get(f"/files/{digest(content)}", headers=phone.headers)).status_code == 200


async def test_a_server_tells_what_it_can_before_anybody_has_entered(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        told = await home.http.request("OPTIONS", "/uploads")
        assert (told.status_code, told.content) == (204, b"")
        assert told.headers["tus-version"] == "1.0.0"
        assert told.headers["tus-extension"] == "creation,creation-with-upload,checksum,expiration,termination"
        assert told.headers["tus-max-size"] == str(8 * KIB * KIB)
        assert told.headers["tus-checksum-algorithm"] == "sha1,sha256"


async def test_a_worker_who_lost_the_grid_still_brings_the_photo_of_what_was_placed_and_reads_none(
    tmp_path: Path,
) -> None:
    content = noise(40 * KIB)
    async with house(tmp_path) as home:
        phone = await named(home, content)
        await home.parts.store.write(
            lambda conn: people.add_areas(conn, "p1", [Area("grid_worker", EAST, 0, home.time.ms)])
        )
        home.time.pass_(DAY)
        phone, other = await home.enter("wang", phone.device), await home.enter("zhao")
        refused = await begin(home.http, other.headers, digest(content), len(content))
        assert (refused.status_code, refused.json()["why"]) == (409, "photo_not_named")
        where = await begun(home, phone, content)
        told = await send(home.http, phone.headers, where, 0, content)
        assert told.status_code == 204
        assert not await is_here(home, phone, content)
        assert await is_here(home, await home.enter("li"), content)


@pytest.mark.parametrize("size", [300 * KIB, 2 * KIB * KIB])
async def test_a_photo_cut_at_every_64_kib_arrives_whole(tmp_path: Path, size: int) -> None:
    content = noise(size)
    step = 64 * KIB
    async with house(tmp_path) as home:
        phone = await named(home, content)
        where = await begun(home, phone, content)
        for cut in range(step, len(content), step):
            offset = await offset_of(home.http, phone.headers, where)
            assert offset == cut - step

            await send_torn(home, phone, where, offset, content[offset:cut])
        offset = await offset_of(home.http, phone.headers, where)
        last = await send(home.http, phone.headers, where, offset, content[offset:])
        assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(content)))
        assert await is_here(home, phone, content)
        assert await offset_of(home.http, phone.headers, where) == len(content)


async def send_torn(home: House, phone: Phone, where: str, offset: int, piece: bytes) -> None:
    """What a server sees when the line breaks: bytes, and then nobody."""
    asked = {**TUS, **phone.headers, "Upload-Offset": str(offset), "Content-Type": PIECE}
    request = home.http.build_request("PATCH", where, headers=asked)
    coming = iter([{"type": "http.request", "body": piece, "more_body": True}])

    async def receive() -> object:
        return next(coming, {"type": "http.disconnect"})

    async def tell(_message: object) -> None:
        return

    scope: dict[str, object] = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "PATCH", "scheme": "http", "path": where,
        "raw_path": where.encode(), "query_string": b"", "root_path": "", "server": ("test", 80), "client": ("127.0.0.1", 1),
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
    }  # fmt: skip
    app = cast("Any", home.transport).app
    await app(scope, receive, tell)


async def test_a_piece_at_another_offset_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    content = noise(100 * KIB)
    async with house(tmp_path) as home:
        phone = await named(home, content)
        where = await begun(home, phone, content)
        await send(home.http, phone.headers, where, 0, content[:1000])
        for offset in (0, 999, 1001):
            told = await send(home.http, phone.headers, where, offset, content[offset : offset + 10])
            assert (told.status_code, told.json()["why"], told.json()["detail"]) == (409, "wrong_offset", "1000")
            assert told.headers["tus-resumable"] == "1.0.0"
        beyond = await send(home.http, phone.headers, where, 1000, content)
        assert beyond.json()["why"] == "too_large"
        assert await offset_of(home.http, phone.headers, where) == 1000


async def test_a_damaged_piece_is_not_taken_and_the_good_one_is(tmp_path: Path) -> None:
    content = noise(100 * KIB)
    async with house(tmp_path) as home:
        phone = await named(home, content)
        where = await begun(home, phone, content)
        piece = content[:5000]
        for name in ("sha1", "sha256"):
            good = f"{name} {base64.b64encode(hashlib.new(name, piece).digest()).decode()}"
            at = await offset_of(home.http, phone.headers, where)
            bad = await send(home.http, phone.headers, where, at, piece[:-1] + b"?", upload_checksum=good)
            assert (bad.status_code, bad.json()["why"]) == (460, "wrong_checksum")
            assert await offset_of(home.http, phone.headers, where) == at
            if name == "sha1":
                assert (await send(home.http, phone.headers, where, 0, piece, upload_checksum=good)).status_code == 204
        odd = await send(home.http, phone.headers, where, 5000, piece, upload_checksum="crc32 AAAA")
        assert odd.json()["why"] == "bad_request"


async def test_whoever_comes_later_takes_over_from_a_line_that_has_died(tmp_path: Path) -> None:
    content = noise(100 * KIB)
    async with house(tmp_path) as home:
        phone = await named(home, content)
        where = await begun(home, phone, content)
        brought, silent = asyncio.Event(), asyncio.Event()

        async def dying() -> AsyncGenerator[bytes]:
            yield content[:3000]
            brought.set()
            await silent.wait()

        asked = {**TUS, **phone.headers, "Upload-Offset": "0", "Content-Type": PIECE}
        first = asyncio.create_task(home.http.patch(where, headers=asked, content=dying()))
        await brought.wait()
        assert await asyncio.wait_for(offset_of(home.http, phone.headers, where), 5) == 3000
        silent.set()
        assert (await first).headers["upload-offset"] == "3000"
        assert (await send(home.http, phone.headers, where, 3000, content[3000:])).status_code == 204
        assert await is_here(home, phone, content)


async def test_a_silent_sender_is_let_go_with_what_he_brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "STANDSTILL_S", 0.05)
    content = noise(100 * KIB)
    async with house(tmp_path) as home:
        phone = await named(home, content)
        where = await begun(home, phone, content)
        silent = asyncio.Event()

        async def dying() -> AsyncGenerator[bytes]:
            yield content[:3000]
            await silent.wait()

        asked = {**TUS, **phone.headers, "Upload-Offset": "0", "Content-Type": PIECE}
        told = await asyncio.wait_for(home.http.patch(where, headers=asked, content=dying()), 5)
        assert (told.status_code, told.headers["upload-offset"]) == (204, "3000")


async def test_another_process_that_holds_an_upload_is_waited_for(tmp_path: Path) -> None:
    content = noise(100 * KIB)
    async with house(tmp_path) as home:
        phone = await named(home, content)
        where = await begun(home, phone, content)
        with uploads.part(tmp_path, where.rsplit("/", 1)[1]):
            told = await send(home.http, phone.headers, where, 0, content)
        assert (told.status_code, told.json()["why"]) == (423, "upload_busy")
        assert (await send(home.http, phone.headers, where, 0, content)).status_code == 204


async def test_a_server_ended_between_the_last_byte_and_the_keeping_keeps_it_when_asked(tmp_path: Path) -> None:
    content = noise(100 * KIB)
    async with house(tmp_path) as home:
        phone = await named(home, content)
        where = await begun(home, phone, content)
        with uploads.part(tmp_path, where.rsplit("/", 1)[1]) as file:
            uploads.append(file, content)
    async with house(tmp_path) as home:
        phone = await home.enter("wang", phone.device)
        assert not await is_here(home, phone, content)
        assert await offset_of(home.http, phone.headers, where) == len(content)
        assert await is_here(home, phone, content)


async def test_an_upload_is_its_senders_alone(tmp_path: Path) -> None:
    content = noise(100 * KIB)
    async with house(tmp_path) as home:
        phone = await named(home, content)
        where = await begun(home, phone, content)
        other = await home.enter("li")
        assert (await home.http.head(where, headers={**TUS, **other.headers})).status_code == 404
        assert (await send(home.http, other.headers, where, 0, content)).json()["why"] == "not_found"
        assert (await home.http.delete(where, headers={**TUS, **other.headers})).status_code == 404
        assert (await home.http.head(where, headers=TUS)).status_code == 401
        stranger = await home.enter("zhao")
        assert (await begin(home.http, stranger.headers, digest(content), 9)).json()["why"] == "photo_not_named"


async def test_an_ended_upload_is_gone_and_one_that_ran_out_says_so(tmp_path: Path) -> None:
    content = noise(100 * KIB)
    async with house(tmp_path) as home:
        phone = await named(home, content)
        ended, forgotten = await begun(home, phone, content), await begun(home, phone, content)
        await send(home.http, phone.headers, ended, 0, content[:500])
        await send(home.http, phone.headers, forgotten, 0, content[:500])
        assert (await home.http.delete(ended, headers={**TUS, **phone.headers})).status_code == 204
        assert (await home.http.head(ended, headers={**TUS, **phone.headers})).status_code == 404
        home.time.pass_(31 * DAY)
        phone = await home.enter("wang", phone.device)
        late = await send(home.http, phone.headers, forgotten, 500, content[500:])
        assert (late.status_code, late.json()["why"]) == (410, "upload_gone")
        again = await begun(home, phone, content)
        assert [path.name for path in (tmp_path / "uploads").iterdir()] == []
        assert (await send(home.http, phone.headers, again, 0, content)).status_code == 204


async def test_one_phone_cannot_pile_up_beginnings_of_one_file(tmp_path: Path) -> None:
    content = noise(100 * KIB)
    async with house(tmp_path) as home:
        phone = await named(home, content)
        many = [await begun(home, phone, content) for _ in range(6)]
        for where in many:
            home.time.pass_(1)
            await send(home.http, phone.headers, where, 0, content[:500])
        assert len(list((tmp_path / "uploads").iterdir())) == uploads.STANDING


async def test_whoever_speaks_another_tus_or_half_of_it_is_told(tmp_path: Path) -> None:
    content = noise(100 * KIB)
    async with house(tmp_path) as home:
        phone = await named(home, content)
        where = await begun(home, phone, content)
        old = await home.http.head(where, headers={**phone.headers, "Tus-Resumable": "0.2.2"})
        assert (old.status_code, old.headers["tus-version"]) == (412, "1.0.0")
        asked = {**TUS, **phone.headers, "Upload-Metadata": metadata(digest(content))}
        for more, why in (
            ({}, "bad_request"),
            ({"Upload-Length": "-1"}, "bad_request"),
            ({"Upload-Length": "9", "Upload-Metadata": "sha256 ???"}, "bad_request"),
            ({"Upload-Length": "9", "Upload-Metadata": metadata(digest(content), "film")}, "bad_request"),
        ):
            assert (await home.http.post("/uploads", headers={**asked, **more})).json()["why"] == why
        plain = await home.http.patch(where, headers={**TUS, **phone.headers, "Upload-Offset": "0"}, content=b"x")
        assert (plain.status_code, plain.json()["why"]) == (415, "not_a_piece")
        through = {**TUS, **phone.headers, "Upload-Offset": "0", "Content-Type": PIECE}
        patched = await home.http.post(where, headers={**through, "X-HTTP-Method-Override": "PATCH"}, content=content)
        assert (patched.status_code, patched.headers["upload-offset"]) == (204, str(len(content)))
        ended = await home.http.post(where, headers={**through, "X-HTTP-Method-Override": "DELETE"})
        assert ended.status_code == 204
        assert (await home.http.post(where, headers=through)).status_code == 405
        assert await is_here(home, phone, content)


async def test_a_full_disk_says_so_and_what_had_come_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = noise(100 * KIB)
    async with house(tmp_path) as home:
        phone = await named(home, content)
        where = await begun(home, phone, content)
        await send(home.http, phone.headers, where, 0, content[:500])

        def full(_handle: int) -> None:
            raise OSError(28, "no room")

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            told = await send(home.http, phone.headers, where, 500, content[500:600])
        assert (told.status_code, told.json()["why"]) == (503, "store_broken")
        at = await offset_of(home.http, phone.headers, where)
        assert at >= 500
        assert (await send(home.http, phone.headers, where, at, content[at:])).status_code == 204
        assert await is_here(home, phone, content)
