"""Towns simulated with every fault there is: no promise breaks, every planted bug is caught, a failure is told so that it can be mended."""

import os
from concurrent.futures import ProcessPoolExecutor

import pytest

from server.now import now_ms
from tests.sim.bugs import BUGS, Catch, break_of, hunt, hunt_recorded
from tests.sim.kept import kept
from tests.sim.oracles import BrokenError
from tests.sim.plan import RATES, plan_of
from tests.sim.report import struck_in, tally_all
from tests.sim.shrink import fewest, shrink
from tests.sim.world import run

HISTORIES = int(os.environ.get("SULAIBAN_HISTORIES", "2000"))
MOST = 700
"""Histories in which each planted bug must be caught here; `make sim` hunts each fifteen times."""
FOR_EVER_MS = 10**15


def test_no_history_breaks_a_promise_and_every_fault_has_struck() -> None:
    found = tally_all(0, HISTORIES, "plain", now_ms, FOR_EVER_MS)
    assert found.broken == {}
    assert found.histories == HISTORIES
    seldom = {kind: share for kind in RATES if (share := struck_in(found, kind)) < HISTORIES // 20}
    assert seldom == {}
    deep = ("row A13", "row A15", "row A16", "row B3", "note stage_moved_on", "value lost and kept", "moved", "poison")
    assert [name for name in deep if not found.seen[name]] == []


@pytest.mark.parametrize("name", kept())
def test_a_history_that_once_broke_a_promise_keeps_it(name: str) -> None:
    assert str(break_of(kept()[name].plan) or "") == ""


@pytest.fixture(scope="module")
def catches() -> dict[str, Catch | None]:
    """Every planted bug, hunted on every processor from its recorded seed on."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(BUGS, pool.map(hunt_recorded, BUGS, [MOST] * len(BUGS)), strict=True))


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_caught(bug: str, catches: dict[str, Catch | None]) -> None:
    assert catches[bug] is not None


def test_a_seed_that_does_not_catch_is_followed_by_the_search_and_a_bug_that_none_catches_gets_away() -> None:
    bug = "anybody_may"
    misses = next(seed for seed in range(MOST) if break_of(plan_of(seed), bug) is None)
    found = hunt(bug, [misses, *range(MOST)])
    assert found is not None
    assert found.histories > 1
    assert hunt("", range(5)) is None


def test_the_same_seed_is_the_same_history_on_plain_tables_and_on_sqlite() -> None:
    for seed in range(6):
        on_plain: list[str] = []
        on_sqlite: list[str] = []
        first, second = run(plan_of(seed), trace=on_plain), run(plan_of(seed), store="sqlite", trace=on_sqlite)
        assert on_plain == on_sqlite
        assert (first.digest, first.events) == (second.digest, second.events)


def test_phones_with_both_cores_say_the_same_in_every_history() -> None:
    for seed in range(max(HISTORIES // 200, 2)):
        assert run(plan_of(seed), twins=True).digest == run(plan_of(seed)).digest


@pytest.mark.parametrize("bug", ["last_clock_wins", "own_ops_alone_are_offered", "log_folded_onto_the_snapshot"])
def test_a_fault_in_one_core_alone_is_seen_by_its_twin(bug: str) -> None:
    with pytest.raises(BrokenError, match="T1"):
        until_it_breaks(bug)


def until_it_breaks(bug: str) -> None:
    for seed in range(20):
        run(plan_of(seed), twins=True, plant=BUGS[bug])


def test_the_whole_app_keeps_its_promises_in_the_same_histories() -> None:
    for seed in range(max(HISTORIES // 500, 2)):
        assert run(plan_of(seed), store="app").server.is_up


def test_a_failing_seed_is_told_as_a_short_script_that_fails_again() -> None:
    bug = "refusal_is_silent"
    catch = hunt_recorded(bug, MOST)
    assert catch is not None
    script = shrink(catch.seed, bug)
    assert script is not None
    whole = plan_of(catch.seed)
    assert len(script.steps) <= 3 < len(whole.steps)
    assert f"python -m tests.sim --seed {catch.seed} --steps {','.join(map(str, script.steps))}" in script.told()
    again = break_of(plan_of(catch.seed, faults=frozenset(script.faults), steps=frozenset(script.steps)), bug)
    assert str(again) == script.saw


def test_shrinking_finds_the_two_parts_that_matter_among_many() -> None:
    assert fewest(list(range(100)), lambda some: {17, 71} <= set(some)) == [17, 71]
