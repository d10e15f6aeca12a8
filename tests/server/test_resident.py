"""The resident's page: what a link shows before and after the second step, and that nobody but the resident answers."""

import gzip
import hashlib
import re
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from server.pages.frame import POLICY, STYLE_HASH
from server.pages.html import el
from server.store import lists
from server.store.disk import Conn
from server.store.tables import links, ops
from sync.fold import Shape
from sync.op import Json
from sync.subjects.issue import is_open
from tests.server.house import DAY, EAST, HOUR, House, Phone, house, lamp

TOKEN = "Zm9yLXRoZS1yZXNpZGVudA"
LINK_HASH = hashlib.sha256(TOKEN.encode()).hexdigest()
PAGE = f"/r/{TOKEN}"
REPORTER: dict[str, Json] = {"name": "李长根", "phone": "15412345678"}
HANDLER: dict[str, Json] = {
    "handler_unit": "镇村镇建设服务中心",
    "handler_name": "赵建国",
    "handler_phone": "15490001234",
}
TRIAGE: dict[str, Json] = {
    "track": "escalate_to_town", "rule": "T20", "reason_zh": "超出网格能力", "reason_en": "beyond the grid", "book": "1", "urgency": "normal",
}  # fmt: skip
ANSWER: dict[str, Json] = {"conclusion": "supported", "answer": "三盏路灯的线路已经换新，昨晚亮灯试过。"}
KIND = "路灯与公共设施"
PRIVATE = ("李长根", "15412345678", "5678", "村口三盏路灯不亮", "坏了半个月", "王一", "赵建国", "线路已经换新")


@dataclass
class Matter:
    """One issue with a link, the people who work on it, and a browser of somebody who holds the link."""

    home: House
    worker: Phone
    town: Phone
    issue: str
    browser: httpx.AsyncClient

    async def act(self, who: Phone, name: str, fields: dict[str, Json]) -> None:
        who.op(name, fields, subject=self.issue)
        reply = await who.sync()
        assert [receipt.fate for receipt in reply.receipts] == ["placed"], reply.receipts

    async def answered(self) -> None:
        """Takes it to where the resident is asked."""
        for name, fields in (("triage", TRIAGE), ("accept", HANDLER), ("answer", ANSWER)):
            await self.act(self.town, name, fields)

    async def read(self, **chosen: str) -> str:
        page = await self.browser.get(PAGE, params=chosen)
        assert page.status_code == 200, page.text
        return page.text

    async def post(self, **form: str) -> httpx.Response:
        return await self.browser.post(PAGE, data=form)

    async def open(self, digits: str = "5678") -> httpx.Response:
        return await self.post(step="open", digits=digits)

    async def confirm(self, solved: str, satisfaction: str = "satisfied", comment: str = "") -> httpx.Response:
        form = await self.read(said=solved)
        place = re.search(r'name="round" value="(\d+)"', form)
        assert place, form
        return await self.post(
            step="answer", solved=solved, satisfaction=satisfaction, comment=comment, round=place.group(1)
        )

    async def shape(self) -> Shape:
        def look(conn: Conn) -> Shape:
            return lists.records(conn, [self.issue])[self.issue].shape

        return await self.home.parts.store.read(look)

    async def count(self) -> tuple[int, int]:
        """How many ops lie in the log, and how many wrong tries at links."""

        def look(conn: Conn) -> tuple[int, int]:
            told = conn.execute(select(func.count()).select_from(ops)).scalar_one()
            return told, conn.execute(select(func.count()).select_from(links)).scalar_one()

        return await self.home.parts.store.read(look)


@asynccontextmanager
async def matter(folder: Path, **fields: Json) -> AsyncIterator[Matter]:
    async with house(folder) as home:
        worker, town = await home.enter("wang"), await home.enter("town")
        told = {"reporter": REPORTER} | fields
        issue = worker.op("register", lamp(link_hash=LINK_HASH, **{k: v for k, v in told.items() if v is not None}))
        reply = await worker.sync()
        assert [receipt.fate for receipt in reply.receipts] == ["placed"], reply.receipts
        async with browser_of(home) as browser:
            yield Matter(home, worker, town, issue, browser)


def browser_of(home: House) -> httpx.AsyncClient:
    """Another browser at the same server, with its own cookies."""
    return httpx.AsyncClient(transport=home.http._transport, base_url="http://test")


def names_in(page: str) -> list[str]:
    return [one for one in PRIVATE if one in page]


