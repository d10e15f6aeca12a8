"""Every page, as eyes, thumbs and slow lines meet it: accessible in both print sizes, small enough, there without a network."""

import gzip
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect, sync_playwright

from tests.road import people
from tests.road.axe import violations
from tests.road.browser import FLAGS, chromium, desk, phone
from tests.road.county import county

APPS = Path(__file__).parents[2] / "pwa" / "dist"
FIRST_ROUTE_BYTES = 84 * 1024
"""What stands and may not grow. The bar of the plan is 60 KB: Vue and its router are 36 of them."""
WHOLE_APP_BYTES = 242 * 1024
"""What stands and may not grow. The bar of the plan is 220 KB: consultations, voices, receipts and orders' law came on top of it."""
CODE = (".js", ".css")
PHONE_PAGES = (
    "", "households", "visit/new", "mailbox", "mailbox/open", "issues", "issues/new", "mediate", "waiting", "settings", "selftest",
)  # fmt: skip


def test_no_page_of_the_phone_is_hard_to_see_or_to_touch_in_either_print(tmp_path: Path) -> None:
    with county(tmp_path / "data") as town, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = people.page_of(phone(browser, town.url))
        people.work(page, "wg1")
        found = {path: faults(page, f"/app/{path}") for path in PHONE_PAGES}
        page.goto("/app/settings")
        page.get_by_role("radio", name="大字").check()
        found |= {f"large {path}": faults(page, f"/app/{path}") for path in PHONE_PAGES}
        browser.close()

    assert {path: lines for path, lines in found.items() if lines} == {}


def faults(page: Page, address: str) -> list[str]:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*violations(page), *(["scrolls sideways"] if wide else [])]


def test_no_page_of_the_desk_is_hard_to_see(tmp_path: Path) -> None:
    with county(tmp_path / "data") as town, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = people.page_of(desk(browser, town.url))
        page.goto("/desk/")
        page.get_by_role("textbox", name="账号").wait_for()
        at_the_door = violations(page)
        people.enter(page, "/desk/", "zhen1")
        expect(page.get_by_text("更新").first).to_be_visible()
        inside = violations(page)
        browser.close()

    assert (at_the_door, inside) == ([], [])


def test_the_phone_opens_without_a_network_after_its_first_visit(tmp_path: Path) -> None:
    with county(tmp_path / "data") as town, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = phone(browser, town.url)
        page = people.page_of(context)
        people.work(page, "wg1")
        context.set_offline(True)

        for path in ("households", "mailbox", "issues/new", ""):
            page.goto(f"/app/{path}")
            expect(page.locator("h1, h2").first).to_be_visible()
        browser.close()


def test_the_phone_is_small_enough_for_a_slow_line(tmp_path: Path) -> None:
    with county(tmp_path / "data") as town, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = browser.new_context(base_url=town.url, locale="zh-CN", service_workers="block")
        page = people.page_of(context)
        asked: set[str] = set()
        page.on("request", lambda request: asked.add(urlsplit(request.url).path))
        page.goto("/app/")
        page.get_by_role("textbox", name="账号").wait_for()
        page.wait_for_load_state("networkidle")
        door = packed(asked)
        people.enter(page, "/app/", "wg1")
        page.get_by_role("navigation").first.wait_for()
        page.wait_for_load_state("networkidle")
        today = packed(asked)
        browser.close()
    whole = sum(weight(file) for file in (APPS / "phone" / "assets").iterdir() if file.suffix in CODE)
    print(
        f"gz: until one can enter {door / 1024:.1f} KB, until today {today / 1024:.1f} KB, whole {whole / 1024:.1f} KB"
    )

    assert door <= FIRST_ROUTE_BYTES
    assert whole <= WHOLE_APP_BYTES


def packed(paths: set[str]) -> int:
    """Bytes of the scripts and styles among these addresses, as a server packs them."""
    files = (APPS / "phone" / path.removeprefix("/app/") for path in paths if path.startswith("/app/assets/"))
    return sum(weight(file) for file in files if file.suffix in CODE)


def weight(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), 9))
