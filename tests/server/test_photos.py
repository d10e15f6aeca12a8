"""Photos and voices: named by a record first, kept whole or not at all, made anew, and shown to nobody who may not read the record."""

import errno
import hashlib
import io
import os
import struct
import zlib
from pathlib import Path

import httpx
import pytest
from PIL import Image

from server.photos.keep import MAX_BYTES
from server.store import blobs
from sync.op import Json
from tests.server.house import House, Phone, digest, house, lamp
from tests.server.sending import PIECE, begin, metadata

SPOKEN = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm" + b"three dark lamps" * 100
MARK = b"GPS 34.7712N 112.9934E"


def picture(kind: str = "JPEG", width: int = 64, height: int = 48, mode: str = "RGB") -> bytes:
    """A photo with a place in its EXIF, lying on its side."""
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, MARK.decode()
    Image.linear_gradient("L").transform((width, height), Image.Transform.EXTENT, (0, 0, 256, 256)).convert(mode).save(
        made, kind, exif=exif
    )
    return made.getvalue()


JPEG = picture()
WEBP = picture("WEBP")


def bomb_of(side: int) -> bytes:
    """A PNG of a few bytes that says of itself that it is `side` wide and high."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


async def put(home: House, phone: Phone, content: bytes, name: str = "", kind: str = "photo") -> httpx.Response:
    """The whole in one request."""
    headers = {
        **phone.headers,
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(content)),
        "Upload-Metadata": metadata(name or digest(content), kind),
        "Content-Type": PIECE,
    }
    return await home.http.post("/uploads", content=content, headers=headers)


async def named(phone: Phone, *contents: bytes) -> None:
    """Registers an issue that shows these photos."""
    photos: list[Json] = [{"hash": digest(content), "bytes": min(len(content), MAX_BYTES)} for content in contents]
    phone.op("register", lamp(photos=photos))
    await phone.sync()


async def shown(home: House, phone: Phone, content: bytes) -> httpx.Response:
    return await home.http.get(f"/files/{digest(content)}", headers=phone.headers)


async def test_a_photo_comes_after_the_record_that_names_it_and_twice_is_once(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        assert (await put(home, phone, JPEG)).json()["why"] == "photo_not_named"
        await named(phone, JPEG)
        first, again = await put(home, phone, JPEG), await put(home, phone, JPEG)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.headers["upload-offset"] == again.headers["upload-offset"] == str(len(JPEG))
        assert [path.name for path in (tmp_path / "uploads").iterdir()] == []


async def test_what_is_served_is_the_picture_alone_upright_under_the_hash_that_records_bear(tmp_path: Path) -> None:
    drawing = picture("PNG", mode="RGBA")
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        await named(phone, JPEG, WEBP, drawing)
        for content, kind in ((JPEG, "image/jpeg"), (WEBP, "image/webp"), (drawing, "image/webp")):
            assert MARK in content
            await put(home, phone, content)
            got = await shown(home, phone, content)
            assert got.headers["content-type"] == kind
            assert got.headers["content-security-policy"] == "sandbox"
            assert got.headers["x-content-type-options"] == "nosniff"
            assert got.headers["etag"] == f'"{digest(got.content)}"'
            assert MARK not in got.content
            with Image.open(io.BytesIO(got.content)) as seen:
                assert seen.size == (48, 64)
                assert not seen.getexif()
            same = await home.http.get(
                f"/files/{digest(content)}", headers={**phone.headers, "If-None-Match": got.headers["etag"]}
            )
            assert same.status_code == 304


async def test_a_photo_of_an_act_that_came_too_late_is_taken_too(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        issue = phone.op("register", lamp())
        late: list[Json] = [{"hash": digest(JPEG), "bytes": len(JPEG)}]
        phone.op("solve", {"measures": "换了三盏灯", "result": "solved", "photos": late}, subject=issue)
        await phone.sync()

        assert (await put(home, phone, JPEG)).status_code == 201


BAD = {
    "a page": (b"<script>alert(1)</script>", "photo", "not_a_photo"),
    "a drawing in letters": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo", "not_a_photo"),
    "a moving picture that is also a script": (b"GIF89a/*" + b"*/=1;alert(1)//" * 9, "photo", "not_a_photo"),
    "a script behind a photo's first bytes": (
        b"\xff\xd8\xff\xe0<?php system($_GET[0]); ?>" * 9,
        "photo",
        "not_a_photo",
    ),
    "half a photo": (picture(width=640, height=480)[:2000], "photo", "not_a_photo"),
    "a PNG of nothing but its first bytes": (b"\x89PNG\r\n\x1a\n" + bytes(40), "photo", "not_a_photo"),
    "a voice that calls itself a photo": (SPOKEN, "photo", "not_a_photo"),
    "a photo that calls itself a voice": (JPEG, "voice", "not_a_voice"),
    "a page that calls itself a voice": (b"<html><body onload=alert(1)>", "voice", "not_a_voice"),
}


async def test_what_is_no_photo_or_no_voice_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        for content, kind, why in BAD.values():
            await named(phone, content)
            told = await put(home, phone, content, kind=kind)
            assert told.json()["why"] == why
            assert (await shown(home, phone, content)).status_code == 404
        await named(phone, JPEG)
        assert (await put(home, phone, WEBP, digest(JPEG))).json()["why"] == "wrong_hash"
        assert list((tmp_path / "uploads").iterdir()) == []
        assert not (tmp_path / "photos").exists()


async def test_a_bomb_is_refused_by_its_measures_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = bomb_of(40_000)
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        await named(phone, bomb, JPEG)
        assert (await put(home, phone, bomb)).json()["why"] == "too_many_pixels"
        assert (await put(home, phone, JPEG)).status_code == 201


async def test_what_hides_behind_a_photo_is_not_served(tmp_path: Path) -> None:
    both = JPEG + b"PK\x03\x04<script>alert(1)</script>"
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        await named(phone, both)
        assert (await put(home, phone, both)).status_code == 201
        assert b"<script>" not in (await shown(home, phone, both)).content


async def test_a_voice_is_served_as_it_was_spoken_and_as_nothing_but_a_sound(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        await named(phone, SPOKEN)
        assert (await put(home, phone, SPOKEN, kind="voice")).status_code == 201
        got = await shown(home, phone, SPOKEN)
        assert (got.content, got.headers["content-type"]) == (SPOKEN, "audio/webm")
        assert got.headers["content-disposition"] == "attachment"
        assert got.headers["content-security-policy"] == "sandbox"


async def test_what_is_too_large_or_no_hash_is_refused_before_a_byte_is_taken(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        await named(phone, JPEG)
        huge = await begin(home.http, phone.headers, digest(JPEG), MAX_BYTES + 1)
        assert (huge.status_code, huge.json()["why"]) == (413, "too_large")
        assert huge.headers["tus-max-size"] == str(MAX_BYTES)
        assert (await begin(home.http, phone.headers, "../../owner", 9)).json()["why"] == "bad_request"
        assert (await home.http.get("/files/..%2f..%2fowner", headers=phone.headers)).status_code == 404
        assert not (tmp_path / "uploads").exists()


async def test_a_photo_is_shown_to_its_grid_and_its_town_and_to_nobody_else(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        await named(phone, JPEG)
        await put(home, phone, JPEG)
        address = f"/files/{digest(JPEG)}"
        statuses = {
            account: (await home.http.get(address, headers=(await home.enter(account)).headers)).status_code
            for account in ("li", "town", "county", "zhao")
        }
        assert statuses == {"li": 200, "town": 200, "county": 200, "zhao": 404}
        assert (await home.http.get(address)).status_code == 401
        stranger = await home.enter("zhao")
        assert (await put(home, stranger, JPEG)).json()["why"] == "photo_not_named"
        missing = await home.http.get(f"/files/{hashlib.sha256().hexdigest()}", headers=stranger.headers)
        hidden = await home.http.get(address, headers=stranger.headers)
        assert missing.json() == hidden.json()


async def test_a_photo_whose_row_was_lost_in_a_crash_is_taken_again(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        await named(phone, JPEG)
        blobs.put_file(tmp_path, JPEG)
        assert (await shown(home, phone, JPEG)).status_code == 404
        assert (await put(home, phone, JPEG)).status_code == 201
        assert (await shown(home, phone, JPEG)).status_code == 200


async def test_a_photo_whose_file_was_lost_is_taken_again_before_its_phone_lets_go(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        await named(phone, JPEG)
        await put(home, phone, JPEG)
        first = (await shown(home, phone, JPEG)).content
        blobs.path_of(tmp_path, digest(first)).unlink()
        assert (await put(home, phone, JPEG)).headers["upload-offset"] == str(len(JPEG))
        assert (await shown(home, phone, JPEG)).content == first


def test_a_photo_that_finds_no_room_leaves_no_half_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no room"):
        blobs.put_file(tmp_path, JPEG)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
