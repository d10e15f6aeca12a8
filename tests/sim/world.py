"""One history as it happens: virtual time, a net that loses and doubles, phones and a server that die. One thread, nothing sleeps."""

import hashlib
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count

import msgspec
import pytest

from server.exchange import give as giving
from server.pages.steps import round_of
from server.replay.phone import Phone
from server.resident.answer import Answer
from server.store import lists, log, meta, people
from sync.admit import Area
from sync.op import Op
from sync.wire import Offer, read_op
from tests.sim import county, packed, tables, truth
from tests.sim.app import AppServer, File
from tests.sim.arriving import ArrivingPhone
from tests.sim.base import BASES
from tests.sim.county import EAST, MOVES, START_MS, WEST
from tests.sim.handset import Handset
from tests.sim.oracles import BrokenError, Watch
from tests.sim.photos import check_photos
from tests.sim.plan import TROUBLES, Plan, Step
from tests.sim.poison import poison
from tests.sim.server import Request, Server
from tests.sim.speech import speak
from tests.sim.troubles import befall, nobody
from tests.sim.twin import ArrivingTwinPhone, TwinPhone
from tests.vectors.chance import Chance

SLOW_PERIOD_MS = 3 * 3_600_000
CALM_MS = SLOW_PERIOD_MS + 6_000_000
"""How long everything may take to be equal once the net is good: until every phone woke once, and 100 minutes."""
CALM_PERIOD_MS = 20 * 60_000

LONGEST_WAY_MS = 10_000
"""How long before its end a token is replaced, where tokens are no trouble."""

LINKS = {"offline": "none", "online": "good", "deaf": "deaf", "mute": "mute"}

DEATHS = {
    "server_crash_before": "before", "server_crash_after": "after", "server_full": "full", "server_disk_fails": "disk",
}  # fmt: skip
"""How a commit may end badly, by the fault that makes it."""

Heard = Callable[[int, bytes], None]


