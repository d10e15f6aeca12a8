"""What leaves the server as papers, pokes, pages and files bears nothing of what its reader may not see; every byte is looked through."""

import hashlib
import io
import re
import zipfile
from pathlib import Path

import httpx
import msgspec
import pytest

from server.cli import main
from server.pokes import Poke
from sync.op import Json
from tests.server.house import MINUTE, House, Phone, digest, house
from tests.server.test_bulletin import drafted
from tests.server.test_leak import ACCOUNTS, WHOLE, county, leaks, marker, sealed
from tests.server.test_photos import JPEG, SPOKEN, picture, put, shown

pytestmark = pytest.mark.only("sqlite")
"""What is told is judged above the store: once is enough."""

SECRET = "bGVhay10ZXN0LXBhZ2UtMQ"
PAGE = f"/r/{SECRET}"
OTHER = picture(width=65)
ROUTES = Path(__file__).with_name("routes.txt")
"""Every address of the server: a test holds it to be so."""


def files(content: bytes, **more: Json) -> list[Json]:
    return [{"hash": digest(content), "bytes": len(content), **more}]


async def with_files(home: House) -> Phone:
    """An accusation with a photo and a voice, as its worker registered it."""
    wang = await home.enter("wang")
    link = hashlib.sha256(SECRET.encode()).hexdigest()
    more: dict[str, Json] = {"photos": files(JPEG), "voices": files(SPOKEN, ms=2000), "link_hash": link}
    wang.op("register", sealed("accusation", category="1202", **more))
    assert [receipt.fate for receipt in (await wang.sync()).receipts] == ["placed"]
    assert (await put(home, wang, JPEG)).status_code == 201
    assert (await put(home, wang, SPOKEN, kind="voice")).status_code == 201
    return wang


def likeness(answer: httpx.Response) -> tuple[int, str]:
    """An answer without the moment and the name it was asked by."""
    return answer.status_code, re.sub(r"[0-9a-f]{64}", "hash", answer.text)


async def test_photos_and_voices_of_a_sealed_matter_are_no_bytes_of_anybody_else_s(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await with_files(home)
        for account in ACCOUNTS:
            phone = await home.enter(account)
            unknown = await shown(home, phone, OTHER)
            brings_unknown = await put(home, phone, OTHER)
            for content, kind in ((JPEG, "photo"), (SPOKEN, "voice")):
                answer = await shown(home, phone, content)
                if account in WHOLE["accusation"]:
                    assert answer.status_code == 200, account
                    continue
                # "None" and "not yours" are one answer, to who asks for it and to who brings the same bytes.
                assert likeness(answer) == likeness(unknown), account
                assert likeness(await put(home, phone, content, kind=kind)) == likeness(brings_unknown), account
        assert (await home.http.get(f"/files/{digest(JPEG)}")).status_code == 401


@pytest.mark.parametrize("account", ["town", "county"])
async def test_the_papers_of_a_bulletin_bear_no_words_of_sealed_matters(tmp_path: Path, account: str) -> None:
    async with house(tmp_path) as home:
        await county(home)
        name, desk = await drafted(home, account)
        ref = name.removeprefix("bulletin/")
        paths = [f"/desk/bulletins/{ref}", "/desk/bulletins.json", f"/desk/bulletins/{ref}/paper.docx"]
        answers = [await home.http.get(path, headers=desk.headers) for path in paths]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    with zipfile.ZipFile(io.BytesIO(answers[2].content)) as paper:
        told = [paper.read(one).decode("utf-8", "replace") for one in paper.namelist()]
    # A paper is read by whoever is handed it, whatever its drafter may see.
    assert leaks("nobody", "\n".join([answers[0].text, answers[1].text, *told])) == []


async def test_a_link_opened_by_its_resident_tells_the_own_words_and_nobody_s_name(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await county(home)
        await with_files(home)
        home.time.pass_(MINUTE)
        async with home.browser() as stranger, home.browser() as resident:
            closed = (await stranger.get(PAGE)).text
            assert (await resident.post(PAGE, data={"step": "open", "digits": "7777"})).status_code == 303
            opened = (await resident.get(PAGE)).text
    assert leaks("nobody", closed) == []
    own = {marker("accusation", field) for field in ("title", "words", "place", "demand")}
    assert marker("accusation", "words") in opened
    assert set(leaks("nobody", opened)) <= own


def test_a_poke_tells_a_grid_and_a_place_and_nothing_else() -> None:
    assert [one.name for one in msgspec.structs.fields(Poke)] == ["grid", "place"]


async def test_an_export_is_the_operator_s_and_no_address_of_the_server_gives_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as home:
        await county(home)
    monkeypatch.setenv("SULAIBAN_DATA", str(tmp_path))
    assert main(["export", str(tmp_path / "out"), "--area", "329924101"]) == 0
    assert "export" not in ROUTES.read_text("utf-8")
    assert marker("accusation", "words") in (tmp_path / "out").read_text("utf-8")
