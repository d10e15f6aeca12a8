"""A phone that holds nothing of a grid begins with its snapshot: part by part, then the log behind it. As PROTOCOL.md 14 says."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from server.replay.phone import Phone
from sync.fold import Shape
from sync.op import Change
from sync.snapshot import Part
from sync.wire import Offer, Reply


@dataclass
class ArrivingPhone(Phone):
    """Python's phone, with what it holds by a snapshot. Its tables are never changed in place: a branch shares them."""

    wanted: tuple[str, ...] = ()
    """Grids that it may read and holds nothing of yet."""
    begun: dict[str, int] = field(default_factory=dict[str, int])
    """By grid the place behind which it holds the log."""
    base: dict[str, tuple[int, Shape]] = field(default_factory=dict[str, tuple[int, Shape]])
    """By subject the shape that a snapshot gave, and the place it stands for."""

    def take(self, reply: Reply, now_ms: int, offered: Sequence[Offer] = ()) -> bool:
        """As any phone; a grid that is new here is not asked for from its first op on."""
        more = super().take(reply, now_ms, offered)
        scope = [one.grid for one in reply.scope]
        new = [grid for grid in scope if self.places.get(grid) == 0 and grid not in reply.changes]
        self.places = {grid: place for grid, place in self.places.items() if grid not in new}
        self.wanted = tuple(grid for grid in dict.fromkeys(scope) if grid not in self.places)
        return more

    def hold(self, grid: str, parts: Sequence[Part]) -> None:
        """Takes a whole snapshot; the log goes on behind the place of its first part."""
        self.base = {subject: held for subject, held in self.base.items() if held[1].grid != grid}
        self.base |= {shape.subject: (part.place, shape) for part in parts for shape in part.shapes}
        self.shapes = self.shapes | {subject: shape for subject, (_, shape) in self.base.items() if shape.grid == grid}
        self.begun = self.begun | {grid: parts[0].place}
        self.places = self.places | {grid: parts[0].place}
        self.wanted = tuple(one for one in self.wanted if one != grid)

    def _turn(self, reply: Reply) -> None:
        """What a snapshot told of a time that is lost, goes: such a grid is begun anew."""
        super()._turn(reply)
        latest = dict(self.begun)
        for place, shape in self.base.values():
            latest[shape.grid] = max(latest.get(shape.grid, 0), place)
        gone = [grid for grid, place in latest.items() if place > self.places.get(grid, 0)]
        for grid in gone:
            self.places = {one: place for one, place in self.places.items() if one != grid}
            self.begun = {one: place for one, place in self.begun.items() if one != grid}
            self.log.pop(grid, None)
            self.rows.pop(grid, None)
        self.base = {subject: held for subject, held in self.base.items() if held[1].grid not in gone}
        self.shapes = {subject: shape for subject, (_, shape) in self.base.items()}
        for grid, change in ((grid, change) for grid, many in self.log.items() for change in many):
            self._fold(grid, change)

    def _fold(self, grid: str, change: Change) -> None:
        place, _ = self.base.get(change.op.subject, (0, None))
        if change.place > place:
            super()._fold(grid, change)
