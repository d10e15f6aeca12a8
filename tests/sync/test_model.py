"""The whole model, cell by cell: who may do what at which stage, that everybody gets on, and that nobody gets round the resident."""

from itertools import pairwise, product

import pytest

from server.book import load_book
from server.demo import people
from server.rates import Window
from server.rates.sums import conserved
from sync.fold import ANYBODY, DOER_GUARDS, GUARDS, Shape, empty, find_row, step
from sync.law import LAW, ROLES, Row, SubjectLaw, branch_fits
from sync.op import Json
from sync.rules.due import answer_due, due, last_day
from sync.subjects.issue import OPEN_STAGES
from tests.sync.test_law import LAST
from tests.vectors.histories import START_MS, mixed

every_kind = pytest.mark.parametrize("law", LAW.values(), ids=LAW)
HOUR = 3_600_000
REASONS = {"not_begun", "stage_moved_on", "not_your_role_here", *(f"guard_{one}" for one in (*GUARDS, *DOER_GUARDS))}
OF_A_UNIT = {role for role, known in ROLES.items() if known.of == "unit"}
HANDS = OF_A_UNIT | {"grid_worker", "grid_leader", "mediator", "village", "party_secretary"}
"""Everybody who can have a matter in hand below the town."""
SERVERS_OWN = {"resident", "importer", "clerk"}
"""Roles that no account bears: the page, the door for what was there before, the server's own hand."""


def branches(law: SubjectLaw, op: str) -> list[dict[str, Json]]:
    """Every combination of the field values on which the rows of an act depend."""
    named = sorted({field for row in law.rows if row.op == op for field in row.if_})
    return [dict(zip(named, values, strict=True)) for values in product(*(law.fields[one].codes for one in named))]


def cells(law: SubjectLaw) -> list[tuple[str, str, str, dict[str, Json]]]:
    """Every role, stage, act and branch."""
    stages = ["", *law.stages]
    return [
        (role, stage, op, fields) for role, stage, op in product(ROLES, stages, law.ops) for fields in branches(law, op)
    ]


def at(law: SubjectLaw, stage: str) -> Shape:
    shape = empty(f"{law.subject}/d.1", "329924101201001")
    return Shape(subject=shape.subject, kind=shape.kind, grid=shape.grid, stage=stage)


def opening(law: SubjectLaw, role: str, stage: str, op: str, fields: dict[str, Json]) -> list[Row]:
    return [
        row for row in law.rows if row.op == op and stage in row.from_ and role in row.who and branch_fits(row, fields)
    ]


@every_kind
def test_each_cell_is_open_by_one_row_alone_or_closed_with_its_reason(law: SubjectLaw) -> None:
    found = dict.fromkeys(("open", "guarded", "closed"), 0)
    for role, stage, op, fields in cells(law):
        rows = opening(law, role, stage, op, fields)
        assert len(rows) <= 1, (role, stage, op, fields)
        said = find_row(law, at(law, stage), op, fields, role, ANYBODY)
        if isinstance(said, Row):
            assert rows == [said], (role, stage, op, fields)
            found["open"] += 1
        else:
            assert said in REASONS, said
            assert bool(rows) == said.startswith("guard_"), (role, stage, op, fields, said)
            found["guarded" if rows else "closed"] += 1
    assert found["open"] > 0
    assert found["closed"] > found["open"], "most of it is nobody's business"


@every_kind
def test_every_stage_that_owes_something_is_left_by_somebody_who_exists(law: SubjectLaw) -> None:
    exist = {area.role for person in people() for area in person.areas} | SERVERS_OWN
    for stage in set(law.stages) - LAST[law.subject]:
        ways = [row for row in law.rows if stage in row.from_ and row.to not in ("", stage)]
        assert [row.id for row in ways if exist & set(row.who)], (law.subject, stage)


def reached(law: SubjectLaw, roles: set[str], start: str) -> set[str]:
    """The stages to which these roles alone can bring a subject, whatever they say and however often."""
    found = {start}
    while more := {row.to for row in law.rows if row.to and found & set(row.from_) and roles & set(row.who)} - found:
        found |= more
    return found


