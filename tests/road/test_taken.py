"""A grid is taken from its worker: the phone hands over what it still has, and then nothing of the grid can be read on it any more."""

from playwright.sync_api import Browser, Page, expect

from tests.road.browser import phone
from tests.road.county import County
from tests.road.matters import GRID, done, entered, escalated
from tests.road.people import decide, page_of, work, write_matter

HELD = "槐荫桥栏杆晃得厉害标记甲"
UNSENT = "丙组路口的路灯坏了三盏标记乙，晚上走路看不见，请来修一修。"
LIGHTS = "路灯与公共设施"
MARKS = ["标记甲", "标记乙"]

EVERYTHING = """async () => {
  const texts = []
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((done, fail) => {
      const opening = indexedDB.open(name)
      opening.onsuccess = () => done(opening.result)
      opening.onerror = () => fail(opening.error)
    })
    for (const store of db.objectStoreNames) {
      const rows = await new Promise((done) => {
        const asked = db.transaction(store).objectStore(store).getAll()
        asked.onsuccess = () => done(asked.result)
      })
      texts.push(`${name} ${store} ${JSON.stringify(rows)}`)
    }
    db.close()
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const key of await cache.keys()) texts.push(`${name} ${key.url} ${await (await cache.match(key)).text()}`)
  }
  for await (const name of (await navigator.storage.getDirectory()).keys()) texts.push(`a file ${name}`)
  texts.push(JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.body.innerText)
  return texts
}"""


def where(page: Page) -> dict[str, list[str]]:
    """In which stores, caches and files each mark can be read."""
    texts: list[str] = page.evaluate(EVERYTHING)
    return {
        mark: [text[:60] for text in texts if mark in text] for mark in MARKS if any(mark in text for text in texts)
    }


READABLE = (
    f"async () => (await ({EVERYTHING})()).filter((text) => {MARKS!r}.some((mark) => text.includes(mark))).length"
)
"""How many of them hold a mark."""


async def take_grid(served: County) -> None:
    async with entered(served, "zhen1") as town:
        told = {"act": "take", "person": "pwg2", "role": "grid_worker", "code": GRID}
        answer = await town.http.post("/desk/people", json=told, headers=town.headers)
        assert answer.status_code == 200, answer.text


async def arrived(served: County, words: str) -> bool:
    """Whether the grid's log has these words."""
    async with entered(served, "wg1") as worker:
        worker.places = {GRID: 0}
        while ops := (await worker.sync()).changes[GRID].ops:
            if any(words in placed.text for placed in ops):
                return True
        return False


def test_a_phone_that_lost_its_grid_hands_over_and_keeps_nothing_readable(served: County, chrome: Browser) -> None:
    issue = done(escalated(served, HELD))
    context = phone(chrome, served.url)
    page = page_of(context)
    work(page, "wg2")
    page.goto(f"/app/{issue}")
    expect(page.get_by_text(HELD).first).to_be_visible()
    context.set_offline(True)
    write_matter(page, UNSENT)
    decide(page, LIGHTS)
    page.goto("/app/waiting")
    expect(page.get_by_text("还没有送出")).to_be_visible()
    assert set(where(page)) == set(MARKS)

    done(take_grid(served))
    context.set_offline(False)
    page.goto("/app/")
    page.wait_for_function(f"async () => (await ({READABLE})()) === 0")
    assert done(arrived(served, UNSENT))
