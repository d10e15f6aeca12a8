"""A small county for the server's tests: two grids of one village, one of another town, and people who enter for real."""

import hashlib
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec

from server.app import make_app, make_parts
from server.enter import hash_password
from server.parts import Parts
from server.settings import Settings
from server.store import log, people
from server.store.disk import Conn
from server.store.log import Grid
from server.store.people import Account, Person
from sync.admit import Area
from sync.clock import tick
from sync.op import Json, Op, op_hash, subject_id, write_op
from sync.wire import Ask, Reply, Unreadable, read_reply, write

ROOT = Path(__file__).parents[2]
EAST = "329924101201001"
WEST = "329924101201002"
FAR = "329924102200001"
TOWN = "329924101"
PASSWORD = "little-mailbox-3"
PASSWORD_HASH = hash_password(PASSWORD)
MONDAY_MS = int(datetime(2026, 3, 2, 1, 30, tzinfo=UTC).timestamp() * 1000)
"""Monday 2026-03-02 09:30 in the county: an ordinary week lies ahead."""
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

PEOPLE = {
    "wang": ("p1", "王一", [Area("grid_worker", EAST)]),
    "li": ("p2", "李二", [Area("grid_worker", EAST)]),
    "zhao": ("p3", "赵三", [Area("grid_worker", FAR)]),
    "town": ("p4", "钱四", [Area("town", TOWN)]),
    "secretary": ("p7", "吴七", [Area("party_secretary", EAST[:12])]),
    "village": ("p8", "郑八", [Area("village", EAST[:12])]),
    "mediator": ("p9", "冯九", [Area("mediator", EAST[:12])]),
    "county": ("p5", "孙五", [Area("dispatcher", "")]),
    "leader": ("p10", "何十", [Area("county_leader", "")]),
    "both": ("p6", "周六", [Area("grid_worker", EAST), Area("grid_worker", WEST)]),
}


def settle(conn: Conn) -> None:
    """Puts the county into an empty store."""
    log.add_grids(
        conn,
        [
            Grid(code=code, name=name, village="林园村", village_code=code[:12], town=town, town_code=code[:9])
            for code, name, town in (
                (EAST, "第一网格", "柳集镇"),
                (WEST, "第二网格", "柳集镇"),
                (FAR, "第一网格", "桑河镇"),
            )
        ],
    )
    people.add_people(conn, [Person(id=id_, name=name) for id_, name, _ in PEOPLE.values()])
    people.add_accounts(
        conn,
        [Account(account=account, person=id_, password=PASSWORD_HASH) for account, (id_, _, _) in PEOPLE.items()],
    )
    for id_, _, areas in PEOPLE.values():
        people.add_areas(conn, id_, areas)


@dataclass
class Time:
    """The server's clock in a test: it stands until it is moved."""

    ms: int = MONDAY_MS

    def __call__(self) -> int:
        return self.ms

    def pass_(self, ms: int) -> None:
        self.ms += ms


