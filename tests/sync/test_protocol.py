"""The protocol's text says what the code does: its examples are read, its words are those that are told, and no other."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sync
from server.problems import STATUS
from sync import clock, op, wire
from sync.check import CHECKS
from sync.fold import DOER_GUARDS, GUARDS
from sync.op import Op, op_hash
from sync.snapshot import Part, read_part, write_part
from sync.wire import Ask, Reply, read_ask, read_op, read_reply

FOLDER = Path(sync.__file__).parent
TEXT = (FOLDER / "PROTOCOL.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"`([a-z]+(?:_[a-z]+)*)`", TEXT))


def examples(kind: str) -> list[str]:
    return re.findall(rf"```json {kind}\n(.*?)\n```", TEXT, re.DOTALL)


def test_the_ops_of_the_protocol_are_ops_and_a_chain() -> None:
    first, second = examples("op")
    read = [read_op(text) for text in (first, second)]
    assert all(isinstance(one, Op) for one in read)
    assert f"`{op_hash(first)}`" in TEXT
    assert json.loads(second)["prev"] == op_hash(first)
    assert all(op.write_op(one) == text for one, text in zip(read, (first, second), strict=True) if isinstance(one, Op))


def test_the_messages_of_the_protocol_are_read() -> None:
    assert isinstance(read_ask(examples("ask")[0].encode()), Ask)
    assert isinstance(read_reply(examples("reply")[0].encode()), Reply)
    part = read_part(examples("part")[0].encode())
    assert isinstance(part, Part)
    assert json.loads(write_part(part)) == json.loads(examples("part")[0])


def test_every_word_a_core_may_tell_stands_in_the_protocol() -> None:
    said = {
        word
        for name in ("admit", "check", "wire")
        for word in told((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    }
    noted = {"not_begun", "stage_moved_on", "not_your_role_here", "not_editable"}
    # A client tells itself that a Reply is none; no other party ever hears that word.
    assert said - {"reply_not_readable"} | noted | set(CHECKS) | {*GUARDS, *DOER_GUARDS} <= WORDS


def told(code: str) -> Iterator[str]:
    """The words in `why="…"`, and those that the checks of values return."""
    yield from re.findall(r'why="([a-z_]+)"', code)
    yield from (
        word
        for line in re.findall(r"return (.*)", code)
        for word in re.findall(r'"((?:not|too|bad|wrong|unknown|part)_[a-z_]+)"', line)
    )


def test_every_problem_stands_in_the_protocol_with_its_status() -> None:
    rows = [
        line.split("|")
        for line in TEXT.split("## 12.")[1].split("## 13.")[0].splitlines()
        if line.startswith("| ") and "`" in line
    ]
    listed = {word: row[1] for row in rows for word in re.findall(r"`([a-z_]+)`", row[2])}
    assert {word: str(status) in listed[word] for word, status in STATUS.items()} == dict.fromkeys(STATUS, True)
    assert set(listed) == set(STATUS)


def test_the_numbers_of_the_protocol_are_those_that_hold() -> None:
    numbers: dict[str, Any] = {
        f"at most {op.MAX_OP_BYTES:,} bytes": "an op",
        f"at most {wire.MAX_DEPTH} deep": "nesting",
        f"At most {wire.MAX_OPS} ops and offers together and {wire.MAX_ASK_BYTES // 2**20} MiB": "an Ask",
        f"at most {wire.PAGE_OPS} changes per grid": "a Reply",
        f"({clock.MAX_AHEAD_MS:,} ms)": "a clock ahead",
        f"now {op.OP_VERSION}. May": "the op's version",
        f"messages, now {wire.WIRE_VERSION} |": "the messages' version",
    }
    assert [what for text, what in numbers.items() if text not in TEXT.replace("\n", " ")] == []
