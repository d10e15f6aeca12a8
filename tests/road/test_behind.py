"""What a closed app left waiting goes on its way by itself: the browser wakes the service worker, which sends in turn with the pages."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from tests.bench.peers.counting import counting
from tests.road import people
from tests.road.browser import GRANTED, phone
from tests.road.county import PASSWORD, County

pytestmark = pytest.mark.only("sqlite")

PATIENCE_S = 60
LIGHTS = "路灯与公共设施"


@pytest.fixture
def context(served: County, chrome: Browser) -> BrowserContext:
    opened = phone(chrome, served.url)
    opened.grant_permissions([*GRANTED, "background-sync"])
    return opened


@pytest.fixture
def worker(context: BrowserContext) -> Page:
    page = people.page_of(context)
    people.work(page, "wg1")
    return page


@pytest.fixture
def town(served: County) -> Iterator[httpx.Client]:
    """A reviewer who looks, again and again, at what has come."""
    with httpx.Client(base_url=served.desk_url, timeout=30) as http:
        said = http.post("/enter", json={"account": "zhen1", "password": PASSWORD}).json()
        http.headers["Authorization"] = f"Bearer {said['access']}"
        yield http


def noisy(path: Path) -> Path:
    """A photo that stays large however it is packed: it goes in several pieces."""
    Image.effect_noise((1600, 1200), 90).convert("RGB").save(path, quality=90)
    return path


def write_with_photo(page: Page, words: str, photo: Path) -> None:
    people.write_matter(page, words)
    page.locator("input[type=file]").first.set_input_files(photo)
    page.get_by_text("1 张").first.wait_for()
    people.decide(page, LIGHTS)


def until(page: Page, is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end, "it did not happen"
        page.wait_for_timeout(100)  # the driver hears of the browser's events meanwhile


def kept_hashes(page: Page) -> list[str]:
    """The hashes of the photos that lie on this phone."""
    return page.evaluate(
        """() => new Promise((done, fail) => {
          indexedDB.databases().then((all) => {
            const opening = indexedDB.open(all.find(({ name }) => name.startsWith('sulaiban-phone-')).name)
            opening.onsuccess = () => {
              const asked = opening.result.transaction('photos').objectStore('photos').getAllKeys()
              asked.onsuccess = () => { opening.result.close(); done(asked.result) }
            }
            opening.onerror = () => fail(opening.error)
          })
        })"""
    )


def offsets_sent(sent: bytearray) -> list[int]:
    """Where each piece of a photo that went up began, in the order they went."""
    return [int(at) for at in re.findall(rb"\r\nupload-offset: (\d+)\r\n", sent, re.IGNORECASE)]


def test_a_photo_whose_page_was_closed_goes_on_and_no_byte_goes_twice(
    served: County, chrome: Browser, town: httpx.Client, tmp_path: Path
) -> None:
    # Read off the line: a browser does not tell all that a service worker sends.
    with counting(int(served.url.rsplit(":", 1)[1])) as line:
        context = phone(chrome, f"http://127.0.0.1:{line.port}")
        context.grant_permissions([*GRANTED, "background-sync"])
        worker = people.page_of(context)
        people.work(worker, "wg1")
        worker.route("**/uploads/*", first_piece_alone)
        with worker.expect_request(is_second_piece):
            write_with_photo(
                worker, "丁组水渠边的路灯断了一截，孩子上学要从那里过，请来修。", noisy(tmp_path / "noise.jpg")
            )
        (photo,) = kept_hashes(worker)
        watcher = context.new_page()
        assert offsets_sent(line.up) == [0]
        worker.close()
        until(watcher, lambda: town.get(f"/files/{photo}").status_code == 200)
        context.close()
    offsets = offsets_sent(line.up)
    assert len(offsets) > 1
    assert offsets == sorted(set(offsets)), "each byte went once"


def is_second_piece(request: Request) -> bool:
    return request.method == "PATCH" and request.headers["upload-offset"] != "0"


def first_piece_alone(route: Route) -> None:
    """What comes after it is held for ever."""
    if not is_second_piece(route.request):
        route.continue_()


def test_what_was_saved_without_a_network_goes_when_it_is_back_though_no_page_is_open(
    served: County, context: BrowserContext, worker: Page, town: httpx.Client, tmp_path: Path
) -> None:
    context.set_offline(True)
    write_with_photo(worker, "戊组桥头的路灯坏了，晚上过桥看不见路，请来修。", noisy(tmp_path / "noise.jpg"))
    (photo,) = kept_hashes(worker)
    watcher = context.new_page()
    worker.close()
    assert town.get(f"/files/{photo}").status_code == 404

    context.set_offline(False)
    wake(watcher, served.url)
    until(watcher, lambda: town.get(f"/files/{photo}").status_code == 200)

    watcher.goto("/app/waiting")
    expect(watcher.get_by_text("都送到了")).to_be_visible()
    watcher.goto("/app/issues")
    expect(watcher.get_by_text("戊组桥头").first).to_be_visible()


def wake(page: Page, origin: str) -> None:
    """What the browser does by itself once it finds the network again, without its minutes of patience."""
    seen: list[str] = []

    def note(told: Any) -> None:
        seen.extend(one["registrationId"] for one in told["registrations"])

    session: Any = page.context.new_cdp_session(page)
    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.send("ServiceWorker.enable")
    until(page, lambda: bool(seen))
    asked = {"origin": origin, "registrationId": seen[0], "tag": "sulaiban-send", "lastChance": False}
    session.send("ServiceWorker.dispatchSyncEvent", asked)
