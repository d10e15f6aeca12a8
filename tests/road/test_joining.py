"""Two phones register one matter unknown to each other, and are joined; and open pages learn what is placed elsewhere."""

import re

from playwright.sync_api import Browser, expect

from sync.op import Json
from tests.road.browser import desk, phone
from tests.road.county import County
from tests.road.matters import (
    ANSWER,
    GRID,
    HANDLER,
    REPORTER,
    TOKEN,
    TRIAGE,
    act,
    as_town,
    done,
    entered,
    escalated,
    link_hash,
)
from tests.road.people import enter, page_of, work
from tests.server.house import lamp

PLACE = "村口老槐树下"
TITLE = "桥头护栏松了"


async def registered_by_both(served: County) -> tuple[str, str]:
    """Each writes before the other has sent: neither phone can know."""
    async with entered(served, "wg1") as one, entered(served, "wg2") as two:
        first: dict[str, Json] = lamp(
            title="村口路灯不亮", place=PLACE, reporter={"name": "孙秀", "phone": "15487654321"}
        )
        second: dict[str, Json] = lamp(title="老槐树下的灯坏了", place=PLACE, reporter=REPORTER, link_hash=link_hash())
        issues = one.op("register", first, grid=GRID), two.op("register", second, grid=GRID)
        await one.sync()
        await two.sync()
    return issues


async def answered(served: County, issue: str) -> None:
    async with entered(served, "zhen1") as town:
        for name, fields in (("triage", TRIAGE), ("accept", HANDLER), ("answer", ANSWER)):
            await act(town, issue, name, fields)


def test_one_matter_registered_on_two_phones_is_joined_and_its_own_reporter_is_answered(
    served: County, chrome: Browser
) -> None:
    first, second = done(registered_by_both(served))
    worker = page_of(phone(chrome, served.url))
    work(worker, "wg2")
    worker.goto(f"/app/{second}")
    expect(worker.get_by_text("可能是同一件")).to_be_visible()
    expect(worker.locator(".pair").get_by_text("村口路灯不亮")).to_be_visible()
    worker.get_by_role("button", name="是同一件，请镇里并案").click()
    expect(worker.get_by_text("已告诉镇里，等镇里并案。")).to_be_visible()

    town = page_of(desk(chrome, served.desk_url))
    enter(town, "/desk/", "zhen1")
    town.wait_for_selector("section.queue")
    town.goto("/desk/#likes")
    pair = town.locator("article.pair", has_text="老槐树下的灯坏了")
    expect(pair.get_by_text("网格员看过，说是同一件")).to_be_visible()
    town.keyboard.press("n")
    expect(pair).to_have_count(0)
    town.keyboard.press("u")
    expect(pair.get_by_role("button", name="是同一件，并入先登记的")).to_be_visible()
    town.goto(f"/desk/#{second.split('/')[1]}")
    lead = town.locator(".one", has_text="村口路灯不亮")
    lead.get_by_role("button", name="以这一件为主").click()
    expect(town.get_by_text("并入这一件，一起办")).to_be_visible()
    town.get_by_role("button", name=re.compile("村口路灯不亮")).last.click()
    expect(town.get_by_text("并进来的 1 件")).to_be_visible()

    done(answered(served, first))
    resident = page_of(phone(chrome, served.url))
    resident.goto(f"/r/{TOKEN}")
    resident.get_by_role("textbox").fill("5678")
    resident.get_by_role("button", name="打开").click()
    expect(resident.get_by_text("三盏路灯的线路已经换新")).to_be_visible()
    expect(resident.get_by_text("孙秀")).to_have_count(0)


def test_what_is_placed_elsewhere_shows_on_open_pages_without_a_reload(served: County, chrome: Browser) -> None:
    worker = page_of(phone(chrome, served.url))
    work(worker, "wg1")
    worker.goto("/app/issues")
    town = page_of(desk(chrome, served.desk_url))
    enter(town, "/desk/", "zhen1")
    town.wait_for_selector("section.queue")

    issue = done(escalated(served, TITLE))
    expect(town.get_by_text(TITLE).first).to_be_visible()
    expect(worker.get_by_text(TITLE).first).to_be_visible()

    worker.get_by_text(TITLE).first.click()
    expect(worker.get_by_text("镇里办理中").first).to_be_visible()
    done(as_town(served, issue, "accept", HANDLER))
    done(as_town(served, issue, "answer", ANSWER))
    expect(worker.get_by_text("待群众确认").first).to_be_visible()
