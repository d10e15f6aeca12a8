"""One issue with a resident's link, for the tests of the resident's page: who works on it, and a browser that holds the link."""

import hashlib
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy import func, select

from server.store import lists
from server.store.disk import Conn
from server.store.tables import links, ops
from sync.fold import Shape
from sync.op import Json
from tests.server.house import House, Phone, house, lamp

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
    "track": "escalate_to_town",
    "rule": "T20",
    "reason_zh": "超出网格能力",
    "reason_en": "beyond the grid",
    "book": "1",
    "urgency": "normal",
}
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
async def matter(folder: Path, **fields: Json) -> AsyncGenerator[Matter]:
    async with house(folder) as home:
        worker, town = await home.enter("wang"), await home.enter("town")
        told = {"reporter": REPORTER} | fields
        issue = worker.op("register", lamp(link_hash=LINK_HASH, **{k: v for k, v in told.items() if v is not None}))
        reply = await worker.sync()
        assert [receipt.fate for receipt in reply.receipts] == ["placed"], reply.receipts
        async with home.browser() as browser:
            yield Matter(home, worker, town, issue, browser)


def names_in(page: str) -> list[str]:
    return [one for one in PRIVATE if one in page]
