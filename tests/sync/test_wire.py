"""What arrives is read op by op; nothing that arrives can stop the reading."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.op import MAX_OP_BYTES, Op, op_hash, write_op
from sync.wire import (
    MAX_ASK_BYTES,
    MAX_DEPTH,
    MAX_OPS,
    Ask,
    Placed,
    Reply,
    Unreadable,
    read_ask,
    read_op,
    read_reply,
    write,
)
from tests.vectors.chance import Chance
from tests.vectors.texts import mutant

OP = Op(
    device="d1", seq=1, prev="", stamp="000000000001000-0000-d1", actor="p1", grid="329924101201001", subject="issue/d1.1",
    name="register", fields={"title": "路灯坏了三盏", "households": 3},
)  # fmt: skip
TEXT = write_op(OP)
NOT_AN_OP = Unreadable(why="not_an_op")


@given(st.text(max_size=200))
def test_any_text_is_an_op_or_unreadable(text: str) -> None:
    assert isinstance(read_op(text), Op | Unreadable)


@given(st.integers(0, 10**9))
def test_an_op_with_small_faults_is_an_op_or_unreadable(seed: int) -> None:
    assert isinstance(read_op(mutant(TEXT, Chance(seed))), Op | Unreadable)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_ask_and_a_reply_or_unreadable(body: bytes) -> None:
    assert isinstance(read_ask(body), Ask | Unreadable)
    assert isinstance(read_reply(body), Reply | Unreadable)


def test_a_text_with_half_a_character_is_not_unicode() -> None:
    assert read_op(TEXT.replace("路", "\ud800")) == Unreadable(why="not_unicode")
    assert read_op(TEXT.replace("路", "\\ud800")) == NOT_AN_OP


def test_the_largest_op_is_read_and_one_byte_more_is_not() -> None:
    room = MAX_OP_BYTES - len(TEXT.replace("路灯坏了三盏", "").encode())
    assert isinstance(read_op(TEXT.replace("路灯坏了三盏", "a" * room)), Op)
    assert read_op(TEXT.replace("路灯坏了三盏", "a" * (room + 1))) == Unreadable(why="op_too_large")


@pytest.mark.parametrize("deep", [MAX_DEPTH, 400, 5000, 30_000])
def test_an_op_that_nests_too_deep_is_unreadable_and_harms_nobody(deep: int) -> None:
    assert read_op(TEXT.replace('"路灯坏了三盏"', "[" * deep + "]" * deep)) == NOT_AN_OP


def test_brackets_in_words_are_only_words() -> None:
    assert isinstance(read_op(TEXT.replace("路灯坏了三盏", "[" * 100)), Op)


@pytest.mark.parametrize("number", ["3.0", "3e0", "3E1", "-0.0", "9007199254740992", "-9007199254740992", "1" * 5000])
def test_numbers_that_the_languages_read_differently_are_not_taken(number: str) -> None:
    assert read_op(TEXT.replace(":3}", f":{number}}}")) == NOT_AN_OP


@pytest.mark.parametrize("part", ['"seq":1', '"v":1'])
@pytest.mark.parametrize(
    "number", ["0", "-1", "9007199254740992", "99999999999999999999", "1.5", '"1"', "true", "null"]
)
def test_sequence_and_version_are_counts(part: str, number: str) -> None:
    assert read_op(TEXT.replace(part, f"{part[:-1]}{number}")) == NOT_AN_OP


def test_numbers_in_words_are_only_words() -> None:
    assert isinstance(read_op(TEXT.replace("路灯坏了三盏", ',1.5 and:2.5e3 and \\",7.5')), Op)


def test_an_op_of_a_later_version_is_read_and_its_unknown_fields_are_kept() -> None:
    later = TEXT.replace('"v":1', '"v":2,"mood":["new"]').replace('"households":3', '"weather":{"rain":true}')
    read = read_op(later)
    assert isinstance(read, Op)
    assert (read.v, read.fields["weather"]) == (2, {"rain": True})


@pytest.mark.parametrize("name", ["1", "", "Title", "a b", "é", "__proto__"])
def test_field_names_begin_with_a_small_letter(name: str) -> None:
    assert read_op(TEXT.replace('"title"', f'"{name}"')) == NOT_AN_OP


@pytest.mark.parametrize(
    "grid", ["", "32992410120100", "3299241012010011", "32992410120100x", "３２９９２４１０１２０１００１"]
)
def test_a_grid_has_fifteen_digits(grid: str) -> None:
    assert read_op(TEXT.replace(OP.grid, grid)) == NOT_AN_OP


ASK = Ask(v=1, device="d1", clock_ms=5, ops=[TEXT, "not json"], places={OP.grid: 7})


def test_an_ask_is_read_back_with_its_texts_untouched() -> None:
    read = read_ask(write(ASK))
    assert read == ASK
    assert isinstance(read, Ask)
    assert [op_hash(text) for text in read.ops] == [op_hash(TEXT), op_hash("not json")]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b" " * (MAX_ASK_BYTES + 1), "ask_too_large"),
        (b"{", "ask_not_readable"),
        (b"[" * 100_000, "ask_not_readable"),
        (write(ASK)[:-1], "ask_not_readable"),
        (write(msgspec.structs.replace(ASK, v=2)), "wire_too_new"),
        (write(msgspec.structs.replace(ASK, ops=[""] * (MAX_OPS + 1))), "too_many_ops"),
        (write(msgspec.structs.replace(ASK, clock_ms=2**53)), "ask_not_readable"),
        (write(msgspec.structs.replace(ASK, places={OP.grid: -1})), "ask_not_readable"),
        (write(msgspec.structs.replace(ASK, places={OP.grid: 10**30})), "ask_not_readable"),
    ],
)  # fmt: skip
def test_an_ask_that_cannot_be_taken_says_why(body: bytes, why: str) -> None:
    assert read_ask(body) == Unreadable(why=why)


def test_a_clock_before_1970_does_not_keep_a_phone_from_asking() -> None:
    assert isinstance(read_ask(write(msgspec.structs.replace(ASK, clock_ms=-(10**12)))), Ask)


def test_a_change_travels_as_a_list() -> None:
    placed = Placed(place=1, placed_ms=2, credited_ms=3, role="town", text=TEXT, mark="m")
    assert msgspec.json.decode(msgspec.json.encode(placed)) == [1, 2, 3, "town", TEXT, "m", 0]


@pytest.mark.parametrize("body", [b"<html>WiFi</html>", b"", b"{}", b"[]", b'{"v":1'])
def test_a_portal_page_or_a_torn_reply_is_no_reply(body: bytes) -> None:
    assert read_reply(body) == Unreadable(why="reply_not_readable")
