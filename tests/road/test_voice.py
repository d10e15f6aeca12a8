"""What a resident says is spoken into the phone without a network, survives the phone, goes in pieces, and is heard at the desk."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.road import people
from tests.road.browser import FLAGS, chromium, desk, kept_phone, kill
from tests.road.county import county

WORDS = "丙组路口的路灯坏了三盏，晚上走路看不见，请来修一修。"
LIGHTS = "路灯与公共设施"

SEALED = """() => new Promise((done, fail) => {
  indexedDB.databases().then((all) => {
    const opening = indexedDB.open(all.find(({ name }) => name.startsWith('sulaiban-phone-')).name)
    opening.onsuccess = () => {
      const asked = opening.result.transaction('pictures').objectStore('pictures').getAll()
      asked.onsuccess = () => { opening.result.close(); done(asked.result.map((row) => Object.keys(row).sort().join())) }
    }
    opening.onerror = () => fail(opening.error)
  })
})"""

PLAYED = """async (sound) => {
  sound.muted = true
  await sound.play()
  await new Promise((done) => setTimeout(done, 700))
  sound.pause()
  return { error: sound.error?.message ?? '', at: sound.currentTime }
}"""


def record(page: Page, seconds: float) -> None:
    page.get_by_role("button", name=re.compile("按一下，开始录音|再录一段")).click()
    stop = page.get_by_role("button", name=re.compile("^停"))
    expect(stop).to_be_visible()
    page.wait_for_timeout(seconds * 1000)
    stop.click()


def test_a_voice_spoken_offline_is_heard_at_the_desk(tmp_path: Path) -> None:
    with county(tmp_path / "data") as town, sync_playwright() as playwright:
        profile = tmp_path / "phone"
        first = kept_phone(playwright, profile, town.url)
        worker = people.page_of(first)
        people.work(worker, "wg1")
        first.set_offline(True)
        people.write_matter(worker, WORDS)
        record(worker, 2)
        expect(worker.locator("audio")).to_have_count(1)
        # Killed while somebody speaks: what was said until a few seconds before is there.
        worker.get_by_role("button", name="再录一段").click()
        worker.wait_for_timeout(6000)
        kill(profile)

        second = kept_phone(playwright, profile, town.url)
        # Chromium writes cookies every half minute: whether a killed one kept them would depend on the machine.
        second.clear_cookies()
        second.set_offline(True)
        worker = people.page_of(second)
        worker.goto("/app/issues/new")
        expect(worker.locator("audio")).to_have_count(2)
        assert set(worker.evaluate(SEALED)) == {"device,hash,nonce,sealed"}
        worker.get_by_role("button", name="删除录音 2").click()
        expect(worker.locator("audio")).to_have_count(1)
        people.decide(worker, LIGHTS)
        worker.goto("/app/waiting")
        expect(worker.get_by_text(re.compile(r"1 段录音 · \d+ KB"))).to_be_visible()

        second.set_offline(False)
        people.enter_again(worker)
        worker.goto("/app/waiting")
        expect(worker.get_by_text("都送到了")).to_be_visible()

        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        reviewer = people.page_of(desk(browser, town.url))
        people.enter(reviewer, "/desk/", "zhen1")
        reviewer.get_by_text("丙组路口").first.click()
        sound = reviewer.locator("audio")
        expect(sound).to_have_count(1)
        played = sound.evaluate(PLAYED)
        assert played["error"] == ""
        assert played["at"] > 0
        browser.close()
