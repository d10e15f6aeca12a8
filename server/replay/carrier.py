"""Carries a simulated phone's Asks to a server over HTTP, and its Replies back. The phone itself lives in phone.py."""

from dataclasses import dataclass
from http import HTTPStatus

import httpx
import msgspec

from server.replay.phone import Phone
from sync.admit import Area
from sync.rules.book import Book
from sync.wire import Scope, Unreadable, read_reply, write


class NotOurServerError(Exception):
    """What came back is no Reply of this protocol."""


class Entered(msgspec.Struct):
    """What the server answers to somebody who enters; the parts a simulated phone needs."""

    access: str
    person: str
    name: str
    device: str
    next_seq: int
    scope: list[Scope]


@dataclass
class Carrier:
    """One person's phone and its connection."""

    http: httpx.Client
    account: str
    password: str
    name: str
    phone: Phone
    access: str
    grids: list[Scope]
    round_trips: int = 0

    def exchange(self, now_ms: int) -> None:
        """Sends and fetches until the outbox is empty and nothing more is held for this phone."""
        more = True
        while more:
            ask = self.phone.ask(now_ms)
            body = write(ask)
            answer = self.http.post("/exchange", content=body, headers={"Authorization": f"Bearer {self.access}"})
            self.round_trips += 1
            if answer.status_code == HTTPStatus.UNAUTHORIZED.value:
                self.access = _enter(self.http, self.account, self.password, self.phone.device).access
                continue
            answer.raise_for_status()
            reply = read_reply(answer.content)
            if isinstance(reply, Unreadable):
                raise NotOurServerError(f"the server's answer to {self.account} cannot be read: {reply.why}")
            more = self.phone.take(reply, now_ms, ask.offers)


def enter(http: httpx.Client, account: str, password: str) -> Carrier:
    """Enters as this account on a new device and returns its phone with its connection."""
    entered = _enter(http, account, password, "")
    areas = [Area(role=scope.role, code=scope.grid) for scope in entered.scope]
    phone = Phone(device=entered.device, person=entered.person, areas=areas, next_seq=entered.next_seq)
    return Carrier(
        http=http,
        account=account,
        password=password,
        name=entered.name,
        phone=phone,
        access=entered.access,
        grids=entered.scope,
    )


def _enter(http: httpx.Client, account: str, password: str, device: str) -> Entered:
    wanted = {"account": account, "password": password}
    answer = http.post("/enter", json={**wanted, "device": device} if device else wanted)
    answer.raise_for_status()
    return msgspec.json.decode(answer.content, type=Entered)


def fetch_book(http: httpx.Client, access: str) -> Book:
    """The county's book as phones get it."""
    answer = http.get("/book", headers={"Authorization": f"Bearer {access}"})
    answer.raise_for_status()
    return msgspec.json.decode(answer.content, type=Book)
