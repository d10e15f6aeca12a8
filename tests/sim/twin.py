"""A phone with both cores: Python beside TypeScript over stdio. Each gets every event, and what they say must be the same to the byte."""

import atexit
import json
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from server.replay.phone import LawRefusedError, Phone, Waiting
from sync.admit import Area
from sync.fold import Shape
from sync.op import Json
from sync.snapshot import Part, write_part
from sync.wire import MAX_OPS, Ask, Offer, Reply, write
from tests.sim.arriving import ArrivingPhone
from tests.sim.oracles import BrokenError
from tests.vectors.calls import digest, plain


class Node:
    """The TypeScript phones of this process, in one Node."""

    def __init__(self) -> None:
        """Starts it; it ends with this process."""
        command = ["node", str(Path(__file__).with_name("twin.mjs"))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        atexit.register(self._process.communicate, timeout=10)

    def ask(self, call: str, handle: int, args: list[Any]) -> tuple[int, Any]:
        """The handle of the state it has now, and what it says."""
        assert self._process.stdin
        assert self._process.stdout
        # Only ASCII: Node's reader of lines breaks them at U+2028 too.
        self._process.stdin.write(json.dumps([call, handle, args]).encode() + b"\n")
        self._process.stdin.flush()
        found, said = json.loads(self._process.stdout.readline())
        assert found >= 0, said
        return found, said


@cache
def _node() -> Node:
    return Node()


class TwinPhone(Phone):
    """Python's phone, that puts every event to its twin as well. Raises BrokenError where they part.

    A copy of it shares the twin's state by its handle, which no event changes: so a transaction can fail on both sides.
    """

    def __init__(self, device: str, person: str, areas: list[Area]) -> None:
        """Both begin empty."""
        super().__init__(device, person, areas)
        self._handle, _ = _node().ask("begin", 0, [device, person, isinstance(self, ArrivingPhone)])

    def make(
        self,
        now_ms: int,
        grid: str,
        name: str,
        fields: dict[str, Json],
        *,
        kind: str = "",
        subject: str = "",
        seen: dict[str, list[str]] | None = None,
    ) -> str:
        """As Python's."""
        says = {"now_ms": now_ms, "grid": grid, "name": name, "fields": fields, "kind": kind, "subject": subject}
        args = [says | {"seen": seen or {}, "areas": plain(self.areas)}]
        shapes = dict(self.shapes)
        try:
            made = super().make(now_ms, grid, name, fields, kind=kind, subject=subject, seen=seen)
        except LawRefusedError as refusal:
            self._compare(name, str(refusal), _node().ask("make", self._handle, args)[1])
            raise
        self._event("make", args, shapes)
        return made

    def adopt(self, waiting: Waiting, stamp: str) -> None:
        """Tells the twin of an op that was put into the outbox past `make`."""
        self._event("adopt", [plain(msgspec.to_builtins(waiting)), stamp], dict(self.shapes))

    def ask(self, now_ms: int, most: int = MAX_OPS) -> Ask:
        """As Python's."""
        ours = super().ask(now_ms, most)
        _, theirs = _node().ask("ask", self._handle, [now_ms, most])
        # A phone that offers nothing back leaves those names out.
        named = {
            name: value for name, value in json.loads(write(ours)).items() if value not in ([], None) or name == "ops"
        }
        self._compare("ask", json.dumps(named, ensure_ascii=False, separators=(",", ":")), theirs)
        return ours

    def take(self, reply: Reply, now_ms: int, offered: Sequence[Offer] = ()) -> bool:
        """As Python's; the twin reads the Reply for itself."""
        shapes = dict(self.shapes)
        more = super().take(reply, now_ms, offered)
        self._event("take", [write(reply).decode(), now_ms, msgspec.to_builtins(offered)], shapes)
        return more

    def shape(self, subject: str, now_ms: int = 0) -> Shape | None:
        """As Python's."""
        ours = super().shape(subject, now_ms)
        _, theirs = _node().ask("shown", self._handle, [subject, now_ms, self.areas[0].role])
        self._compare(f"shows {subject}", digest(plain(ours)) if ours else "", theirs)
        return ours

    def _event(self, call: str, args: list[Any], before: dict[str, Shape]) -> None:
        self._handle, theirs = _node().ask(call, self._handle, args)
        self._compare(call, self._view(before), theirs)

    def _view(self, before: dict[str, Shape]) -> Json:
        """What both must agree on, and the subjects whose placed state is another than it was."""
        changed = {subject: shape for subject, shape in self.shapes.items() if before.get(subject) is not shape}
        return {
            "next_seq": self.next_seq,
            "prev": self.prev,
            "last_stamp": self.last_stamp,
            "epoch": self.epoch,
            "heard": self.heard,
            "places": dict[str, Json](self.places),
            "outbox": [one.hash for one in self.outbox],
            "refused": [[one.seq, one.fate, one.why, one.about] for one in self.refused],
            "begun": dict[str, Json](self.begun) if isinstance(self, ArrivingPhone) else {},
            "offers": _named(self.offers),
            "later": _named(self.later),
            "given": _named(self.given),
            "shapes": {subject: digest(plain(shape)) for subject, shape in changed.items()},
        }

    def _compare(self, what: str, ours: Json, theirs: Json) -> None:
        if ours != theirs:
            raise BrokenError("T1", f"{self.device}, {what}: Python {_short(ours)}, TypeScript {_short(theirs)}")


class ArrivingTwinPhone(TwinPhone, ArrivingPhone):
    """The same, where grids are begun with their snapshots."""

    def hold(self, grid: str, parts: Sequence[Part]) -> None:
        """As Python's; the twin reads the parts for itself."""
        shapes = dict(self.shapes)
        super().hold(grid, parts)
        self._event("hold", [grid, [write_part(part).decode() for part in parts]], shapes)


def _named(offers: Sequence[Offer]) -> list[Json]:
    return [f"{one.device}.{one.seq} {one.fate}" for one in offers]


def _short(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)[:400]
