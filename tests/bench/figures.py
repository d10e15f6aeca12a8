"""Figures: a rate with its latencies, a ratio, and the lines they are printed as. Which bar they belong to is said here too."""

from collections.abc import Sequence
from statistics import median, quantiles

import msgspec


class Run(msgspec.Struct, frozen=True):
    """One way in, run once."""

    ops: int
    seconds: float
    waits_s: list[float]
    """How long each request took."""

    @property
    def rate(self) -> float:
        """Ops a second."""
        return self.ops / self.seconds

    @property
    def p50_ms(self) -> float:
        """The middle one."""
        return 1000 * median(self.waits_s)

    @property
    def p99_ms(self) -> float:
        """What one in a hundred waits longer than."""
        return 1000 * quantiles(self.waits_s, n=100)[98] if len(self.waits_s) > 1 else self.p50_ms


class Line(msgspec.Struct, frozen=True):
    """One line of the table."""

    what: str
    figure: str
    bar: str = ""
    holds: bool | None = None
    """Whether the bar holds in this run; None where there is none, or where one run cannot tell."""

    def told(self) -> str:
        """Its text."""
        mark = {True: "holds", False: "MISSED", None: ""}[self.holds]
        return f"  {self.what:<58}{self.figure:>22}   {self.bar:<28}{mark}".rstrip()


def ways(name: str, runs: Sequence[Run]) -> Line:
    """A way in: its middle rate over the rounds, and its latencies."""
    middle = sorted(runs, key=lambda run: run.rate)[len(runs) // 2]
    return Line(f"{name}", f"{middle.rate:,.0f} ops/s", f"p50 {middle.p50_ms:.1f} ms, p99 {middle.p99_ms:.1f} ms")


def ratio(what: str, over: Sequence[Run], under: Sequence[Run], bar: float, name: str) -> Line:
    """How much of the rate of `under` is left in `over`: the middle of the rounds, each against its own."""
    found = median(one.rate / other.rate for one, other in zip(over, under, strict=True))
    return Line(what, f"{found:.2f}", f"{name} >= {bar:.2f}", found >= bar)
