"""The server in a history: its real door, judge, clerk and book over a base that can crash. Whoever calls it decides when it commits."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec

from server import enter, keep, snapshot
from server.exchange import give as giving
from server.exchange.mend import read_offers
from server.exchange.take import Delivery, Taken, read_ops, take
from server.packing import brotli
from server.problems import STATUS, Problem
from server.resident.answer import Answer, confirm
from server.seal import Seal
from server.store import lists, log, meta, snapshots
from server.store.disk import Conn
from server.store.meta import Meta
from server.store.snapshots import Kept
from server.who import Tokens, Who
from sync.sight import Mark
from sync.snapshot import Part, read_part, write_part
from sync.wire import WIRE_VERSION, Ask, Reply, Unreadable, read_ask, write
from tests.sim.base import Base
from tests.sim.county import GRIDS, book
from tests.sim.inside import inside
from tests.sim.oracles import Watch
from tests.sim.uploads import Come, Files, task_of

SEAL = Seal(b"s" * 32, b"m" * 32)


class Entered(msgspec.Struct, frozen=True):
    """What `/enter` and `/enter/again` tell, as far as a history needs it."""

    access: str
    refresh: str


class Request(msgspec.Struct, frozen=True):
    """What comes in: a path, who says so, and a body."""

    path: str
    """`exchange`, `snapshot`, `upload`, `again`, `enter` or `confirm`."""
    body: bytes
    token: str = ""


Answered = Callable[[int, bytes], None]
"""Takes a status and a body. Called at most once; a server that dies never calls it."""


@dataclass
class Task:
    """A request that has been read and waits for the next commit."""

    run: Callable[[Conn], Any]
    finish: Callable[[Any], tuple[int, bytes]]
    answer: Answered


def _mark_of(conn: Conn, subject: str) -> Mark | None:
    known = lists.records(conn, [subject]).get(subject)
    return known.mark if known else None


@dataclass
class Server:
    """One process; what it holds outside its base is gone when it dies."""

    base: Base
    clock: Callable[[], int]
    watch: Watch
    waiting: list[Task] = field(default_factory=list[Task])
    is_up: bool = True
    files: Files = field(default_factory=Files)

    def __post_init__(self) -> None:
        self.tokens = Tokens(b"k" * 32, self.clock)
        with self.base.transaction() as conn:
            self.meta = meta.ready_meta(conn)

    def arrive(self, request: Request, answer: Answered) -> bool:
        """Reads a request. What needs a commit waits for it (True); the rest is answered now."""
        try:
            task = self._read(request, answer)
        except Problem as problem:
            answer(STATUS[problem.why], problem.why.encode())
            return False
        self.waiting.append(task)
        return True

    def _read(self, request: Request, answer: Answered) -> Task:
        if request.path == "exchange":
            return self._exchange(request, answer)
        if request.path == "confirm":
            subject, said = msgspec.json.decode(request.body, type=tuple[str, Answer])
            run = partial(self._confirm, subject=subject, said=said)
            return Task(run, lambda why: (200, why.encode()), answer)
        if request.path == "upload":
            run = task_of(self.files, self.tokens.read(request.token), request.body, self.clock())
            return Task(run, self._come, answer)
        if request.path == "snapshot":
            who = self.tokens.read(request.token)
            run = partial(self._snapshot, who=who, asked=request.body.decode().split())
            return Task(partial(self._judged, who=who, run=run), self._part, answer)
        if request.path == "enter":
            person, device = request.body.decode().split()
            # The phones of a history bear no marks; each is taken for the one it says it is.
            enrol = partial(inside(enter, "_enrol"), is_marked=True)
            run = partial(enrol, person=person, offered=device, now_ms=self.clock())
        else:
            run = partial(inside(enter, "_renew"), token=request.body.decode().partition(" ")[2], now_ms=self.clock())
        return Task(run, self._entered, answer)

    def _confirm(self, conn: Conn, subject: str, said: Answer) -> str:
        """The page of a link that a restore lost is not found."""
        if not lists.records(conn, [subject]):
            return "not_found"
        return confirm(conn, county=book(), subject=subject, answer=said, clock=self.clock)

    def _entered(self, renewed: Any) -> tuple[int, bytes]:
        if isinstance(renewed, str):
            return STATUS[renewed], renewed.encode()
        access, _ = self.tokens.make(renewed.who.person, renewed.who.device)
        return 200, msgspec.json.encode(Entered(access, renewed.token))

    def _exchange(self, request: Request, answer: Answered) -> Task:
        who = self.tokens.read(request.token)
        ask = read_ask(request.body)
        if isinstance(ask, Unreadable):
            raise Problem(ask.why)
        if ask.device != who.device:
            raise Problem("not_your_device")
        given = Delivery(
            brought=read_ops(ask.ops),
            offered=read_offers(SEAL, ask.offers),
            epoch=self.meta.epoch,
            was_restored=bool(self.meta.lives),
        )
        run = partial(take, county=book(), clock=self.clock, who=who, ask=ask, given=given)
        return Task(run, partial(self._reply, who, ask), answer)

    def _reply(self, who: Who, ask: Ask, taken: Taken | Problem) -> tuple[int, bytes]:
        if not isinstance(taken, Taken):
            return STATUS[taken.why], taken.why.encode()
        now_ms = self.clock()
        places = ask.places if taken.is_of_now else {}
        given = self.base.look(partial(giving.give, who=who, places=places, now_ms=now_ms))
        signed = SEAL.sign(who.device, self.meta.epoch, taken.receipts)
        reply = Reply(
            v=WIRE_VERSION,
            epoch=self.meta.epoch,
            now_ms=now_ms,
            next_seq=taken.next_seq,
            receipts=signed.receipts,
            scope=given.scope,
            changes=SEAL.mark_changes(given.changes),
            book=book().book.version,
            settled=given.settled,
            key=signed.key,
            signature=signed.signature,
            kept={} if taken.is_of_now else {grid: meta.kept_since(self.meta, ask.epoch, grid) for grid in ask.places},
            later=taken.later,
        )
        self.watch.replied(who, ask, reply, now_ms)
        self.watch.kept_from(who, reply, self.mark_of)
        device = self.base.look(partial(log.device_of, device=who.device))
        self.watch.proved(who, device.contact_ms if device else 0)
        return 200, write(reply)

    def _come(self, come: Come | Problem) -> tuple[int, bytes]:
        return (STATUS[come.why], come.why.encode()) if isinstance(come, Problem) else (200, msgspec.json.encode(come))

    def file_of(self, name: str) -> bytes | None:
        """A file as it lies on the disk."""
        return self.files.whole.get(name)

    def _snapshot(self, conn: Conn, who: Who, asked: list[str]) -> bytes | Problem:
        """One part of a grid's snapshot: the newest's first, or that of this place and number."""
        grid, epoch, now_ms = asked[0], self.meta.epoch, self.clock()
        try:
            if len(asked) > 1:
                place, number = map(int, asked[1:])
                found: Kept | Part = inside(snapshot, "_part")(conn, who, grid, place, number, now_ms, epoch)
                return write_part(found) if isinstance(found, Part) else bytes(brotli.decompress(found.body))
            known = inside(snapshot, "_grid")(conn, who, grid, now_ms, epoch)
        except Problem as problem:
            return problem
        if known.kept is not None and known.is_fresh:
            return bytes(brotli.decompress(known.kept.body))
        made = snapshot.make(grid, epoch, *inside(snapshot, "_all")(conn, grid))
        snapshots.put(conn, made)
        return bytes(brotli.decompress(made[0].body))

    def _judged(self, conn: Conn, who: Who, run: Callable[[Conn], bytes | Problem]) -> bytes | Problem:
        """A part is read at once: what is sealed later in the same commit may stand in it."""
        body = run(conn)
        if isinstance(body, bytes):
            self._gave(conn, who, body)
        return body

    def _part(self, body: bytes | Problem) -> tuple[int, bytes]:
        return (STATUS[body.why], body.why.encode()) if isinstance(body, Problem) else (200, body)

    def _gave(self, conn: Conn, who: Who, body: bytes) -> None:
        part = read_part(body)
        assert isinstance(part, Part), part
        self.watch.gave(who, part, partial(_mark_of, conn))
        self.watch.hidden.update(lists.marks_in(conn, [part.grid]).get(part.grid, {}))

    def mark_of(self, subject: str) -> Mark | None:
        """What the store withholds of a subject."""
        return self.base.look(partial(_mark_of, subject=subject))

    def commit(self, *, dies: str = "", twice: bool = False) -> bool:
        """Runs what waits in one transaction and answers; a task that fails is run alone, like the real writer does.

        `dies`: `before` the commit (nothing of it stands) or `after` it (all stands, nobody hears); `full`: the disk is,
        nothing stands and everybody hears so; `disk`: the flush failed, whether it stands nobody knows, so nothing more
        is promised. `twice`: the database gives the first try up, as two writers make it. Returns whether it lives.
        """
        group, self.waiting = self.waiting, []
        if dies == "before":
            self.is_up = False
        if twice or dies in ("before", "full"):
            self._try_in_vain(group)
        if dies == "before":
            return False
        if dies == "full":
            for task in group:
                task.answer(507, b"full")
            return True
        done = self._together(group)
        if dies:
            self.is_up = False
            for task in group if dies == "disk" else []:
                task.answer(503, b"broken")
            return False
        for task, value in done:
            is_fault = isinstance(value, Exception) and not isinstance(value, Problem)
            status, body = (500, b"fault") if is_fault else task.finish(value)
            task.answer(status, body)
        return True

    def _together(self, group: list[Task]) -> list[tuple[Task, Any]]:
        try:
            with self.base.transaction() as conn:
                return [(task, task.run(conn)) for task in group]
        except Exception as fault:  # noqa: BLE001 - the real writer answers every fault too
            self.watch.faulted(fault)
            if len(group) == 1:
                return [(group[0], fault)]
            return [one for task in group for one in self._together([task])]

    def _try_in_vain(self, group: list[Task]) -> None:
        with suppress(Exception), self.base.transaction() as conn:
            for task in group:
                task.run(conn)
            raise PowerCutError

    def start(self) -> None:
        """A new process over what was committed."""
        self.waiting = []
        self.is_up = True
        self.tokens = Tokens(b"k" * 32, self.clock)

    def restore(self, backup: object, made_ms: int) -> None:
        """Comes up over an earlier backup, which begins a new life, as `sulaiban restore` makes it."""
        self.base.put_back(backup)
        self.meta = self._begin_life(made_ms)
        self.start()

    def _begin_life(self, made_ms: int) -> Meta:
        with self.base.transaction() as conn:
            # A backup holds no caches of the life it was made in.
            snapshots.forget(conn)
            self.files.restored(conn)
            life = meta.begin_life(conn, made_ms, self.clock(), log.heads(conn, GRIDS))
            inside(keep, "_leave_out_numbers")(conn, book(), life)
            return meta.read_meta(conn)

    def close(self) -> None:
        """The history is over."""
        self.base.close()


class PowerCutError(Exception):
    """The process ends inside a transaction."""
