"""Who may bring which op from where, and every reason why not."""

import msgspec
import pytest

from sync.admit import Admitted, Area, Asker, Refusal, admit, roles_at
from sync.clock import stamp
from sync.law import LAW
from sync.op import OP_VERSION, Json, Op
from tests.sync.grid_log import needed
from tests.vectors.calls import ROLES
from tests.vectors.chance import Chance
from tests.vectors.values import good_fields

GRID = "329924101201001"
NEXT_GRID = "329924101201002"
TOWN = "329924101"
NOON = 1_790_000_000_000


def op(name: str, fields: dict[str, Json] | None = None, *, subject: str = "issue/d1.7") -> Op:
    """An op in order, by p1 on d1; `subject` is its own, so that it may begin one."""
    whole = {**needed(LAW[subject.split("/", maxsplit=1)[0]], name), **(fields or {})}
    return Op(
        device="d1",
        seq=7,
        prev="",
        stamp=stamp(NOON, 0, "d1"),
        actor="p1",
        grid=GRID,
        subject=subject,
        name=name,
        fields=whole,
    )


def asker(*roles: str, code: str = GRID) -> Asker:
    return Asker(person="p1", device="d1", areas=[Area(role=role, code=code) for role in roles])


def test_a_grid_worker_registers_an_issue_in_the_own_grid() -> None:
    assert admit(op("register"), asker("grid_worker"), NOON) == Admitted(role="grid_worker")


def test_nobody_writes_into_a_grid_where_one_does_not_stand() -> None:
    assert admit(op("register"), asker("grid_worker", code=NEXT_GRID), NOON) == Refusal(why="not_your_grid", about=GRID)
    assert admit(op("register"), asker(), NOON) == Refusal(why="not_your_grid", about=GRID)


def test_a_town_stands_in_all_its_grids_and_the_county_in_every_one() -> None:
    assert admit(op("accept"), asker("town", code=TOWN), NOON) == Admitted(role="town")
    assert admit(op("accept"), asker("dispatcher", code=""), NOON) == Admitted(role="dispatcher")
    assert admit(op("accept"), asker("town", code="329924102"), NOON) == Refusal(why="not_your_grid", about=GRID)


def test_what_counts_is_where_one_stood_when_the_op_was_made() -> None:
    moved = Asker(
        person="p1",
        device="d1",
        areas=[Area(role="grid_worker", code=GRID, from_ms=10, to_ms=20), Area(role="town", code=TOWN, from_ms=20)],
    )
    assert [roles_at(moved.areas, GRID, ms) for ms in (9, 10, 19, 20)] == [
        [],
        ["grid_worker"],
        ["grid_worker"],
        ["town"],
    ]
    assert admit(op("solve"), moved, 19) == Admitted(role="grid_worker")
    assert admit(op("solve"), moved, 20) == Refusal(why="not_your_role", about="solve")


def test_nobody_speaks_in_another_s_name_or_from_another_s_device() -> None:
    mine = asker("grid_worker")
    assert admit(op("register"), msgspec.structs.replace(mine, person="p2"), NOON) == Refusal(
        why="not_your_name", about="p1"
    )
    assert admit(op("register"), msgspec.structs.replace(mine, device="d2"), NOON) == Refusal(
        why="not_your_device", about="d1"
    )


def test_a_stamp_is_its_own_device_s() -> None:
    foreign = stamp(NOON, 0, "d2")
    changed = msgspec.structs.replace(op("register"), stamp=foreign)
    assert admit(changed, asker("grid_worker"), NOON) == Refusal(why="bad_stamp", about=foreign)


@pytest.mark.parametrize("subject", ["issue", "issue/d1", "issue/d1.0", "Issue/d1.7", "issue/d1.7 "])
def test_a_subject_has_a_well_formed_id(subject: str) -> None:
    changed = msgspec.structs.replace(op("accept"), subject=subject)
    assert admit(changed, asker("town"), NOON) == Refusal(why="bad_subject", about=subject)


@pytest.mark.parametrize("subject", ["issue/d1.8", "issue/d2.7"])
def test_nobody_takes_the_id_that_another_op_will_bear(subject: str) -> None:
    changed = msgspec.structs.replace(op("register"), subject=subject)
    assert admit(changed, asker("grid_worker"), NOON) == Refusal(why="wrong_beginning", about=subject)
    assert admit(msgspec.structs.replace(op("accept"), subject=subject), asker("town"), NOON) == Admitted(role="town")


