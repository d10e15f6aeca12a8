"""Photos: named by a record first, whole or not at all, and shown to nobody who may not read the record."""

import errno
import hashlib
import os
from pathlib import Path

import httpx
import pytest

from server.photos import MAX_BYTES
from server.store import blobs
from sync.op import Json
from tests.server.house import House, Phone, digest, house, lamp

JPEG = b"\xff\xd8\xff\xe0" + b"three dark lamps" * 100
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 " + b"a lamp" * 50


async def put(home: House, phone: Phone, content: bytes, name: str = "") -> httpx.Response:
    return await home.http.put(f"/photos/{name or digest(content)}", content=content, headers=phone.headers)


async def named(phone: Phone, *contents: bytes) -> None:
    """Registers an issue that shows these photos."""
    photos: list[Json] = [{"hash": digest(content), "bytes": min(len(content), MAX_BYTES)} for content in contents]
    phone.op("register", lamp(photos=photos))
    await phone.sync()


async def test_a_photo_comes_after_the_record_that_names_it_and_twice_is_once(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        assert (await put(home, phone, JPEG)).json()["why"] == "photo_not_named"
        await named(phone, JPEG, WEBP)
        first, again = await put(home, phone, JPEG), await put(home, phone, JPEG)
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json() == again.json() == {"hash": digest(JPEG), "bytes": len(JPEG)}
        await put(home, phone, WEBP)
        for content, kind in ((JPEG, "image/jpeg"), (WEBP, "image/webp")):
            got = await home.http.get(f"/photos/{digest(content)}", headers=phone.headers)
            assert (got.content, got.headers["content-type"]) == (content, kind)
            assert got.headers["content-security-policy"] == "sandbox"


async def test_a_photo_of_an_act_that_came_too_late_is_taken_too(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        issue = phone.op("register", lamp())
        late: list[Json] = [{"hash": digest(JPEG), "bytes": len(JPEG)}]
        phone.op("solve", {"measures": "换了三盏灯", "result": "solved", "photos": late}, subject=issue)
        await phone.sync()

        assert (await put(home, phone, JPEG)).status_code == 201


async def test_what_is_no_photo_or_another_or_too_large_is_refused(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        page, huge = b"<script>alert(1)</script>", b"\xff\xd8\xff" + bytes(MAX_BYTES)
        await named(phone, JPEG, page, huge)
        assert (await put(home, phone, WEBP, digest(JPEG))).json()["why"] == "wrong_hash"
        assert (await put(home, phone, page)).json()["why"] == "not_a_photo"
        assert (await put(home, phone, huge)).json()["why"] == "too_large"
        assert (await put(home, phone, JPEG, "..%2f..%2fowner")).status_code == 404
        assert not (tmp_path / "photos").exists()


async def test_a_photo_is_shown_to_its_grid_and_its_town_and_to_nobody_else(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        await named(phone, JPEG)
        await put(home, phone, JPEG)
        address = f"/photos/{digest(JPEG)}"
        statuses = {
            account: (await home.http.get(address, headers=(await home.enter(account)).headers)).status_code
            for account in ("li", "town", "county", "zhao")
        }
        assert statuses == {"li": 200, "town": 200, "county": 200, "zhao": 404}
        assert (await home.http.get(address)).status_code == 401
        stranger = await home.enter("zhao")
        assert (await put(home, stranger, JPEG)).json()["why"] == "photo_not_named"
        missing = await home.http.get(f"/photos/{hashlib.sha256().hexdigest()}", headers=stranger.headers)
        hidden = await home.http.get(address, headers=stranger.headers)
        assert missing.json() == hidden.json()


async def test_a_photo_whose_row_was_lost_in_a_crash_is_taken_again(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        await named(phone, JPEG)
        blobs.put_file(tmp_path, JPEG)
        assert (await home.http.get(f"/photos/{digest(JPEG)}", headers=phone.headers)).status_code == 404
        assert (await put(home, phone, JPEG)).status_code == 201
        assert (await home.http.get(f"/photos/{digest(JPEG)}", headers=phone.headers)).content == JPEG


async def test_a_photo_whose_file_was_lost_is_taken_again_before_its_phone_lets_go(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        await named(phone, JPEG)
        await put(home, phone, JPEG)
        blobs.path_of(tmp_path, digest(JPEG)).unlink()
        assert (await put(home, phone, JPEG)).status_code == 201
        assert (await home.http.get(f"/photos/{digest(JPEG)}", headers=phone.headers)).content == JPEG


def test_a_photo_that_finds_no_room_leaves_no_half_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no room"):
        blobs.put_file(tmp_path, JPEG)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
