"""The whole road in a real browser, on a real server: what a worker types without a network comes back answered and closed."""

from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.road import people
from tests.road.browser import desk, kept_phone, kill, phone
from tests.road.county import County

SUMMARY = "村口三盏路灯坏了两个月，晚上走路看不见"
WORDS = "村口路灯坏了三盏，两个月没人修，晚上老人走路看不见。请镇上来修。"
LIGHTS = "路灯与公共设施"
DONE = "经核实情况属实，已于今天上午更换三盏灯头，并列入每月巡查。"


def wait_until_received(page: Page, matter: str) -> None:
    """Until the phone itself says that the matter is not only on it any more."""
    page.goto("/app/issues")
    expect(page.get_by_text(matter).first).to_be_visible()
    expect(page.get_by_text("只在本机")).to_have_count(0)


def confirm_as_resident(context: BrowserContext, link: str, digits: str) -> Page:
    page = people.page_of(context)
    page.goto(link)
    page.locator("input[name=digits], input[inputmode=numeric]").first.fill(digits)
    page.get_by_role("button", name="打开").click()
    return page


def test_a_letter_taken_out_offline_comes_back_closed(
    served: County, playwright: Playwright, chrome: Browser, tmp_path: Path
) -> None:
    letter = people.draw_letter(chrome, tmp_path / "letter.jpg")
    profile = tmp_path / "phone"
    first = kept_phone(playwright, profile, served.url)
    worker = people.page_of(first)
    people.work(worker, "wg1")

    first.set_offline(True)
    people.open_box(worker, letters=1)
    people.letter_to_issue(worker, letter, name="张桂兰", phone="15400001243", summary=SUMMARY, words=WORDS)
    people.decide(worker, LIGHTS)
    link = people.link_on_slip(worker)

    kill(profile)
    second = kept_phone(playwright, profile, served.url)
    # Chromium writes cookies every half minute: whether a killed one kept them would depend on the machine.
    second.clear_cookies()
    second.set_offline(True)
    worker = people.page_of(second)
    worker.goto("/app/issues")
    worker.get_by_text("路灯").first.click()
    expect(worker.get_by_text("只在本机").first).to_be_visible()
    people.correct_phone(worker, "15400001234")

    second.set_offline(False)
    people.enter_again(worker)
    wait_until_received(worker, "路灯")

    reviewer = people.page_of(desk(chrome, served.desk_url))
    people.enter(reviewer, "/desk/", "zhen1")
    reviewer.get_by_text("路灯").first.click()
    expect(reviewer.get_by_text(WORDS).first).to_be_visible()
    people.accept(reviewer, unit="镇人民政府", name="许工", phone="15400008888")
    expect(reviewer.get_by_text("许工").first).to_be_visible()
    people.answer(reviewer, DONE)
    expect(reviewer.get_by_text("待群众确认").first).to_be_visible()

    resident = confirm_as_resident(phone(chrome, served.url), link, "1234")
    expect(resident.get_by_text(DONE)).to_be_visible()
    resident.get_by_role("link", name="解决了", exact=True).click()
    resident.get_by_role("radio", name="满意", exact=True).check()
    resident.locator("button.send").click()

    second.set_offline(True)
    worker.goto("/app/issues")
    worker.get_by_text("路灯").first.click()
    second.set_offline(False)
    expect(worker.get_by_text("已办结").first).to_be_visible()
    second.close()


def offline(phones: list[BrowserContext]) -> None:
    for one in phones:
        one.set_offline(True)


def online_one_after_the_other(phones: list[BrowserContext]) -> None:
    """Each comes back in turn, and the first once more, so that it hears of what the second brought."""
    for one in phones:
        one.set_offline(False)
        expect(people.page_of(one).get_by_text("只在本机")).to_have_count(0)
    phones[0].set_offline(True)
    phones[0].set_offline(False)


def test_two_workers_who_act_offline_in_conflict_both_see_what_happened(served: County, chrome: Browser) -> None:
    phones = [phone(chrome, served.url), phone(chrome, served.url)]
    anna, ben = (people.page_of(one) for one in phones)
    people.work(anna, "wg1")
    people.work(ben, "wg2")
    people.write_matter(anna, "三组路口的垃圾池满了好几天，苍蝇多，味道很大。")
    people.decide(anna, "垃圾")
    wait_until_received(anna, "垃圾池")
    phones[1].set_offline(True)
    phones[1].set_offline(False)
    for page in (anna, ben):
        page.goto("/app/issues")
        page.get_by_role("radio", name="全网格").check()
        page.get_by_text("垃圾池").first.click()
        expect(page.get_by_role("button", name="办好了")).to_be_visible()

    offline(phones)
    people.retitle(anna, "三组路口垃圾池满溢")
    people.retitle(ben, "垃圾池满了没人收")
    online_one_after_the_other(phones)
    for page in (anna, ben):
        expect(page.get_by_text("两个人改了“标题”").first).to_be_visible()
        expect(page.get_by_text("三组路口垃圾池满溢").first).to_be_visible()
        expect(page.get_by_text("垃圾池满了没人收").first).to_be_visible()

    offline(phones)
    people.solve(anna, "联系保洁员当场清运，并改为每天一清。")
    people.escalate(ben, tried="找过保洁公司，没人来", request="请镇环卫所今天来清运")
    online_one_after_the_other(phones)
    for page, who in ((ben, "您的"), (anna, "胡晓燕的")):
        expect(page.get_by_text(f"{who}“上报镇里”没有生效").first).to_be_visible()
        expect(page.get_by_text("请镇环卫所今天来清运").first).to_be_visible()
        expect(page.get_by_text("待群众确认").first).to_be_visible()
