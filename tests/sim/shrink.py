"""Finds what a failing history needs: fewer faults, fewer steps, the same broken promise. Tells it as a script and how to run it again."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import msgspec

from tests.sim.bugs import break_of
from tests.sim.plan import plan_of

T = TypeVar("T")


class Script(msgspec.Struct, frozen=True):
    """A failing history, as short as it was found to be."""

    seed: int
    bug: str
    steps: list[int]
    faults: list[str]
    saw: str
    lines: list[str]
    """What happens, as it happens."""

    def told(self) -> str:
        """The script for people, and the command that plays it again."""
        again = f"python -m tests.sim --seed {self.seed} --steps {_joined(self.steps)} --faults {_joined(self.faults)}"
        return "\n".join([*self.lines, f"   ==> {self.saw}", again + (f" --bug {self.bug}" if self.bug else "")])


def _joined(parts: Sequence[int] | Sequence[str]) -> str:
    return ",".join(str(part) for part in parts) or "none"


def shrink(seed: int, bug: str = "") -> Script | None:
    """The shortest failing part of a seed's history that is found by leaving things out; None if it does not fail."""
    whole = plan_of(seed)
    first = break_of(whole, bug)
    if first is None:
        return None
    faults, steps = sorted(whole.faults), [step.n for step in whole.steps]

    def fails(some_faults: list[str], some_steps: list[int]) -> bool:
        broken = break_of(plan_of(seed, faults=frozenset(some_faults), steps=frozenset(some_steps)), bug)
        return broken is not None and broken.oracle == first.oracle

    faults = fewest(faults, partial(_flipped, fails, steps))
    steps = fewest(steps, partial(fails, faults))
    faults = fewest(faults, partial(_flipped, fails, steps))
    lines: list[str] = []
    last = break_of(plan_of(seed, faults=frozenset(faults), steps=frozenset(steps)), bug, lines) or first
    return Script(seed, bug, steps, faults, str(last), lines)


def _flipped(fails: Callable[[list[str], list[int]], bool], steps: list[int], faults: list[str]) -> bool:
    return fails(faults, steps)


def fewest(parts: list[T], fails: Callable[[list[T]], bool]) -> list[T]:
    """Delta debugging: leaves out ever smaller runs of parts as long as it still fails."""
    size = max(len(parts) // 2, 1)
    while parts:
        at = 0
        while at < len(parts):
            fewer = parts[:at] + parts[at + size :]
            if fails(fewer):
                parts = fewer
            else:
                at += size
        if size == 1:
            break
        size //= 2
    return parts
