"""An order's whole life in real browsers: sent to two units, accepted, answered, checked, signed, told, asked after."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from sync.op import Json
from tests.road import people
from tests.road.axe import violations
from tests.road.browser import desk, phone
from tests.road.county import County
from tests.road.matters import REPORTER, TOKEN, act, done, entered, escalated, link_hash

pytestmark = pytest.mark.only("sqlite")
"""Seven people sit down here; what the screens show does not hang on the store."""

TITLE = "老屋山墙裂了大缝"
REPLY: dict[str, Json] = {
    "conclusion": "supported",
    "answer": "墙脚的排水沟已经改道，雨水不再冲刷老屋的墙根。",
    "contacted_ms": 1_767_238_200_000,
}
ACCEPT: dict[str, Json] = {
    "handler_name": "梁海涛",
    "handler_phone": "15400010019",
    "backup_name": "顾秋红",
    "told_how": "phone",
    "told_ms": 1_767_238_200_000,
}


def sits_down(chrome: Browser, served: County, account: str) -> Page:
    page = desk(chrome, served.desk_url).new_page()
    people.enter(page, "/desk/", account)
    page.locator("header.bar").wait_for()
    return page


def opened(page: Page, place: str) -> Page:
    page.goto(f"/desk/#{place}")
    page.get_by_role("button", name=TITLE).first.click()
    return page


def choose(form: Locator, label: str, unit: str) -> None:
    form.get_by_role("button", name=label).or_(form.get_by_role("combobox", name=label)).first.click()
    found = form.page.locator("dialog[open]")
    found.get_by_role("searchbox").fill(unit)
    found.get_by_role("button", name=unit).first.click()


def says(page: Page) -> None:
    """Sends the open form; it folds once the server has placed it."""
    form = page.locator("form.panel")
    form.locator("button[type=submit]").click()
    expect(form).to_have_count(0)


def begins(page: Page, name: str) -> Locator:
    page.get_by_role("button", name=name, exact=True).first.click()
    return page.locator("form.panel")


def promises(form: Locator) -> None:
    """Marks a promise in the answer; without what was promised the form is not sent."""
    form.get_by_role("switch", name="答复里答应了期限").click()
    form.locator("button[type=submit]").click()
    expect(form.get_by_role("textbox", name="做什么")).to_have_attribute("aria-invalid", "true")
    form.get_by_role("textbox", name="做什么").fill("拆除危墙，清运垃圾")
    form.get_by_role("textbox", name="什么时候前 必填").fill("2099-01-31")
    assert violations(form.page) == []


async def water_answers(served: County, order: str) -> None:
    """The other unit's people, at their own desks."""
    steps: list[tuple[str, str, dict[str, Json]]] = [
        ("shuiwu1", "accept", ACCEPT),
        ("shuiwu1", "reply", REPLY),
        ("shuiwu2", "check", {"check_opinion": "属实"}),
        ("shuiwu3", "sign", {"sign_opinion": "同意"}),
    ]
    for account, name, fields in steps:
        async with entered(served, account) as who:
            await act(who, order, name, fields)


