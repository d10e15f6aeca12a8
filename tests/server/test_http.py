"""What holds for every answer: one shape for errors, headers, compression, caching; and the apps at their addresses."""

import logging
import re
from pathlib import Path

import httpx
import msgspec
import pytest
from litestar import Litestar, get
from litestar.testing import AsyncTestClient

from server import __version__
from server.app import HEADERS, make_app
from server.book import load_book
from server.pages.frame import POLICY
from server.problems import MEDIA_TYPE, STATUS, Told, problem_of
from server.store import Broken, Busy
from tests.server.house import ROOT, house, lamp

REQUESTS: dict[str, tuple[str, str, bytes, int]] = {
    "enter without a body": ("POST", "/enter", b"", 400),
    "enter with half a body": ("POST", "/enter", b'{"account": "wang"', 400),
    "enter with a list": ("POST", "/enter", b"[]", 400),
    "enter with too much": ("POST", "/enter", b"{" * 20_000, 413),
    "renew without a token": ("POST", "/enter/again", b"{}", 401),
    "an ask that is HTML": ("POST", "/exchange", b"<html>", 400),
    "an ask that is empty": ("POST", "/exchange", b"", 400),
    "an ask that is null": ("POST", "/exchange", b"null", 400),
    "an ask by GET": ("GET", "/exchange", b"", 405),
    "a queue by POST": ("POST", "/desk/queue.json", b"", 405),
    "a queue for a grid worker": ("GET", "/desk/queue.json", b"", 403),
    "a photo that is nowhere": ("GET", f"/files/{'0' * 64}", b"", 404),
    "an upload in another tus": ("POST", "/uploads", b"", 412),
    "a piece without a beginning": ("PATCH", "/uploads/none", b"x", 412),
    "no such page": ("GET", "/nothing/here", b"", 404),
    "no such asset": ("GET", "/app/assets/none.js", b"", 404),
    "a way out of the folder": ("GET", "/app/..%2f..%2fpackage.json", b"", 404),
    "a hidden file": ("GET", "/app/.vite/manifest.json", b"", 404),
}


def is_told(response: httpx.Response) -> None:
    """Holds an error against the one shape."""
    told = msgspec.json.decode(response.content, type=Told)
    assert response.headers["content-type"] == MEDIA_TYPE
    assert set(response.json()) == set(Told.__struct_fields__)
    assert (told.status, told.type) == (response.status_code, f"/problems/{told.why}")
    assert all((told.title, told.title_en, told.why, told.do, told.do_en))
    assert STATUS[told.why] == told.status
    assert "Traceback" not in told.detail


@pytest.mark.parametrize("request_", REQUESTS)
async def test_every_error_has_the_one_shape(tmp_path: Path, request_: str) -> None:
    method, path, body, status = REQUESTS[request_]
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        home.http.cookies.clear()
        response = await home.http.request(method, path, content=body, headers=phone.headers)
        assert response.status_code == status, response.text
        is_told(response)


@pytest.mark.parametrize("path", ["/book", "/pokes", "/desk/queue.json", "/desk/issues/d.1", f"/files/{'0' * 64}"])
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x.y.z", "Basic d2FuZzp4", "Bearer \u00e9"])
async def test_whoever_has_not_entered_is_told_so_everywhere(tmp_path: Path, path: str, header: str) -> None:
    async with house(tmp_path) as home:
        response = await home.http.get(path, headers=[(b"Authorization", header.encode("latin-1"))])
        assert (response.status_code, response.json()["why"]) == (401, "not_entered")
        is_told(response)


def test_every_problem_has_its_words_in_both_languages() -> None:
    county = load_book()
    for why in STATUS:
        for words in (county.words_zh, county.words_en):
            assert words[f"problem.{why}"]
            assert words[f"problem.{why}_do"]


def test_every_sentence_the_server_asks_for_is_in_the_words() -> None:
    known = load_book().words_zh
    asked = {
        name
        for path in (ROOT / "server").rglob("*.py")
        for name in re.findall(r'words_zh\["(\w+\.\w+)"\]|words\["(\w+\.\w+)"\]', path.read_text("utf-8"))
        for name in name
        if name
    }
    assert asked - set(known) == set()


def test_a_busy_or_broken_store_says_when_to_come_back() -> None:
    assert (problem_of(Busy()).why, problem_of(Busy()).retry_after_s > 0) == ("busy", True)
    assert (problem_of(Broken()).why, problem_of(Broken()).retry_after_s > 0) == ("store_broken", True)


async def test_a_fault_of_our_own_is_logged_whole_and_told_without_its_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    @get("/fault")
    async def fault() -> None:
        raise RuntimeError("a secret detail")

    async with house(tmp_path) as home:
        app: Litestar = make_app(home.parts)
        app.register(fault)
        async with AsyncTestClient(app, raise_server_exceptions=False) as client:
            response = await client.get("/fault")
        assert (response.status_code, response.json()["why"]) == (500, "fault")
        assert "secret" not in response.text
        assert "a secret detail" in caplog.text


