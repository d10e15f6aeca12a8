"""Two pages stand open and nobody touches them: what is placed elsewhere shows on both within seconds, before they would ask."""

from playwright.sync_api import Browser, expect

from tests.road.browser import desk, phone
from tests.road.county import County
from tests.road.matters import ANSWER, HANDLER, as_town, done, escalated
from tests.road.people import enter, page_of, work

TITLE = "桥头护栏松了"


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
