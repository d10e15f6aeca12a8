"""How the resident's page is made: whatever people write stays text, nothing foreign runs, it is small and keeps its link secret."""

import gzip
import hashlib
import re
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

import pytest

from server.pages.frame import POLICY, STYLE_HASH
from server.pages.html import el
from sync.op import Json
from tests.server.matter import PAGE, TOKEN, TRIAGE, matter

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
        handler: dict[str, Json] = {
            "handler_unit": nasty[:50],
            "handler_name": short,
            "handler_phone": "15490001234",
            "backup_name": short,
        }
        await one.act(one.town, "accept", handler)
        await one.open()
        pages = [await one.read(), await one.read(lang="en", print="big")]
        answer: dict[str, Json] = {"conclusion": "explained", "answer": nasty.ljust(10, "。"), "basis": nasty}
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


SAFE_TAGS = {
    *(
        "html",
        "head",
        "body",
        "meta",
        "title",
        "link",
        "style",
        "script",
        "header",
        "nav",
        "main",
        "footer",
        "section",
        "h1",
        "h2",
        "p",
    ),
    *(
        "a",
        "button",
        "span",
        "br",
        "ol",
        "li",
        "div",
        "form",
        "label",
        "input",
        "textarea",
        "fieldset",
        "legend",
        "details",
        "summary",
    ),
}


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
