"""`python -m tests.sim`: many histories with every fault there is, every planted bug, and the table of both. Or one seed as a script."""

import argparse
import sys

from server.now import now_ms
from tests.sim.bugs import BUGS, break_of
from tests.sim.plan import plan_of
from tests.sim.report import hunt_all, tally_all, told, told_of, told_of_deaths
from tests.sim.shrink import shrink

MINUTE_MS = 60_000


def main() -> int:
    """Runs what was asked for; 1 when a promise broke or a planted bug got away."""
    asked = _parser().parse_args()
    if asked.seed is not None:
        return _one(asked)
    until_ms = now_ms() + (10**12 if asked.histories else int(asked.minutes * MINUTE_MS))
    found = tally_all(asked.first, asked.histories or 10**9, asked.store, now_ms, until_ms)
    print(told(found))
    for seed, saw in list(found.broken.items())[:3]:
        print(f"\nseed {seed}: {saw}")
        script = shrink(seed)
        print(script.told() if script else "(it does not fail alone)")
    print(f"\n  {'planted bug':<34}{'caught':>9}{'median':>7}{'worst':>8}   by")
    got_away = 0
    for bug, catches in hunt_all(asked.tries):
        print(told_of(bug, catches), flush=True)
        got_away += any(one is None for one in catches)
    if asked.kills:
        print("\n  " + told_of_deaths(asked.kills))
    return 1 if found.broken or got_away else 0


def _one(asked: argparse.Namespace) -> int:
    """One seed: whole or in part, as a script; `--shrink` looks for the shortest."""
    if asked.shrink:
        script = shrink(asked.seed, asked.bug)
        print(script.told() if script else "holds")
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
    parser.add_argument(
        "--store", choices=["plain", "sqlite"], default="plain", help="what the server keeps its rows in"
    )
    parser.add_argument("--tries", type=int, default=15, help="how often each planted bug is hunted")
    parser.add_argument("--kills", type=int, default=20, help="how often a real server process is killed at a write")
    parser.add_argument("--seed", type=int, help="one history, told as a script")
    parser.add_argument("--shrink", action="store_true", help="with --seed: the shortest part of it that still fails")
    parser.add_argument("--steps", default="", help="with --seed: only these steps of its plan")
    parser.add_argument("--faults", default="", help="with --seed: only these of its faults")
    parser.add_argument("--bug", choices=["", *BUGS], default="", help="with --seed: this bug planted")
    return parser


if __name__ == "__main__":
    sys.exit(main())
