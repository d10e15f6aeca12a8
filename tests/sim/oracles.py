"""Who watches a history while it runs: what was shown as saved, what was promised, what was heard. The end is judged in `truth`."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from server.replay.phone import Phone, Waiting
from server.who import Who
from sync.admit import Area
from sync.op import Op
from sync.sight import Mark
from sync.snapshot import Part
from sync.wire import Ask, Receipt, Reply, read_op
from tests.sim.county import Someone


class BrokenError(Exception):
    """A promise that did not hold: which oracle says so, and what it saw."""

    def __init__(self, oracle: str, saw: str) -> None:
        """`oracle` is one of O1 to O10, H1 … as they are named in the sentences of `truth` and here."""
        super().__init__(f"{oracle}: {saw}")
        self.oracle = oracle


class Device(Protocol):
    """What is watched of a handset."""

    someone: Someone
    disk: Phone


@dataclass
class Watch:
    """Keeps its own books, from what passes by, and compares."""

    areas: dict[str, list[Area]]
    """Per person where they stand and stood, as the server was told."""
    stood: dict[str, tuple[list[Area], dict[str, int]]] = field(
        default_factory=dict[str, tuple[list[Area], dict[str, int]]]
    )
    """Per person who was moved where they stood before, and the last place of each log then."""
    restores: int = 0
    """How often the server was restored."""
    owed: dict[tuple[str, int], set[str]] = field(default_factory=dict[tuple[str, int], set[str]])
    """By device and number what a restore lost, and the devices that could offer it back then and were not wiped since."""
    net_repeats: bool = True
    """Whether this history's net may deliver a question twice or much later, or keep a phone away for days."""
    written: dict[str, dict[str, Waiting]] = field(default_factory=dict[str, dict[str, Waiting]])
    """Per device every op that was ever durable on it, by its hash."""
    waiting: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Per device the hashes of those that have no receipt yet."""
    shown: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    promised: dict[tuple[str, str], Receipt] = field(default_factory=dict[tuple[str, str], Receipt])
    """Every receipt the server ever answered with, by device and hash."""
    seen: Counter[str] = field(default_factory=Counter[str])
    """Counts for the report: faults that struck, ops, exchanges."""
    destroyed: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Per device that was wiped the hashes of those of which the wiped copy was the only one that must exist."""
    contacts: dict[str, int] = field(default_factory=dict[str, int])
    """Per device the latest contact that the server held as proven."""
    forged: int = 0
    """How many ops were sent that bear another op's identity."""
    invented: set[str] = field(default_factory=set[str])
    """Hashes of ops that a device offered back as another's, and nobody ever said."""
    found_out: int = 0
    """How many of them were answered as such."""
    revoked: set[str] = field(default_factory=set[str])
    """Devices whose tokens were ended from outside."""
    clock_is_steady: bool = True
    """Whether the server's clock never goes back."""
    hidden: set[str] = field(default_factory=set[str])
    """What was withheld from somebody when a snapshot was made."""
    faults: list[str] = field(default_factory=list[str])
    """What the server raised that was no answer."""

    def stands(self, person: str, grid: str, place: int) -> list[Area]:
        """Where a person stood as far as the server knew when it gave out a place: its clock may have gone back since."""
        before, heads = self.stood.get(person, ([], {}))
        if self.restores:
            return [*before, *self.areas[person]]
        return before if place <= heads.get(grid, 0) else self.areas[person]

    def wrote(self, handset: Device, made: list[Waiting]) -> None:
        """Ops are durable on a phone."""
        device = handset.someone.device
        for one in made:
            self.written.setdefault(device, {})[one.hash] = one
            self.waiting.setdefault(device, set()).add(one.hash)
        self.seen["ops written"] += len(made)

    def showed_saved(self, handset: Device, made: list[Waiting]) -> None:
        """A screen said that ops are saved."""
        self.shown.setdefault(handset.someone.device, set()).update(one.hash for one in made)

    def heard(self, handset: Device, reply: Reply) -> None:
        """A phone took a Reply in, durably."""
        still = self.waiting.setdefault(handset.someone.device, set())
        still.difference_update(receipt.hash for receipt in reply.receipts)

    def replied(self, who: Who, ask: Ask, reply: Reply, now_ms: int) -> None:
        """The server is about to answer: what it says is a promise."""
        self.seen["exchanges"] += 1
        for receipt in reply.receipts:
            self._promise(who, receipt)
        for grid, changes in reply.changes.items():
            places = [one.place for one in changes.ops]
            first = ask.places[grid] + 1
            if places != list(range(first, first + len(places))):
                raise BrokenError(
                    "O7", f"{who.device} asked {grid} after {first - 1} and was given the places {places}"
                )
            if not any(grid.startswith(area.code) and _holds(area, now_ms) for area in self.areas[who.person]):
                raise BrokenError("O10", f"{who.device} was given {grid}, which {who.person} may not read now")

    def kept_from(self, who: Who, reply: Reply, mark_of: Callable[[str], Mark | None]) -> None:
        """H12: the words of a sealed matter go to nobody who is only a grid worker beside it."""
        sees = {area.role for area in self.areas[who.person]} != {"grid_worker"}
        for placed in [] if sees else [one for changes in reply.changes.values() for one in changes.ops]:
            op = read_op(placed.text)
            mark = mark_of(op.subject) if isinstance(op, Op) else None
            if mark and mark.seal and mark.author != who.person:
                raise BrokenError("H12", f"{who.device} was given place {placed.place} of a sealed matter")

    def gave(self, who: Who, part: Part, mark_of: Callable[[str], Mark | None]) -> None:
        """O10 and H12 of a snapshot's part: a grid that may be read now, and nothing sealed for whom it is sealed from."""
        self.seen["parts of snapshots"] += 1
        sees = {area.role for area in self.areas[who.person]} != {"grid_worker"}
        for shape in [] if sees else part.shapes:
            mark = mark_of(shape.subject)
            if mark and mark.seal and mark.author != who.person:
                raise BrokenError("H12", f"{who.device} was given {shape.subject}, which is sealed, in a snapshot")

    def proved(self, who: Who, contact_ms: int) -> None:
        """O8: a device's last proven contact never goes back, whatever the server's clock does."""
        if contact_ms < self.contacts.get(who.device, 0):
            raise BrokenError("O8", f"the last contact of {who.device} went back to {contact_ms}")
        self.contacts[who.device] = contact_ms

    def _promise(self, who: Who, receipt: Receipt) -> None:
        if receipt.why == "same_identity_other_bytes":
            self.found_out += 1
            return
        known = self.promised.setdefault((who.device, receipt.hash), receipt)
        if known != receipt:
            raise BrokenError("O3", f"{who.device} {receipt.seq} was promised two fates: {known} and {receipt}")

    def wiped(self, handset: Device) -> None:
        """All that a phone kept is gone: what had no receipt may be lost, and is counted."""
        gone = self.waiting.pop(handset.someone.device, set())
        self.destroyed[handset.someone.device] = gone
        for holders in self.owed.values():
            holders.discard(handset.someone.device)
        self.seen["ops destroyed with their phone"] += len(gone)

    def was_restored(self, stored: Callable[[str, list[int]], dict[int, Receipt]]) -> None:
        """The server stands where it stood before: of what it promised, what it still holds goes on to be watched."""
        self.restores += 1
        self.contacts.clear()
        self.clock_is_steady = False
        by_device: dict[str, list[int]] = {}
        for (device, _), receipt in self.promised.items():
            by_device.setdefault(device, []).append(receipt.seq)
        still = {device: stored(device, seqs) for device, seqs in by_device.items()}
        self.promised = {
            key: receipt
            for key, receipt in self.promised.items()
            if still[key[0]].get(receipt.seq) == unmarked(receipt)
        }

    def is_owed(self, device: str, seq: int) -> bool:
        """Whether an op must be on the server: none was lost by a restore, or somebody who held it then could offer it."""
        return (device, seq) not in self.owed or bool(self.owed[device, seq])

    def faulted(self, fault: Exception) -> None:
        """The server raised."""
        self.faults.append(repr(fault))

    def locked_out(self, handset: Device, why: bytes) -> None:
        """K1: an honest phone is asked for its password again only where the net doubled or held back its question."""
        device = handset.someone.device
        self.seen["locked out"] += 1
        if not self.net_repeats and not self.restores and device not in self.revoked:
            raise BrokenError("K1", f"{device} must type the password again: {why.decode()}")

    def compare(self, handset: Device) -> None:
        """After every event: the number waiting is true, and what was shown as saved was written."""
        device = handset.someone.device
        if len(handset.disk.outbox) != len(self.waiting.get(device, ())):
            self._miscounted(handset)
        if len(self.shown.get(device, ())) > len(self.written.get(device, ())):
            raise BrokenError("O1", f"{device} showed more as saved than it had written")

    def _miscounted(self, handset: Device) -> None:
        device = handset.someone.device
        shows = {one.hash for one in handset.disk.outbox}
        gone = [self.written[device][one].seq for one in self.waiting.get(device, set()) - shows]
        if gone:
            raise BrokenError("O1", f"{device} dropped the ops {sorted(gone)} without a receipt")
        raise BrokenError("O6", f"{device} shows {len(shows)} waiting and {len(self.waiting.get(device, ()))} do")


def unmarked(receipt: Receipt) -> Receipt:
    """What a receipt says, as the store holds it: the mark is made anew each time it is told."""
    return msgspec.structs.replace(receipt, mark="")


def _holds(area: Area, now_ms: int) -> bool:
    return area.from_ms <= now_ms and (area.to_ms is None or now_ms < area.to_ms)
