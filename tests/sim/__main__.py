"""`python -m tests.sim`: histories with every fault, planted bugs, killed servers, cut disks, and the tables. Or one seed as a script."""

import argparse
import logging
import sys

from server.now import now_ms
from tests.sim.bugs import BUGS, break_of, record
from tests.sim.cut import can_cut, cut_often
from tests.sim.kept import Kept, keep
from tests.sim.plan import plan_of
from tests.sim.report import MODES, hunt_all, strike_all, tally_all, told, told_of, told_of_strikes
from tests.sim.shrink import shrink

MINUTE_MS = 60_000
FOR_EVER_MS = 10**15


def main() -> int:
    """Runs what was asked for; 1 when a promise broke or a planted bug got away."""
    asked = _parser().parse_args()
    if asked.seed is not None:
        return _one(asked)
    logging.disable()
    if asked.record:
        return _record()
    broken = sum(_histories(asked, mode, many) for mode, many in _wanted(asked).items() if many != 0)
    got_away = _hunt(asked.tries) if asked.tries else 0
    for how, many in (("kill", asked.kills), ("full", asked.strikes), ("disk", asked.strikes)):
        if many:
            print("  " + told_of_strikes(strike_all(many, how), how), flush=True)
    lost = _cuts(asked.cuts) if asked.cuts else 0
    return 1 if broken or got_away or lost else 0


def _wanted(asked: argparse.Namespace) -> dict[str, int]:
    """How many histories of each kind; -1: as many as fit."""
    return {"plain": asked.histories or -1, "sqlite": asked.sqlite, "twins": asked.twins, "app": asked.app}


def _histories(asked: argparse.Namespace, mode: str, many: int) -> int:
    """Runs them and prints their table and the first failures, shrunk; how many promises broke."""
    began_ms = now_ms()
    until_ms = began_ms + (int(asked.minutes * MINUTE_MS) if many < 0 else FOR_EVER_MS)
    found = tally_all(asked.first, 10**9 if many < 0 else many, mode, now_ms, until_ms)
    took_s = max((now_ms() - began_ms) // 1000, 1)
    print(f"\n{MODES[mode]}: {found.histories:,} histories in {took_s:,} s, {found.histories / took_s:.1f} a second")
    print(told(found) if mode == "plain" else f"  {len(found.broken)} broken promises", flush=True)
    for seed, saw in list(found.broken.items())[:3]:
        print(f"\nseed {seed}: {saw}")
        script = shrink(seed) if mode == "plain" else None
        print(script.told() if script else "(it does not fail on plain tables with one core)")
    return len(found.broken)


def _hunt(tries: int) -> int:
    """Hunts every planted bug and prints the table; how many got away."""
    got_away = 0
    print(f"\n  {'planted bug':<34}{'caught':>9}{'median':>7}{'worst':>8}   by")
    for bug, catches in hunt_all(tries):
        print(told_of(bug, catches), flush=True)
        got_away += any(one is None for one in catches)
    print(f"  {len(BUGS)} planted bugs, {got_away} got away\n", flush=True)
    return got_away


def _record() -> int:
    """Searches a catching seed for each planted bug and writes them down for the tests; how many got away."""
    catches = [one for _, found in hunt_all(1) for one in found if one]
    record(catches)
    return len(BUGS) - len(catches)


def _cuts(many: int) -> int:
    """Cuts disks off and prints what was lost; a server that never flushes must lose."""
    if not can_cut():
        print("  no power cuts: that needs root, loop devices, mkfs.xfs")
        return 0
    found, loose = cut_often(many, 1), cut_often(max(many // 20, 2), 2, "loose")
    print(f"  {found.cuts:,} power cuts: {found.promised:,} acknowledged ops looked for, {found.lost:,} lost")
    print(f"  without flushing: {loose.cuts:,} power cuts, {loose.lost:,} of {loose.promised:,} lost, as they must")
    return found.lost + (loose.lost == 0)


def _one(asked: argparse.Namespace) -> int:
    """One seed: whole or in part, as a script; `--shrink` looks for the shortest."""
    if asked.shrink:
        script = shrink(asked.seed, asked.bug)
        print(script.told() if script else "holds")
        if script and asked.keep:
            plan = plan_of(script.seed, faults=frozenset(script.faults), steps=frozenset(script.steps))
            keep(asked.keep, Kept(script.saw, asked.why, script.lines, plan))
        return 1 if script else 0
    lines: list[str] = []
    steps = frozenset(int(one) for one in _listed(asked.steps)) if asked.steps else None
    faults = frozenset(_listed(asked.faults)) if asked.faults else None
    broken = break_of(plan_of(asked.seed, faults=faults, steps=steps), asked.bug, lines)
    print("\n".join(lines))
    print(f"   ==> {broken or 'holds'}")
    return 1 if broken else 0


def _listed(words: str) -> list[str]:
    return [] if words == "none" else words.split(",")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description="Simulates towns with faults.")
    parser.add_argument(
        "histories", nargs="?", type=int, default=0, help="how many; without it as many as fit --minutes"
    )
    parser.add_argument(
        "--minutes", type=float, default=7.0, help="how long, when no number is given (the bugs come on top)"
    )
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--sqlite", type=int, default=100, help="how many more with the rows in SQLite")
    parser.add_argument("--twins", type=int, default=100, help="how many more with both cores in every phone")
    parser.add_argument("--app", type=int, default=20, help="how many more with the whole app behind ASGI")
    parser.add_argument("--tries", type=int, default=15, help="how often each planted bug is hunted")
    parser.add_argument("--record", action="store_true", help="only writes anew which seed catches which planted bug")
    parser.add_argument("--kills", type=int, default=1000, help="how many real servers are killed")
    parser.add_argument("--strikes", type=int, default=25, help="how often its disk fills up, and how often it fails")
    parser.add_argument("--cuts", type=int, default=20, help="how often the power of its disk is cut")
    parser.add_argument("--seed", type=int, help="one history, told as a script")
    parser.add_argument("--shrink", action="store_true", help="with --seed: the shortest part of it that still fails")
    parser.add_argument("--keep", default="", help="with --shrink: keeps it as a test of this name")
    parser.add_argument("--why", default="", help="with --keep: what was wrong, in a sentence")
    parser.add_argument("--steps", default="", help="with --seed: only these steps of its plan")
    parser.add_argument("--faults", default="", help="with --seed: only these of its faults")
    parser.add_argument("--bug", choices=["", *BUGS], default="", help="with --seed: this bug planted")
    return parser


if __name__ == "__main__":
    sys.exit(main())
