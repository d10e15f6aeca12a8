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
    lead.get_by_role("button", name="以它为主").click()
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


async def on_both_sides_of_a_border(served: County, place: str) -> tuple[str, str]:
    """Workers of two grids of one town each write of the same thing; neither reads the other's log."""
    async with entered(served, "wg1") as one, entered(served, "wg3") as other:
        [scope] = (await other.sync()).scope
        first = one.op("register", lamp(title="界桥护栏断了", place=place), grid=GRID)
        await one.sync()
        await other.sync()
        second = other.op("register", lamp(title="桥上栏杆缺一截", place=place), grid=scope.grid)
        await other.sync()
    return first, second


async def of_one_kind(served: County) -> list[str]:
    """Three matters of one category in one grid within the month, of three reporters at three places."""
    async with entered(served, "wg1") as worker:
        issues = [
            worker.op(
                "register",
                lamp(
                    title=f"{place}的井盖不见了",
                    words=f"{place}少了一个井盖。",
                    place=place,
                    category="0501",
                    reporter={"name": name, "phone": f"1548765430{at}"},
                ),
                grid=GRID,
            )
            for at, (place, name) in enumerate((("东塘口", "孙秀"), ("西岗头", "李长根"), ("南河湾", "赵伟")))
        ]
        await worker.sync()
    return issues


def test_two_grids_matters_are_joined_by_one_key_and_taken_apart_again(served: County, chrome: Browser) -> None:
    first, second = done(on_both_sides_of_a_border(served, "刘湖界桥"))
    town = page_of(desk(chrome, served.desk_url))
    enter(town, "/desk/", "zhen1")
    town.wait_for_selector("section.queue")
    town.goto("/desk/#likes")
    row = town.locator(f'[data-pair="{first} {second}"]')
    row.click()
    expect(town.locator("article.pair")).to_contain_text("桥上栏杆缺一截")
    town.keyboard.press("s")
    expect(row).to_have_count(0)
    answered = town.locator("li.done", has_text="桥上栏杆缺一截")
    expect(answered.get_by_text("已并案")).to_be_visible()
    town.keyboard.press("u")
    expect(row).to_be_visible()
    row.click()
    town.keyboard.press("s")
    expect(answered).to_be_visible()
    town.goto(f"/desk/#{first.split('/')[1]}")
    expect(town.get_by_text("并进来的 1 件")).to_be_visible()
    town.goto(f"/desk/#{second.split('/')[1]}")
    expect(town.get_by_text("已并案").first).to_be_visible()


def test_many_matters_of_one_kind_are_grouped_under_one_that_answers_for_all(served: County, chrome: Browser) -> None:
    lead, *others = done(of_one_kind(served))
    town = page_of(desk(chrome, served.desk_url))
    enter(town, "/desk/", "zhen1")
    town.wait_for_selector("section.queue")
    town.goto("/desk/#likes")
    town.locator(f'[data-kind="{GRID} 0501"]').click()
    card = town.locator("article.kind")
    expect(card.locator("li.case")).to_have_count(3)
    for title in ("西岗头的井盖不见了", "南河湾的井盖不见了"):
        card.get_by_role("checkbox", name=title).check()
    card.get_by_role("button", name="把选中的 2 件并到牵头的一件").press("Enter")
    expect(card.get_by_text("已并案", exact=True)).to_have_count(2)
    town.goto(f"/desk/#{lead.split('/')[1]}")
    expect(town.get_by_text("并进来的 2 件")).to_be_visible()
    done(answered(served, lead))
    told = done(answers_of(served, others))
    assert told == [("pending_confirm", ANSWER["answer"])] * 2


async def answers_of(served: County, issues: list[str]) -> list[tuple[Json, Json]]:
    """Stage and answer of matters, as the town is told them."""
    async with entered(served, "zhen1") as town:
        found: list[tuple[Json, Json]] = []
        for issue in issues:
            told = (await town.http.get(f"/shapes/{issue}", headers=town.headers)).json()
            [shape] = told["shapes"]
            said = [act["fields"] for act in shape["acts"] if "answer" in act["fields"]]
            found.append((shape["stage"], said[-1]["answer"]))
    return found
