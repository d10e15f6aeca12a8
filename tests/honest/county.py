"""A county in which everything happened once, read back as an outsider can read it: logs, records, pages, figures, bytes that were sent."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.absent import Slip, mac_of
from server.bulletin.export import export
from server.exchange import PAGE, Placing
from server.rates import Figure, Window, figures
from server.rates.sums import conserved
from server.rounds import go
from server.seal import device_text
from server.store import lists, log
from server.store.disk import Conn
from sync.fold import Shape
from sync.op import Json
from tests.server.house import DAY, EAST, HOUR, MINUTE, Phone, lamp
from tests.server.test_bulletin import drafted
from tests.server.test_orders import ACCEPT, CALL, REPLY, Office, at_work

MARKER = "15400000666"
"""The number of somebody who asked not to be named."""
FIRST, LATER = "15400000201", "15400000202"
IN_GRID: dict[str, Json] = {
    "track": "solved_in_grid", "rule": "T27", "reason_zh": "网格能办", "reason_en": "the grid can", "book": "b", "urgency": "normal",
}  # fmt: skip
SOLVE: dict[str, Json] = {"measures": "换了三只灯泡，当晚已亮", "result": "solved"}
MISSED: dict[str, Json] = {"call_channel": "phone", "call_outcome": "no_answer"}


@dataclass(frozen=True)
class Told:
    """What can be known of the county from outside its code."""

    entries: list[dict[str, Any]]
    """Every op of every log, as placed."""
    shapes: dict[str, Shape]
    window: Window
    figures: list[Figure]
    conserved: dict[str, int]
    pages: dict[str, str]
    """By issue what its resident's link shows; under "" what a link shows that nobody gave out."""
    calls: list[dict[str, Any]]
    """Whom the caller is given."""
    sent: bytes
    """Everything that a co-worker and a department were sent."""
    exported: list[bytes]
    people: list[str]
    """Names and ids of staff."""
    changed: str
    """The issue whose reporter's number was changed."""
    opened: str
    """Its page, opened by the first number."""
    withheld: dict[str, str]
    """By number, `device.seq`, what the slip of a matter shows that its phone never sent."""
    absent: list[str]
    """The numbers of devices that the town is told are missing."""


