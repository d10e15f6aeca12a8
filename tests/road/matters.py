"""Issues for the road tests of desk and resident, brought over HTTP by people who enter for real."""

import asyncio
import hashlib
import time
from collections.abc import AsyncGenerator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

import httpx

from sync.op import Json
from tests.road.county import PASSWORD, County
from tests.server.house import Phone, lamp

GRID = "329924101202001"
"""The grid of wg1 and wg2, in the town of zhen1."""
TOKEN = "cm9hZC10ZXN0LXJlc2lkZW"
TRIAGE: dict[str, Json] = {
    "track": "escalate_to_town",
    "rule": "T20",
    "reason_zh": "要部门来办",
    "reason_en": "A department must act",
    "book": "1",
    "urgency": "normal",
}
HANDLER: dict[str, Json] = {"handler_unit": "镇水利站", "handler_name": "冯志强", "handler_phone": "15490000022"}
ANSWER: dict[str, Json] = {"conclusion": "supported", "answer": "三盏路灯的线路已经换新，昨晚亮灯试过。"}
REPORTER: dict[str, Json] = {"name": "李长根", "phone": "15412345678"}


T = TypeVar("T")


def done(work: Coroutine[object, object, T]) -> T:
    """What the work came to. It runs in a thread of its own: the browser's driver keeps a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work)).result()


def link_hash(token: str = TOKEN) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


@asynccontextmanager
async def entered(county: County, account: str) -> AsyncGenerator[Phone]:
    """Somebody who has just entered: the town at the desks' server, workers at the phones'."""
    url = county.desk_url if account.startswith("zhen") else county.url
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:
        said = (await http.post("/enter", json={"account": account, "password": PASSWORD})).json()
        yield Phone(
            http=http,
            access=said["access"],
            device=said["device"],
            person=said["person"],
            clock=_now_ms,
            seq=said["next_seq"] - 1,
            head=said["head_hash"],
        )


async def act(who: Phone, subject: str, name: str, fields: dict[str, Json]) -> None:
    who.op(name, fields, grid=GRID, subject=subject)
    receipts = (await who.sync()).receipts
    assert [receipt.fate for receipt in receipts] == ["placed"] * len(receipts), receipts


async def escalated(county: County, title: str, **fields: Json) -> str:
    """An issue that a grid worker registered and sent to the town."""
    async with entered(county, "wg1") as worker:
        responder: dict[str, Json] = {"person": worker.person, "name": "谢春生"}
        issue = worker.op("register", lamp(title=title, responder=responder, **fields), grid=GRID)
        await act(worker, issue, "triage", TRIAGE)
    return issue


async def answered(county: County, title: str, **fields: Json) -> str:
    """The same, accepted and answered: now the resident is asked."""
    issue = await escalated(county, title, **fields)
    async with entered(county, "zhen1") as town:
        await act(town, issue, "accept", HANDLER)
        await act(town, issue, "answer", ANSWER)
    return issue


async def as_town(county: County, issue: str, name: str, fields: dict[str, Json]) -> None:
    """One act of a colleague at another desk."""
    async with entered(county, "zhen1") as town:
        await act(town, issue, name, fields)
