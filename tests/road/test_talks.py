"""Consultation and mediation at the desk of those who decide, in a real browser, through to the printed agreement."""

from collections.abc import Callable, Generator
from datetime import date, datetime, timedelta, timezone

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.road.axe import violations
from tests.road.browser import desk, phone
from tests.road.county import County, county
from tests.road.people import enter

COUNTY = timezone(timedelta(hours=8))


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


def here() -> date:
    """Today, where the county is."""
    return datetime.now(COUNTY).date()


def act(page: Page, name: str, fill: Callable[[Locator], None]) -> None:
    """Opens an act's form, fills it and sends it; the record then says that it was sent."""
    page.locator(".moves").get_by_role("button", name=name, exact=True).click()
    form = page.locator("form.panel")
    fill(form)
    form.get_by_role("button", name=name, exact=True).click()
    expect(form).to_have_count(0)
    expect(page.locator(".pane .done")).to_be_visible()


def words(**said: str) -> Callable[[Locator], None]:
    """Fills fields by their labels."""

    def fill(form: Locator) -> None:
        for label, text in said.items():
            form.get_by_label(label).fill(text)

    return fill


def lamps(page: Page) -> None:
    """Opens the topic of the lamps, as it stands now."""
    page.reload()
    page.locator("[data-talk]", has_text="太阳能路灯").click()


PEOPLE = (("秦志强", "一到三组"), ("邵国庆", "四到六组"))


def approves(form: Locator) -> None:
    expect(form.get_by_role("radio", name="村民代表会议")).to_be_checked()
    form.get_by_role("radio", name="是", exact=True).check()


def invites(form: Locator) -> None:
    form.get_by_label("哪一天开会").fill(here().isoformat())
    words(地点="刘湖村文化礼堂", 提前不足三天的理由="代表都在村里，各方同意今天就开")(form)
    for at, (who, side) in enumerate(PEOPLE):
        form.get_by_role("button", name="再加一项").click()
        row = form.locator(".row").nth(at)
        row.get_by_label("姓名").fill(who)
        for chosen in ("村民代表", side, "电话"):
            row.get_by_role("radio", name=chosen).check()


def concludes(form: Locator) -> None:
    form.get_by_role("radio", name="达成共识").check()
    form.get_by_role("radio", name="否", exact=True).check()
    form.get_by_label("会议纪要").fill("先装路口和学校门口，六个组都有。")
    for at in range(len(PEOPLE)):
        signed = form.get_by_role("group", name="签字").locator(".row").nth(at)
        signed.get_by_role("switch", name="已在纸上按手印").check()
    terms = form.get_by_role("group", name="商定事项")
    terms.get_by_role("button", name="再加一项").click()
    words(做什么="装二十盏路灯", 谁="郑主任", 什么时候前=(here() + timedelta(days=20)).isoformat())(terms)


def reviews(form: Locator) -> None:
    form.get_by_role("radio", name="是", exact=True).check()
    form.get_by_label("审查意见").fill("不违反法律法规")


def finishes(form: Locator) -> None:
    words(完成日期=here().isoformat(), 做成了什么="二十盏都亮了")(form)
    accepted = form.get_by_role("group", name="验收的群众")
    for at, (who, _) in enumerate(PEOPLE):
        accepted.get_by_role("button", name="再加一项").click()
        row = accepted.locator(".row").nth(at)
        row.get_by_label("姓名").fill(who)
        row.get_by_role("switch", name="已在纸上按手印").check()


