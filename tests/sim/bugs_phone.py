"""Bugs planted into the phone and into what both sides share, each a mistake that others made or could make."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from server.replay.phone import Phone, Waiting
from sync import fold
from sync.fold import Shape
from sync.law import Row, SubjectLaw, rank
from sync.merge import Held, Register, all_stamps_of, join
from sync.op import Change, Json
from sync.wire import Ask, Offer, Placed, Receipt, Reply
from tests.sim.handset import Handset, Tab, branch
from tests.sim.inside import inside


def cleared_on_send(patch: pytest.MonkeyPatch) -> None:
    """What was sent leaves the outbox."""

    def next_ask(self: Handset) -> Ask:
        ask = right(self)
        self.disk = branch(self.disk)
        self.disk.outbox = self.disk.outbox[len(ask.ops) :]
        return ask

    right = Handset.next_ask
    patch.setattr(Handset, "next_ask", next_ask)


def cut_to_the_batch(patch: pytest.MonkeyPatch) -> None:
    """What does not fit into one Ask is forgotten."""

    def next_ask(self: Handset) -> Ask:
        self.disk = branch(self.disk)
        self.disk.outbox = self.disk.outbox[: self.batch_ops]
        return right(self)

    right = Handset.next_ask
    patch.setattr(Handset, "next_ask", next_ask)


def cursor_before_ops(patch: pytest.MonkeyPatch) -> None:
    """Places are written in one transaction, the changes in another behind it."""

    def take(self: Handset, tab: Tab, reply: Reply) -> None:
        heads = {grid: changes.ops[-1].place for grid, changes in reply.changes.items() if changes.ops}
        early = branch(self.disk)
        early.places |= heads
        before = dict(self.disk.places)
        if self.write_down(early, lambda: None):
            self.disk = branch(self.disk)
            self.disk.places |= before
            right(self, tab, reply)

    right = Handset.take
    patch.setattr(Handset, "take", take)


def saved_before_durable(patch: pytest.MonkeyPatch) -> None:
    """Shows saved when the write was asked for, not when it was done."""

    def save(self: Handset, tab: Tab, draft: Phone, made: list[Waiting]) -> None:
        self.world.watch.showed_saved(self, made)
        if self.write_down(draft, lambda: self.world.watch.wrote(self, made)):
            self.sync(tab)

    patch.setattr(Handset, "save", save)


def two_counters(patch: pytest.MonkeyPatch) -> None:
    """Each tab counts for itself, from what it read when it was opened."""

    def say(self: Handset, tab: Tab, speak: Any) -> None:
        chain: Any = tab

        def counted(phone: Phone) -> str:
            own = getattr(chain, "chain", (self.disk.next_seq, self.disk.prev))
            phone.next_seq, phone.prev = own
            words = speak(phone)
            chain.chain = (phone.next_seq, phone.prev) if words else own
            return words

        right(self, tab, counted)

    def open_(self: Handset) -> None:
        right_open(self)
        for tab in self.tabs:
            counts: Any = tab
            counts.chain = getattr(counts, "chain", (self.disk.next_seq, self.disk.prev))

    right, right_open = Handset.say, Handset.open
    patch.setattr(Handset, "say", say)
    patch.setattr(Handset, "open", open_)


def dropped_on_401(patch: pytest.MonkeyPatch) -> None:
    """Leaving for the door takes the outbox along."""

    def renew(self: Handset, tab: Tab) -> None:
        if self.token:
            self.disk = branch(self.disk)
            self.disk.outbox = []
        right(self, tab)

    right = Handset.renew
    patch.setattr(Handset, "renew", renew)


def never_armed_again(patch: pytest.MonkeyPatch) -> None:
    """After four failures the timer is forgotten."""

    def failed(self: Handset, tab: Tab) -> None:
        right(self, tab)
        if tab.failures >= 4:
            tab.armed = 0

    right = Handset.failed
    patch.setattr(Handset, "failed", failed)


def any_200_is_an_answer(patch: pytest.MonkeyPatch) -> None:
    """A torn answer, or a portal's page, counts as one: what was sent is done."""

    def unreadable(self: Handset, tab: Tab, sent: list[Waiting]) -> None:
        self.disk = branch(self.disk)
        self.disk.outbox = [one for one in self.disk.outbox if one not in sent]
        right(self, tab, sent)

    right = Handset.unreadable
    patch.setattr(Handset, "unreadable", unreadable)


def own_ops_skipped(patch: pytest.MonkeyPatch) -> None:
    """What is its own comes back and is passed over."""

    def learn(self: Phone, grid: str, placed: Placed, now_ms: int) -> None:
        if f'"device":"{self.device}"' in placed.text:
            self.places[grid] = max(placed.place, self.places[grid])
        else:
            right(self, grid, placed, now_ms)

    right = inside(Phone, "_learn")
    patch.setattr(Phone, "_learn", learn)


def place_is_the_head(patch: pytest.MonkeyPatch) -> None:
    """Notes the log's head as its place, not the last change it was given."""

    def take(self: Phone, reply: Reply, now_ms: int, offered: Sequence[Offer] = ()) -> bool:
        more = right(self, reply, now_ms, offered)
        self.places |= {grid: changes.head for grid, changes in reply.changes.items() if changes.ops}
        return more

    right = Phone.take
    patch.setattr(Phone, "take", take)


