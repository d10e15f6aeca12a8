"""The desk's 查重 page with a morning's 60 pairs: how long a reviewer waits for the page, and from a key to the next pair."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from playwright.sync_api import Page

from sync.op import Json
from tests.bench.figures import Line
from tests.bench.phone import PAINTED
from tests.road import people
from tests.road.browser import browser, desk
from tests.road.county import County, county
from tests.road.matters import GRID, done, entered
from tests.server.house import lamp

PAIRS = 60
NEXT = """(key) => new Promise((done) => {
  const shown = () => document.querySelector('.row.open')?.dataset.pair
  const before = shown()
  const begun = performance.now()
  document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  const told = () => setTimeout(() => done(performance.now() - begun))
  const look = () => requestAnimationFrame(shown() === before && performance.now() - begun < 10_000 ? look : told)
  look()
})"""
"""Milliseconds from a key until another pair has been painted; ten seconds when none comes."""


def reviewer(folder: Path) -> Iterator[Line]:
    """Nobody has answered any of them yet; each key is pressed as soon as the next pair is there."""
    with county(folder) as town, browser() as chrome:
        done(register(town))
        page = people.page_of(desk(chrome, town.desk_url))
        people.enter(page, "/desk/", "zhen1")
        page.wait_for_selector("section.queue")
        loads = [load(page) for _ in range(5)]
        yield Line(f"查重: the page opened with {PAIRS} pairs", f"{median(loads):,.0f} ms", "wanted <= 1,000 ms")
        for key, word in (("n", "not the same"), ("s", "the same")):
            waits = sorted(float(page.evaluate(NEXT, key)) for _ in range(PAIRS // 3))
            told = f"{median(waits):,.0f} / {waits[-1]:,.0f} ms"
            yield Line(f"  from a key ({word}) to the next pair, middle / slowest", told, "wanted <= 100 ms")


async def register(town: County) -> None:
    """Two matters at each of so many places, of two reporters."""
    async with entered(town, "wg1") as worker:
        for at in range(PAIRS):
            for half, name in enumerate(("孙秀", "李长根")):
                reporter: dict[str, Json] = {"name": name, "phone": f"154{at * 2 + half:08d}"}
                worker.op(
                    "register",
                    lamp(title=f"第 {at + 1} 组路灯不亮", place=f"林园村{at + 1}组村口", reporter=reporter),
                    grid=GRID,
                )
        await worker.sync()


def load(page: Page) -> float:
    """Milliseconds until the last pair of the list has been painted."""
    page.goto("about:blank")
    page.goto("/desk/#likes", wait_until="commit")
    return float(page.evaluate(PAINTED, ["", f".list li:nth-child({PAIRS})"]))
