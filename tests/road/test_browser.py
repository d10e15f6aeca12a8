"""The browser that the road tests use is what they take it for. What Sulaiban does in it is tested in the other files."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import sync_playwright

from tests.road.axe import violations
from tests.road.browser import browser, desk, kept_phone, kill, phone

PAGE = '<!doctype html><html lang="zh"><meta name="viewport" content="width=device-width"><title>页</title>'
WORDS = "<main><h1>速来办</h1></main>"

KEEP = """(text) => new Promise((done, fail) => {
  const opening = indexedDB.open('shelf', 1)
  opening.onupgradeneeded = () => opening.result.createObjectStore('kept')
  opening.onsuccess = () => {
    const write = opening.result.transaction('kept', 'readwrite', { durability: 'strict' })
    write.objectStore('kept').put(text, 'draft')
    write.oncomplete = () => done()
    write.onerror = () => fail(write.error)
  }
})"""

READ = """() => new Promise((done) => {
  const opening = indexedDB.open('shelf', 1)
  opening.onsuccess = () => {
    const asked = opening.result.transaction('kept').objectStore('kept').get('draft')
    asked.onsuccess = () => done(asked.result)
  }
})"""


class OnePage(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write((PAGE + WORDS).encode())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing: a test's output is its failures."""


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), OnePage) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_phone_is_narrow_and_a_desk_is_wide_and_both_read_chinese(address: str) -> None:
    with browser() as chrome:
        narrow = phone(chrome, address).new_page()
        wide = desk(chrome, address).new_page()
        widths: list[object] = []
        for page in (narrow, wide):
            page.goto("/")
            widths.append((page.evaluate("innerWidth"), page.evaluate("navigator.language")))
        assert widths == [(360, "zh-CN"), (1440, "zh-CN")]


def test_axe_finds_a_picture_without_words_and_passes_a_plain_page(address: str) -> None:
    with browser() as chrome:
        page = desk(chrome, address).new_page()
        page.goto("/")
        assert violations(page) == []
        page.evaluate("document.querySelector('main').append(document.createElement('img'))")
        assert [line.split(":")[0] for line in violations(page)] == ["image-alt"]


def test_what_a_killed_phone_wrote_is_there_when_it_opens_again(address: str, tmp_path: Path) -> None:
    profile = tmp_path / "profile"
    with sync_playwright() as playwright:
        page = kept_phone(playwright, profile, address).new_page()
        page.goto("/")
        page.evaluate(KEEP, "路灯不亮")
        kill(profile)
        again = kept_phone(playwright, profile, address)
        page = again.new_page()
        page.goto("/")
        assert page.evaluate(READ) == "路灯不亮"
        again.close()
