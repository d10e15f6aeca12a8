"""What stamps and clocks promise, whatever a phone's own clock shows."""

from hypothesis import given
from hypothesis import strategies as st

from sync.clock import MAX_AHEAD_MS, MAX_COUNT, credit, is_stamp, skew, stamp, stamp_ms, tick, witness

MS = st.integers(0, 10**15 - 2)
COUNTS = st.integers(0, MAX_COUNT)
DEVICES = st.sampled_from(["d1", "d2", "d7k2m9abc", "clerk329924101201001"])
STAMPS = st.builds(stamp, MS, COUNTS, DEVICES)
YEAR_MS = 365 * 86_400_000


@given(STAMPS, st.integers(-(10**13), 10**15 - 2), DEVICES)
def test_every_tick_is_a_stamp_of_its_device_and_later_than_all_that_was_seen(
    last: str, now_ms: int, device: str
) -> None:
    ticked = tick(last, now_ms, device)
    assert is_stamp(ticked, device)
    assert ticked > last


@given(MS, MS, COUNTS, COUNTS, DEVICES)
def test_stamps_sort_as_text_by_time_then_count(ms: int, other_ms: int, count: int, other: int, device: str) -> None:
    assert (stamp(ms, count, device) < stamp(other_ms, other, device)) == ((ms, count) < (other_ms, other))


def test_a_clock_that_stands_still_counts_up() -> None:
    first = tick("", 1000, "d1")
    assert [first, tick(first, 1000, "d1")] == ["000000000001000-0000-d1", "000000000001000-0001-d1"]


def test_a_clock_that_went_back_a_year_goes_on_from_what_it_had_seen() -> None:
    last = stamp(YEAR_MS, 0, "d1")
    assert stamp_ms(tick(last, 0, "d1")) == YEAR_MS


def test_a_full_counter_moves_the_millisecond() -> None:
    assert tick(stamp(1000, MAX_COUNT, "d1"), 1000, "d1") == stamp(1001, 0, "d1")


def test_a_clock_before_1970_still_makes_stamps() -> None:
    assert tick("", -1, "d1") == stamp(0, 0, "d1")


@given(STAMPS, STAMPS, MS)
def test_a_clock_follows_the_later_stamp_unless_that_one_runs_far_ahead(last: str, other: str, now_ms: int) -> None:
    far = stamp_ms(other) > now_ms + MAX_AHEAD_MS
    assert witness(last, other, now_ms) == (last if far else max(last, other))


def test_a_phone_a_year_ahead_does_not_drag_others_along() -> None:
    ours = stamp(1000, 0, "d1")
    assert witness(ours, stamp(1000 + YEAR_MS, 0, "d2"), 1000) == ours


@given(MS, MS, MS)
def test_no_claim_is_credited_before_the_last_contact_or_after_the_placing(
    claimed: int, contact: int, later: int
) -> None:
    placed = contact + later
    assert contact <= credit(claimed, contact, placed) <= placed


@given(MS, MS, MS)
def test_an_honest_claim_is_credited_as_it_is(contact: int, offline: int, wait: int) -> None:
    claimed, placed = contact + offline, contact + offline + wait
    assert credit(claimed, contact, placed) == claimed


@given(MS, MS)
def test_a_clock_far_behind_gains_nothing_and_one_far_ahead_loses_nothing(contact: int, offline: int) -> None:
    placed = contact + offline
    assert credit(contact - YEAR_MS, contact, placed) == contact
    assert credit(placed + YEAR_MS, contact, placed) == placed


@given(st.text(max_size=40))
def test_whether_a_text_is_a_stamp_is_always_answered(text: str) -> None:
    assert not is_stamp(text, "d1") or text.endswith("-d1")


def test_a_stamp_of_another_device_or_in_other_digits_is_none() -> None:
    made = stamp(1000, 10, "d1")
    wrong = [made[1:], made.upper(), made.replace("1", "１"), made + "x", made.replace("-", "_"), ""]
    assert is_stamp(made, "d1")
    assert [text for text in wrong if is_stamp(text, "d1")] == []
    assert not is_stamp(made, "d2")


def test_skew_is_positive_when_the_phone_runs_ahead() -> None:
    assert skew(2000, 500) == 1500
