"""Bugs planted into the server, each a mistake that others made or could make. What must catch them is listed in `bugs`."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from server import enter
from server.exchange import give as giving
from server.exchange import take
from server.exchange.hands import CLERK
from server.exchange.placing import Placing
from server.problems import Problem
from server.store import log
from server.store.disk import Conn
from server.store.log import Device, Entry, Kept
from server.who import scopes_now
from sync.admit import Admitted, Area, Asker, Refusal, admit
from sync.op import Op
from sync.wire import Ask, Placed, Receipt, Scope, Unreadable
from tests.sim import tables
from tests.sim.inside import inside
from tests.sim.server import Answered, Request, Server, Task
from tests.sim.tables import Tables

CHAIN: Any = inside(take, "_Chain")


def ack_before_commit(patch: pytest.MonkeyPatch) -> None:
    """Answers when the bodies have run; the commit may still fail."""

    def commit(self: Server, *, dies: str = "", twice: bool = False) -> bool:
        if dies != "before":
            return right(self, dies=dies, twice=twice)
        group, self.waiting, self.is_up = self.waiting, [], False
        with suppress(InterruptedError), self.base.transaction() as conn:
            for task in group:
                task.answer(*task.finish(task.run(conn)))
            raise InterruptedError
        return False

    right = Server.commit
    patch.setattr(Server, "commit", commit)


def no_dedupe(patch: pytest.MonkeyPatch) -> None:
    """Places again what comes again, and no unique index stands in the way."""

    def begin(self: Any, conn: Conn, placing_: Placing, stands: object, given: take.Delivery) -> None:
        right(self, conn, placing_, stands, given)
        ops = [one.op for one in given.brought if isinstance(one.op, Op)]
        placing_.begin({op.grid for op in ops}, {op.subject for op in ops})

    def again(self: Any, one: take.Brought, op: Op) -> None:
        known = self._by_seq.get(op.seq)
        if known is None or known.fate != "placed":
            right_again(self, one, op)
            return
        entry = self._placing.place(op, one.text, "grid_worker", self._placing.now_ms)
        placed_ms = entry.placed_ms
        self._receipts.append(
            Receipt(seq=op.seq, hash=one.hash, fate="placed", grid=op.grid, place=entry.place, placed_ms=placed_ms)
        )

    def append(t: Tables, entries: Sequence[Entry], new_heads: dict[str, int]) -> None:
        for entry in entries:
            t.ops[entry.grid, entry.place] = t.by_identity[entry.device, entry.seq] = entry
        t.heads |= new_heads

    right, right_again = CHAIN.__init__, inside(CHAIN, "_again")
    patch.setattr(CHAIN, "__init__", begin)
    patch.setattr(CHAIN, "_again", again)
    patch.setattr(log, "append", append)


def clerk_speaks_again(patch: pytest.MonkeyPatch) -> None:
    """A retry wakes the clerk, who says once more what was said."""

    def again(self: Any, one: take.Brought, op: Op) -> None:
        right(self, one, op)
        if op.name == "register" and op.subject.startswith("issue/") and op.v == 1:
            self._placing.begin([op.grid], [op.subject])
            self._placing.say(CLERK, op.grid, "number", {"issue_no": "SL2026030200001"}, subject=op.subject)

    right = inside(CHAIN, "_again")
    patch.setattr(CHAIN, "_again", again)


def place_before_commit(patch: pytest.MonkeyPatch) -> None:
    """Two writers: one takes its places first and commits later, so that for a while readers see only the higher ones."""
    late: set[tuple[str, int]] = set()
    turn = [0]

    def append(t: Tables, entries: Sequence[Entry], new_heads: dict[str, int]) -> None:
        tables.append(t, entries, new_heads)
        if entries:
            turn[0] += 1
            late.clear()
            if turn[0] % 3 == 0:
                late.update((one.grid, one.place) for one in entries[: (len(entries) + 1) // 2])

    def after(t: Tables, grid: str, place: int, limit: int) -> list[Placed]:
        return [one for one in tables.after(t, grid, place, limit) if (grid, one.place) not in late]

    patch.setattr(log, "append", append)
    patch.setattr(log, "after", after)


def bad_op_fails_the_batch(patch: pytest.MonkeyPatch) -> None:
    """One text that is no op, and the whole Ask is answered with an error."""

    def read_ops(texts: list[str]) -> list[take.Brought]:
        brought = take.read_ops(texts)
        if any(isinstance(one.op, Unreadable) for one in brought):
            raise Problem("bad_request")
        return brought

    patch.setattr("tests.sim.server.read_ops", read_ops)


def phone_clock_counts(patch: pytest.MonkeyPatch) -> None:
    """Deadlines count from what the phone claims."""

    def credit(claimed_ms: int, contact_ms: int, placed_ms: int) -> int:
        del contact_ms, placed_ms
        return claimed_ms

    patch.setattr(take, "credit", credit)


def anybody_may(patch: pytest.MonkeyPatch) -> None:
    """A role that is not written down passes for the one that is asked for."""

    def lenient(op: Op, asker: Asker, credited_ms: int) -> Admitted | Refusal:
        verdict = admit(op, asker, credited_ms)
        if isinstance(verdict, Refusal) and verdict.why == "not_your_role":
            return Admitted(role="resident")
        return verdict

    patch.setattr(take, "admit", lenient)


def deadlines_are_fields(patch: pytest.MonkeyPatch) -> None:
    """A field that nobody may edit is open to the clerk's rank, and the edit passes as a worker's."""

    def lenient(op: Op, asker: Asker, credited_ms: int) -> Admitted | Refusal:
        verdict = admit(op, asker, credited_ms)
        if isinstance(verdict, Refusal) and verdict.why == "not_your_field":
            return Admitted(role=asker.areas[0].role)
        return verdict

    patch.setattr(take, "admit", lenient)


def cache_beside_the_log(patch: pytest.MonkeyPatch) -> None:
    """The cache is written for acts and forgotten for edits."""

    def fold(self: Any, change: Any) -> None:
        touched = dict(self._touched)
        right(self, change)
        if change.op.name in ("edit", "settle"):
            self._touched = touched

    right = inside(Placing, "_fold")
    patch.setattr(Placing, "_fold", fold)


def lost_grid_is_still_read(patch: pytest.MonkeyPatch) -> None:
    """A worker who was moved goes on reading the old grid."""

    def scopes(conn: Conn, person: str, areas: list[Area], now_ms: int) -> list[Scope]:
        return scopes_now(conn, person, [msgspec.structs.replace(area, to_ms=None) for area in areas], now_ms)

    patch.setattr(giving, "scopes_now", scopes)


def cursor_is_a_clock(patch: pytest.MonkeyPatch) -> None:
    """What is new is what was placed later by the clock: of several in one millisecond some are never seen."""

    def after(t: Tables, grid: str, place: int, limit: int) -> list[Placed]:
        since = t.ops.get((grid, place))
        found = tables.after(t, grid, 0, 100_000)
        return [one for one in found if since is None or one.placed_ms > since.placed_ms][:limit]

    patch.setattr(log, "after", after)


def refusal_is_not_kept(patch: pytest.MonkeyPatch) -> None:
    """A refused op is told once and written down nowhere: after a lost reply nobody knows."""

    def forget(self: Placing, kept: Kept) -> None:
        del self, kept

    patch.setattr(Placing, "keep", forget)


def chain_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    """The device's head is not moved on: the next Ask begins its chain anew."""

    def put(self: Placing, device: Device) -> None:
        right(self, msgspec.structs.replace(device, head_seq=0, head_hash=""))

    right = Placing.put_device
    patch.setattr(Placing, "put_device", put)


