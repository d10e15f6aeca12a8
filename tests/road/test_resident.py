"""The resident's page on a cheap phone: without script, in large print, with a trembling finger, and nothing that a guard would stop."""

import secrets

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.road.axe import violations
from tests.road.browser import phone
from tests.road.county import County
from tests.road.matters import REPORTER, answered, done, link_hash


@pytest.fixture
def path(served: County) -> str:
    """The way to a page of this test's own: the matter is answered, and its reporter is asked."""
    token = secrets.token_urlsafe(16)
    done(answered(served, "村口三盏路灯不亮", reporter=REPORTER, link_hash=link_hash(token)))
    return f"/r/{token}"


def open_details(page: Page, path: str) -> None:
    page.goto(path)
    page.get_by_role("textbox").fill("5678")
    page.get_by_role("button", name="打开").click()
    expect(page.get_by_text("这件事解决了吗？")).to_be_visible()


def test_it_can_be_read_and_answered_without_any_script(served: County, chrome: Browser, path: str) -> None:
    context = chrome.new_context(
        base_url=served.url, java_script_enabled=False, locale="zh-CN", viewport={"width": 360, "height": 740}
    )
    page = context.new_page()
    open_details(page, path)
    page.get_by_role("link", name="没有解决").click()
    page.get_by_label("不满意", exact=True).check()
    page.get_by_role("textbox").fill("东头那盏还是不亮")
    page.get_by_role("button", name="送出我的回答").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("正在重新安排")
    expect(page.get_by_text("东头那盏还是不亮")).to_be_visible()


def test_every_state_of_it_is_accessible_big_enough_to_hit_and_stopped_by_no_guard(
    served: County, chrome: Browser, path: str
) -> None:
    page = phone(chrome, served.url).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path)
    assert violations(page) == []
    open_details(page, path)
    assert violations(page) == []
    heights = page.eval_on_selector_all(
        "a.pick, .send, a.call, nav a", "all => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert min(heights) >= 48
    assert min(page.eval_on_selector_all("a.pick", "all => all.map((one) => one.getBoundingClientRect().height)")) >= 64
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="解决了", exact=True).click()
    assert violations(page) == []
    page.goto(f"/r/{'A' * 22}")
    assert violations(page) == []
    assert [line for line in said if "404" not in line] == []


def test_larger_print_comes_at_once_and_stays_on_the_way(served: County, chrome: Browser, path: str) -> None:
    page = phone(chrome, served.url).new_page()
    open_details(page, path)
    before = page.evaluate("getComputedStyle(document.documentElement).fontSize")
    page.get_by_role("link", name="大字").click()
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") > before
    page.get_by_role("link", name="解决了", exact=True).click()
    expect(page.get_by_role("link", name="标准字")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="标准字").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == before


def test_a_trembling_finger_sends_one_answer(served: County, chrome: Browser, path: str) -> None:
    page = phone(chrome, served.url).new_page()
    open_details(page, path)
    page.get_by_role("link", name="解决了", exact=True).click()
    page.get_by_label("满意", exact=True).check()
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.evaluate("const send = document.querySelector('form .send'); send.click(); send.click(); send.click()")
    expect(page.get_by_role("heading", level=1)).to_have_text("这件事办结了")
    assert len(posts) == 1


def test_in_the_browser_in_which_staff_entered_nobody_can_answer(served: County, chrome: Browser, path: str) -> None:
    context = phone(chrome, served.url)
    page = context.new_page()
    page.request.post("/enter", data={"account": "wg1", "password": "sulaiban2026"})
    page.goto(path)
    expect(page.get_by_text("请让群众用自己的手机回答")).to_be_visible()
    expect(page.locator("form")).to_have_count(0)
