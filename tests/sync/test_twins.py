"""Both cores, side by side, on the same random histories, rights and texts. How many: SULAIBAN_HISTORIES (300)."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.clock import MAX_COUNT, stamp
from sync.law import LAW
from sync.op import OP_VERSION, Json
from tests.vectors.calls import ROLES, answer
from tests.vectors.cases import VALUES
from tests.vectors.chance import Chance
from tests.vectors.histories import as_json, mixed
from tests.vectors.texts import mutant
from tests.vectors.values import edges, good, good_fields

HISTORIES = int(os.environ.get("SULAIBAN_HISTORIES", "300"))
FIRST_SEED = 1_000_000
"""Far from the seeds of the vectors, so that other histories are tried than those written down."""


class Twin:
    """The TypeScript core in its own process."""

    def __init__(self) -> None:
        command = ["node", str(Path(__file__).with_name("twin.mjs"))]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, call: str, args: list[Any]) -> Json:
        """What it answers; a failure there fails here."""
        assert self.process.stdin
        assert self.process.stdout
        # Only ASCII: Node's reader of lines breaks them at U+2028 too.
        self.process.stdin.write(json.dumps([call, args]).encode() + b"\n")
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline())
        assert len(said) == 1, said[1]
        return said[0]

    def close(self) -> None:
        """Lets it end by itself."""
        self.process.communicate(timeout=10)


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    other = Twin()
    yield other
    other.close()


def test_both_cores_see_the_same_after_every_step_of_every_history(twin: Twin) -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES):
        changes = as_json(mixed(seed))
        if twin.ask("history", [changes]) != answer("history", [changes]):
            shapes = zip(answer_list("shapes", changes), answer_of(twin, "shapes", changes), strict=True)
            for n, (ours, theirs) in enumerate(shapes):
                assert theirs == ours, f"history {seed}, step {n}"
        assert twin.ask("final", [changes]) == answer("final", [changes]), f"end of history {seed}"


def test_both_cores_carry_histories_over_in_the_same_bytes(twin: Twin) -> None:
    chance = Chance(FIRST_SEED)
    for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES // 3):
        changes = mixed(seed)
        args = [as_json(changes), chance.randint(0, len(changes))]
        assert twin.ask("carried", args) == answer("carried", args), f"history {seed}"


def answer_list(call: str, changes: Json) -> list[Any]:
    said = answer(call, [changes])
    assert isinstance(said, list)
    return said


def answer_of(twin: Twin, call: str, changes: Json) -> list[Any]:
    said = twin.ask(call, [changes])
    assert isinstance(said, list)
    return said


def test_both_cores_let_in_and_refuse_the_same_ops(twin: Twin) -> None:
    chance = Chance(FIRST_SEED)
    for _ in range(HISTORIES * 3):
        kind = chance.choice(list(LAW))
        name = chance.choice([*LAW[kind].ops, "edit", "settle", "no_such_act"])
        args = [kind, name, random_fields(kind, name, chance), chance.choice([OP_VERSION, OP_VERSION + 1])]
        assert twin.ask("admit_each", args) == answer("admit_each", args), args


def random_fields(kind: str, name: str, chance: Chance) -> dict[str, Json]:
    """Fields of an op, in order or with a fault: one missing, one unknown, one wrong, one too many, in another order."""
    law = LAW[kind]
    known = name in law.ops
    fields = (
        good_fields(law, name, chance)
        if known
        else {n: good(law.fields[n], chance) for n in chance.sample(list(law.fields), 2)}
    )
    match chance.randint(0, 5):
        case 0:
            fields.pop(chance.choice([*fields, ""]), None)
        case 1:
            fields[chance.choice(["no_such_field", "constructor", *law.fields])] = chance.choice([1, "x", None])
        case 2 if fields:
            wrong = chance.choice(list(fields))
            fields[wrong] = chance.choice(edges(law.fields[wrong]))
        case 3:
            fields = {n: fields[n] for n in chance.sample(list(fields), len(fields))}
        case _:
            pass
    return fields


def test_both_cores_read_the_same_texts(twin: Twin) -> None:
    chance = Chance(FIRST_SEED)
    texts = ["".join(str(part) for part in said[1]) for said in text_cases() if said[0] == "read_op"]
    for _ in range(HISTORIES * 10):
        text = mutant(chance.choice(texts), chance)
        assert twin.ask("read_op", [text]) == answer("read_op", [text]), text


def text_cases() -> list[Any]:
    whole = json.loads(Path(__file__).parents[1].joinpath("vectors", "core.json").read_text(encoding="utf-8"))
    return [case for case in [*whole["texts"], *whole["unreadable"]] if len(str(case[1])) < 2000]


def test_both_cores_join_the_same_values(twin: Twin) -> None:
    chance = Chance(FIRST_SEED)
    for _ in range(HISTORIES):
        steps: list[Any] = []
        for n in range(chance.randint(1, 12)):
            held = {
                "value": chance.choice(VALUES),
                "stamp": stamp(n, 0, "d1"),
                "actor": "p",
                "role": chance.choice(ROLES),
                "at_ms": n,
                "place": n,
            }
            steps.append([held, [stamp(m, 0, "d1") for m in range(n) if chance.random() < 0.4]])
        args = [chance.choice(["later", "higher", "union", "keep_both", "once"]), steps]
        assert twin.ask("join", args) == answer("join", args), args


def test_both_cores_tell_the_same_time(twin: Twin) -> None:
    chance = Chance(FIRST_SEED)
    for _ in range(HISTORIES):
        ms = chance.choice([0, 5, 1000, 1_790_000_000_000])
        last = stamp(ms, chance.choice([0, 1, 255, MAX_COUNT]), "d1")
        now_ms = ms + chance.choice([-1000, -1, 0, 1, 299_999, 300_000, 300_001, 10**10])
        other = stamp(max(0, now_ms + chance.choice([-1, 0, 299_999, 300_000, 300_001])), chance.randint(0, 3), "d2")
        for call, args in (
            ("tick", [last, now_ms, "d1"]),
            ("witness", [last, other, now_ms]),
            ("credit", [now_ms, ms, ms + 7]),
        ):
            assert twin.ask(call, args) == answer(call, args), (call, args)
