"""What a log adds up to: the road of an issue, what does not fit any more, and what holds for any ops at all."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.fold import Shape, acts_since_entry, empty, entered_stage, find_row, fold, moves, step, value_of
from sync.law import GENERIC_OPS, LAW, law_of
from sync.merge import all_stamps_of
from sync.op import Change, Json, same
from tests.sync.grid_log import GRID, GridLog, needed, plain
from tests.vectors.calls import ROLES, shapes_after
from tests.vectors.cases import branches
from tests.vectors.histories import mixed

SEEDS = st.integers(0, 10**9)
TO_TOWN: dict[str, Json] = {"track": "escalate_to_town"}
IN_GRID: dict[str, Json] = {"track": "solved_in_grid"}
SOLVED: dict[str, Json] = {"solved": "solved"}
NOT_SOLVED: dict[str, Json] = {"solved": "not_solved"}


def at_town() -> GridLog:
    log = GridLog()
    log.say("grid_worker", "register")
    log.say("grid_worker", "triage", TO_TOWN)
    return log


def notes(log: GridLog) -> list[tuple[str, str, str]]:
    return [(note.name, note.stage, note.why) for note in log.shape.notes]


def test_an_issue_goes_from_the_grid_to_the_town_and_is_closed_by_the_resident() -> None:
    log = at_town()
    log.say("town", "accept")
    log.say("town", "answer")
    log.say("resident", "confirm", SOLVED)
    assert log.shape.stage == "closed"
    assert [act.row for act in log.shape.acts] == ["A1", "A4", "B2", "A13", "A15"]
    assert log.shape.notes == []


def test_what_the_worker_solved_is_redone_when_the_resident_is_not_content() -> None:
    log = GridLog()
    log.say("grid_worker", "register")
    log.say("grid_worker", "triage", IN_GRID)
    log.say("grid_worker", "solve")
    log.say("resident", "confirm", NOT_SOLVED)
    assert log.shape.stage == "reopened"
    assert moves(log.law, log.shape, "grid_worker") == ["link", "alarm", "same", "differ", "ask_again"]
    assert "triage" in moves(log.law, log.shape, "town")


def test_nobody_answers_before_somebody_has_accepted_by_name() -> None:
    log = at_town()
    log.say("town", "answer")
    assert notes(log) == [("answer", "work_order", "guard_accepted")]
    assert "answer" not in moves(log.law, log.shape, "town")


def test_an_acceptance_holds_only_for_the_stage_in_which_it_was_given() -> None:
    log = at_town()
    log.say("town", "accept")
    log.say("town", "give_back")
    log.say("grid_worker", "escalate")
    log.say("town", "answer")
    assert notes(log) == [("answer", "work_order", "guard_accepted")]


def test_who_comes_second_changes_nothing_and_finds_a_note() -> None:
    log = at_town()
    log.say("grid_worker", "triage", IN_GRID)
    assert log.shape.stage == "work_order"
    assert log.value("track") == "escalate_to_town"
    assert notes(log) == [("triage", "work_order", "stage_moved_on")]
    assert log.shape.notes[0].fields["track"] == "solved_in_grid"


def test_an_act_out_of_its_role_is_kept_as_a_note() -> None:
    log = at_town()
    log.say("grid_worker", "accept")
    assert notes(log) == [("accept", "work_order", "not_your_role_here")]


def test_what_has_not_begun_is_kept_as_a_note() -> None:
    log = GridLog()
    log.say("town", "accept")
    log.say("town", "edit", {"title": "路灯坏了"})
    assert notes(log) == [("accept", "", "not_begun"), ("edit", "", "not_begun")]
    assert log.shape.fields == {}


def test_a_closed_matter_is_edited_no_more() -> None:
    log = at_town()
    log.say("town", "accept")
    log.say("town", "answer")
    log.say("town", "edit", {"title": "另一个标题"})
    assert notes(log) == [("edit", "pending_confirm", "not_editable")]


def test_registered_twice_under_one_id_the_first_stays() -> None:
    log = GridLog()
    log.say("grid_worker", "register", {"title": "路灯坏了三盏"})
    log.say("grid_worker", "register", {"title": "水管裂了"})
    assert log.value("title") == "路灯坏了三盏"
    assert notes(log) == [("register", "registered", "stage_moved_on")]


def test_two_who_edit_one_field_unseen_leave_a_loser_and_settling_clears_it() -> None:
    log = at_town()
    log.edit("grid_worker", "title", "东头路灯不亮", looked=True)
    log.edit("town", "title", "东头三盏路灯不亮", looked=False)
    assert log.value("title") == "东头三盏路灯不亮"
    lost = [one.value for one in log.shape.fields["title"].lost]
    assert lost == ["东头路灯不亮"]
    seen = {"title": all_stamps_of(log.shape.fields["title"])}
    log.say("grid_worker", "settle", {"title": "村东头三盏路灯不亮"}, seen)
    assert log.shape.fields["title"].lost == []


def test_the_resident_s_own_words_are_never_overwritten() -> None:
    log = at_town()
    words = log.value("words")
    log.edit("town", "words", "改过的话", looked=True)
    assert log.value("words") == words


def test_photos_brought_with_the_solution_do_not_hide_those_of_the_report() -> None:
    before: Json = {"hash": "a" * 64, "bytes": 5}
    after: Json = {"hash": "b" * 64, "bytes": 6}
    log = GridLog()
    log.say("grid_worker", "register", {"photos": [before]})
    log.say("grid_worker", "triage", IN_GRID)
    log.say("grid_worker", "solve", {"photos": [after]})
    assert value_of(log.law, log.shape, "photos") == [before, after]


def test_an_act_replaces_what_an_earlier_act_said() -> None:
    log = at_town()
    log.say("town", "accept", {"handler_name": "李某"})
    log.say("town", "accept", {"handler_name": "周某"})
    register = log.shape.fields["handler_name"]
    assert (register.now.value, register.lost) == ("周某", [])


def test_an_act_does_not_swallow_an_edit_that_its_author_had_not_seen() -> None:
    log = GridLog()
    log.say("grid_worker", "register")
    log.say("grid_worker", "triage", {**IN_GRID, "topic": "路灯谁来修"})
    edit = log.edit("town", "topic", "路灯修缮的钱谁出")
    blind = GridLog()
    for change in log.changes:
        blind.shape = step(log.law, blind.shape, change)
    log.say("grid_worker", "consult", {"topic": "路灯怎么分摊"}, {"topic": [edit]})
    blind.say("grid_worker", "consult", {"topic": "路灯怎么分摊"})
    assert log.shape.fields["topic"].lost == []
    assert [one.value for one in blind.shape.fields["topic"].lost] == ["路灯修缮的钱谁出"]


def test_entry_into_a_stage_is_the_last_act_that_moved() -> None:
    log = at_town()
    triage = log.changes[-1].op.stamp
    log.say("town", "accept")
    log.say("grid_worker", "link")
    entered = entered_stage(log.shape)
    assert entered is not None
    assert entered.stamp == triage
    assert [act.name for act in acts_since_entry(log.shape)] == ["accept", "link"]
    assert entered_stage(empty("issue/d1.1", GRID)) is None


def test_unknown_fields_of_a_later_version_change_nothing_and_stay_in_the_act() -> None:
    log = GridLog()
    log.say("grid_worker", "register", {"weather": "rain"})
    assert "weather" not in log.shape.fields
    assert log.shape.acts[0].fields["weather"] == "rain"


@given(SEEDS)
def test_folding_never_fails_and_every_act_either_holds_or_is_noted(seed: int) -> None:
    changes = mixed(seed)
    for shape in last_shapes(changes):
        own = [change for change in changes if change.op.subject == shape.subject]
        edits = [change for change in own if change.op.name in GENERIC_OPS]
        noted_edits = [note for note in shape.notes if note.name in GENERIC_OPS]
        # What it brought from another log was said there.
        here = [one for one in (*shape.acts, *shape.notes) if one.stamp in {change.op.stamp for change in own}]
        assert len(here) - len(noted_edits) + len(edits) == len(own)


def last_shapes(changes: list[Change]) -> list[Shape]:
    return list({shape.subject: shape for shape in shapes_after(changes) if shape}.values())


@given(SEEDS)
def test_no_value_is_ever_lost(seed: int) -> None:
    """Each is in force, beside, among the losers, said again, seen by a later author, or whole in a note or act."""
    changes = mixed(seed)
    for shape in last_shapes(changes):
        own = [change.op for change in changes if change.op.subject == shape.subject]
        whole = {one.stamp for one in (*shape.notes, *shape.acts)}
        for n, op in enumerate(own):
            if op.stamp in whole:
                continue
            for name, value in op.fields.items():
                if name not in LAW[shape.kind].fields:
                    continue
                register = shape.fields[name]
                kept = any(one.stamp == op.stamp for one in (register.now, *register.beside, *register.lost))
                later = own[n + 1 :]
                seen = any(op.stamp in other.seen.get(name, []) for other in later)
                again = any(
                    name in other.fields and same(other.fields[name], value) for other in own if other is not op
                )
                assert kept or seen or again, (name, value)


@given(SEEDS)
def test_what_holds_once_is_what_was_said_first(seed: int) -> None:
    shapes: dict[str, Shape] = {}
    for change in mixed(seed):
        law = law_of(change.op.subject)
        assert law is not None
        before = shapes.get(change.op.subject) or empty(change.op.subject, GRID)
        after = step(law, before, change)
        for name, register in before.fields.items():
            if law.fields[name].merge == "once":
                assert after.fields[name].now == register.now
        shapes[change.op.subject] = after


@given(SEEDS)
def test_wrong_clocks_change_no_stage_and_no_winner(seed: int) -> None:
    changes = mixed(seed)
    stamps = sorted({change.op.stamp for change in changes})
    turned = dict(zip(stamps, reversed(stamps), strict=True))
    others = [with_stamps(change, turned) for change in changes]
    for honest, wrong in zip(last_shapes(changes), last_shapes(others), strict=True):
        assert honest.stage == wrong.stage
        assert [act.row for act in honest.acts] == [act.row for act in wrong.acts]
        assert {n: r.now.value for n, r in honest.fields.items()} == {n: r.now.value for n, r in wrong.fields.items()}


def with_stamps(change: Change, turned: dict[str, str]) -> Change:
    """The change as it would be if its device's clock had shown another time."""
    seen = {name: [turned.get(one, one) for one in looked] for name, looked in change.op.seen.items()}
    return msgspec.structs.replace(
        change, op=msgspec.structs.replace(change.op, stamp=turned[change.op.stamp], seen=seen)
    )


