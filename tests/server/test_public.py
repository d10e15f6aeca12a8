"""What anybody may do without a link: report once, ask by number and digits, read a wall on which nobody who reported stands."""

import re
from pathlib import Path

import httpx

from server.store import lists
from server.store.disk import Conn
from sync.subjects.issue import text
from tests.server.house import EAST, FAR, WEST, House, house, lamp
from tests.server.matter import PRIVATE, REPORTER, TRIAGE, matter
from tests.server.test_sealed import ACCUSES

REPORT = {
    "words": "村口的路灯坏了半个月，\n晚上看不清路。",
    "village": EAST[:12],
    "grid": EAST,
    "name": "李长根",
    "phone": "15412345678",
    "nature": "help",
}


async def form(browser: httpx.AsyncClient) -> dict[str, str]:
    """A filled form, with the key of a fresh page."""
    [key] = re.findall(r'name="key" value="([^"]+)"', (await browser.get("/report")).text)
    return {**REPORT, "key": key}


async def issues(home: House) -> list[lists.Record]:
    def look(conn: Conn) -> list[lists.Record]:
        return lists.of_kind(conn, "issue", [EAST], 10)

    return await home.parts.store.read(look)


async def test_a_report_becomes_one_matter_however_often_it_is_sent(tmp_path: Path) -> None:
    async with house(tmp_path) as home, home.browser() as browser:
        filled = await form(browser)
        faults = [
            {"words": "灯"},
            {"village": "000000000000"},
            {"grid": ""},
            {"grid": FAR},
            {"phone": "12"},
            {"place": "远" * 101},
            {"key": "x"},
        ]
        for fault in faults:
            wrong = await browser.post("/report", data=filled | fault)
            assert (wrong.status_code, "路灯坏了" in wrong.text or "words" in fault) == (422, True), fault
        assert await issues(home) == []
        first, again = [await browser.post("/report", data=filled) for _ in range(2)]
        [record] = await issues(home)
        assert (first.status_code, record.issue_no in first.text, record.issue_no in again.text) == (200, True, True)
        assert (record.stage, record.category, text(record.shape, "channel")) == ("registered", "0502", "wechat")
        assert record.shape.acts[0].role == "resident"
        assert "路灯" in (await browser.get(f"/r/{filled['key']}")).text
        for n in range(8):
            assert (
                await browser.post("/report", data=await form(browser) | {"words": f"第{n}件别的事"})
            ).status_code == 200
        assert (await browser.post("/report", data=await form(browser))).status_code == 429


async def test_a_report_goes_to_the_grid_that_was_chosen_or_is_marked_where_nobody_could_tell(tmp_path: Path) -> None:
    async with house(tmp_path) as home, home.browser() as browser:
        assert 'name="grid"' not in (await browser.get("/report")).text, "a grid is asked for once the village is known"
        asked = await browser.post("/report", data=await form(browser) | {"grid": ""})
        assert (asked.status_code, f'<option value="{WEST}">第二网格' in asked.text) == (422, True)
        poster = (await browser.get(f"/report?grid={WEST}&print=big")).text
        assert f'<option value="{WEST}" selected>第二网格' in poster
        assert f'action="/report?print=big&amp;grid={WEST}"' in poster
        assert f'value="{EAST[:12]}" selected' in (await browser.get(f"/report?village={EAST[:12]}")).text
        assert " selected>" not in (await browser.get("/report?grid=1")).text.partition('name="nature"')[0]
        alone = await browser.post("/report", data=await form(browser) | {"village": FAR[:12], "grid": ""})
        assert alone.status_code == 200, "a village of one grid is not asked"
        for grid in (WEST, "unknown"):
            sent = await browser.post("/report", data=await form(browser) | {"grid": grid, "place": "村口"})
            assert sent.status_code == 200
        west, east, far = [
            await home.parts.store.read(lambda conn, code=code: lists.of_kind(conn, "issue", [code], 10))
            for code in (WEST, EAST, FAR)
        ]
        assert [text(one.shape, "place") for one in (*west, *east, *far)] == ["村口", "村口（网格不详，请核实）", ""]


async def test_a_number_opens_with_its_digits_and_tells_nothing_without(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        number, browser = text(await one.shape(), "issue_no"), one.browser
        assert (await browser.get(f"/r/{number}")).headers["location"] == "/query"
        unknown = await browser.post("/query", data={"number": "SL2026030299999", "digits": "5678"})
        wrong = await browser.post("/query", data={"number": number, "digits": "0000"})
        assert unknown.status_code == wrong.status_code == 403
        assert unknown.text.replace("SL2026030299999", number) == wrong.text, "there is no telling which numbers exist"
        right = await browser.post("/query", data={"number": f" {number.lower()} ", "digits": "5678"})
        assert (right.status_code, right.headers["location"]) == (303, f"/r/{number}")
        assert "坏了半个月" in (await browser.get(f"/r/{number}")).text
        for _ in range(5):
            await browser.post("/query", data={"number": number, "digits": "1111"})
        assert (await browser.post("/query", data={"number": number, "digits": "5678"})).status_code == 429


async def test_the_wall_shows_who_answers_and_no_one_who_reported(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        assert "墙上没有" in (await one.browser.get("/wall")).text, "not before somebody has it in hand"
        await one.answered()
        hidden = [
            lamp(reporter=REPORTER, confidential=True),
            lamp(reporter=REPORTER, category="0101"),
            lamp(reporter=REPORTER, **ACCUSES),
        ]
        for fields in hidden:
            issue = one.worker.op("register", fields)
            one.worker.op("triage", {**TRIAGE, "track": "solved_in_grid"}, subject=issue)
        await one.worker.sync()
        page = (await one.browser.get("/wall")).text
        assert page.count("<section") == 1
        assert "路灯与公共设施" in page
        assert "林园村" in page
        assert [word for word in PRIVATE if word in page] == []
