"""What a history will meet, decided by its seed alone: who takes part, which faults are on, what is done when. Nothing runs here."""

import msgspec

from tests.sim.county import OTHERS, PAIR, REVIEWER, START_MS, Someone
from tests.vectors.chance import Chance

RATES = {
    "request_lost": 0.12,
    "reply_lost": 0.12,
    "reply_torn": 0.1,
    "portal": 0.06,
    "duplicate": 0.15,
    "late": 0.1,
    "busy": 0.05,
    "phone_crash": 0.05,
    "server_crash_before": 0.04,
    "server_crash_after": 0.04,
    "slow_commit": 0.2,
    "poison": 0.12,
    "wrong_clock": 0.5,
    "two_tabs": 1.0,
    "small_batches": 1.0,
    "small_pages": 1.0,
    "token_expiry": 1.0,
    "moved": 0.5,
    "offline": 1.0,
    "one_way": 1.0,
    "phone_full": 0.04,
    "phone_paused": 1.0,
    "wiped": 1.0,
    "forged": 1.0,
    "revoked": 1.0,
    "old_app": 1.0,
    "server_full": 0.03,
    "server_disk_fails": 0.02,
    "server_paused": 0.02,
    "server_clock": 1.0,
    "serialisation": 0.08,
    "rush": 1.0,
    "restored": 1.0,
    "snapshots": 1.0,
    "photo_cut": 0.3,
}
"""Every fault there is, and how often it strikes where it can when it is on. 1.0: it is a condition, not an event."""

ON = 0.6
"""The chance of each fault to be on in a history: with all of them on at once none would get far."""

YEAR_MS = 365 * 86_400_000
GAPS_MS = (1_000, 1_000, 30_000, 5 * 60_000, 40 * 60_000, 3 * 3_600_000)
TROUBLES = {
    "deaf": "one_way",
    "mute": "one_way",
    "pause": "phone_paused",
    "reinstall": "wiped",
    "evict": "wiped",
    "forge": "forged",
    "revoke": "revoked",
    "server clock": "server_clock",
    "rush": "rush",
    "backup": "restored",
    "restore": "restored",
}
"""What befalls somebody from outside, and the fault that must be on for it."""
DOINGS = ("say",) * 24 + ("sync",) * 5 + ("answer",) * 6 + ("crash",) * 2


class Step(msgspec.Struct, frozen=True):
    """One thing that is done from outside: somebody speaks, a phone dies, a net goes away."""

    n: int
    """Its number in the plan; its own chances hang on it, so that dropping other steps changes nothing here."""
    at_ms: int
    do: str
    who: int
    """Which of the cast's devices."""


class Plan(msgspec.Struct, frozen=True):
    """A history before it happens."""

    seed: int
    faults: dict[str, float]
    """The faults that are on, with their rates."""
    cast: list[Someone]
    skews_ms: list[int]
    """How far ahead of true each device's clock runs at first."""
    steps: list[Step]
    page_ops: int
    """Most changes in one Reply per grid."""
    batch_ops: int
    """Most ops in one Ask."""


def plan_of(seed: int, *, faults: frozenset[str] | None = None, steps: frozenset[int] | None = None) -> Plan:
    """The plan of a seed; `faults` and `steps` leave only those of it, for finding what a failure needs."""
    chance = Chance(f"plan {seed}")
    # What came later is drawn apart: so the other faults of a seed stay what they were.
    apart = Chance(f"photos {seed}")
    on = {kind: rate for kind, rate in RATES.items() if (apart if kind == "photo_cut" else chance).random() < ON}
    cast = _cast(chance)
    skews = [chance.choice([0, 700, -3_600_000, YEAR_MS, -YEAR_MS, -START_MS]) for _ in cast]
    all_steps = _steps(chance, len(cast))
    page_ops, batch_ops = chance.choice([3, 7, 40]), chance.choice([1, 2, 5])
    if faults is not None:
        on = {kind: rate for kind, rate in on.items() if kind in faults}
    return Plan(
        seed=seed,
        faults=on,
        cast=cast,
        skews_ms=[skew if "wrong_clock" in on else 0 for skew in skews],
        steps=[one for one in all_steps if _stays(one, on) and (steps is None or one.n in steps)],
        page_ops=page_ops if "small_pages" in on else 500,
        batch_ops=batch_ops if "small_batches" in on else 500,
    )


def _cast(chance: Chance) -> list[Someone]:
    reviewer = [REVIEWER] if chance.random() < 0.8 else []
    return [*PAIR, *reviewer, *chance.sample(OTHERS, k=chance.choice([0, 0, 1, 2]))]


def _steps(chance: Chance, many: int) -> list[Step]:
    at_ms = START_MS
    steps: list[Step] = []
    calm = chance.choice([0, 1, 3])
    for n in range(chance.randint(15, 70)):
        at_ms += chance.choice(GAPS_MS[: len(GAPS_MS) - calm])
        do = chance.choice(DOINGS)
        if chance.random() < 0.1:
            do = chance.choice(["offline", "online", "online", "jump", "tab", "close", "move"])
        elif chance.random() < 0.2:
            do = chance.choice(list(TROUBLES))
        steps.append(Step(n, at_ms, do, chance.randint(0, many - 1)))
    return steps


def _stays(step: Step, on: dict[str, float]) -> bool:
    needs = {
        "offline": "offline", "jump": "wrong_clock", "tab": "two_tabs", "close": "two_tabs", "move": "moved", "crash": "phone_crash",
    } | TROUBLES  # fmt: skip
    return step.do not in needs or needs[step.do] in on