@dataclass
class Phone:
    """A device of the protocol, as small as it can be: it writes ops, keeps them until their receipt, and asks."""

    http: httpx.AsyncClient
    access: str
    device: str
    person: str
    clock: Callable[[], int]
    seq: int = 0
    head: str = ""
    stamp: str = ""
    outbox: list[str] = field(default_factory=list[str])
    places: dict[str, int] = field(default_factory=dict[str, int])

    def op(
        self, name: str, fields: dict[str, Json], *, grid: str = EAST, subject: str = "", kind: str = "issue"
    ) -> str:
        """Makes an op, keeps it, and names its subject."""
        self.seq += 1
        self.stamp = tick(self.stamp, self.clock(), self.device)
        about = subject or subject_id(kind, self.device, self.seq)
        self.keep(
            write_op(
                Op(
                    device=self.device,
                    seq=self.seq,
                    prev=self.head,
                    stamp=self.stamp,
                    actor=self.person,
                    grid=grid,
                    subject=about,
                    name=name,
                    fields=fields,
                )
            )
        )
        return about

    def keep(self, text: str) -> None:
        """Puts a text into the outbox; the chain goes on with its hash."""
        self.outbox.append(text)
        self.head = op_hash(text)

    async def post(self, ops: list[str] | None = None, *, places: dict[str, int] | None = None) -> httpx.Response:
        """One exchange, as it comes back; nothing is taken from the outbox. A token that ran out is renewed."""
        ask = Ask(
            v=1,
            device=self.device,
            clock_ms=self.clock(),
            places=self.places if places is None else places,
            ops=self.outbox if ops is None else ops,
        )
        response = await self.http.post("/exchange", content=write(ask), headers=self.headers)
        if response.status_code == 401 and response.json()["why"] == "token_expired":
            again = await self.http.post("/enter/again", json={"device": self.device})
            assert again.status_code == 200, again.text
            self.access = again.json()["access"]
            response = await self.http.post("/exchange", content=write(ask), headers=self.headers)
        return response

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access}"}

    async def sync(self) -> Reply:
        """One exchange whose reply arrives: what has a receipt leaves the outbox."""
        reply = reply_of(await self.post())
        had = {(receipt.seq, receipt.hash) for receipt in reply.receipts}
        hashes = {its_hash for _, its_hash in had}
        self.outbox = [text for text in self.outbox if op_hash(text) not in hashes]
        for grid, changes in reply.changes.items():
            if changes.ops:
                self.places[grid] = changes.ops[-1].place
        return reply


def reply_of(response: httpx.Response) -> Reply:
    assert response.status_code == 200, response.text
    reply = read_reply(response.content)
    assert not isinstance(reply, Unreadable), reply.why
    return reply


@dataclass
class House:
    """A running server of that county, spoken to over ASGI."""

    parts: Parts
    http: httpx.AsyncClient
    time: Time
    transport: httpx.AsyncBaseTransport

    def browser(self) -> httpx.AsyncClient:
        """Another browser at the same server, with cookies of its own."""
        return httpx.AsyncClient(transport=self.transport, base_url="http://test")

    async def enter(self, account: str, device: str = "") -> Phone:
        """Enters and gives the phone."""
        ask = {"account": account, "password": PASSWORD, "device": device}
        response = await self.http.post("/enter", json=ask)
        assert response.status_code == 200, response.text
        said = response.json()
        grids = {scope["grid"]: 0 for scope in said["scope"]}
        return Phone(
            http=self.http,
            access=said["access"],
            device=said["device"],
            person=said["person"],
            clock=self.time,
            seq=said["next_seq"] - 1,
            head=said["head_hash"],
            places=grids,
        )


@asynccontextmanager
async def house(folder: Path, apps: Path = ROOT / "pwa" / "dist") -> AsyncGenerator[House]:
    """Opens a county in this folder for the length of a test."""
    time = Time()
    parts = make_parts(
        Settings(data=folder, database=os.environ.get("SULAIBAN_DATABASE_URL", ""), apps=apps), clock=time
    )
    if not parts.store.write_now(people.count_people):
        parts.store.write_now(settle)
    app = make_app(parts)
    transport = httpx.ASGITransport(cast("Any", app), raise_app_exceptions=False)
    try:
        async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            yield House(parts, http, time, transport)
    finally:
        await parts.store.close()


def lamp(**fields: Json) -> dict[str, Json]:
    """An ordinary issue's fields: three street lamps."""
    return {
        "title": "村口三盏路灯不亮",
        "words": "村口的三盏路灯坏了半个月，晚上看不清路。",
        "channel": "visit",
        "nature": "help",
        "category": "0502",
        "anonymous": False,
        "confidential": False,
        "households": 1,
        "danger": [],
        "responder": {"person": "p1", "name": "王一"},
        **fields,
    }


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def json_of(response: httpx.Response) -> dict[str, Json]:
    return msgspec.json.decode(response.content, type=dict[str, Json])
