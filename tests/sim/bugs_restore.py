"""Bugs planted into what happens when a server is restored from a backup, and into who sees what. See `bugs`."""

from collections.abc import Sequence

import msgspec
import pytest

from server import keep
from server.book import CountyBook
from server.exchange import give as giving
from server.exchange import mend
from server.exchange.mend import Offered
from server.exchange.placing import Placing
from server.exchange.take import Delivery, Taken
from server.now import Clock
from server.problems import Problem
from server.replay.phone import Phone
from server.seal import Seal
from server.store import meta
from server.store.disk import Conn
from server.store.meta import Life
from server.who import Who
from sync.op import Op
from sync.sight import Reader
from sync.wire import Ask, Offer, Placed, Reply
from tests.sim import server
from tests.sim.inside import inside


def restored_without_an_epoch(patch: pytest.MonkeyPatch) -> None:
    """A restored server bears the name of the life before."""
    patch.setattr(meta, "new_epoch", lambda: b"e1")


def hands_count_on_after_a_restore(patch: pytest.MonkeyPatch) -> None:
    """The server's own hands go on behind the backup, and meet what they said before."""

    def leave_out(conn: Conn, county: CountyBook, life: Life) -> None:
        del conn, county, life

    patch.setattr(keep, "_leave_out_numbers", leave_out)


def restore_is_not_noticed(patch: pytest.MonkeyPatch) -> None:
    """A phone takes the answer of a new life like any: what it was told before, it believes to be there."""

    def take(self: Phone, reply: Reply, now_ms: int, offered: Sequence[Offer] = ()) -> bool:
        self.epoch = reply.epoch
        return right(self, reply, now_ms, offered)

    right = Phone.take
    patch.setattr(Phone, "take", take)


def earlier_life_is_served(patch: pytest.MonkeyPatch) -> None:
    """The server takes what comes from a phone that does not know of the restore yet, and gives receipts for it."""

    def take(conn: Conn, county: CountyBook, clock: Clock, who: Who, ask: Ask, given: Delivery) -> Taken | Problem:
        return right(conn, county, clock, who, ask, msgspec.structs.replace(given, epoch=""))

    right = server.take
    patch.setattr(server, "take", take)


def outbox_dropped_on_restore(patch: pytest.MonkeyPatch) -> None:
    """A phone that hears of a restore begins anew, without what it had not sent."""

    def turn(self: Phone, reply: Reply) -> None:
        right(self, reply)
        self.outbox = []

    right = inside(Phone, "_turn")
    patch.setattr(Phone, "_turn", turn)


def own_ops_alone_are_offered(patch: pytest.MonkeyPatch) -> None:
    """A phone offers back what it said itself, and not what it holds of others."""

    def turn(self: Phone, reply: Reply) -> None:
        right(self, reply)
        self.offers = [one for one in self.offers if one.device == self.device]

    right = inside(Phone, "_turn")
    patch.setattr(Phone, "_turn", turn)


def offers_need_no_mark(patch: pytest.MonkeyPatch) -> None:
    """What somebody offers back is taken, whether the server ever said so or not."""

    def is_ours(seal: Seal, one: Offered) -> bool:
        del seal, one
        return True

    patch.setattr(mend, "_is_ours", is_ours)


def sealed_words_go_to_all(patch: pytest.MonkeyPatch) -> None:
    """The exchange gives every reader of a grid every text of its log."""

    def as_seen(conn: Conn, who: Reader, grid: str, ops: list[Placed]) -> list[Placed]:
        del conn, who, grid
        return ops

    patch.setattr(giving, "as_seen", as_seen)


def parked_and_placed(patch: pytest.MonkeyPatch) -> None:
    """What should wait for the town is placed at once."""

    def park(self: Placing, op: Op, text: str, role: str, credited_ms: int) -> None:
        right(self, op, text, role, credited_ms)
        self.place(op, text, role, credited_ms)

    right = Placing.park
    patch.setattr(Placing, "park", park)
