"""What meets in one field: which value holds, which stand beside it, which lost and wait; nothing goes missing."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.clock import stamp
from sync.merge import Held, Register, all_stamps_of, join, shown, stamps_of
from sync.op import Json, same
from tests.vectors.calls import ROLES
from tests.vectors.cases import VALUES

RULES = ["later", "higher", "union", "keep_both", "once"]


def held(value: Json, n: int = 1, role: str = "grid_worker") -> Held:
    return Held(value=value, stamp=stamp(1000, n, "d1"), actor=f"p{n}", role=role, at_ms=n, place=n)


def values(register: Register) -> tuple[Json, list[Json], list[Json]]:
    return register.now.value, [one.value for one in register.beside], [one.value for one in register.lost]


def after(rule: str, first: Held, second: Held, *, looked: bool = False) -> tuple[Json, list[Json], list[Json]]:
    """The field after two values, the second by somebody who had looked at the first, or had not."""
    return values(join(rule, join(rule, None, first, []), second, [first.stamp] if looked else []))


@pytest.mark.parametrize("rule", RULES)
def test_the_first_value_holds(rule: str) -> None:
    assert values(join(rule, None, held("a"), [])) == ("a", [], [])


@pytest.mark.parametrize("rule", ["later", "higher", "union", "keep_both"])
def test_who_looked_at_a_value_may_replace_it(rule: str) -> None:
    assert after(rule, held("a", 1), held("b", 2), looked=True) == ("b", [], [])


@pytest.mark.parametrize("rule", RULES)
def test_two_who_say_the_same_are_not_in_conflict(rule: str) -> None:
    assert after(rule, held(["a"], 1), held(["a"], 2)) == (["a"], [], [])


def test_later_the_value_that_was_placed_last_holds_and_the_other_is_kept() -> None:
    assert after("later", held("a", 1), held("b", 2)) == ("b", [], ["a"])


def test_later_a_clock_that_runs_ahead_wins_nothing() -> None:
    assert after("later", held("a", 99), held("b", 2)) == ("b", [], ["a"])


def test_higher_the_higher_role_holds_whoever_was_placed_last() -> None:
    worker, town = held("a", 1, "grid_worker"), held("b", 2, "town")
    assert after("higher", town, worker) == ("b", [], ["a"])
    assert after("higher", worker, town) == ("b", [], ["a"])
    assert after("higher", held("a", 1, "town"), held("b", 2, "town")) == ("b", [], ["a"])


def test_higher_who_looked_at_the_higher_role_s_value_may_still_change_it() -> None:
    assert after("higher", held("a", 1, "town"), held("b", 2, "grid_worker"), looked=True) == ("b", [], [])


def test_union_shows_all_items_in_the_order_they_came_each_once() -> None:
    register = join("union", None, held(["a", "b"], 1), [])
    register = join("union", register, held(["b", "c"], 2), [])
    register = join("union", register, held(["d"], 3), [])
    assert shown("union", register) == ["a", "b", "c", "d"]


def test_keep_both_keeps_both_in_the_order_they_came() -> None:
    register = join("keep_both", join("keep_both", None, held("a", 1), []), held("b", 2), [])
    assert values(join("keep_both", register, held("c", 3), [])) == ("c", ["a", "b"], [])
    assert shown("keep_both", register) == "b"


def test_once_said_it_stays_even_against_one_who_looked() -> None:
    assert after("once", held("a", 1), held("b", 2), looked=True) == ("a", [], ["b"])


def test_yes_and_one_are_two_values() -> None:
    assert after("later", held(True, 1), held(1, 2)) == (1, [], [True])


@pytest.mark.parametrize("rule", RULES)
def test_a_loser_waits_until_somebody_who_saw_it_sets_the_field_again(rule: str) -> None:
    register = join(rule, join(rule, None, held("a", 1), []), held("b", 2), [])
    unsettled = join(rule, register, held("c", 3), stamps_of(register))
    settled = join(rule, register, held("c", 4), all_stamps_of(register))
    assert len(unsettled.lost) == (0 if rule in ("union", "keep_both") else 2 if rule == "once" else 1)
    assert [one.value for one in settled.lost] == (["c"] if rule == "once" else [])


STEPS = st.lists(
    st.tuples(st.integers(0, len(VALUES) - 1), st.sampled_from(ROLES), st.sets(st.integers(0, 9))),
    min_size=1,
    max_size=10,
)
Step = tuple[int, str, set[int]]


def play(rule: str, steps: list[Step], stamps: list[str]) -> list[tuple[Held, list[str], Register]]:
    """Each value with what its author saw and the register after it."""
    said: list[tuple[Held, list[str], Register]] = []
    register: Register | None = None
    for n, (value, role, looked) in enumerate(steps):
        one = Held(value=VALUES[value], stamp=stamps[n], actor=f"p{n}", role=role, at_ms=n, place=n + 1)
        seen = [stamps[m] for m in sorted(looked) if m < n]
        register = join(rule, register, one, seen)
        said.append((one, seen, register))
    return said


TEN = [stamp(1000 + n, 0, "d1") for n in range(10)]


@given(st.sampled_from(RULES), STEPS)
def test_no_value_is_lost_unless_its_author_s_words_were_seen_or_said_again(rule: str, steps: list[Step]) -> None:
    said = play(rule, steps, TEN)
    final = said[-1][2]
    kept = {one.stamp for one in (final.now, *final.beside, *final.lost)}
    for n, (one, _seen, _register) in enumerate(said):
        later = said[n + 1 :]
        seen = any(one.stamp in looked for _, looked, _ in later)
        repeated = any(same(one.value, other.value) for other, _, _ in later)
        stands = rule == "once" and same(one.value, said[0][0].value)
        assert one.stamp in kept or seen or repeated or stands


@given(STEPS)
def test_what_was_said_once_never_changes(steps: list[Step]) -> None:
    said = play("once", steps, TEN)
    assert [register.now for _, _, register in said] == [said[0][0]] * len(said)


@given(st.sampled_from(RULES), STEPS, st.permutations(TEN))
def test_wrong_clocks_change_no_winner(rule: str, steps: list[Step], stamps: list[str]) -> None:
    honest = [register for _, _, register in play(rule, steps, TEN)]
    wrong = [register for _, _, register in play(rule, steps, stamps)]
    assert [_places(one) for one in honest] == [_places(one) for one in wrong]


def _places(register: Register) -> list[list[int]]:
    return [[one.place for one in group] for group in ([register.now], register.beside, register.lost)]


@given(st.sampled_from(RULES), STEPS)
def test_joining_leaves_the_old_register_as_it_was(rule: str, steps: list[Step]) -> None:
    said = play(rule, steps, TEN)
    texts = [msgspec.json.encode(register) for _, _, register in said]
    play(rule, steps, TEN)
    join(rule, said[-1][2], held("new", 5), [])
    assert [msgspec.json.encode(register) for _, _, register in said] == texts


@given(STEPS)
def test_a_union_shows_every_item_that_nobody_who_saw_it_took_away(steps: list[Step]) -> None:
    final = play("union", steps, TEN)[-1][2]
    items = shown("union", final)
    for one in (final.now, *final.beside):
        for item in one.value if isinstance(one.value, list) else [one.value]:
            assert same(items, one.value) or any(
                same(item, other) for other in (items if isinstance(items, list) else [items])
            )