@pytest.mark.parametrize("start", OPEN_STAGES)
def test_whoever_has_it_in_hand_can_neither_close_nor_hide_it(start: str) -> None:
    assert reached(LAW["issue"], HANDS, start) <= set(OPEN_STAGES)


@pytest.mark.parametrize("start", OPEN_STAGES)
def test_the_town_takes_a_matter_out_only_in_the_ways_that_its_reporter_sees(start: str) -> None:
    assert reached(LAW["issue"], {*HANDS, "town", "dispatcher"}, start) <= {*OPEN_STAGES, "referred", "void", "moved"}


@pytest.mark.parametrize("kind", LAW)
def test_no_hand_sets_what_the_resident_answers(kind: str) -> None:
    law = LAW[kind]
    answers = {"solved", "satisfaction", "attitude", "responded"} & set(law.fields)
    setters = {role for row in law.rows for role in row.who if answers & {*law.ops[row.op].need, *law.ops[row.op].may}}
    setters |= {role for name in answers for role in law.fields[name].edit}
    assert setters <= {"resident", "caller"}


def test_a_unit_s_own_order_is_ended_by_what_the_resident_said_and_never_by_the_unit() -> None:
    order = LAW["order"]
    assert "done" not in reached(order, {*HANDS, "town", "dispatcher", "caller", "supervisor"}, "dispatched")
    assert "cancelled" not in reached(order, HANDS, "dispatched")
    assert {role for row in order.rows if row.to == "done" for role in row.who} == {"clerk"}


def test_nobody_s_ways_are_recorded() -> None:
    """国办函〔2026〕12号: a matter or a visit may say where, once; nothing must, and nothing says by which way."""
    places = [(kind, name) for kind, law in LAW.items() for name, field in law.fields.items() if "lat" in field.fields]
    assert places == [("visit", "spot"), ("issue", "spot")]
    assert [op for law in LAW.values() for op, act in law.ops.items() if "spot" in act.need] == []
    ways = [name for law in LAW.values() for name, field in law.fields.items() if field.of and "lat" in field.of.fields]
    assert ways == []


def test_two_clocks_never_contradict() -> None:
    """Nobody must have answered before he must have accepted; late acceptance buys no time; what is extended ends later."""
    county = load_book()
    calendar, clocks = county.calendar, county.book.clocks
    for hour in range(0, 365 * 24, 37):
        start_ms = START_MS - 300 * 24 * HOUR + hour * HOUR
        accept = due(calendar, clocks, start_ms, clocks.accept_days, "assigned")
        answers = [
            answer_due(calendar, clocks, start_ms, accepted_ms).due_ms
            for accepted_ms in (start_ms, accept.due_ms, accept.due_ms + 1, accept.due_ms + 400 * HOUR)
        ]
        assert start_ms < accept.due_ms < answers[0] <= answers[1]
        assert answers[2] == answers[3], "whoever accepts later has no longer"
        assert all(one <= other for one, other in pairwise(answers))
        extended = due(calendar, clocks, answers[0], 1, "extended")
        outer = last_day(calendar, clocks, start_ms, clocks.outer_days)
        assert answers[0] < extended.due_ms < outer.due_ms


@pytest.mark.parametrize("seed", range(0, 480, 6))
def test_after_every_op_of_a_random_history_all_that_was_registered_stands_somewhere(seed: int) -> None:
    shapes: dict[str, Shape] = {}
    window = Window(0, 10**15, 480)
    for change in mixed(seed):
        before = shapes.get(change.op.subject) or empty(change.op.subject, change.op.grid)
        shapes[change.op.subject] = step(LAW[before.kind], before, change)
        begun = [shape for shape in shapes.values() if shape.kind == "issue" and shape.acts]
        found = conserved(begun, window)
        assert found["registered"] == len(begun) == sum(n for name, n in found.items() if name != "registered")