@pytest.mark.parametrize("role", [role for role in ROLES if role != "resident"])
def test_nobody_marks_the_own_homework(role: str) -> None:
    confirm = op("confirm", {"solved": "solved"})
    assert admit(confirm, asker(role), NOON) == Refusal(why="not_your_role", about="confirm")
    edit = op("edit", {"satisfaction": "satisfied"})
    assert admit(edit, asker(role), NOON) == Refusal(why="not_your_field", about="satisfaction")


@pytest.mark.parametrize("name", ["accept", "answer", "triage", "clock", "edit", "solve"])
def test_a_resident_does_no_office_s_work(name: str) -> None:
    fields: dict[str, Json] = {"title": "路灯坏了"} if name == "edit" else {}
    assert isinstance(admit(op(name, fields), asker("resident"), NOON), Refusal)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("field", ["words", "responder", "due_answer", "solved", "issue_no", "link_hash", "track"])
def test_what_is_promised_or_was_said_is_open_to_no_edit(role: str, field: str) -> None:
    assert admit(op("edit", {field: "x"}), asker(role), NOON) == Refusal(why="not_your_field", about=field)


def test_a_worker_may_not_triage_what_came_back() -> None:
    """The law lets a worker triage a new matter; that this one has come back the stage says, and the fold notes it."""
    assert admit(op("triage", {"track": "solved_in_grid"}), asker("grid_worker"), NOON) == Admitted(role="grid_worker")


def test_a_county_dispatcher_may_send_to_the_town_and_nowhere_else() -> None:
    to_town, in_grid = op("triage", {"track": "escalate_to_town"}), op("triage", {"track": "solved_in_grid"})
    assert admit(to_town, asker("dispatcher"), NOON) == Admitted(role="dispatcher")
    assert admit(in_grid, asker("dispatcher"), NOON) == Refusal(why="not_your_role", about="triage")


def test_of_several_roles_the_one_that_may_most_is_taken_and_of_two_alike_the_higher() -> None:
    in_grid = op("triage", {"track": "solved_in_grid"})
    assert admit(in_grid, asker("dispatcher", "grid_worker"), NOON) == Admitted(role="grid_worker")
    assert admit(in_grid, asker("dispatcher", "grid_worker", "town"), NOON) == Admitted(role="town")
    assert admit(op("answer", {"conclusion": "supported"}), asker("dispatcher", "town"), NOON) == Admitted(role="town")
    assert admit(op("accept"), asker("town", "dispatcher"), NOON) == Admitted(role="dispatcher")


def test_a_field_that_an_act_needs_may_not_be_missing() -> None:
    whole = op("accept")
    without = msgspec.structs.replace(whole, fields={n: v for n, v in whole.fields.items() if n != "handler_phone"})
    assert admit(without, asker("town"), NOON) == Refusal(why="field_missing", about="handler_phone")
    assert admit(op("edit"), asker("town"), NOON) == Refusal(why="field_missing")


def test_a_field_nobody_knows_is_refused_unless_a_later_version_says_it() -> None:
    accept, edit = op("accept", {"mood": "good"}), op("edit", {"title": "路灯坏了", "mood": "good"})
    for one in (accept, edit):
        assert admit(one, asker("town"), NOON) == Refusal(why="unknown_field", about="mood")
        assert admit(msgspec.structs.replace(one, v=OP_VERSION + 1), asker("town"), NOON) == Admitted(role="town")


def test_an_act_nobody_knows_is_unknown_or_too_new() -> None:
    sing = op("sing")
    assert admit(sing, asker("town"), NOON) == Refusal(why="unknown_op", about="sing")
    assert admit(msgspec.structs.replace(sing, v=OP_VERSION + 1), asker("town"), NOON) == Refusal(
        why="too_new", about="sing"
    )
    elsewhere = msgspec.structs.replace(op("edit"), subject="errand/d1.7")
    assert admit(elsewhere, asker("town"), NOON) == Refusal(why="unknown_op", about="edit")


def test_a_wrong_value_is_refused_by_its_field_and_why() -> None:
    short = op("edit", {"title": "灯"})
    assert admit(short, asker("town"), NOON) == Refusal(why="too_short", about="title")
    wrong = op("accept", {"handler_phone": "打给老李"})
    assert admit(wrong, asker("town"), NOON) == Refusal(why="not_a_phone", about="handler_phone")


def test_a_newer_version_does_not_excuse_a_wrong_value() -> None:
    short = msgspec.structs.replace(op("edit", {"title": "灯"}), v=OP_VERSION + 1)
    assert admit(short, asker("town"), NOON) == Refusal(why="too_short", about="title")


def test_an_edit_needs_one_role_that_may_set_all_its_fields() -> None:
    both = op("edit", {"measures": "换了三只灯泡", "title": "路灯坏了"})
    assert admit(both, asker("grid_worker"), NOON) == Admitted(role="grid_worker")
    assert admit(both, asker("town"), NOON) == Refusal(why="not_your_field", about="measures")
    assert admit(op("settle", {"title": "路灯坏了"}), asker("town", "grid_worker"), NOON) == Admitted(role="town")