class Build:
    """The county while it lives."""

    def __init__(self, office: Office) -> None:
        self.office, self.home = office, office.house
        self.links: dict[str, str] = {}
        self.sent = b""
        self.slips: dict[str, str] = {}

    async def issue(self, who: Phone, **fields: Json) -> str:
        self.home.time.pass_(MINUTE)
        token = hashlib.sha256(str(len(self.links)).encode()).hexdigest()[:22]
        subject = who.op("register", lamp(link_hash=hashlib.sha256(token.encode()).hexdigest(), **fields))
        await who.sync()
        self.links[subject] = token
        return subject

    async def solved(self, who: Phone, then: dict[str, Json] | None = None, **fields: Json) -> str:
        subject = await self.issue(who, **fields)
        who.op("triage", IN_GRID, subject=subject)
        if then:
            who.op("edit", then, subject=subject)
        who.op("solve", SOLVE, subject=subject)
        await who.sync()
        return subject

    async def withheld(self, *, is_followed: bool) -> None:
        """A phone on which a matter was registered, its slip given out, and the op never sent; a later one may be."""
        phone = await self.home.enter("both")
        token = f"{len(self.slips):022}"
        subject = phone.op("register", lamp(link_hash=hashlib.sha256(token.encode()).hexdigest()))
        if is_followed:
            phone.op("register", lamp(place="别处"))
            phone.outbox.pop(0)
            await phone.sync()
        slip = Slip(token, phone.device, 1, "")
        mac = mac_of(self.home.parts.seal.mark(device_text(phone.device, phone.person)), slip)
        number = subject.partition("/")[2]
        async with self.home.browser() as browser:
            self.slips[number] = (await browser.get(f"/r/{token}.{number}.{mac}")).text

    async def page(self, subject: str, name: str, fields: dict[str, Json]) -> None:
        """The resident's own word, by the server's page hand."""

        def body(conn: Conn) -> None:
            placing = Placing(conn, self.home.parts.county, self.home.time())
            placing.begin([EAST], [subject])
            placing.say(PAGE, EAST, name, fields, subject=subject)
            placing.finish()

        await self.home.parts.store.write(body, grids=[EAST])

    async def live(self) -> str:
        office, time = self.office, self.home.time
        await self.withheld(is_followed=False)
        await self.withheld(is_followed=True)
        worker, town = await office.desk("wang"), await office.desk("town")
        await self.by_a_department()
        glad = await self.solved(worker, reporter=_who("15400000101"))
        sorry = await self.solved(worker, reporter=_who("15400000102"))
        await self.page(glad, "confirm", {"solved": "solved", "satisfaction": "satisfied"})
        await self.page(sorry, "confirm", {"solved": "partly", "satisfaction": "dissatisfied"})
        silent = await self.solved(worker, reporter=_who("15400000103"))
        await self.solved(worker, anonymous=True)
        changed = await self.solved(worker, reporter=_who(FIRST), then={"reporter": _who(LATER)})
        slow = await office.desk("li")
        slow.clock = lambda: time() - 20 * DAY
        late = await self.issue(slow, reporter=_who("15400000104"), place="东头")
        await self.issue(worker, reporter=_who(MARKER), confidential=True, place="西头")
        joined = await self.issue(worker, reporter=_who("15400000105"), place="南头")
        taken_back = await self.issue(worker, reporter=_who("15400000106"), place="北头")
        void = await self.issue(town, anonymous=True, place="试")
        town.op("join", {"into": late, "join_why": "同一条线路"}, subject=joined)
        town.op("void", {"void_why": "test", "void_words": "演练"}, subject=void)
        await town.sync()
        await self.page(taken_back, "withdraw", {"withdraw_why": "自己修好了"})
        for _ in range(3):
            time.pass_(DAY)
            assert await office.say("caller", "try_call", silent, **MISSED) == ""
        time.pass_(10 * DAY)
        go(self.home.parts.store, self.home.parts.county, time())
        return changed

    async def by_a_department(self) -> None:
        """Sent, extended in time, answered, and asked about by a caller from elsewhere."""
        office = self.office
        (order,) = await office.send()
        ask: dict[str, Json] = {"ext_why": "灯杆要从厂里定做", "ext_days": 5, "ext_until": "2026-03-20"}
        steps: list[tuple[str, str, dict[str, Json]]] = [
            ("handler", "accept", ACCEPT), ("handler", "ask_extension", ask), ("deputy", "sign_extension", {"ext_opinion": "属实"}),
            ("county", "grant", {"grant_days": 5, "grant_words": "同意"}), ("handler", "reply", REPLY),
            ("deputy", "check", {"check_opinion": "情况属实"}), ("head", "sign", {"sign_opinion": "同意答复"}),
        ]  # fmt: skip
        for who, name, fields in steps:
            assert await office.say(who, name, order, **fields) == "", name
        assert await office.say("caller", "call_back", office.issue, **CALL) == ""

    async def told(self, changed: str) -> Told:
        home, office = self.home, self.office
        for account, path in (("li", "/desk/matters.json"), ("handler", "/desk/orders.json")):
            desk = await home.enter(account)
            self.sent += (await desk.post()).content + (await home.http.get(path, headers=desk.headers)).content
        caller = await home.enter("caller")
        calls = (await home.http.get("/desk/calls.json", headers=caller.headers)).json()["items"]
        town = await home.enter("town")
        told = (await home.http.get("/desk/parked.json", headers=town.headers)).json()["absent"]
        async with home.browser() as browser:
            address = f"/r/{self.links[changed]}"
            await browser.post(address, data={"step": "open", "digits": FIRST[-4:]})
            opened = (await browser.get(address)).text
            pages = {one: await browser.get(f"/r/{token}") for one, token in {**self.links, "": "b" * 22}.items()}
        home.time.pass_(14 * DAY)
        name, _ = await drafted(home, "county", area="", rhythm="monthly")
        now_ms = home.time() + HOUR

        def look(conn: Conn) -> tuple[list[dict[str, Any]], dict[str, Shape], list[bytes]]:
            entries = [dict(one) for grid in log.all_grids(conn) for one in log.entries(conn, grid)]
            records = lists.records(conn, {str(one["subject"]) for one in entries})
            bulletin = lists.records(conn, [name])[name]
            return entries, {one: record.shape for one, record in records.items()}, list(export(conn, "", bulletin))

        entries, shapes, exported = await home.parts.store.read(look)
        window = Window(0, now_ms, 480)
        return Told(
            entries=entries,
            shapes=shapes,
            window=window,
            figures=figures(shapes.values(), window),
            conserved=conserved(shapes.values(), window),
            pages={one: page.text for one, page in pages.items()},
            calls=calls,
            sent=self.sent,
            exported=exported,
            people=["王一", "孙办事", office.desks["wang"].person, office.desks["handler"].person],
            changed=changed,
            opened=opened,
            withheld=self.slips,
            absent=[f"{one['device']}.{one['seq']}" for one in told],
        )


def _who(phone: str) -> Json:
    return {"name": "郑某", "phone": phone}


async def lived(folder: Path) -> Told:
    """The whole of it, in a folder of its own."""
    async with at_work(folder) as office:
        build = Build(office)
        return await build.told(await build.live())
