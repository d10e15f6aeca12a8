"""What a resident says is spoken into the phone without a network, survives the phone, goes in pieces, and is heard at the desk."""

import hashlib
import re
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.road import people
from tests.road.browser import FLAGS, chromium, desk, kept_phone, kill
from tests.road.county import PASSWORD, county

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


def photo_with_place(path: Path) -> Path:
    """A small picture whose EXIF says 34.1235 N, 115.5 E, and who made it."""
    exif = Image.Exif()
    exif[0x010F] = "photo-maker"
    exif.get_ifd(0x8825).update({1: "N", 2: (34.0, 7.0, 24.6), 3: "E", 4: (115.0, 30.0, 0.0)})
    Image.new("RGB", (320, 240), (120, 160, 200)).save(path, exif=exif)
    return path


NOTE_PICTURES = """
const make = URL.createObjectURL
window.pictures = []
URL.createObjectURL = (blob) => { window.pictures.push(blob); return make.call(URL, blob) }
"""
PICTURE = """async () => {
  const picture = window.pictures.find(({ type }) => type === 'image/jpeg')
  return Array.from(new Uint8Array(await picture.arrayBuffer()))
}"""


def kept_photo(page: Page) -> bytes:
    """The photo of the record that is open, as it lies on this phone: these are the bytes that go out, for the op names their hash."""
    expect(page.locator("main img")).to_have_count(1)
    return bytes(page.evaluate(PICTURE))


def came_whole(url: str, photo: bytes) -> bool:
    """Whether these very bytes were sent: the server took in what has their hash, and looked at all of it before it said so."""
    with httpx.Client(base_url=url) as http:
        access = http.post("/enter", json={"account": "wg1", "password": PASSWORD}).json()["access"]
        name = hashlib.sha256(photo).hexdigest()
        return http.get(f"/files/{name}", headers={"Authorization": f"Bearer {access}"}).status_code == 200


def take_photo_with_place(page: Page, taken: Path) -> None:
    """Takes a photo that says where it was taken, and answers that this is the place."""
    assert b"Exif" in taken.read_bytes()
    page.locator("input[type=file]").first.set_input_files(taken)
    expect(page.get_by_text("第 1 张照片里记着拍摄位置")).to_be_visible()
    page.get_by_role("button", name="用这个位置").click()
    expect(page.get_by_text("位置取自照片：北纬 34.12350°，东经 115.50000°")).to_be_visible()


def speak_a_letter(page: Page) -> None:
    """Takes one letter out of the box and has it read out into the phone."""
    people.open_box(page, 1)
    page.get_by_role("radio", name="匿名", exact=False).check()
    page.get_by_role("textbox", name="说什么事").fill("信上说丙组的水井边没有护栏，怕孩子掉下去。")
    record(page, 1)
    expect(page.locator("audio")).to_have_count(1)
    page.get_by_role("button", name="先存下").click()
    expect(page.get_by_text("信已保存").first).to_be_visible()


def test_a_voice_spoken_offline_is_heard_and_a_photo_tells_its_place_only_when_asked(tmp_path: Path) -> None:
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
        take_photo_with_place(worker, photo_with_place(tmp_path / "taken.jpg"))
        people.decide(worker, LIGHTS)
        second.add_init_script(NOTE_PICTURES)
        worker.goto("/app/issues")
        worker.get_by_text("丙组路口").first.click()
        kept = kept_photo(worker)
        assert kept.startswith(b"\xff\xd8")
        assert b"Exif" not in kept
        assert b"photo-maker" not in kept
        speak_a_letter(worker)
        worker.goto("/app/waiting")
        expect(worker.get_by_text(re.compile(r"2 段录音 · \d+ KB"))).to_be_visible()

        second.set_offline(False)
        people.enter_again(worker)
        worker.goto("/app/waiting")
        expect(worker.get_by_text("都送到了")).to_be_visible()
        assert came_whole(town.url, kept)
        assert not came_whole(town.url, (tmp_path / "taken.jpg").read_bytes())

        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        reviewer = people.page_of(desk(browser, town.url))
        people.enter(reviewer, "/desk/", "zhen1")
        reviewer.get_by_text("丙组路口").first.click()
        expect(reviewer.get_by_text("北纬 34.12350°，东经 115.50000°")).to_be_visible()
        sound = reviewer.locator("audio")
        expect(sound).to_have_count(1)
        played = sound.evaluate(PLAYED)
        assert played["error"] == ""
        assert played["at"] > 0
        browser.close()
