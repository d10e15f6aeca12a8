"""A phone with its browser: what lies on its disk, what only its open pages know, and when it asks. The ops are the real phone's."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from server.replay.phone import Phone, Waiting
from sync.admit import Area
from sync.snapshot import Part, read_part
from sync.wire import Ask, Reply, Unreadable, read_reply, write
from tests.sim import album
from tests.sim.album import TIMEOUT_MS, Album
from tests.sim.arriving import ArrivingPhone
from tests.sim.county import Someone
from tests.sim.server import Entered, Request
from tests.vectors.chance import Chance

FIRST_PAUSE_MS = 2_000
LONGEST_PAUSE_MS = 300_000


class World(album.World, Protocol):
    """What a handset needs of the world around it."""

    def send(self, handset: "Handset", request: Request, heard: Callable[[int, bytes], None]) -> None: ...

    def period_ms(self) -> int: ...

    def fresh_token(self, handset: "Handset") -> str: ...


@dataclass
class Tab:
    """One open page: all of this is gone when it closes."""

    is_open: bool = True
    asking: int = 0
    """The number of the question it waits for; 0 for none."""
    failures: int = 0
    armed: int = 0
    """The number of the timer that will make it ask again."""
    asked: Ask | None = None
    """The question it asked last."""
    parts: list[Part] = field(default_factory=list[Part])
    """What came so far of the snapshot that it fetches."""


def branch(phone: Phone) -> Phone:
    """The same phone, to be changed apart: what a transaction works on."""
    other = copy(phone)
    other.places, other.receipts, other.shapes = dict(phone.places), dict(phone.receipts), dict(phone.shapes)
    other.outbox, other.refused = list(phone.outbox), list(phone.refused)
    other.told, other.offers, other.later = dict(phone.told), list(phone.offers), list(phone.later)
    other.given = list(phone.given)
    other.rows = {grid: list(rows) for grid, rows in phone.rows.items()}
    other.log = {grid: list(changes) for grid, changes in phone.log.items()}
    return other


@dataclass
class Handset:
    """One device of one person."""

    world: World
    someone: Someone
    seed: int
    skew_ms: int
    batch_ops: int
    token: str = ""
    refresh: str = ""
    new_phone: Callable[[str, str, list[Area]], Phone] = Phone
    """What makes the phone: Python's core alone, or both cores beside each other."""
    link: str = "good"
    """Its way to the server: `good`, `none`, `mute` (nothing goes out) or `deaf` (nothing comes back)."""
    paused_until_ms: int = 0
    """Until when the browser stands still: timers and answers come after."""
    is_old: bool = False
    """Whether its app is an earlier one, that leaves out what an Ask may leave out."""
    asked: int = 0
    timers: int = 0
    tabs: list[Tab] = field(default_factory=lambda: [Tab()])

    def __post_init__(self) -> None:
        one = self.someone
        self.disk = self.new_phone(one.device, one.person, list(one.areas))
        """What would be there after a power cut."""
        self.album = self._album()

    def _album(self) -> Album:
        return Album(self.world, self.someone.device, self._send_photo)

    def _send_photo(self, request: Request, heard: Callable[[int, bytes], None]) -> None:
        self.world.send(self, request, heard)

    @property
    def shows_ms(self) -> int:
        """What its clock shows."""
        return max(self.world.now_ms + self.skew_ms, 1_000)

    @property
    def chance(self) -> Chance:
        """Chances of their own for everything this device does next."""
        self.asked += 1
        return Chance(f"{self.seed} {self.someone.device} {self.asked}")

    def say(self, tab: Tab, speak: Callable[[Phone], str]) -> None:
        """Somebody says something: written down durably, then shown as saved, then sent."""
        draft = branch(self.disk)
        words = speak(draft)
        made = draft.outbox[len(self.disk.outbox) :]
        if not words or not made:
            return
        self.world.tell(f"{self.someone.device} says {words}")
        self.save(tab, draft, made)

    def save(self, tab: Tab, draft: Phone, made: list[Waiting]) -> None:
        """`saved` is shown only after the write has completed."""
        if self.write_down(draft, lambda: self.world.watch.wrote(self, made)):
            self.world.watch.showed_saved(self, made)
            self.sync(tab)
        elif tab in self.tabs:
            self.not_saved(made)

    def not_saved(self, made: list[Waiting]) -> None:
        """Says so at once; the form keeps what was typed."""
        self.world.tell(f"{self.someone.device} says that number {made[0].seq} is not saved")

    def write_down(self, draft: Phone, noticed: Callable[[], None]) -> bool:
        """One transaction of the disk. The disk may be full (nothing stands), the phone may die before it (nothing
        stands) or after (all of it does).
        """
        chance = self.chance
        if self.world.hit("phone_full", chance):
            return False
        dies = self.world.hit("phone_crash", chance)
        if dies and chance.random() < 0.5:
            self.die("before it was written")
            return False
        self.album.keep(draft.outbox[len(draft.outbox) - (draft.next_seq - self.disk.next_seq) :])
        self.disk = draft
        noticed()
        if dies:
            self.die("right after it was written")
        return not dies

    def die(self, when: str) -> None:
        """The browser is gone; it is opened again some time later."""
        self.world.tell(f"{self.someone.device} dies {when}")
        self.tabs = []
        self.world.at(self.chance.choice([1_000, 60_000, 3_600_000]), self.open)

    def wipe(self, device: str) -> None:
        """All that the browser kept is gone. Whoever opens the app again enters on a new device."""
        self.someone = msgspec.structs.replace(self.someone, device=device)
        self.disk = self.new_phone(device, self.someone.person, list(self.someone.areas))
        self.album = self._album()
        self.token = self.refresh = ""

    def open(self) -> None:
        """Somebody opens the app."""
        if len(self.tabs) < 2:
            self.tabs.append(Tab())
            self.sync(self.tabs[-1])

    def sync(self, tab: Tab) -> None:
        """Asks now, unless a question is under way."""
        if not tab.is_open or tab not in self.tabs or tab.asking:
            return
        self.token = self.world.fresh_token(self) or self.token
        if not self.token:
            self.renew(tab)
            return
        if isinstance(self.disk, ArrivingPhone) and self.disk.wanted and self.chance.random() < 0.5:
            self.fetch(tab, self.disk.wanted[0])
            return
        ask = tab.asked = self.next_ask()
        sent = self.disk.outbox[: len(ask.ops)]
        body = old_words(ask) if self.is_old else write(ask)
        self.send(tab, Request("exchange", body, self.token), lambda s, b: self.replied(tab, sent, s, b))

    def fetch(self, tab: Tab, grid: str) -> None:
        """Asks for the next part of a grid's snapshot; what waits here is sent in between."""
        tab.parts = [part for part in tab.parts if (part.grid, part.epoch) == (grid, self.disk.epoch)]
        asked = f"{grid} {tab.parts[0].place} {len(tab.parts)}" if tab.parts else grid
        self.send(tab, Request("snapshot", asked.encode(), self.token), lambda s, b: self.fetched(tab, grid, s, b))

    def fetched(self, tab: Tab, grid: str, status: int, body: bytes) -> None:
        """Takes a part, if it is one; the whole snapshot in one transaction."""
        if status == 401:
            self.renew(tab)
            return
        part = read_part(body) if status == 200 else None
        if not isinstance(part, Part) or (part.grid, part.epoch, part.part) != (grid, self.disk.epoch, len(tab.parts)):
            tab.parts = []
            self.failed(tab)
            return
        tab.parts = [*tab.parts, part]
        if len(tab.parts) == part.parts:
            draft = branch(self.disk)
            assert isinstance(draft, ArrivingPhone)
            if grid in draft.wanted:
                draft.hold(grid, tab.parts)
                self.world.tell(f"{self.someone.device} begins {grid} at {draft.places[grid]} with a snapshot")
            if not self.write_down(draft, lambda: None):
                self.failed(tab)
                return
            tab.parts = []
        self.arm(tab, 50)

    def next_ask(self) -> Ask:
        """What it would send."""
        return self.disk.ask(self.shows_ms, self.batch_ops)

    def send(self, tab: Tab, request: Request, heard: Callable[[int, bytes], None]) -> None:
        """Sends, and gives up after TIMEOUT_MS: what comes later is not heard any more."""
        self.asked += 1
        number = tab.asking = self.asked

        def first(status: int, body: bytes) -> None:
            if self.paused_until_ms > self.world.now_ms:
                self.world.at(self.paused_until_ms - self.world.now_ms, lambda: first(status, body))
            elif tab in self.tabs and tab.asking == number:
                tab.asking = 0
                heard(status, body)

        self.world.send(self, request, first)
        self.world.at(TIMEOUT_MS, lambda: first(0, b"timeout"))

    def replied(self, tab: Tab, sent: list[Waiting], status: int, body: bytes) -> None:
        """Takes the answer, if it is one."""
        if status == 401:
            self.world.watch.seen["token ran out"] += 1
            self.renew(tab)
        elif status != 200:
            self.failed(tab)
        else:
            reply = read_reply(body)
            if isinstance(reply, Unreadable) or not reply.epoch:
                self.unreadable(tab, sent)
            elif tab.asked and not self.disk.concerns(tab.asked, reply):
                self.of_another_life(tab)
            else:
                self.take(tab, reply)

    def unreadable(self, tab: Tab, sent: list[Waiting]) -> None:
        """A 200 that is not our server's answer, or not all of it, tells nothing at all."""
        del sent
        self.failed(tab)

    def of_another_life(self, tab: Tab) -> None:
        """An answer of a life that is over, or to a question that was asked in it, tells nothing."""
        self.failed(tab)

    def take(self, tab: Tab, reply: Reply) -> None:
        """One transaction: receipts, places and changes, or none of it."""
        before = self.disk
        draft = branch(before)
        more = draft.take(reply, self.shows_ms, tab.asked.offers if tab.asked else ())
        draft.areas = [Area(role=one.role, code=one.grid) for one in reply.scope]
        if reply.receipts or _many(reply):
            self.world.tell(f"{self.someone.device} hears {len(reply.receipts)} receipts, {_many(reply)} changes")
        if not self.write_down(draft, lambda: self.world.watch.heard(self, reply)):
            self.failed(tab)
            return
        tab.failures = 0
        self.album.go(self.token)
        got_on = len(draft.outbox) + len(draft.offers) < len(before.outbox) + len(before.offers)
        got_on = got_on or draft.places != before.places or draft.epoch != before.epoch
        arrives = isinstance(draft, ArrivingPhone) and draft.wanted
        self.arm(tab, 50 if (more and got_on) or arrives else self.world.period_ms())

    def failed(self, tab: Tab) -> None:
        """Tries again after a pause that doubles each time."""
        tab.failures += 1
        pause_ms = min(FIRST_PAUSE_MS * 2**tab.failures, LONGEST_PAUSE_MS)
        self.arm(tab, pause_ms // 2 + self.chance.randint(0, pause_ms // 2))

    def arm(self, tab: Tab, delay_ms: int) -> None:
        """Sets the tab's one timer."""
        self.timers += 1
        number = tab.armed = self.timers

        def rings() -> None:
            if self.paused_until_ms > self.world.now_ms:
                self.world.at(self.paused_until_ms - self.world.now_ms, rings)
            elif tab.armed == number:
                self.sync(tab)

        self.world.at(delay_ms, rings)

    def renew(self, tab: Tab) -> None:
        """Asks for another access token, by the refresh token or else by the password."""
        self.token = ""
        one = self.someone
        request = Request("again", f"{one.device} {self.refresh}".encode())
        if not self.refresh:
            request = Request("enter", f"{one.person} {one.device}".encode())

        def heard(status: int, body: bytes) -> None:
            if status == 200 and body.startswith(b"{"):
                self.entered(tab, body)
                return
            if status == 401:
                self.world.watch.locked_out(self, body)
                self.refresh = ""
            self.failed(tab)

        self.send(tab, request, heard)

    def entered(self, tab: Tab, body: bytes) -> None:
        """Holds new tokens, if the answer came whole."""
        try:
            entered = msgspec.json.decode(body, type=Entered)
        except msgspec.DecodeError:
            self.failed(tab)
            return
        self.token, self.refresh = entered.access, entered.refresh
        self.sync(tab)


OLD_NAMES = ("v", "device", "epoch", "clock_ms", "places", "ops", "offers", "resume")


def old_words(ask: Ask) -> bytes:
    """An Ask in the words of an earlier app: without what may be left out, with a name that is not known any more."""
    whole = msgspec.to_builtins(ask)
    kept = {name: value for name, value in whole.items() if name in OLD_NAMES}
    return msgspec.json.encode(kept | {"battery": 71})


def _many(reply: Reply) -> int:
    return sum(len(one.ops) for one in reply.changes.values())