def refusal_is_silent(patch: pytest.MonkeyPatch) -> None:
    """A refused op leaves the outbox, and nobody hears of it."""

    def settle(self: Phone, receipt: Receipt) -> None:
        right(self, receipt)
        if receipt.fate == "refused":
            self.refused = [one for one in self.refused if one != receipt]

    right = inside(Phone, "_settle")
    patch.setattr(Phone, "_settle", settle)


def expected_taken_for_received(patch: pytest.MonkeyPatch) -> None:
    """Takes the number that the server expects next for the last one it received."""

    def take(self: Phone, reply: Reply, now_ms: int, offered: Sequence[Offer] = ()) -> bool:
        self.outbox = [one for one in self.outbox if one.seq > reply.next_seq]
        return right(self, reply, now_ms, offered)

    right = Phone.take
    patch.setattr(Phone, "take", take)


# What both sides share.


def last_clock_wins(patch: pytest.MonkeyPatch) -> None:
    """The later stamp wins and the other value is gone."""

    def by_clock(rule: str, register: Register | None, new: Held, seen: list[str]) -> Register:
        del rule, seen
        return register if register and register.now.stamp > new.stamp else Register(now=new)

    patch.setattr(fold, "join", by_clock)


def everything_counts_as_seen(patch: pytest.MonkeyPatch) -> None:
    """Each edit is taken to replace all that stands."""

    def blind(rule: str, register: Register | None, new: Held, seen: list[str]) -> Register:
        return join(rule, register, new, [*seen, *(all_stamps_of(register) if register else [])])

    patch.setattr(fold, "join", blind)


def higher_drops_the_loser(patch: pytest.MonkeyPatch) -> None:
    """Under the rule `higher` the lower role's value is not kept."""

    def curt(rule: str, register: Register | None, new: Held, seen: list[str]) -> Register:
        joined = join(rule, register, new, seen)
        lower = register and rule == "higher" and rank(register.now.role) > rank(new.role)
        return register if register and lower and new in joined.lost else joined

    patch.setattr(fold, "join", curt)


def note_dropped(patch: pytest.MonkeyPatch) -> None:
    """An act that no longer fits is forgotten."""

    def forget(shape: Shape, change: Change, why: str) -> Shape:
        del change, why
        return shape

    patch.setattr(fold, "_note", forget)


def late_act_wins(patch: pytest.MonkeyPatch) -> None:
    """An act that no longer fits takes effect all the same."""

    def forced(
        law: SubjectLaw, shape: Shape, name: str, fields: dict[str, Json], role: str, doer: fold.Doer = fold.ANYBODY
    ) -> Row | str:
        found = find_row(law, shape, name, fields, role, doer)
        if found != "stage_moved_on":
            return found
        return next((row for row in law.rows if row.op == name and role in row.who and row.from_ != [""]), found)

    find_row = fold.find_row
    patch.setattr(fold, "find_row", forced)


def unknown_fields_fall_off(patch: pytest.MonkeyPatch) -> None:
    """A newer app's fields are dropped when the op is read."""

    def learn(self: Phone, grid: str, placed: Placed, now_ms: int) -> None:
        if not placed.text:
            right(self, grid, placed, now_ms)
            return
        text = msgspec.json.decode(placed.text)
        text["fields"].pop("later_field", None)
        right(self, grid, msgspec.structs.replace(placed, text=msgspec.json.encode(text).decode()), now_ms)

    right = inside(Phone, "_learn")
    patch.setattr(Phone, "_learn", learn)


def full_disk_taken_for_saved(patch: pytest.MonkeyPatch) -> None:
    """Nobody looks whether the write failed: the screen says saved."""

    def not_saved(self: Handset, made: list[Waiting]) -> None:
        self.world.watch.showed_saved(self, made)

    patch.setattr(Handset, "not_saved", not_saved)


def outbox_dropped_with_the_grid(patch: pytest.MonkeyPatch) -> None:
    """What belongs to a grid that is no longer read is purged, the unsent with it."""

    def take(self: Phone, reply: Reply, now_ms: int, offered: Sequence[Offer] = ()) -> bool:
        more = right(self, reply, now_ms, offered)
        kept = {one.grid for one in reply.scope}
        self.outbox = [one for one in self.outbox if not one.op.subject or one.op.grid in kept]
        return more

    right = Phone.take
    patch.setattr(Phone, "take", take)


def wiped_phone_keeps_its_number(patch: pytest.MonkeyPatch) -> None:
    """A phone that lost its store goes on under its old name, and begins to count anew."""

    def wipe(self: Handset, device: str) -> None:
        old = self.someone.device
        right(self, device)
        right(self, old)

    right = Handset.wipe
    patch.setattr(Handset, "wipe", wipe)


def settled_loser_dropped(patch: pytest.MonkeyPatch) -> None:
    """Who settles a dispute throws away what did not win."""

    def tidy(law: SubjectLaw, shape: Shape, change: Change) -> Shape:
        after = right(law, shape, change)
        if change.op.name != "settle":
            return after
        curt = {
            name: msgspec.structs.replace(after.fields[name], lost=[])
            for name in change.op.fields
            if name in after.fields
        }
        return msgspec.structs.replace(after, fields={**after.fields, **curt})

    right = fold.step
    for module in (
        "sync.fold",
        "server.exchange.placing",
        "server.replay.phone",
        "server.rebuild",
        "tests.sim.honesty",
    ):
        patch.setattr(f"{module}.step", tidy)