async def test_every_answer_wears_the_same_armour(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        for path in ("/health", "/book", "/desk/queue.json", "/nothing", "/app/", "/desk/"):
            response = await home.http.get(path, headers=phone.headers)
            worn = {name: response.headers.get(name) for name in HEADERS}
            assert worn == HEADERS, path
        # The page with the two doors bears its own style inside, which its own policy names.
        doors = await home.http.get("/")
        worn = {name: doors.headers.get(name) for name in HEADERS}
        assert worn == HEADERS | {"Content-Security-Policy": POLICY}
        assert all("unsafe" not in policy for policy in (POLICY, HEADERS["Content-Security-Policy"]))


async def test_health_tells_version_epoch_and_store(tmp_path: Path, store_kind: str) -> None:
    async with house(tmp_path) as home:
        response = await home.http.get("/health")
        epoch = home.parts.store.meta.epoch
        assert response.json() == {
            "status": "ok",
            "version": __version__,
            "epoch": epoch,
            "store": store_kind,
            "alarms": 0,
            "missing": 0,
        }


async def test_the_book_is_fetched_once_for_each_version(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        book = await home.http.get("/book", headers=phone.headers)
        assert book.json()["version"] == home.parts.county.book.version
        assert book.json()["triage"][-1]["id"] == "T31"
        again = await home.http.get("/book", headers=phone.headers | {"If-None-Match": book.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_answers_are_packed_as_the_asker_can_unpack_them(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone, town = await home.enter("wang"), await home.enter("town")
        for _ in range(20):
            phone.op("register", lamp())
        for said, packed in (
            ("gzip, deflate, br, zstd", "br"),
            ("gzip, deflate, zstd", "zstd"),
            ("br;q=0, zstd;q=0, gzip", "gzip"),
            ("gzip;q=1, zstd;q=0.5", "gzip"),
            ("*", "br"),
            ("gzip;q=nonsense, zstd;q=0", ""),
            ("identity", ""),
            ("", ""),
        ):
            phone.http.headers["Accept-Encoding"] = said
            told = await phone.post()
            assert len(told.json()["receipts"]) == 20
            desk = await home.http.get("/desk/queue.json", headers=town.headers)
            assert len(desk.json()["items"]) == 20
            for answer in (told, desk):
                assert answer.headers.get("content-encoding", "") == packed, said
                assert answer.headers["vary"] == "Accept-Encoding"
                assert int(answer.headers["content-length"]) < len(answer.content) or not packed
        problem = await home.http.get("/desk/queue.json")
        assert problem.json()["why"] == "not_entered"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A small built app."""
    for app in ("phone", "desk", "resident"):
        (tmp_path / app / "assets").mkdir(parents=True)
        (tmp_path / app / "index.html").write_text(f"<!doctype html><title>{app}</title>")
        (tmp_path / app / "assets" / "main-1a2b.js").write_text("console.log('速来办');" * 100)
    (tmp_path / "phone" / "sw.js").write_text("// worker")
    (tmp_path / "phone" / "manifest.webmanifest").write_text("{}")
    return tmp_path


async def test_the_apps_are_served_with_the_right_patience(tmp_path: Path, built: Path) -> None:
    async with house(tmp_path / "data", apps=built) as home:
        for path, status, cache, kind in (
            ("/app/", 200, "no-cache", "text/html"),
            ("/app/issue/d1.2", 200, "no-cache", "text/html"),
            ("/app/mailbox/open", 200, "no-cache", "text/html"),
            ("/app/sw.js", 200, "no-cache", "text/javascript"),
            ("/app/manifest.webmanifest", 200, "no-cache", "application/manifest+json"),
            ("/app/assets/main-1a2b.js", 200, "immutable", "text/javascript"),
            ("/app/assets/main-gone.js", 404, "no-store", MEDIA_TYPE),
            ("/desk/", 200, "no-cache", "text/html"),
            ("/desk/issue", 200, "no-cache", "text/html"),
            ("/r-assets/assets/main-1a2b.js", 200, "immutable", "text/javascript"),
        ):
            response = await home.http.get(path)
            assert response.status_code == status, path
            assert cache in response.headers["cache-control"], path
            assert response.headers["content-type"].startswith(kind), path
        script = await home.http.get("/app/assets/main-1a2b.js", headers={"Accept-Encoding": "br"})
        assert script.headers["content-encoding"] == "br"
        bare = await home.http.get("/app")
        assert (bare.status_code, bare.headers["location"]) == (308, "/app/")
        again = await home.http.get("/app/", headers={"If-None-Match": (await home.http.get("/app/")).headers["etag"]})
        assert again.status_code == 304
        (built / "phone" / "index.html").write_text("<!doctype html><title>newer</title>")
        assert "newer" in (await home.http.get("/app/")).text


async def test_no_link_and_no_line_break_gets_into_the_log_of_requests(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "sulaiban.access")
    async with house(tmp_path) as home:
        await home.http.get("/r/a-very-secret-link")
        await home.http.get("/nothing%0a2026-01-01 forged line")
    lines = [record.getMessage() for record in caplog.records if record.name == "sulaiban.access"]
    assert "secret" not in " ".join(lines)
    assert lines[0].startswith("GET /r/… ")
    assert all("\n" not in line for line in lines)