def test_an_order_goes_to_two_units_and_comes_back_as_one_answer_to_the_resident(
    served: County, chrome: Browser
) -> None:
    done(escalated(served, TITLE, reporter=dict(REPORTER), link_hash=link_hash()))

    town = sits_down(chrome, served, "zhen1")
    town.locator("button.row", has_text=TITLE).click()
    form = begins(town, "交办单位")
    choose(form, "主办单位", "县住建局")
    choose(form, "协办单位", "县水务局")
    form.get_by_role("textbox", name="交办意见").fill("请先围挡，再鉴定；水务看排水沟。")
    form.locator("button[type=submit]").click()
    expect(town.locator(".sent")).to_contain_text("已生效")

    handler = opened(sits_down(chrome, served, "zhujian1"), "orders")
    form = begins(handler, "受理告知")
    for label, words in (("具体办事员", "韩立新"), ("办事员手机", "15400010007"), ("替岗人（AB角）", "卢晓梅")):
        form.get_by_role("textbox", name=label).fill(words)
    form.get_by_role("radio", name="电话").check()
    form.get_by_label("告知时间").fill("2026-01-05T10:00")
    says(handler)
    assert violations(handler) == []

    worker = people.page_of(phone(chrome, served.url))
    people.work(worker, "wg1")
    worker.goto("/app/issues")
    worker.get_by_text(TITLE).first.click()
    cards = worker.locator("section", has=worker.get_by_role("heading", name="部门办理"))
    expect(cards.get_by_role("link", name="韩立新 15400010007")).to_have_attribute("href", "tel:15400010007")
    expect(cards).to_contain_text("县水务局")
    expect(cards).to_contain_text("还没有人受理")
    assert violations(worker) == []

    form = begins(handler, "提交答复")
    form.get_by_role("radio", name="支持解决").check()
    form.get_by_role("textbox", name="办理情况").fill(
        "老屋已经围挡，鉴定为危房，产权人同意下周拆除，拆前每天有人巡查。"
    )
    form.get_by_label("什么时候联系的群众").fill("2026-01-06T10:00")
    promises(form)
    says(handler)
    expect(handler.get_by_text("拆除危墙，清运垃圾")).to_be_visible()
    expect(handler.get_by_text("县住建局韩立新 · 进行中")).to_be_visible()
    expect(worker.get_by_text("拆除危墙，清运垃圾")).to_be_visible()
    for account, what, label in (("zhujian4", "审核", "审核意见"), ("zhujian5", "签批", "签批意见")):
        page = opened(sits_down(chrome, served, account), "orders")
        begins(page, what).get_by_role("textbox", name=label).fill("同意")
        says(page)

    caller = sits_down(chrome, served, "huifang1")
    expect(caller.get_by_text("没有待回访的")).to_be_visible()
    done(water_answers(served, done(order_of(served, "shuiwu1"))))

    expect(caller.get_by_role("heading", name=TITLE)).to_be_visible()
    begins(caller, "回访")
    form = caller.locator("form.panel")
    for at, name in enumerate(("是", "已解决", "不适用", "满意", "满意", "本人", "电话")):
        form.get_by_role("group").nth(at).get_by_role("radio", name=name, exact=True).check()
    says(caller)

    resident = chrome.new_context(base_url=served.url).new_page()
    resident.goto(f"/r/{TOKEN}")
    expect(resident.get_by_role("heading", level=1)).to_have_text("这件事办结了")


async def order_of(served: County, account: str) -> str:
    """The one order of this account's unit."""
    async with entered(served, account) as who:
        told = (await who.http.get("/desk/orders.json", headers=who.headers)).json()
    assert len(told["items"]) == 1
    return str(told["items"][0]["subject"])


def test_a_clerk_registers_a_visit_by_hand_and_is_named_as_who_did(served: County, chrome: Browser) -> None:
    town = sits_down(chrome, served, "zhen1")
    town.goto("/desk/#intake")
    town.get_by_role("button", name="登记来访、来电").click()
    form = town.locator("form.panel")
    form.locator("button[type=submit]").click()
    expect(form.get_by_text("请写姓名。")).to_be_visible()
    form.get_by_role("textbox", name="群众怎么说的").fill("村口的路灯坏了半个月，晚上看不清路。")
    expect(form.get_by_text("按内容猜的是")).to_be_visible()
    choose(form, "哪个村、哪个网格", "林园村第一网格")
    form.get_by_role("textbox", name="姓名").fill("李长根")
    form.get_by_role("textbox", name="电话").fill("154-1234-5678")
    assert violations(town) == []
    form.locator("button[type=submit]").click()
    expect(town.get_by_text("已登记，编号")).to_be_visible()
    town.get_by_role("button", name="打开这件").click()
    holder = town.get_by_role("region", name="现在谁负责")
    expect(holder).to_contain_text("镇为民服务中心")
    expect(holder).not_to_contain_text("网格员")
