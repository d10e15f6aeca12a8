"""The desk in a real browser: what burns is on top, one key opens an act, nothing half written is lost, and it says what is true."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.road.axe import violations
from tests.road.browser import desk
from tests.road.county import PASSWORD, County
from tests.road.matters import HANDLER, as_town, done, escalated


@pytest.fixture
def context(served: County, chrome: Browser) -> BrowserContext:
    return desk(chrome, served.desk_url)


def enter(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/desk/")
    page.get_by_label("账号").fill("zhen1")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_selector("section.queue")
    return page


def open_one(page: Page, title: str) -> None:
    page.locator("button.row", has_text=title).click()
    expect(page.locator(".whole h2").first).to_have_text(title)


def choose_first_unit(page: Page) -> None:
    page.locator("form.panel").get_by_text("请选择").click()
    page.locator("dialog[open] li button").first.click()


def test_a_matter_is_found_opened_and_accepted_by_keys_alone(served: County, context: BrowserContext) -> None:
    done(escalated(served, "甲组路灯不亮"))
    page = enter(context)
    page.wait_for_selector("button.row")
    assert violations(page) == []
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".whole h2").first).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("a")
    choose_first_unit(page)
    page.get_by_label("办事员姓名").fill("赵建国")
    assert page.get_by_label("办事员电话").input_value() != "", "the unit's own number is a beginning"
    assert violations(page) == []
    page.keyboard.press("Control+Enter")
    expect(page.locator(".sent")).to_contain_text("已生效")
    expect(page.locator(".side")).to_contain_text("赵建国")
    page.keyboard.press("w")
    expect(page.locator("form.panel")).to_be_visible()


def test_what_was_half_written_is_there_after_a_reload(served: County, context: BrowserContext) -> None:
    done(escalated(served, "乙组水管漏水"))
    page = enter(context)
    open_one(page, "乙组水管漏水")
    page.keyboard.press("r")
    page.get_by_label("为什么退回").fill("先请物业按合同办")
    page.wait_for_timeout(500)
    page.reload()
    expect(page.locator(".whole h2").first).to_have_text("乙组水管漏水")
    page.keyboard.press("r")
    expect(page.get_by_label("为什么退回")).to_have_value("先请物业按合同办")


def test_whoever_was_slower_is_told_and_keeps_every_word(served: County, context: BrowserContext) -> None:
    issue = done(escalated(served, "丙组道路塌陷"))
    page = enter(context)
    open_one(page, "丙组道路塌陷")
    page.keyboard.press("a")
    choose_first_unit(page)
    page.get_by_label("办事员姓名").fill("赵建国")
    back = {"return_why": "先由村里围挡", "return_better": "村民委员会"}
    done(as_town(served, issue, "give_back", dict(back)))
    page.keyboard.press("Control+Enter")
    expect(page.locator(".sent")).to_contain_text("没有生效")
    note = page.locator("section.card", has_text="晚了一步")
    expect(note).to_contain_text("赵建国")
    expect(note.get_by_role("button", name="转协商")).to_be_visible()
    assert violations(page) == []


def test_without_a_network_it_says_so_and_sends_later_by_itself(served: County, context: BrowserContext) -> None:
    done(escalated(served, "丁组垃圾没人清"))
    page = enter(context)
    open_one(page, "丁组垃圾没人清")
    context.set_offline(True)
    page.keyboard.press("r")
    page.get_by_label("为什么退回").fill("先请物业按合同办")
    page.get_by_label("应当由谁办").fill("物业公司")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".sent")).to_contain_text("还只在这台电脑上")
    expect(page.locator("header.bar")).to_contain_text("1 条还没送到")
    expect(page.locator("header.bar")).to_contain_text("连不上服务器")
    context.set_offline(False)
    expect(page.locator(".road")).to_contain_text("退回网格", timeout=60_000)
    expect(page.locator("header.bar")).not_to_contain_text("还没送到")


def test_the_reporter_is_masked_until_somebody_asks(served: County, context: BrowserContext) -> None:
    done(escalated(served, "戊组化粪池外溢", reporter={"name": "陈桂芳", "phone": "15499880011"}))
    page = enter(context)
    open_one(page, "戊组化粪池外溢")
    assert "陈桂芳" not in page.content()
    assert "15499880011" not in page.content()
    page.get_by_role("button", name="显示").click()
    expect(page.locator(".side")).to_contain_text("15499880011")


def test_single_letters_can_be_switched_off_and_never_fire_while_somebody_types(
    served: County, context: BrowserContext
) -> None:
    done(escalated(served, "己组闸门坏了"))
    page = enter(context)
    open_one(page, "己组闸门坏了")
    page.keyboard.press("r")
    page.get_by_label("为什么退回").press_sequentially("a w c")
    expect(page.get_by_label("为什么退回")).to_have_value("a w c")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_text("用单个字母做快捷键").click()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.locator("form.panel")).to_have_count(0)


def test_a_photo_of_the_answer_and_the_answer_itself_reach_the_server(
    served: County, context: BrowserContext, tmp_path: Path
) -> None:
    issue = done(escalated(served, "庚组树倒了"))
    done(as_town(served, issue, "accept", HANDLER))
    page = enter(context)
    open_one(page, "庚组树倒了")
    picture = tmp_path / "tree.png"
    page.screenshot(path=picture)
    page.keyboard.press("w")
    page.get_by_text("支持解决", exact=True).click()
    page.get_by_label("办理情况").fill("倒下的树已经锯断清走，路已经通了。")
    page.locator("form.panel input[type=file]").last.set_input_files(picture)
    expect(page.locator("form.panel img")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".sent")).to_contain_text("已生效")
    expect(page.locator(".whole")).to_contain_text("倒下的树已经锯断清走")
    expect(page.locator(".photos img")).to_have_count(1, timeout=30_000)


def test_a_bulletin_is_drafted_written_over_and_signed_and_each_rate_opens_to_its_cases(
    served: County, context: BrowserContext
) -> None:
    done(escalated(served, "辛组桥栏杆断了"))
    page = enter(context)
    page.get_by_role("link", name="指标").click()
    page.get_by_text("今天", exact=True).click()
    page.get_by_role("button", name="办结率", exact=True).first.click()
    expect(page.locator(".cases")).to_contain_text("辛组桥栏杆断了")
    assert violations(page) == []
    page.get_by_role("link", name="通报").click()
    page.get_by_role("button", name="日小结").click()
    expect(page.locator(".paper h2")).to_contain_text("日小结")
    assert violations(page) == []
    page.get_by_role("button", name="修改文字").click()
    page.get_by_label("内容").first.fill("今日桥栏杆一事已交镇里办理。")
    page.get_by_role("button", name="保存文字").click()
    expect(page.locator(".paper")).to_contain_text("今日桥栏杆一事已交镇里办理。")
    page.get_by_role("button", name="签发").click()
    page.get_by_label("签发人").fill("钱立")
    page.get_by_label("职务").fill("镇长")
    page.locator("form.ask").get_by_role("button", name="签发").click()
    expect(page.locator(".sheet header")).to_contain_text("镇长 钱立 已签发")
    expect(page.get_by_role("button", name="修改文字")).to_have_count(0)
    with page.expect_download() as kept:
        page.get_by_role("button", name="导出文档").click()
    assert kept.value.suggested_filename.endswith(".docx")
