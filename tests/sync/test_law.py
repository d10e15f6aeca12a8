"""The tables are well-formed: every word in them is known, every stage has a way in and out, no two rows contradict."""

from itertools import combinations

import pytest

from sync.check import CHECKS, bad
from sync.fold import DOER_GUARDS, GUARDS
from sync.law import GENERIC_OPS, KINDS, LAW, LAW_VERSION, ROLES, FieldLaw, Row, SubjectLaw, law_of, rank, row_fits
from tests.vectors.chance import Chance
from tests.vectors.values import good

RULES = {"later", "higher", "union", "keep_both", "once"}

LAST = {
    "household": {"gone"},
    "visit": {"recorded"},
    "mailbox": {"retired"},
    "mailbox_opening": {"opened"},
    "letter": {"set_aside"},
    "mediation": {"performed", "broken", "failed", "refused"},
    "consultation": {"reported", "explained", "escalated", "refused", "mediating"},
    "promise": {"kept", "broken"},
    "task": {"done", "dropped"},
    "issue": {"referred", "withdrawn", "void", "moved", "archived"},
    "order": {"done", "cancelled"},
    "parked": {"let_in", "declined", "accounted"},
    "bulletin": {"signed", "discarded"},
}
"""Stages that nothing leaves, and none is meant to: what is closed, and records of what happened once."""

every_kind = pytest.mark.parametrize("law", LAW.values(), ids=LAW)


def all_fields(law: SubjectLaw) -> list[tuple[str, FieldLaw]]:
    """Every field with its parts, and the parts of those."""
    found = list(law.fields.items())
    for name, field in found:
        found += [(f"{name}.{part}", its) for part, its in field.fields.items()]
        found += [(f"{name}[]", field.of)] if field.of else []
    return found


def test_there_is_a_table_for_every_kind_and_each_names_itself() -> None:
    assert {kind: law.subject for kind, law in LAW.items()} == {kind: kind for kind in KINDS}
    assert set(LAST) == set(KINDS)
    assert LAW_VERSION == 1


def test_every_role_has_its_own_rank_and_its_names() -> None:
    assert len({role.rank for role in ROLES.values()}) == len(ROLES)
    assert all(role.zh and role.en for role in ROLES.values())
    assert rank("no_such_role") < min(role.rank for role in ROLES.values())


@every_kind
def test_everybody_who_may_do_something_has_a_known_role(law: SubjectLaw) -> None:
    named = {role for row in law.rows for role in row.who} | {
        role for field in law.fields.values() for role in field.edit
    }
    assert named <= set(ROLES)
    assert all(row.who for row in law.rows)


@every_kind
def test_rows_have_numbers_of_their_own_and_name_known_stages(law: SubjectLaw) -> None:
    assert len({row.id for row in law.rows}) == len(law.rows)
    assert {stage for row in law.rows for stage in (*row.from_, row.to)} <= {"", *law.stages}
    assert set(law.editable) <= set(law.stages)
    assert set(law.over) <= set(law.stages)
    assert all(row.from_ and row.to != "" for row in law.rows if "" in row.from_)


@every_kind
def test_every_stage_can_be_reached(law: SubjectLaw) -> None:
    reached = {""}
    while more := {row.to for row in law.rows if reached & set(row.from_) and row.to} - reached:
        reached |= more
    assert reached == {"", *law.stages}


@every_kind
def test_every_stage_has_a_way_out_but_the_last_ones(law: SubjectLaw) -> None:
    left = {stage for row in law.rows if row.to for stage in row.from_ if stage != row.to}
    assert set(law.stages) - left == LAST[law.subject]


@every_kind
def test_every_act_has_a_row_and_every_row_an_act(law: SubjectLaw) -> None:
    assert {row.op for row in law.rows} == set(law.ops)
    assert not set(law.ops) & set(GENERIC_OPS)


@every_kind
def test_acts_name_known_fields_and_checks_and_none_twice(law: SubjectLaw) -> None:
    for act in law.ops.values():
        assert {*act.need, *act.may} <= set(law.fields)
        assert len({*act.need, *act.may}) == len(act.need) + len(act.may)
        assert set(act.check) <= set(CHECKS)


@every_kind
def test_every_field_can_be_set_by_somebody(law: SubjectLaw) -> None:
    by_acts = {name for act in law.ops.values() for name in (*act.need, *act.may)}
    assert {name for name, field in law.fields.items() if not field.edit} <= by_acts


@every_kind
def test_what_holds_once_is_open_to_no_edit(law: SubjectLaw) -> None:
    assert [name for name, field in law.fields.items() if field.merge == "once" and field.edit] == []


@every_kind
def test_a_union_is_of_lists(law: SubjectLaw) -> None:
    assert [name for name, field in law.fields.items() if field.merge == "union" and field.type != "list"] == []


@every_kind
def test_fields_are_of_known_types_and_rules_with_sensible_bounds(law: SubjectLaw) -> None:
    for name, field in all_fields(law):
        assert field.merge in RULES, name
        assert field.min is None or field.max is None or field.min <= field.max, name
        assert (field.type == "code") == bool(field.codes), name
        assert (field.type == "list") == bool(field.of), name
        assert (field.type == "map") == bool(field.fields), name
        assert field.kind in {"", *KINDS}, name
        assert len(set(field.codes)) == len(field.codes), name
        assert not field.need or "." in name, f"{name}: only parts of a map are needed; acts say what they need"


