"""Consultation and mediation at the desk of those who decide, in a real browser, through to the printed agreement."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.road.axe import violations
from tests.road.browser import desk
from tests.road.county import County, county
from tests.road.people import enter


@pytest.fixture(scope="module")
def alive(tmp_path_factory: pytest.TempPathFactory) -> Generator[County]:
    """The county in which people have worked for weeks."""
    with county(tmp_path_factory.mktemp("county") / "data", alive=True) as running:
        yield running


def sits_down(chrome: Browser, alive: County, account: str, place: str) -> Page:
    page = desk(chrome, alive.desk_url).new_page()
    enter(page, "/desk/", account)
    page.locator("header.bar").wait_for()
    page.goto(f"/desk/#{place}")
    return page


def test_the_secretary_approves_a_topic_and_the_village_calls_the_meeting(alive: County, chrome: Browser) -> None:
    secretary = sits_down(chrome, alive, "shuji1", "talks")
    expect(secretary.locator("header.bar")).to_contain_text("刘湖村")
    secretary.locator("[data-talk]", has_text="太阳能路灯").click()
    secretary.get_by_role("button", name="同意协商", exact=True).click()
    form = secretary.locator("form.panel")
    expect(form.get_by_role("radio", name="村民代表会议")).to_be_checked()
    form.get_by_role("radio", name="是", exact=True).check()
    form.get_by_role("button", name="同意协商", exact=True).click()
    expect(secretary.locator(".pane .done")).to_be_visible()
    expect(secretary.locator(".pane")).to_contain_text("已审定，待通知开会")
    assert violations(secretary) == []

    village = sits_down(chrome, alive, "cun1", "talks")
    village.locator("[data-talk]", has_text="太阳能路灯").click()
    expect(village.get_by_role("button", name="发会议通知")).to_be_visible()
    expect(village.get_by_role("button", name="同意协商", exact=True)).to_have_count(0)


def test_an_agreement_prints_with_terms_rights_and_signatures(alive: County, chrome: Browser) -> None:
    mediator = sits_down(chrome, alive, "tiaojie1", "talks")
    mediator.get_by_role("button", name="调解").first.click()
    mediator.locator("[data-talk]", has_text="龙志强").click()
    expect(mediator.get_by_role("button", name="打印协议书")).to_be_visible()
    paper = mediator.locator(".agreement")
    expect(paper).to_be_hidden()
    mediator.emulate_media(media="print")
    expect(paper).to_be_visible()
    expect(mediator.locator("header.bar")).to_be_hidden()
    for words in (
        "龙志强向邹桂兰，还清另一半，¥4,000",
        "共同向人民法院申请司法确认",
        "最后一日",
        "一式3份",
        "已按手印",
    ):
        expect(paper).to_contain_text(words)
    expect(paper).not_to_contain_text("才生效")
    mediator.emulate_media(media="screen")

    mediator.locator("[data-talk]", has_text="姜国庆").click()
    expect(paper).to_contain_text("各方签名或按手印以后才生效")
    expect(paper).to_contain_text("涉及土地权属的内容，法院不作司法确认")
    mediator.get_by_role("button", name="补签字").click()
    form = mediator.locator("form.panel")
    form.get_by_role("radio", name="姜国庆").check()
    form.get_by_role("switch", name="已在纸上按手印").check()
    form.get_by_role("button", name="补签字").click()
    mediator.get_by_role("button", name="协议生效").click()
    mediator.locator("form.panel").get_by_role("button", name="协议生效").click()
    expect(mediator.locator("header.head")).to_contain_text("协议已生效")
    expect(paper).not_to_contain_text("才生效")


def test_a_promise_is_marked_kept_with_how(alive: County, chrome: Browser) -> None:
    town = sits_down(chrome, alive, "zhen1", "talks")
    town.get_by_role("button", name="承诺").first.click()
    overdue = town.locator("[data-talk]").first
    expect(overdue).to_contain_text("已超期")
    expect(overdue).to_contain_text("镇民政办 苏红梅 答应 郭永刚")
    overdue.click()
    town.get_by_role("button", name="已兑现", exact=True).click()
    form = town.locator("form.panel")
    form.get_by_label("兑现日期").fill("2026-01-05")
    form.get_by_label("怎么兑现的").fill("上门告诉了会审结果")
    form.get_by_role("button", name="已兑现").click()
    expect(town.locator(".pane")).to_contain_text("上门告诉了会审结果")
    expect(town.get_by_role("button", name="已结束 3")).to_be_visible()


def test_the_supervisor_reaches_the_red_order_and_its_three_acts(alive: County, chrome: Browser) -> None:
    supervisor = sits_down(chrome, alive, "duban1", "board")
    expect(supervisor.locator("tbody tr").first).to_contain_text("县住建局")
    assert violations(supervisor) == []
    supervisor.get_by_role("button", name="帮办").first.click()
    form = supervisor.locator("form.panel")
    expect(form).to_contain_text("帮单位解决办理中的困难")
    form.get_by_role("textbox", name="内容").fill("明天下午和开发单位一起开会，把保修金先垫上。")
    form.get_by_role("button", name="帮办").click()
    expect(supervisor.locator(".road")).to_contain_text("把保修金先垫上")
    expect(supervisor.locator(".left")).to_contain_text("退单争议，两家都说不归自己")