async def test_before_the_second_step_there_are_no_names_and_no_words(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        first = await one.read()
        await one.answered()
        later = await one.read(said="solved")
        assert KIND in first
        assert "林园村" in first
        assert "2026年3月" in first
        assert names_in(first) + names_in(later) == []


async def test_the_last_four_digits_open_the_details(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        opened = await one.open()
        assert (opened.status_code, opened.headers["location"]) == (303, PAGE)
        page = await one.read()
        assert "三盏路灯的线路已经换新" in page
        assert "坏了半个月" in page
        assert "15412345678" not in page


async def test_wide_digits_are_digits(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        assert (await one.open("５６７８")).status_code == 303


async def test_the_page_names_who_is_responsible_and_until_when_with_the_proof(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.act(one.town, "triage", TRIAGE)
        await one.act(one.town, "accept", HANDLER)
        await one.open()
        page = await one.read()
        assert "赵建国" in page
        assert 'href="tel:15490001234"' in page
        due = (await one.shape()).fields["due_answer"].now.value
        assert isinstance(due, dict)
        assert str(due["proof_zh"]) in page
        assert "3月11日（周三）17:30" in page


async def test_wrong_digits_open_nothing_and_after_five_tries_the_link_rests_a_day(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        tries = [await one.open("0000") for _ in range(5)]
        assert [page.status_code for page in tries] == [403, 403, 403, 403, 429]
        assert "还可以试4次" in tries[0].text
        assert (await one.open()).status_code == 429
        assert names_in("".join(page.text for page in tries) + await one.read()) == []
        one.home.time.pass_(DAY - HOUR)
        assert (await one.open()).status_code == 429
        one.home.time.pass_(HOUR)
        assert (await one.open()).status_code == 303


async def test_a_right_answer_forgets_the_wrong_ones(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        for _ in range(4):
            await one.open("0000")
        assert (await one.open()).status_code == 303
        assert "还可以试4次" in (await one.open("0000")).text


async def test_nobody_answers_without_the_second_step(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        place = (await one.shape()).acts[-1].place
        refused = await one.post(step="answer", solved="solved", satisfaction="satisfied", round=str(place))
        assert refused.status_code == 403
        assert (await one.shape()).stage == "pending_confirm"


async def test_a_pass_made_for_one_link_opens_no_other_and_runs_out(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.open()
        held = one.browser.cookies.get("reporter") or ""
        other = "A" * 22
        one.worker.op("register", lamp(link_hash=hashlib.sha256(other.encode()).hexdigest(), reporter=REPORTER))
        await one.worker.sync()
        async with browser_of(one.home) as thief:
            page = await thief.get(f"/r/{other}", headers={"Cookie": f"reporter={held}"})
            assert names_in(page.text) == []
            forged = await thief.get(PAGE, headers={"Cookie": "reporter=99999999999999.00"})
            assert names_in(forged.text) == []
        assert names_in(await one.read()) != []
        one.home.time.pass_(DAY)
        assert names_in(await one.read()) == []


async def test_a_browser_in_which_staff_entered_may_neither_read_on_nor_answer(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        staff = one.home.http
        page = await staff.get(PAGE)
        assert page.status_code == 200
        assert "请让群众用自己的手机回答" in page.text
        assert "<form" not in page.text
        assert names_in(page.text) == []
        place = (await one.shape()).acts[-1].place
        opened = await staff.post(PAGE, data={"step": "open", "digits": "5678"})
        said = await staff.post(
            PAGE, data={"step": "answer", "solved": "solved", "satisfaction": "satisfied", "round": str(place)}
        )
        assert [opened.status_code, said.status_code] == [403, 403]
        assert (await one.shape()).stage == "pending_confirm"


async def test_staff_cannot_confirm_through_the_exchange_either(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        for who in (one.worker, one.town):
            who.op("confirm", {"solved": "solved", "satisfaction": "satisfied"}, subject=one.issue)
            receipts = (await who.sync()).receipts
            assert [(receipt.fate, receipt.why) for receipt in receipts] == [("refused", "not_your_role")]


async def test_solved_closes_and_the_page_says_so(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        await one.open()
        sent = await one.confirm("solved", "basically_satisfied", "谢谢你们")
        assert sent.status_code == 303
        shape = await one.shape()
        assert shape.stage == "closed"
        assert (shape.acts[-1].actor, shape.acts[-1].role) == ("resident", "resident")
        assert shape.acts[-1].stamp.endswith(f"-page{EAST}")
        page = await one.read()
        assert "您回答：解决了，基本满意。" in page
        assert "谢谢你们" in page
        assert "这件事办结了" in page


async def test_not_solved_reopens_and_the_page_says_who_has_it_now(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        await one.open()
        await one.confirm("not_solved", "dissatisfied", "东头那盏还是不亮")
        assert (await one.shape()).stage == "reopened"
        page = await one.read()
        assert "已经退回重办" in page
        assert "上次的答复（您说没有解决）" in page
        assert "走到第2步" in page


async def test_the_same_answer_sent_twice_stands_once(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        await one.open()
        place = str((await one.shape()).acts[-1].place)
        answer = {"step": "answer", "solved": "solved", "satisfaction": "satisfied", "comment": "好", "round": place}
        assert [(await one.post(**answer)).status_code for _ in range(2)] == [303, 303]
        other = await one.post(**(answer | {"satisfaction": "dissatisfied"}))
        assert other.status_code == 409
        assert "您已经回答过了" in other.text
        shape = await one.shape()
        assert len([act for act in shape.acts if act.name == "confirm"]) == 1
        assert shape.notes == []


async def test_an_answer_to_an_older_result_is_not_taken_for_the_new_one(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        await one.open()
        old = str((await one.shape()).acts[-1].place)
        await one.confirm("not_solved")
        await one.answered()
        late = await one.post(step="answer", solved="solved", satisfaction="satisfied", round=old)
        assert late.status_code == 409
        assert (await one.shape()).stage == "pending_confirm"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"satisfaction": ""}, "请在满意、基本满意、不满意里选一个"),
        ({"solved": "closed"}, "请在满意"),
        ({"comment": "字" * 301}, "写得太长了"),
    ],
)
async def test_an_answer_that_cannot_be_taken_says_why_and_keeps_what_was_written(
    tmp_path: Path, changed: dict[str, str], why: str
) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        await one.open()
        place = str((await one.shape()).acts[-1].place)
        form = {
            "step": "answer",
            "solved": "solved",
            "satisfaction": "satisfied",
            "comment": "写了半天",
            "round": place,
        }
        answer = await one.browser.post(f"{PAGE}?said=solved", data=form | changed)
        assert answer.status_code == 422
        assert why in answer.text
        assert changed.get("comment", "写了半天") in answer.text
        assert (await one.shape()).stage == "pending_confirm"


async def test_reading_changes_nothing_however_often_and_whatever_is_asked(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        before = await one.count()
        asked = (
            "",
            "?said=solved",
            "?said=not_solved&satisfaction=satisfied",
            "?step=answer&solved=solved&satisfaction=satisfied",
        )
        for query in (*asked, "?step=open&digits=0000", "?lang=en", "?print=big"):
            await one.browser.get(PAGE + query)
        await one.open()
        for query in asked:
            await one.browser.get(PAGE + query)
        assert await one.count() == before
        assert (await one.shape()).stage == "pending_confirm"


async def test_an_unknown_a_replaced_and_an_expired_link_all_meet_the_same_gentle_page(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        await one.open()
        await one.confirm("solved")
        assert not is_open(await one.shape())
        one.home.time.pass_(30 * DAY)
        assert (await one.browser.get(PAGE)).status_code == 200
        one.home.time.pass_(1)
        expired = await one.browser.get(PAGE)
        unknown = await one.browser.get(f"/r/{'A' * 22}")
        assert [expired.status_code, unknown.status_code] == [404, 404]
        assert "这个链接打不开" in expired.text
        assert expired.text.replace(TOKEN, "") == unknown.text.replace("A" * 22, "")
        for bad in ("/r", "/r/", "/r/x", f"{PAGE}/more", f"/r/{'%00' * 22}", f"/r/{'一' * 22}"):
            page = await one.browser.get(bad)
            assert (page.status_code, "这个链接打不开" in page.text) == (404, True), bad


async def test_a_new_link_ends_the_old_one(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        new = "B" * 22
        await one.act(one.worker, "link", {"link_hash": hashlib.sha256(new.encode()).hexdigest()})
        assert (await one.browser.get(PAGE)).status_code == 404
        assert (await one.browser.get(f"/r/{new}")).status_code == 200


async def test_where_no_phone_is_known_a_press_opens_it(tmp_path: Path) -> None:
    async with matter(tmp_path, reporter=None, anonymous=True) as one:
        page = await one.read()
        assert "这件事是我反映的" in page
        assert names_in(page) == []
        assert (await one.open("")).status_code == 303
        assert "村口三盏路灯不亮" in await one.read()


async def test_a_number_changed_later_does_not_lock_out_the_one_who_reported(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        stamp = (await one.shape()).fields["reporter"].now.stamp
        one.worker.op("edit", {"reporter": {"name": "李长根", "phone": "15499990000"}}, subject=one.issue)
        text = one.worker.outbox.pop().replace('"seen":{}', f'"seen":{{"reporter":["{stamp}"]}}')
        one.worker.keep(text)
        await one.worker.sync()
        assert (await one.shape()).fields["reporter"].beside == []
        assert (await one.open("5678")).status_code == 303


async def test_of_a_confidential_matter_a_stranger_does_not_even_learn_its_kind(tmp_path: Path) -> None:
    async with matter(tmp_path, confidential=True) as one:
        assert KIND not in await one.read()
        await one.open()
        assert KIND in await one.read()


NASTY = (
    "<script>alert(1)</script>",
    "</title></style></textarea><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "{0} {name} {words}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!--<script>-->",
    "\u202egnp.exe",
    "]]><script>",
    "<iframe srcdoc='<script>1</script>'>",
    "\x0b<a href=javascript:1>x</a>",
)


class Tags(HTMLParser):
    """Collects what a browser would see: elements, attributes, and the text of the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.said = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]

    def handle_data(self, data: str) -> None:
        self.said += data


@pytest.mark.parametrize("nasty", NASTY)
async def test_whatever_people_write_stays_text(tmp_path: Path, nasty: str) -> None:
    short = nasty[:20]
    async with matter(
        tmp_path, title=nasty[:50].ljust(4, "。"), words=nasty, reporter={"name": short, "phone": "15412345678"}
    ) as one:
        await one.act(one.town, "triage", TRIAGE)
        handler = {
            "handler_unit": nasty[:50],
            "handler_name": short,
            "handler_phone": "15490001234",
            "backup_name": short,
        }
        await one.act(one.town, "accept", handler)
        await one.open()
        pages = [await one.read(), await one.read(lang="en", print="big")]
        answer = {"conclusion": "explained", "answer": nasty.ljust(10, "。"), "basis": nasty}
        await one.act(one.town, "answer", answer)
        pages += [await one.read(), await one.read(said=nasty, lang=nasty, print=nasty)]
        await one.confirm("not_solved", comment=nasty)
        pages.append(await one.read())
        for page in pages:
            seen = Tags(page)
            assert set(seen.tags) <= SAFE_TAGS
            assert not [name for name in seen.attributes if name.startswith("on") or name in ("style", "srcdoc")]
            assert [one for one in seen.links if not one.startswith(("/r", "tel:", "data:,"))] == []
            assert "\u202e" not in page
        assert nasty.replace("\u202e", "").replace("\x0b", "").strip() in Tags(pages[0]).said


SAFE_TAGS = set(
    "html head body meta title link style script header nav main footer section h1 h2 p a button span br ol li div form label input textarea "
    "fieldset legend details summary".split()
)


def test_an_element_escapes_text_and_attributes_alike() -> None:
    assert el("a", "<b>", href='"><i>') == '<a href="&quot;&gt;&lt;i&gt;">&lt;b&gt;</a>'
    assert el("p", el("b", "x"), "&") == "<p><b>x</b>&amp;</p>"
    assert el("input", required=True, checked=False, value="") == "<input required>"


async def test_the_page_is_small_private_and_runs_nothing_of_anybody_elses(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        await one.open()
        pages = [await one.browser.get(PAGE, params=chosen) for chosen in ({}, {"said": "solved"}, {"lang": "en"})]
        await one.confirm("not_solved", comment="东头那盏还是不亮" * 30)
        pages += [await one.browser.get(PAGE), await one.browser.get(f"/r/{'A' * 22}")]
        for page in pages:
            assert len(gzip.compress(page.content)) < 8 * 1024
            assert page.headers["cache-control"] == "no-store"
            assert page.headers["referrer-policy"] == "no-referrer"
            assert "noindex" in page.headers["x-robots-tag"]
            assert page.headers["content-security-policy"] == POLICY
            assert re.findall(r"<script(?! type=\"module\" src=\"/r-assets/)", page.text) == []
        assert "unsafe" not in POLICY
        style = re.search("<style>(.*)</style>", pages[0].text)
        assert style
        assert b64decode(STYLE_HASH.removeprefix("sha256-")) == hashlib.sha256(style.group(1).encode()).digest()


async def test_english_is_one_press_away_and_stays_chosen(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        opened = await one.browser.post(f"{PAGE}?lang=en&print=big", data={"step": "open", "digits": "5678"})
        assert opened.headers["location"] == f"{PAGE}?lang=en&print=big"
        page = (await one.browser.get(opened.headers["location"])).text
        assert '<html lang="en" class="big">' in page
        assert "Is this solved?" in page
        assert "lang=en&amp;print=big&amp;said=not_solved" in page


async def test_a_link_never_lies_in_the_log_of_requests(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    async with matter(tmp_path) as one:
        await one.read()
        await one.open("0000")
        ours = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
        assert [line for line in ours if TOKEN in line] == []
