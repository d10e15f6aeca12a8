"""What the people of the road do with their hands in a browser: a worker, a reviewer, a resident. Judges nothing."""

import base64
import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

PASSWORD = "sulaiban2026"
PATIENCE_MS = 20_000
"""How long a hand waits for something to appear; the machine may be busy."""

DRAW = """() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1600, height: 1200 })
  const pen = canvas.getContext('2d')
  pen.fillStyle = '#eceae2'; pen.fillRect(0, 0, 1600, 1200)
  pen.fillStyle = '#223344'; pen.font = '72px sans-serif'
  for (let line = 0; line < 12; line++) pen.fillText(`来信 第 ${line + 1} 行`, 80, 100 + line * 90)
  return canvas.toDataURL('image/jpeg', 0.9)
}"""


def draw_letter(browser: Browser, path: Path) -> Path:
    """A photographed page, drawn here: no real paper, no real person."""
    page = browser.new_page()
    path.write_bytes(base64.b64decode(str(page.evaluate(DRAW)).split(",")[1]))
    page.close()
    return path


def page_of(context: BrowserContext) -> Page:
    """The context's page, patient."""
    page = context.pages[0] if context.pages else context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    return page


def enter(page: Page, path: str, account: str) -> None:
    """Enters once, by account and password."""
    page.goto(path)
    page.get_by_role("textbox", name="账号").fill(account)
    page.get_by_role("textbox", name="密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def enter_again(page: Page) -> None:
    """A phone without its cookies asks for the password once more; nothing else is asked again."""
    page.get_by_role("button", name="去输密码").click()
    page.get_by_role("textbox", name="密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("textbox", name="密码").wait_for(state="detached")


def work(page: Page, account: str) -> None:
    """Enters on a phone, and waits until the grid is on it and the app is ready to work without a network."""
    enter(page, "/app/", account)
    page.get_by_role("link", name="走访").or_(page.get_by_role("button", name="走访")).first.wait_for()
    page.wait_for_function("navigator.serviceWorker.controller !== null || navigator.serviceWorker.ready")
    page.goto("/app/households")
    # The book comes before the log, so whoever sees a household has everything.
    page.get_by_text(re.compile(r"\d+组\d+号")).first.wait_for()


def open_box(page: Page, letters: int) -> None:
    """Opens the grid's box, finds it whole, and goes on to the letters."""
    page.goto("/app/mailbox")
    page.get_by_role("button", name="现在开箱").or_(page.get_by_role("link", name="现在开箱")).click()
    page.get_by_label("取到几封信").fill(str(letters))
    page.get_by_role("radio", name="完好").check()
    page.get_by_role("button", name="保存").click()
    page.get_by_text("第 1 封").first.wait_for()


def letter_to_issue(page: Page, photo: Path, *, name: str, phone: str, summary: str, words: str) -> None:
    """Writes a signed letter down with its photo, and goes on to register it."""
    page.locator("input[type=file]").first.set_input_files(photo)
    page.get_by_text("1 张").first.wait_for()
    page.get_by_role("radio", name="署名", exact=False).first.check()
    page.get_by_role("textbox", name="写信人").fill(name)
    page.get_by_role("textbox", name="电话").fill(phone)
    page.get_by_role("textbox", name="说什么事").fill(summary)
    page.get_by_role("textbox", name="原文").fill(words)
    page.get_by_role("button", name="登记成事项").click()
    page.get_by_text("问过了，都没有").wait_for()


def write_matter(page: Page, words: str) -> None:
    """Writes down on an empty form what the worker himself has found."""
    page.goto("/app/issues/new")
    page.get_by_role("textbox", name="群众原话").fill(words)
    page.get_by_role("radio", name="我自己发现的").check()


def propose(page: Page, category: str) -> None:
    """Answers the danger question, takes the suggested category, and looks at the proposal."""
    page.get_by_role("checkbox", name="问过了，都没有").or_(page.get_by_role("radio", name="问过了，都没有")).check()
    page.get_by_role("radio", name=category, exact=False).first.check()
    page.get_by_role("button", name="看看怎么办").click()
    page.get_by_text("建议这样办").wait_for()


def decide(page: Page, category: str) -> None:
    """The same, and confirms what is proposed."""
    propose(page, category)
    page.get_by_role("button", name="就这么办，保存").click()
    page.get_by_text("已保存在这部手机上").wait_for()


def link_on_slip(page: Page) -> str:
    """The resident's link, as the worker would copy it on a slip of paper."""
    page.get_by_text("抄一张纸条").click()
    return page.locator(".address").inner_text().strip()


def accept(page: Page, *, unit: str, name: str, phone: str) -> None:
    """The reviewer accepts the open matter with a named person."""
    page.get_by_role("button", name="受理a").or_(page.get_by_role("button", name="受理", exact=True)).first.click()
    page.get_by_role("button", name="承办单位").or_(page.get_by_role("combobox", name="承办单位")).first.click()
    page.get_by_role("dialog").get_by_text(unit).first.click()
    page.get_by_role("textbox", name="办事员姓名").fill(name)
    page.get_by_role("textbox", name="办事员电话").fill(phone)
    page.locator("form").get_by_role("button", name="受理", exact=True).click()


def answer(page: Page, words: str) -> None:
    """The reviewer answers the open matter: it was done."""
    page.get_by_role("button", name="答复w").or_(page.get_by_role("button", name="答复", exact=True)).first.click()
    page.get_by_role("radio", name="支持解决").check()
    page.get_by_role("textbox", name="办理情况").fill(words)
    page.get_by_role("button", name="送出答复").click()


def solve(page: Page, measures: str) -> None:
    """The worker says on the open matter that it is done, and how."""
    page.get_by_role("button", name="办好了").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("textbox", name="怎么办的").fill(measures)
    sheet.get_by_role("radio", name="解决了").first.check()
    sheet.get_by_role("button", name="办好了，保存").click()
    sheet.wait_for(state="hidden")


def escalate(page: Page, *, tried: str, request: str) -> None:
    """The worker hands the open matter to the town."""
    page.get_by_role("button", name="上报镇里").first.click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("textbox", name="已经做了什么").fill(tried)
    sheet.get_by_role("textbox", name="请镇里做什么").fill(request)
    sheet.get_by_role("radio").first.check()
    sheet.get_by_role("button", name="上报，保存").click()
    sheet.wait_for(state="hidden")


def retitle(page: Page, title: str) -> None:
    """The worker changes the open matter's title."""
    page.get_by_role("button", name="改一改").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("textbox", name="标题").fill(title)
    sheet.get_by_role("button", name="保存修改").click()
    sheet.wait_for(state="hidden")


def correct_phone(page: Page, phone: str) -> None:
    """The worker has written down a wrong number of who reported the open matter: the resident's page asks for its last digits."""
    page.get_by_role("button", name="改一改").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("textbox", name="反映人 · 电话").fill(phone)
    sheet.get_by_role("button", name="保存修改").click()
    sheet.wait_for(state="hidden")
