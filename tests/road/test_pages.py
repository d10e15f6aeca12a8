"""Every page, as eyes, thumbs and slow lines meet it: accessible in both print sizes, small enough, there without a network."""

import gzip
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.road import people
from tests.road.axe import violations
from tests.road.browser import desk, phone
from tests.road.county import County

pytestmark = pytest.mark.only("sqlite")
"""What a page looks like and weighs does not hang on the store: once is enough."""

APPS = Path(__file__).parents[2] / "pwa" / "dist"
FIRST_ROUTE_BYTES = 60 * 1024
"""The plan's bar. Vue and its router are 36 KB of what stands."""
WHOLE_APP_BYTES = 220 * 1024
"""Both languages counted."""
CODE = (".js", ".css")
PHONE_PAGES = (
    "", "households", "visit/new", "mailbox", "mailbox/open", "issues", "issues/new", "mediate", "waiting", "settings", "selftest",
)  # fmt: skip


def test_no_page_of_the_phone_is_hard_to_see_or_to_touch_in_either_print(served: County, chrome: Browser) -> None:
    page = people.page_of(phone(chrome, served.url))
    people.work(page, "wg1")
    found = {path: faults(page, f"/app/{path}") for path in PHONE_PAGES}
    page.goto("/app/settings")
    page.get_by_role("radio", name="大字").check()
    found |= {f"large {path}": faults(page, f"/app/{path}") for path in PHONE_PAGES}

    assert {path: lines for path, lines in found.items() if lines} == {}


SETTLED = """() => new Promise((done) => {
  let quiet = setTimeout(done, 200)
  new MutationObserver(() => { clearTimeout(quiet); quiet = setTimeout(done, 200) })
    .observe(document, { subtree: true, childList: true, attributes: true })
})"""


def settle(page: Page) -> None:
    """Until nothing on the page has changed for a moment. A page that listens for pokes never comes to rest on the network."""
    page.evaluate(SETTLED)


def faults(page: Page, address: str) -> list[str]:
    page.goto(address)
    page.locator("h1, h2").first.wait_for()
    settle(page)
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*violations(page), *(["scrolls sideways"] if wide else [])]


def test_no_page_of_the_desk_is_hard_to_see(served: County, chrome: Browser) -> None:
    page = people.page_of(desk(chrome, served.url))
    page.goto("/desk/")
    page.get_by_role("textbox", name="账号").wait_for()
    at_the_door = violations(page)
    people.enter(page, "/desk/", "zhen1")
    expect(page.get_by_text("更新").first).to_be_visible()
    inside = violations(page)

    assert (at_the_door, inside) == ([], [])


def test_the_phone_opens_without_a_network_after_its_first_visit(served: County, chrome: Browser) -> None:
    context = phone(chrome, served.url)
    page = people.page_of(context)
    people.work(page, "wg1")
    context.set_offline(True)

    for path in ("households", "mailbox", "issues/new", ""):
        page.goto(f"/app/{path}")
        expect(page.locator("h1, h2").first).to_be_visible()
    sign_an_agreement(page)


def sign_an_agreement(page: Page) -> None:
    """Writes three strokes; the picture that comes of it is cut to where ink lies."""
    page.goto("/app/mediate")
    for party in ("当事人 1", "当事人 2"):
        page.get_by_role("group", name=f"{party}同意调解吗").get_by_role("radio", name="同意", exact=True).check(
            force=True
        )
    page.get_by_role("switch", name="已经逐条念给各方听了").check()
    page.get_by_role("radio", name="达成书面协议").check()
    page.get_by_text("点这里签名").first.click()
    paper = page.locator("canvas")
    for x in (40, 90, 140):
        # Hovering waits until the sheet stands still.
        paper.hover(position={"x": x, "y": 60})
        page.mouse.down()
        paper.hover(position={"x": x + 30, "y": 120})
        page.mouse.up()
    page.get_by_role("button", name="完成").click()
    signed = page.get_by_role("img", name="已签名")
    expect(signed).to_have_count(1)
    width, height = signed.evaluate("async (it) => (await it.decode(), [it.naturalWidth, it.naturalHeight])")
    # 130 x 60 of ink and an edge of 8 all around.
    assert round(width / height, 1) == round(146 / 76, 1), f"a picture of {width} x {height}"


def test_the_phone_is_small_enough_for_a_slow_line(served: County, chrome: Browser) -> None:
    context = chrome.new_context(base_url=served.url, locale="zh-CN", service_workers="block")
    page = people.page_of(context)
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).path))
    page.goto("/app/")
    page.get_by_role("textbox", name="账号").wait_for()
    settle(page)
    door = packed(asked)
    people.enter(page, "/app/", "wg1")
    page.get_by_role("navigation").first.wait_for()
    settle(page)
    today = packed(asked)
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