def test_a_topic_goes_its_whole_way_at_the_desks_of_those_who_decide(alive: County, chrome: Browser) -> None:
    today = here()
    secretary = sits_down(chrome, alive, "shuji1", "talks")
    expect(secretary.locator("header.bar")).to_contain_text("刘湖村")
    lamps(secretary)

    act(secretary, "同意协商", approves)
    expect(secretary.locator(".pane")).to_contain_text("已审定，待通知开会")
    assert violations(secretary) == []

    village = sits_down(chrome, alive, "cun1", "talks")
    lamps(village)
    expect(village.get_by_role("button", name="同意协商", exact=True)).to_have_count(0)

    def meets(form: Locator) -> None:
        words(应到人数="2", 实到人数="2", 主持人="郑主任", 记录人="王会计")(form)
        said = form.get_by_role("group", name="发言")
        for at, (who, side) in enumerate(PEOPLE):
            form.locator(".row").nth(at).get_by_role("radio", name="是", exact=True).check()
            said.get_by_role("button", name="再加一项").click()
            row = said.locator(".row").last
            words(谁=who, 说了什么="路口和学校门口先装。")(row)
            for chosen in (side, "建议"):
                row.get_by_role("radio", name=chosen).check()
        form.get_by_role("switch", name="这里面有一个承诺").check()
        form.get_by_label("谁").last.fill("郑主任")
        form.get_by_label("做什么").last.fill("把装灯的位置贴出来")
        form.get_by_label("什么时候前").last.fill((today + timedelta(days=5)).isoformat())

    act(village, "发会议通知", invites)
    act(village, "记录会议", meets)
    act(village, "形成结论", concludes)

    town = sits_down(chrome, alive, "zhen1", "talks")
    lamps(town)

    act(town, "合法性审查", reviews)
    lamps(secretary)
    act(secretary, "党组织备案", words(备案文号="刘湖支备〔2026〕8号", 备案日期=today.isoformat()))

    def tells(form: Locator) -> None:
        words(告知日期=today.isoformat(), 告知了几户="180")(form)
        form.get_by_role("switch", name="上门").check()

    lamps(village)
    act(village, "开始实施", words(负责人="郑主任", 实施步骤="先立杆，再装灯", 经费来源="镇里拨付"))
    act(village, "实施完成", finishes)
    act(village, "告知各户", tells)
    expect(village.locator("header.head")).to_contain_text("已反馈")
    village.get_by_role("button", name="承诺").first.click()
    expect(village.locator("[data-talk]", has_text="把装灯的位置贴出来")).to_contain_text("郑主任")


def test_a_promise_is_begun_from_the_matter_that_it_is_about(alive: County, chrome: Browser) -> None:
    town = sits_down(chrome, alive, "zhen1", "")
    town.get_by_text("清河雅苑晚上没处停车").first.click()
    town.get_by_role("button", name="记下承诺").click()
    form = town.locator(".begin-talk form.panel")
    form.get_by_role("button", name="记下承诺").click()
    expect(form.get_by_text("请填写。").first).to_be_visible()
    form.get_by_role("radio", name="电话").check()
    day = (here() + timedelta(days=3)).isoformat()
    words(谁="镇城管办 王强", 做什么="划好三十个车位", 什么时候前=day)(form)
    form.get_by_role("button", name="记下承诺").click()
    expect(town.get_by_role("status").filter(has_text="已记下：承诺")).to_be_visible()
    expect(town.locator(".side")).to_contain_text("划好三十个车位")
    assert violations(town) == []


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
        "人调字第",
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


def test_the_town_sees_each_letter_with_its_light_and_the_reckoning_of_its_date(alive: County, chrome: Browser) -> None:
    town = sits_down(chrome, alive, "zhen1", "letters")
    letter = town.locator("[data-talk]", has_text="想问去年的小麦保险什么时候赔")
    expect(letter).to_contain_text("待答复")
    letter.click()
    expect(town.locator("header.head")).to_contain_text("第1个工作日")
    expect(town.locator(".pane")).to_contain_text("贾凤英")
    town.get_by_role("button", name="已结束 2").click()
    expect(town.locator("[data-talk]")).to_have_count(2)
    assert violations(town) == []


def test_what_came_up_thrice_is_looked_at_on_one_phone_before_anybody_else_asks(alive: County, chrome: Browser) -> None:
    town = sits_down(chrome, alive, "zhen1", "ahead")
    card = town.locator(".cards li", has_text="垃圾堆积与乱堆乱放")
    expect(card).to_contain_text("刘湖村第一网格 30 天内有")
    assert violations(town) == []
    card.get_by_role("button", name="派给网格").click()
    town.locator("form.panel").get_by_role("button", name="派给网格").click()
    expect(town.get_by_role("status").filter(has_text="已派给 1 个网格")).to_be_visible()
    worker = phone(chrome, alive.url).new_page()
    enter(worker, "/app/", "wg1")
    worker.get_by_role("link", name="把网格里同类的地方都看一遍").click()
    worker.get_by_role("button", name="看过了，报情况").click()
    sheet = worker.get_by_role("dialog")
    sheet.get_by_role("radio", name="有问题，当场办好了").check()
    sheet.get_by_role("button", name="保存").click()
    expect(worker.locator(".stage")).to_have_text("已办")
    town.get_by_role("button", name="已结束 1").click()
    town.locator("[data-talk]").click()
    expect(town.locator(".pane")).to_contain_text("有问题，当场办好了")