BROKEN: list[tuple[str, str, str, dict[str, Json]]] = [
    (
        "reporter_or_anonymous",
        "issue",
        "register",
        {"anonymous": True, "reporter": {"name": "赵某", "phone": "15400000001"}},
    ),
    ("overrule_says_why", "issue", "triage", {"track": "solved_in_grid", "overrules": "T20", "overrule_why": ""}),
    ("no_says_basis", "issue", "answer", {"conclusion": "not_supported", "basis": ""}),
    ("ends_after_start", "visit", "record", {"started_ms": 2, "ended_ms": 1}),
    ("nobody_home_says_when", "visit", "record", {"met": "nobody"}),
    ("finding_has_issue", "visit", "record", {"findings": [{"kind": "hazard"}]}),
    ("damage_says_what", "mailbox_opening", "open", {"box_ok": False}),
    ("refusal_ends_mediation", "mediation", "record", {"outcome": "refused"}),
    ("agreement_has_terms", "mediation", "record", {"outcome": "oral", "terms": []}),
    ("failure_tells_routes", "mediation", "record", {"outcome": "none", "routes_told": []}),
    ("units_differ", "issue", "dispatch", {"co_units": [{"unit": "county_housing", "name": "县住建局"}]}),
    ("refusal_says_why", "order", "report_in", {"arrived": "refused"}),
]


@pytest.mark.parametrize(("check", "kind", "name", "fields"), BROKEN, ids=[one[0] for one in BROKEN])
def test_an_act_says_all_that_its_matter_asks_for(check: str, kind: str, name: str, fields: dict[str, Json]) -> None:
    wrong = op(name, subject=f"{kind}/d1.7")
    consenting: dict[str, Json] = {
        "parties": [{"name": "赵某", "consent": "agrees"}, {"name": "钱某", "consent": "agrees"}]
    }
    base = {n: v for n, v in wrong.fields.items() if n not in ("next_visit_on", "refuse_why")}
    if kind == "mediation":
        base = {n: v for n, v in {**base, **consenting}.items() if n != "terms"}
    if kind == "visit":
        base = {**base, "met": "head"}
    wrong = msgspec.structs.replace(wrong, fields={**base, **fields})
    role = {"answer": "town", "dispatch": "town", "report_in": "handler"}.get(name, "grid_worker")
    assert admit(wrong, asker(role), NOON) == Refusal(why=check, about=name)


def test_a_clock_is_set_alone() -> None:
    two = op("clock")
    due = next(iter(two.fields.values()))
    two = msgspec.structs.replace(two, fields={"due_grid": due, "due_assign": due})
    assert admit(two, asker("clerk"), NOON) == Refusal(why="one_clock", about="clock")


@pytest.mark.parametrize("kind", LAW)
def test_every_act_in_order_is_open_to_every_role_of_its_row(kind: str) -> None:
    law, chance = LAW[kind], Chance(kind)
    for row in law.rows:
        branch: dict[str, Json] = {name: chance.choice(values) for name, values in row.if_.items()}
        for role in row.who:
            fields = {**good_fields(law, row.op, chance), **branch}
            if row.op == "record" and kind == "mediation":
                fields = mediated(fields)
            if row.op == "conclude":
                fields = {**fields, "terms": [] if fields["outcome"] == "none" else [TASK]}
            one = op(row.op, subject=f"{kind}/d1.7")
            assert admit(msgspec.structs.replace(one, fields=fields), asker(role), NOON) == Admitted(role=role), row.id


TASK: Json = {"what": "清沟", "who": "钱某", "by": "2026-12-01"}


def mediated(fields: dict[str, Json]) -> dict[str, Json]:
    """The fields of a mediation with parties and terms such as its outcome asks for."""
    refused, agreed = fields["outcome"] == "refused", fields["outcome"] in ("written", "oral")
    second: Json = {"name": "钱某", "consent": "refuses" if refused else "agrees"}
    terms: list[Json] = [{"who": "赵某", "what": "疏通水沟", "done": True}] if agreed else []
    hands = {"all": (True, True), "some": (True, False)}.get(str(fields["signed"]), (False, False))
    mark = "says_yes" if fields["outcome"] == "oral" else "thumb"
    first: Json = {"name": "赵某", "consent": "agrees"}
    parties: list[Json] = [{**one, mark: hand} for one, hand in zip((first, second), hands, strict=True)]
    return {**fields, "parties": parties, "terms": terms}