@given(SEEDS, st.integers(0, 30))
def test_folding_a_log_in_two_parts_is_folding_it_whole(seed: int, cut: int) -> None:
    for shape in last_shapes(changes := mixed(seed)):
        own = [change for change in changes if change.op.subject == shape.subject]
        law = LAW[shape.kind]
        start = empty(shape.subject, GRID)
        assert fold(law, fold(law, start, own[:cut]), own[cut:]) == fold(law, start, own) == shape


@given(SEEDS)
def test_a_step_leaves_the_old_shape_as_it_was(seed: int) -> None:
    changes = mixed(seed)
    shapes = [shape for shape in shapes_after(changes) if shape]
    before = [plain(shape) for shape in shapes]
    for shape in shapes:
        fold(LAW[shape.kind], shape, [change for change in changes if change.op.subject == shape.subject])
    assert [plain(shape) for shape in shapes] == before


@given(SEEDS)
def test_the_moves_that_are_offered_are_those_that_would_hold(seed: int) -> None:
    for shape in last_shapes(mixed(seed)):
        law = LAW[shape.kind]
        for role in ROLES:
            offered = moves(law, shape, role)
            holding = [
                name
                for name in law.ops
                if any(
                    not isinstance(find_row(law, shape, name, {**needed(law, name), **branch}, role), str)
                    for branch in branches(law, name)
                )
            ]
            assert sorted(offered) == sorted(holding)


@pytest.mark.parametrize("kind", LAW)
def test_nothing_is_known_of_a_subject_before_its_first_op(kind: str) -> None:
    shape = empty(f"{kind}/d1.1", GRID)
    assert (shape.kind, shape.stage, shape.acts, value_of(LAW[kind], shape, "title")) == (kind, "", [], None)


def test_the_same_log_adds_up_to_the_same_shape() -> None:
    log = at_town()
    log.edit("town", "title", "路灯三盏不亮")
    assert log.again() == log.shape
