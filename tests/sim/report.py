"""Many histories on every processor, and the table of what they met: faults, depth, bugs caught. Which seeds, is told."""

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from statistics import median

import msgspec

from server.now import Clock
from sync.law import GENERIC_OPS, LAW, SubjectLaw
from tests.sim.bugs import BUGS, Catch, hunt
from tests.sim.kill import Struck, strike_each
from tests.sim.nursery import can_trace
from tests.sim.oracles import BrokenError
from tests.sim.plan import RATES, plan_of
from tests.sim.world import run

CHUNK = 20
MOST_SEEDS = 700
"""Histories after which a planted bug counts as one that got away."""


class Tally(msgspec.Struct):
    """What some histories met."""

    histories: int = 0
    events: int = 0
    seen: Counter[str] = msgspec.field(default_factory=Counter[str])
    struck: Counter[str] = msgspec.field(default_factory=Counter[str])
    """In how many histories each thing happened at least once."""
    broken: dict[int, str] = msgspec.field(default_factory=dict[int, str])
    """By seed the promise that did not hold."""

    def add(self, other: "Tally") -> None:
        self.histories += other.histories
        self.events += other.events
        self.seen += other.seen
        self.struck += other.struck
        self.broken |= other.broken


MODES = {
    "plain": "on plain tables",
    "sqlite": "on SQLite",
    "twins": "with both cores in every phone",
    "app": "with the whole app behind ASGI",
}


def tally(seeds: range, mode: str) -> Tally:
    """Runs these histories one after the other."""
    found = Tally()
    for seed in seeds:
        found.histories += 1
        try:
            world = run(plan_of(seed), store="plain" if mode == "twins" else mode, twins=mode == "twins")
        except BrokenError as broken:
            found.broken[seed] = str(broken)
            continue
        found.events += world.events
        found.seen += world.watch.seen
        found.struck += Counter(dict.fromkeys(world.watch.seen, 1))
    return found


def tally_all(first: int, histories: int, mode: str, clock: Clock, until_ms: int) -> Tally:
    """The same on every processor, until the moment given is past."""
    found = Tally()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        chunks = iter(range(first, first + histories, CHUNK))
        for start in iter(lambda: list(islice(chunks, 4 * (os.cpu_count() or 1))), []):
            ranges = [range(one, min(one + CHUNK, first + histories)) for one in start]
            for part in pool.map(tally, ranges, [mode] * len(ranges)):
                found.add(part)
            if clock() > until_ms:
                break
    return found


def hunt_all(tries: int) -> Iterator[tuple[str, list[Catch | None]]]:
    """Every planted bug, hunted from different seeds on."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for bug in BUGS:
            starts = range(0, tries * MOST_SEEDS, MOST_SEEDS)
            hunts = pool.map(hunt, [bug] * tries, [range(one, one + MOST_SEEDS) for one in starts])
            yield bug, list(hunts)


def told(found: Tally) -> str:
    """The table of a tally."""
    seen, many = found.seen, max(found.histories, 1)
    rows = [
        f"{found.histories:,} histories   {found.events:,} events   {seen['exchanges']:,} exchanges",
        f"{seen['ops written']:,} ops   {len(found.broken)} broken promises",
        "",
        f"  {'fault':<22}{'times':>10}{'in % of histories':>20}",
    ]
    rows += [f"  {kind:<22}{_times(seen, kind):>10}{_share(found, kind, many):>19}%" for kind in RATES]
    for head, word in (("moves of the law", "row "), ("kept notes", "note "), ("values kept", "value ")):
        names = sorted(name for name in seen if name.startswith(word))
        rows += ["", f"  {head}: " + "  ".join(f"{name.removeprefix(word)} {seen[name]:,}" for name in names)]
    met = {name: seen[name] for name in seen if name.startswith("met ")}
    every = [
        (kind, stage, op) for kind, law in LAW.items() for stage in stages_of(law) for op in [*law.ops, *GENERIC_OPS]
    ]
    often = sum(many >= OFTEN for many in met.values())
    rows += [
        "",
        f"  pairs of stage and act: {len(met):,} of {len(every):,} met, {often:,} of them {OFTEN} times or more",
    ]
    return "\n".join(rows)


OFTEN = 100


def stages_of(law: SubjectLaw) -> list[str]:
    """Every stage that a table names, the one before the beginning too."""
    named = [stage for row in law.rows for stage in (*row.from_, row.to)]
    return sorted({"", *named})


STRIKES_A_STORE = 20


def strike_all(many: int, how: str) -> Struck:
    """So many servers struck, on every processor. Raises AssertionError when something is lost."""
    starts = range(0, many, STRIKES_A_STORE)
    ranges = [range(one, min(one + STRIKES_A_STORE, many)) for one in starts]
    found = Struck()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for part in pool.map(strike_each, ranges, [how] * len(ranges)):
            found.strikes += part.strikes
            found.promised += part.promised
            found.refusals += part.refusals
    return found


def told_of_strikes(found: Struck, how: str) -> str:
    """A line about them."""
    where = "at each write in turn" if can_trace() else "at a random moment, for want of strace"
    did = {"kill": "servers killed", "full": "disks full", "disk": "flushes failed"}[how]
    told = f"{found.strikes:,} {did} {where}: {found.promised:,} ops acknowledged, 0 lost, integrity ok each time"
    return f"{told}; {found.refusals:,} refused" if found.refusals else told


UNCOUNTED = ("small_batches", "small_pages", "old_app", "snapshots")
"""Conditions that hold from a history's beginning to its end."""
CONDITIONS = {
    "one_way": "step deaf",
    "phone_paused": "step pause",
    "wiped": "wiped",
    "forged": "forged",
    "revoked": "revoked",
    "server_clock": "step server clock",
    "rush": "step rush",
    "wrong_clock": "step jump",
    "two_tabs": "step tab",
    "offline": "step offline",
    "token_expiry": "token ran out",
}
"""Faults that are conditions of a history: what of them can be counted."""


def _times(seen: Counter[str], kind: str) -> str:
    name = CONDITIONS.get(kind, kind)
    return f"{seen[name]:,}" if seen[name] else "-"


def struck_in(found: Tally, kind: str) -> int:
    """In how many histories a fault of `plan.RATES` struck at least once; a condition, was on."""
    return found.struck[f"on {kind}"] if kind in UNCOUNTED else found.struck[CONDITIONS.get(kind, kind)]


def _share(found: Tally, kind: str, many: int) -> str:
    return f"{100 * struck_in(found, kind) / many:.0f}"


def told_of(bug: str, catches: list[Catch | None]) -> str:
    """One line of the table of planted bugs."""
    caught = [one for one in catches if one]
    if not caught:
        return f"  {bug:<34}GOT AWAY {len(catches)} times of {len(catches)}"
    seeds = [one.histories for one in caught]
    oracles = Counter(one.oracle for one in caught).most_common()
    by = " ".join(f"{oracle}" for oracle, _ in oracles)
    worst = max(seeds) if len(caught) == len(catches) else f"> {MOST_SEEDS}"
    return f"  {bug:<34}{len(caught):>3}/{len(catches):<5}{int(median(seeds)):>7}{worst:>8}   {by}"