@dataclass
class World:
    """Everything of one history."""

    plan: Plan
    store: str = "plain"
    trace: list[str] | None = None
    twins: bool = False
    """Whether the phones run both cores."""
    now_ms: int = START_MS
    server_skew_ms: int = 0
    """How far the server's own clock runs ahead."""
    rush_until_ms: int = 0
    """Until when the server turns most away."""
    healed: bool = False
    events: int = 0
    backup: tuple[object, int] = (None, 0)
    """The latest backup of the server's base, and when it was made by the server's clock."""
    restored_ms: int = 0
    """When the server was last restored."""
    _due: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list[tuple[int, int, Callable[[], None]]])
    _ties: "count[int]" = field(default_factory=count)
    _commits: int = 0
    _fresh: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])

    def __post_init__(self) -> None:
        plan = self.plan
        areas = {one.person: list(one.areas) for one in plan.cast}
        self.watch = Watch(areas, net_repeats=not plan.faults.keys().isdisjoint({"duplicate", "late", "offline"}))
        self.watch.clock_is_steady = "server_clock" not in plan.faults
        self.server = self._server(lambda: self.now_ms + self.server_skew_ms)
        self.watch.seen.update(f"on {kind}" for kind in plan.faults)
        with self.server.base.transaction() as conn:
            county.settle(conn, plan.cast)
        if "restored" in plan.faults:
            self.backup = (self.server.base.back_up(), START_MS)
        pairs = zip(plan.cast, plan.skews_ms, strict=True)
        kinds = (ArrivingTwinPhone, ArrivingPhone) if "snapshots" in plan.faults else (TwinPhone, Phone)
        phone = kinds[0 if self.twins else 1]
        self.handsets = [Handset(self, one, plan.seed, skew, plan.batch_ops, new_phone=phone) for one, skew in pairs]
        self.handsets[0].is_old = "old_app" in plan.faults
        for handset in self.handsets:
            self.at(1_000, partial(handset.sync, handset.tabs[0]))
        for step in plan.steps:
            self.at(step.at_ms - START_MS, partial(self.do, step))

    def _server(self, clock: Callable[[], int]) -> Server:
        if self.store == "app":
            return AppServer(File(), clock, self.watch)
        return Server(BASES[self.store](), clock, self.watch)

    def tell(self, words: str) -> None:
        """A line of the script, when somebody wants one."""
        if self.trace is not None:
            seconds = (self.now_ms - START_MS) // 1000
            self.trace.append(f"{seconds // 3600:4d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}  {words}")

    def at(self, delay_ms: int, what: Callable[[], None]) -> None:
        """Does something later."""
        heapq.heappush(self._due, (self.now_ms + delay_ms, next(self._ties), what))

    def hit(self, kind: str, chance: Chance) -> bool:
        """Whether a fault strikes here. After the healing none does."""
        strikes = not self.healed and chance.random() < self.plan.faults.get(kind, 0)
        if strikes:
            self.watch.seen[kind] += 1
            self.tell(f"      fault: {kind}")
        return strikes

    def period_ms(self) -> int:
        """How often a phone asks that has nothing to say."""
        return CALM_PERIOD_MS if self.healed else SLOW_PERIOD_MS

    def run(self) -> None:
        """Safety, healing, liveness, truth. Raises BrokenError."""
        last_ms = max((step.at_ms for step in self.plan.steps), default=START_MS)
        self._until(last_ms + 60_000, stop_when_calm=False)
        self.heal()
        self._until(self.now_ms + CALM_MS, stop_when_calm=True)
        if not self.is_calm():
            raise BrokenError("L1", f"not equal {CALM_MS // 1000} s after the net was good: {self._unequal()}")
        self.server.base.look(lambda conn: truth.check(conn, list(self.handsets), self.watch))
        self.server.base.look(lambda conn: check_photos(conn, self.handsets, self.server, self.now_ms))
        self.watch.seen += self.server.base.look(truth.count_shapes)
        self.digest = hashlib.sha256(repr(self.server.base.look(truth.everything)).encode()).hexdigest()
        """Of everything in the server's log: the same for the same seed, whatever the store."""

    def _until(self, end_ms: int, *, stop_when_calm: bool) -> None:
        while self._due and self._due[0][0] <= end_ms:
            if stop_when_calm and self.events % 20 == 0 and self.is_calm():
                return
            self.now_ms, _, what = heapq.heappop(self._due)
            what()
            self.events += 1
            for handset in self.handsets:
                self.watch.compare(handset)

    def heal(self) -> None:
        """From here on the net is good and the server stays up; the phones' clocks are as wrong as ever."""
        self.healed = True
        self.tell("---- all faults end ----")
        self.restart()
        for handset in self.handsets:
            handset.link = "good"
        self.server_skew_ms = self.rush_until_ms = 0

    def is_calm(self) -> bool:
        """Whether nothing waits anywhere and every phone has everything it may read."""
        return self.server.is_up and not self.server.waiting and not self._unequal()

    def _unequal(self) -> str:
        heads = self.server.base.look(lambda conn: log.heads(conn, county.GRIDS))
        epoch = self.server.base.look(meta.read_meta).epoch
        for handset in self.handsets:
            disk = handset.disk
            if self.watch.restores and disk.epoch != epoch:
                return f"{disk.device} has not heard of the restore"
            if disk.offers or self._come_back(disk.later):
                return f"{disk.device} still has {len(disk.offers)} and {len(disk.later)} ops to offer back"
            if disk.outbox:
                return f"{disk.device} waits with {len(disk.outbox)} ops, the first is number {disk.outbox[0].seq}"
            if owed := handset.album.owes():
                return f"{disk.device} still holds the photo {owed[:8]}"
            for area in self.watch.areas[disk.person]:
                for grid in county.GRIDS:
                    if area.to_ms is None and grid.startswith(area.code) and disk.places.get(grid, -1) < heads[grid]:
                        return f"{disk.device} is at {disk.places.get(grid)} of {heads[grid]} in {grid}"
        return ""

    def _come_back(self, later: list[Offer]) -> bool:
        """Whether something could be placed now that could not before: what it is about is there, and what it joins."""
        ops = [op for one in later if isinstance(op := read_op(one.text), Op)]
        wanted = [truth.named_by(op) for op in ops]
        here = self.server.base.look(lambda conn: lists.records(conn, {one for many in wanted for one in many})).keys()
        return any(one <= here for one in wanted)

    def do(self, step: Step) -> None:
        """One step of the plan."""
        handset = self.handsets[step.who]
        chance = Chance(f"{self.plan.seed} step {step.n}")
        tab = chance.choice(handset.tabs) if handset.tabs else None
        self.watch.seen[f"step {step.do}"] += 1
        if step.do == "say" and tab:
            for _ in range(chance.choice([1, 1, 2, 3])):
                says = (
                    poison
                    if self.hit("poison", chance)
                    else partial(speak, with_photos="photo_cut" in self.plan.faults)
                )
                handset.say(tab, partial(says, chance=chance, now_ms=handset.shows_ms))
        elif step.do == "sync" and tab:
            handset.sync(tab)
        elif step.do == "answer":
            self._resident(chance)
        elif step.do == "crash" and tab:
            self.watch.seen["phone_crash"] += 1
            handset.die("while nothing was written")
        elif step.do in LINKS:
            handset.link = LINKS[step.do]
            self.tell(f"{handset.someone.device} is {step.do}")
        elif step.do == "jump":
            handset.skew_ms += chance.choice([-86_400_000, 86_400_000, 3_600_000, -400 * 86_400_000])
            self.tell(f"the clock of {handset.someone.device} jumps")
        elif step.do == "tab":
            handset.open()
        elif step.do == "close" and len(handset.tabs) > 1:
            handset.tabs.pop(0)
        elif step.do == "move":
            self._move()
        elif step.do in TROUBLES:
            befall(self, handset, step.do, chance)

    def _move(self) -> None:
        """A worker is sent to another grid, with whatever still waits on the phone."""
        moved = self.watch.areas[MOVES]
        if len(moved) > 1:
            return
        now_ms = self.now_ms + self.server_skew_ms
        areas = [Area("grid_worker", EAST, to_ms=now_ms), Area("grid_worker", WEST, from_ms=now_ms)]
        with self.server.base.transaction() as conn:
            people.add_areas(conn, MOVES, areas)
            self.watch.stood[MOVES] = (moved, log.heads(conn, county.GRIDS))
        self.watch.areas[MOVES] = areas
        self.watch.seen["moved"] += 1
        self.tell(f"{MOVES} is moved to {WEST}")

    def _resident(self, chance: Chance) -> None:
        """A resident looks at the page and presses a button, sometimes twice, sometimes hours later."""
        records = self.server.base.look(truth.all_records)
        asked = [one for one in records if round_of(one.shape)]
        if not asked or not self.server.is_up:
            return
        record = chance.choice(asked)
        answer = Answer(
            round=round_of(record.shape),
            solved=chance.choice(["solved", "partly", "not_solved"]),
            satisfaction=chance.choice(["satisfied", "dissatisfied"]),
            comment="",
        )
        request = Request("confirm", msgspec.json.encode((record.subject, answer)))
        self.tell(f"a resident says {answer.solved} of {record.subject}")
        for _ in range(chance.choice([1, 1, 2])):
            self.at(chance.choice([100, 100, 7_200_000]), partial(self.arrive, request, nobody))

    def fresh_token(self, handset: Handset) -> str:
        """A token that has not run out, in a history where tokens are no trouble; "" where they are."""
        if "token_expiry" in self.plan.faults:
            return ""
        device = handset.someone.device
        token, until_ms = self._fresh.get(device, ("", 0))
        if until_ms < self.now_ms + self.server_skew_ms + LONGEST_WAY_MS:
            token, until_ms = self._fresh[device] = self.server.tokens.make(handset.someone.person, device)
        return token

    def send(self, handset: Handset, request: Request, heard: Heard) -> None:
        """Carries a request to the server and its answer back, as the net pleases."""
        chance = handset.chance
        if handset.link == "none":
            self.at(5, lambda: heard(0, b"offline"))
            return
        if handset.link == "mute":
            return
        delay_ms = chance.randint(20, 1_500)
        if self.hit("duplicate", chance):
            self.at(delay_ms + chance.choice([1, 3_000, 600_000, 7_200_000]), partial(self.arrive, request, nobody))
        if self.hit("request_lost", chance):
            return
        if self.hit("late", chance):
            delay_ms = chance.choice([40_000, 600_000, 10_800_000])
        back = partial(self._back, heard=heard, chance=chance) if handset.link != "deaf" else nobody
        self.at(delay_ms, partial(self.arrive, request, back))

    def _back(self, status: int, body: bytes, *, heard: Heard, chance: Chance) -> None:
        """An answer on its way back: lost, torn, or another's page altogether."""
        if self.hit("reply_lost", chance):
            return
        if self.hit("reply_torn", chance):
            body = body[: chance.randint(0, max(len(body) - 1, 0))]
        if self.hit("portal", chance):
            status, body = 200, b"<!DOCTYPE html><title>Welcome to the guest network</title>"
        self.at(chance.randint(20, 1_500), partial(heard, status, body))

    def arrive(self, request: Request, answer: Heard) -> None:
        """A request reaches the server, or where it stood."""
        chance = Chance(f"{self.plan.seed} arrival {self.events}")
        if not self.server.is_up:
            answer(502, b"")
        elif self.hit("busy", chance) or (self.now_ms < self.rush_until_ms and chance.random() < 0.9):
            answer(503, b"busy")
        elif self.server.arrive(request, answer) and len(self.server.waiting) == 1:
            delay_ms = 2_000 if self.hit("slow_commit", chance) else chance.randint(1, 20)
            if self.hit("server_paused", chance):
                delay_ms = chance.choice([45_000, 600_000])
            self.at(delay_ms, self.commit)

    def commit(self) -> None:
        """What came in meanwhile is committed together, unless the server dies."""
        if not self.server.is_up or not self.server.waiting:
            return
        self._commits += 1
        chance = Chance(f"{self.plan.seed} commit {self._commits}")
        dies = next((ends for kind, ends in DEATHS.items() if self.hit(kind, chance)), "")
        if dies == "disk" and chance.random() < 0.5:
            dies = "before"
        if not self.server.commit(dies=dies, twice=self.hit("serialisation", chance)):
            self.tell("the server dies")
            self.at(chance.choice([1_000, 60_000, 600_000]), self.restart)

    def restart(self) -> None:
        """The server comes back over what was committed."""
        if not self.server.is_up:
            self.tell("the server is started")
            self.server.start()


def _next_epoch(lives: "count[int]") -> bytes:
    return f"e{next(lives)}".encode()


def run(
    plan: Plan,
    *,
    store: str = "plain",
    plant: Callable[[pytest.MonkeyPatch], None] | None = None,
    trace: list[str] | None = None,
    twins: bool = False,
) -> World:
    """Lets one history happen and judges it. Raises BrokenError."""
    with pytest.MonkeyPatch.context() as patch:
        if store == "plain":
            tables.take_the_place_of_sql(patch)
            packed.take_the_place_of_sql(patch)
        patch.setattr(giving, "PAGE_OPS", plan.page_ops)
        patch.setattr(meta, "new_epoch", partial(_next_epoch, count(1)))
        if plant:
            plant(patch)
        world = World(plan, store, trace, twins)
        try:
            world.run()
        finally:
            world.server.close()
        return world
