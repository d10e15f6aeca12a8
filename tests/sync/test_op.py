"""What an op's text, hash and identity promise."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from sync.op import Json, Op, kind_of, op_hash, same, subject_id, write_op
from sync.wire import read_op

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS
VALUES: st.SearchStrategy[Json] = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=8
)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
OPS = st.builds(
    Op,
    device=st.sampled_from(["d1", "d7k2m9abc"]),
    seq=st.integers(1, 2**53 - 1),
    prev=TEXTS,
    stamp=TEXTS,
    actor=TEXTS,
    grid=st.just("329924101201001"),
    subject=TEXTS,
    name=NAMES,
    fields=st.dictionaries(NAMES, VALUES, max_size=4),
    seen=st.dictionaries(TEXTS, st.lists(TEXTS, max_size=3), max_size=3),
    v=st.integers(1, 9),
)


@given(OPS)
def test_what_is_written_is_read_back_whole(op: Op) -> None:
    assert read_op(write_op(op)) == op


@given(OPS)
def test_the_hash_is_over_the_bytes_as_sent(op: Op) -> None:
    text = write_op(op)
    assert op_hash(text) == hashlib.sha256(text.encode("utf-8")).hexdigest()
    assert op_hash(text + " ") != op_hash(text)


def test_the_subject_an_op_begins_bears_its_identity() -> None:
    assert subject_id("issue", "d7k2m9", 12) == "issue/d7k2m9.12"
    assert kind_of("issue/d7k2m9.12") == "issue"
    assert kind_of("issue") == "issue"


@given(VALUES)
def test_every_value_says_the_same_as_itself(value: Json) -> None:
    assert same(value, value)


@given(VALUES, VALUES)
def test_sameness_does_not_depend_on_the_side(left: Json, right: Json) -> None:
    assert same(left, right) == same(right, left)


def test_yes_is_not_one_and_the_order_of_names_means_nothing() -> None:
    assert not same(True, 1)
    assert not same([False], [0])
    assert not same({"a": True}, {"a": 1})
    assert not same({"a": None}, {})
    assert same({"a": 1, "b": [2]}, {"b": [2], "a": 1})
    assert not same(["a", "b"], ["b", "a"])