def number_outside_the_transaction(patch: pytest.MonkeyPatch) -> None:
    """The day's numbers come out of a counter in memory, which a crash does not take back."""
    counters: dict[str, int] = {}

    def next_number(t: Tables, name: str) -> int:
        counters[name] = max(counters.get(name, 0), t.counters.get(name, 0)) + 1
        t.counters[name] = counters[name]
        return counters[name]

    def settled(t: Tables, many: Iterable[Any]) -> None:
        counters.clear()
        tables.add_grids(t, many)

    patch.setattr(log, "next_number", next_number)
    patch.setattr(log, "add_grids", settled)


def lost_reply_locks_out(patch: pytest.MonkeyPatch) -> None:
    """A refresh token works once: whose answer was lost on the way is taken for a thief."""

    def renew(conn: Tables, token: str, now_ms: int) -> Any:
        held = tables.refresh_of(conn, sha256(token.encode()).hexdigest())
        return "reuse" if held and held.used_ms is not None else right(conn, token, now_ms)

    right = inside(enter, "_renew")
    patch.setattr(enter, "_renew", renew)


def answered_when_asked(patch: pytest.MonkeyPatch) -> None:
    """A resident's answer bears the moment its request came in, and what was placed meanwhile comes out later than it."""

    def read(self: Server, request: Request, answer: Answered) -> Task:
        came_ms, task = self.clock(), right(self, request, answer)
        if request.path == "confirm":
            task.run = partial(task.run, clock=lambda: came_ms)
        return task

    right = inside(Server, "_read")
    patch.setattr(Server, "_read", read)


def contact_goes_back(patch: pytest.MonkeyPatch) -> None:
    """The last contact is what the server's clock says, also when that went back."""

    def finish(self: Any, ask: Ask) -> take.Taken:
        if not ask.ops:
            self._device = msgspec.structs.replace(self._device, contact_ms=0)
        return right(self, ask)

    right = CHAIN.finish
    patch.setattr(CHAIN, "finish", finish)


def first_content_is_replaced(patch: pytest.MonkeyPatch) -> None:
    """A known identity with other bytes is taken for a retry: no alarm, and a receipt for what was never placed."""

    def again(self: Any, one: take.Brought, op: Op) -> None:
        known = self._by_seq.get(op.seq)
        if known is not None:
            self._receipts.append(msgspec.structs.replace(known, hash=one.hash))

    patch.setattr(CHAIN, "_again", again)


def full_disk_acknowledged(patch: pytest.MonkeyPatch) -> None:
    """The answers are made before the commit, and a commit that finds the disk full is not looked at."""

    def commit(self: Server, *, dies: str = "", twice: bool = False) -> bool:
        if dies != "full":
            return right(self, dies=dies, twice=twice)
        group, self.waiting = self.waiting, []
        done: list[tuple[Task, Any]] = []
        with suppress(InterruptedError), self.base.transaction() as conn:
            done += [(task, task.run(conn)) for task in group]
            raise InterruptedError
        for task, value in done:
            task.answer(*task.finish(value))
        return True

    right = Server.commit
    patch.setattr(Server, "commit", commit)


def body_keeps_state(patch: pytest.MonkeyPatch) -> None:
    """A transaction's body leaves something behind in memory: run a second time, it believes the first one happened."""
    placed: set[tuple[str, int]] = set()

    def next_(self: Any, one: take.Brought, op: Op) -> None:
        if (op.device, op.seq) in placed:
            self._advance(one)
            return
        placed.add((op.device, op.seq))
        right(self, one, op)

    right = inside(CHAIN, "_next")
    patch.setattr(CHAIN, "_next", next_)