@every_kind
def test_every_field_has_a_value_that_may_stand_in_it(law: SubjectLaw) -> None:
    chance = Chance(1)
    for name, field in all_fields(law):
        assert [why for why in (bad(field, good(field, chance)) for _ in range(20)) if why] == [], name


@every_kind
def test_field_names_are_such_as_every_op_may_bear(law: SubjectLaw) -> None:
    assert [name for name in law.fields if not (name[0].isalpha() and name.isascii() and name == name.lower())] == []


@every_kind
def test_conditions_name_a_needed_code_and_some_of_its_values(law: SubjectLaw) -> None:
    for row in law.rows:
        for name, values in row.if_.items():
            assert name in law.ops[row.op].need, row.id
            assert set(values) <= set(law.fields[name].codes), row.id


@every_kind
def test_the_rows_of_an_act_that_asks_for_a_field_cover_all_its_values_or_say_no_on_purpose(law: SubjectLaw) -> None:
    for name, act in law.ops.items():
        for field in act.need:
            named = [value for row in law.rows if row.op == name for value in row.if_.get(field, [])]
            if named:
                assert set(named) == set(law.fields[field].codes), (name, field)


@every_kind
def test_no_two_rows_open_the_same_move_to_one_role(law: SubjectLaw) -> None:
    assert [(one.id, other.id) for one, other in combinations(law.rows, 2) if overlap(one, other)] == []


def overlap(one: Row, other: Row) -> bool:
    """Whether some op of some role at some stage meets both rows."""
    shared = [field for field in one.if_ if field in other.if_]
    apart = any(not set(one.if_[field]) & set(other.if_[field]) for field in shared)
    return (
        one.op == other.op
        and bool(set(one.from_) & set(other.from_))
        and bool(set(one.who) & set(other.who))
        and not apart
    )


@every_kind
def test_guards_are_known(law: SubjectLaw) -> None:
    assert {guard for row in law.rows for guard in row.guard} <= {*GUARDS, *DOER_GUARDS}


def test_every_check_and_guard_is_used_by_some_row_or_act() -> None:
    acts = [act for law in LAW.values() for act in law.ops.values()]
    assert {check for act in acts for check in act.check} == set(CHECKS)
    assert {guard for law in LAW.values() for row in law.rows for guard in row.guard} == {*GUARDS, *DOER_GUARDS}
    assert not set(GUARDS) & set(DOER_GUARDS)


def test_satisfaction_is_set_by_the_resident_or_a_caller_from_elsewhere_and_nobody_else() -> None:
    law = LAW["issue"]
    ways = {row.op: row.who for row in law.rows if {"solved", "satisfaction", "attitude"} & set(law.ops[row.op].need)}
    assert ways == {"confirm": ["resident"], "call_back": ["caller"]}
    assert ROLES["caller"].of == "other_unit"
    assert law.fields["solved"].edit == law.fields["satisfaction"].edit == law.fields["attitude"].edit == []


def test_nobody_of_a_unit_closes_an_issue_and_a_caller_only_by_an_answer() -> None:
    ends = {row.id: (row.op, row.who) for row in LAW["issue"].rows if row.to == "closed"}
    assert ends == {
        "A15": ("confirm", ["resident"]),
        "A15c": ("call_back", ["caller"]),
        "A15p": ("call_back", ["caller"]),
        "A17": ("lapse", ["clerk"]),
        "A17a": ("lapse", ["clerk"]),
        "A19": ("explain", ["town_head", "county_leader"]),
    }
    of_units = {role for role, known in ROLES.items() if known.of == "unit"}
    assert of_units == {"handler", "dept_liaison", "deputy_head", "unit_head"}
    assert [row.id for row in LAW["issue"].rows if of_units & set(row.who)] == []


def test_the_resident_s_words_and_the_first_responder_are_said_once() -> None:
    issue, letter = LAW["issue"].fields, LAW["letter"].fields
    assert [issue[name].merge for name in ("words", "responder", "channel", "anonymous", "issue_no")] == ["once"] * 5
    assert letter["verbatim"].merge == "once"


@pytest.mark.parametrize("kind", ["issue", "order"])
def test_promised_dates_are_moved_by_the_clerk_alone(kind: str) -> None:
    law = LAW[kind]
    dues = [name for name, field in law.fields.items() if field.type == "due"]
    setters = {row.op: row.who for row in law.rows if set(dues) & {*law.ops[row.op].need, *law.ops[row.op].may}}
    assert setters.pop("clock") == ["clerk"]
    assert setters == ({"number": ["clerk"]} if kind == "issue" else {})
    assert [name for name in dues if law.fields[name].edit] == []


def test_a_kind_that_is_not_known_has_no_law() -> None:
    assert law_of("issue/d1.1") is LAW["issue"]
    assert law_of("errand/d1.1") is None


def test_a_row_fits_by_stage_name_and_branch() -> None:
    row = next(row for row in LAW["issue"].rows if row.id == "A15")
    assert row_fits(row, "pending_confirm", "confirm", {"solved": "solved"})
    assert not row_fits(row, "closed", "confirm", {"solved": "solved"})
    assert not row_fits(row, "pending_confirm", "answer", {"solved": "solved"})
    assert not row_fits(row, "pending_confirm", "confirm", {"solved": "partly"})
    assert not row_fits(row, "pending_confirm", "confirm", {})
