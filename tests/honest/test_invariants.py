"""H1 to H14 hold in a county in which everything happened, and each finds the violation that is planted for it."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from sync.fold import Act, Shape
from sync.merge import Register
from tests.honest.county import LATER, MARKER, Told, lived
from tests.honest.invariants import ALL, issues


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return asyncio.run(lived(tmp_path_factory.mktemp("honest")))


def one(told: Told, stage: str) -> Shape:
    return next(shape for shape in issues(told) if shape.stage == stage)


def put(told: Told, shape: Shape) -> Told:
    return replace(told, shapes={**told.shapes, shape.subject: shape})


def with_acts(told: Told, shape: Shape, change: Callable[[Act], Act | None]) -> Told:
    """The county in which this record's acts were other ones."""
    acts = [made for act in shape.acts if (made := change(act))]
    return put(told, msgspec.structs.replace(shape, acts=acts))


def answered_by_staff(told: Told) -> Told:
    shape = next(shape for shape in issues(told) if any(act.name == "confirm" for act in shape.acts))
    return with_acts(
        told, shape, lambda act: msgspec.structs.replace(act, role="town") if act.name == "confirm" else act
    )


def silent_left_out(told: Told) -> Told:
    figures = [
        msgspec.structs.replace(figure, of=figure.of - 1) if figure.id == "satisfied_of_closed" else figure
        for figure in told.figures
    ]
    return replace(told, figures=figures)


def closed_after_one_try(told: Told) -> Told:
    shape = next(shape for shape in issues(told) if sum(act.name == "count_try" for act in shape.acts) == 3)
    last = [act.stamp for act in shape.acts if act.name == "count_try"][1:]
    return with_acts(told, shape, lambda act: None if act.stamp in last else act)


def back_dated(told: Told) -> Told:
    worst = max(told.entries, key=lambda entry: entry["seq"] if entry["role"] == "grid_worker" else 0)
    entries = [
        {**entry, "credited_ms": entry["claimed_ms"] - 10**9} if entry is worst else entry for entry in told.entries
    ]
    return replace(told, entries=entries)


def reset(told: Told) -> Told:
    shape = next(shape for shape in told.shapes.values() if shape.kind == "order")
    clock = next(act for act in shape.acts if "due_answer" in act.fields)
    return put(told, msgspec.structs.replace(shape, acts=[*shape.acts, clock]))


def softened(told: Told) -> Told:
    shape = one(told, "closed")
    held = msgspec.structs.replace(shape.fields["words"].now, value="一点小建议")
    return put(told, msgspec.structs.replace(shape, fields={**shape.fields, "words": Register(now=held)}))


def page_gone(told: Told) -> Told:
    return replace(told, pages={**told.pages, one(told, "void").subject: told.pages[""]})


def number_swapped(told: Told) -> Told:
    return replace(told, calls=[{**call, "phone": LATER} for call in told.calls])


def swapped_silently(told: Told) -> Told:
    return replace(told, opened=told.opened.replace(LATER[-4:], ""))


def slip_unknown(told: Told) -> Told:
    return replace(told, withheld=dict.fromkeys(told.withheld, told.pages[""]))


def gap_untold(told: Told) -> Told:
    return replace(told, absent=told.absent[:1])


def code_dead(told: Told) -> Told:
    gone = next(subject for subject in told.pages if subject)
    return replace(told, pages={subject: page for subject, page in told.pages.items() if subject != gone})


def op_withheld(told: Told) -> Told:
    return replace(
        told, entries=[entry for entry in told.entries if (entry["role"], entry["seq"]) != ("grid_worker", 2)]
    )


def padded(told: Told) -> Told:
    header = json.loads(told.exported[0])
    header["bulletin"]["figures"][0]["n"] += 1
    return replace(told, exported=[msgspec.json.encode(header) + b"\n", *told.exported[1:]])


def leaked(told: Told) -> Told:
    return replace(told, sent=told.sent + MARKER.encode())


def vanished(told: Told) -> Told:
    return replace(told, shapes={name: shape for name, shape in told.shapes.items() if shape is not one(told, "void")})


def people_ranked(told: Told) -> Told:
    ranked = msgspec.structs.replace(told.figures[0], group="person:p1")
    return replace(told, figures=[*told.figures, ranked])


PLANTED: dict[str, Callable[[Told], Told]] = {
    "H1": answered_by_staff,
    "H2": silent_left_out,
    "H3": closed_after_one_try,
    "H4": back_dated,
    "H5": reset,
    "H6": softened,
    "H7": page_gone,
    "H8": number_swapped,
    "H8 silently": swapped_silently,
    "H9": code_dead,
    "H9 unknown": slip_unknown,
    "H10": op_withheld,
    "H10 silently": gap_untold,
    "H11": padded,
    "H12": leaked,
    "H13": vanished,
    "H14": people_ranked,
}


def test_there_is_a_planted_violation_for_each() -> None:
    assert (
        list(dict.fromkeys(name.partition(" ")[0] for name in PLANTED)) == list(ALL) == [f"H{n}" for n in range(1, 15)]
    )
    assert all(check.__doc__ for check in ALL.values())


@pytest.mark.parametrize("name", ALL)
def test_it_holds_where_everything_happened(told: Told, name: str) -> None:
    assert list(ALL[name](told)) == []


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_violation_is_found(told: Told, name: str) -> None:
    assert list(ALL[name.partition(" ")[0]](PLANTED[name](told))) != []


def test_everything_happened(told: Told) -> None:
    assert {shape.stage for shape in issues(told)} >= {
        "registered", "pending_confirm", "reopened", "closed", "joined", "withdrawn", "void",
    }  # fmt: skip
    closed_by = {act.name for shape in issues(told) for act in shape.acts if act.to_stage == "closed" != act.from_stage}
    assert closed_by == {"confirm", "call_back", "lapse"}
    assert any(entry["claimed_ms"] < entry["credited_ms"] for entry in told.entries), "a clock was wrong"
