"""What the county's triage table proposes, one sentence per rule, and how it is read. The twin's agreement is in triage.test.ts."""

import pytest

from server.book import load_book
from sync.rules.book import FACTS, Facts, FactValue
from sync.rules.triage import Proposal, Step, explain, propose
from tests.vectors import write_rules

BOOK = load_book().book
NUMBERED = [f"T{number:02}" for number in range(1, 32)]


def proposed(**facts: FactValue) -> Proposal:
    return propose(BOOK, facts)


def step(rule: str, facts: Facts) -> Step:
    return next(step for step in explain(BOOK, facts) if step.rule == rule)


def test_t01_danger_to_life_is_an_emergency_whatever_else_is_said() -> None:
    said = proposed(danger=["life"], category="0401", within_means=True, wish="solved_in_grid")
    assert (said.track, said.rule, said.urgency) == ("escalate_to_town", "T01", "emergency")
    assert "119" in said.steps_zh


def test_t02_violence_goes_to_the_police_and_is_never_mediated() -> None:
    said = proposed(danger=["violence"], category="0101", parties=2, consents=True)
    assert (said.track, said.rule) == ("escalate_to_town", "T02")
    assert "no_mediation" in said.flags


def test_t03_signs_of_harm_to_a_child_must_be_reported_and_are_sealed() -> None:
    said = proposed(danger=["minor"], category="0804")
    assert (said.track, said.rule, said.urgency) == ("escalate_to_town", "T03", "emergency")
    assert {"mandatory_report", "sealed"} <= set(said.flags)


def test_t03_a_child_in_danger_of_life_is_sealed_although_t01_ends_the_reading() -> None:
    said = proposed(danger=["life", "minor"])
    assert said.rule == "T01"
    assert {"emergency", "mandatory_report", "sealed"} <= set(said.flags)


def test_t04_a_suspected_offence_goes_to_the_police() -> None:
    said = proposed(danger=["crime"], category="0111")
    assert (said.track, said.rule, said.urgency) == ("escalate_to_town", "T04", "urgent")


def test_t05_a_matter_already_in_court_is_referred() -> None:
    said = proposed(danger=[], in_process=True, category="0105")
    assert (said.rule, said.next) == ("T05", "refer")


def test_t06_an_accusation_of_an_official_is_sealed() -> None:
    said = proposed(danger=[], accuses_official=True, category="0113")
    assert (said.track, said.rule) == ("escalate_to_town", "T06")
    assert "sealed" in said.flags


def test_t06_an_accusation_that_is_also_in_court_stays_sealed() -> None:
    said = proposed(accuses_official=True, in_process=True)
    assert (said.rule, "sealed" in said.flags) == ("T05", True)


def test_t07_a_complaint_about_the_handler_goes_one_level_up() -> None:
    said = proposed(about_handler=True, category="0401", within_means=True)
    assert (said.track, said.rule) == ("escalate_to_town", "T07")
    assert {"recusal", "raised"} <= set(said.flags)


def test_t08_five_people_going_together_are_reported_at_once() -> None:
    assert "T08" in proposed(crowd=5, category="0109").fired
    assert "T08" not in proposed(crowd=4, category="0109").fired
    assert proposed(crowd=5, category="0109").urgency == "emergency"


def test_t09_the_same_open_matter_of_the_same_person_joins_it() -> None:
    said = proposed(same_open="issue/d1.7", category="0502")
    assert (said.rule, said.next) == ("T09", "join")


def test_t10_asking_again_raises_the_matter_and_asking_twice_again_assigns_it_twice() -> None:
    once = proposed(same_closed="issue/d1.3", repeats=1, category="0401")
    twice = proposed(same_closed="issue/d1.3", repeats=2, category="0401")
    assert (once.track, once.rule, "dual_assignment" in once.flags) == ("escalate_to_town", "T10", False)
    assert "dual_assignment" in twice.flags


def test_t11_three_households_within_a_month_are_collective() -> None:
    said = proposed(similar_households=3, category="0404")
    assert (said.track, said.rule) == ("escalate_to_town", "T11")
    assert {"collective", "dual_assignment", "consider_consult"} <= set(said.flags)


def test_t12_an_enquiry_that_can_be_answered_is_answered() -> None:
    said = proposed(nature="enquiry", answerable=True, category="0601")
    assert (said.track, said.rule) == ("solved_in_grid", "T12")


def test_t13_an_enquiry_nobody_here_can_answer_goes_to_the_competent_office() -> None:
    assert proposed(nature="enquiry", answerable=False, category="1001").rule == "T13"
    assert proposed(nature="enquiry", category="1001").track == "escalate_to_town"


def test_t14_what_the_grid_may_do_for_people_the_grid_does() -> None:
    assert proposed(assisted=True, category="0802").rule == "T14"
    assert proposed(category="1104").track == "solved_in_grid"
    assert proposed(nature="enquiry", assisted=True, category="1101").rule == "T14"


def test_t15_what_needs_an_administrative_power_goes_to_who_has_it() -> None:
    said = proposed(needs_power=True, category="0404", within_means=True)
    assert (said.track, said.rule) == ("escalate_to_town", "T15")


def test_t16_a_utility_fault_goes_straight_to_the_company_and_a_large_one_to_the_town_as_well() -> None:
    small, large = proposed(category="0503", households=10), proposed(category="0503", households=11)
    assert (small.rule, small.urgency, "copy_town" in small.flags) == ("T16", "urgent", False)
    assert "copy_town" in large.flags


def test_t17_wage_arrears_are_urgent() -> None:
    said = proposed(category="0108", parties=2, consents=True)
    assert (said.track, said.rule, said.urgency) == ("escalate_to_town", "T17", "urgent")


def test_t18_demolition_and_pollution_call_for_the_whistle() -> None:
    for category in ("0107", "0406"):
        said = proposed(category=category)
        assert (said.rule, said.flags) == ("T18", ["whistle"])


def test_t19_what_lies_outside_the_grid_goes_to_the_common_level_above() -> None:
    said = proposed(outside_grid=True, category="0401", within_means=True)
    assert (said.track, said.rule) == ("escalate_to_town", "T19")


def test_t20_two_sides_who_agree_are_mediated_in_the_grid() -> None:
    said = proposed(category="0103", parties=2, consents=True)
    assert (said.track, said.rule) == ("solved_in_grid", "T20")
    assert proposed(category="0103", parties=2).rule == "T31"


def test_t21_a_side_that_refuses_is_not_mediated() -> None:
    two = proposed(category="0103", parties=2, refuses=True)
    many = proposed(category="0103", parties=2, refuses=True, households=4)
    assert (two.track, two.rule, two.flags) == ("escalate_to_town", "T21", ["no_mediation"])
    assert (many.track, many.rule) == ("consult_mechanism", "T21a")


def test_t22_title_is_decided_by_government_although_both_sides_agree_to_mediation() -> None:
    said = proposed(category="0104", parties=2, consents=True, title_dispute=True)
    assert (said.track, said.rule) == ("escalate_to_town", "T22")
    assert "no_court_confirmation" in said.flags


def test_t23_what_many_share_and_the_village_may_decide_is_consulted_on() -> None:
    said = proposed(category="0501", shared=True, village_may_decide=True, households=12)
    assert (said.track, said.rule) == ("consult_mechanism", "T23")


def test_t24_several_households_without_one_decider_are_consulted() -> None:
    assert proposed(category="0701", households=3).rule == "T24"
    assert proposed(category="0103", parties=3, households=3).track == "consult_mechanism"
    assert proposed(category="0501", households=30).track == "escalate_to_town"


def test_t25_failed_mediation_goes_to_the_three_officers_and_a_broken_agreement_to_court() -> None:
    failed = proposed(category="0103", parties=2, consents=True, tried="failed")
    broken = proposed(category="0103", parties=2, consents=True, tried="broken")
    assert (failed.track, failed.rule) == ("consult_mechanism", "T25")
    assert (broken.rule, broken.next) == ("T25b", "refer")


def test_t26_a_wish_is_followed() -> None:
    assert proposed(category="0501", wish="consult_mechanism").track == "consult_mechanism"
    assert proposed(category="0103", parties=2, consents=True, wish="escalate_to_town").rule == "T26"
    assert proposed(category="0103", wish="").rule == "T31"


@pytest.mark.parametrize(
    "forbidding",
    [
        {"danger": ["life"]},
        {"danger": ["violence"]},
        {"danger": ["minor"]},
        {"danger": ["crime"]},
        {"in_process": True},
        {"accuses_official": True},
        {"about_handler": True},
        {"crowd": 5},
        {"needs_power": True},
        {"title_dispute": True},
        {"refuses": True},
    ],
)
def test_t26_no_wish_for_the_grid_overcomes_danger_law_or_the_other_sides_no(forbidding: Facts) -> None:
    said = propose(BOOK, {"category": "0103", "wish": "solved_in_grid", **forbidding})
    assert said.track == "escalate_to_town"
    assert "T26" not in said.fired


def test_t27_what_the_village_can_do_in_three_days_the_grid_does() -> None:
    said = proposed(category="0502", within_means=True)
    assert (said.track, said.rule) == ("solved_in_grid", "T27")


def test_t28_what_needs_money_goes_to_the_town_or_to_those_who_share_it() -> None:
    assert proposed(category="0401", needs_money=True, within_means=True).track == "escalate_to_town"
    assert proposed(category="0401", needs_money=True, shared=True).track == "consult_mechanism"


def test_t29_what_policy_does_not_allow_is_explained_and_does_not_count_as_solved() -> None:
    said = proposed(category="0801", policy_limited=True)
    assert (said.rule, said.flags) == ("T29", ["policy_limited"])


@pytest.mark.parametrize("fact", [{"amount_fen": 5_000_001}, {"years_old": 4}, {"related": True}])
def test_t30_much_money_many_years_or_a_relative_raise_a_matter_one_level(fact: Facts) -> None:
    said = propose(BOOK, {"category": "0111", "parties": 2, "consents": True, **fact})
    assert (said.track, said.rule) == ("escalate_to_town", "T30")
    assert said.fired == ["T20", "T30"]


def test_t30_fifty_thousand_yuan_and_three_years_are_not_yet_much() -> None:
    assert proposed(category="0111", amount_fen=5_000_000, years_old=3).track == "solved_in_grid"


def test_t31_without_further_facts_the_category_decides_and_the_town_reviews() -> None:
    for category in BOOK.categories:
        said = proposed(category=category.code)
        if category.track and said.fired == ["T31"]:
            assert (said.track, said.flags) == (category.track, ["town_review"])


def test_t31_a_matter_of_no_known_category_goes_to_the_town() -> None:
    assert [proposed().track, proposed(category="0199").track] == ["escalate_to_town"] * 2


def test_every_leaf_gets_a_track_with_reason_and_steps() -> None:
    for category in BOOK.categories:
        said = proposed(category=category.code)
        assert said.track
        assert said.reason_zh
        assert said.reason_en
        assert said.steps_zh
        assert said.book == BOOK.version


def test_every_rule_of_the_book_fires_on_its_own_case() -> None:
    assert list(write_rules.FIRING) == [rule.id for rule in BOOK.triage]
    assert set(NUMBERED) <= set(write_rules.FIRING)
    for rule, facts in write_rules.FIRING.items():
        assert rule in propose(BOOK, facts).fired, rule


def test_absent_is_never_no_and_a_fact_of_another_type_is_as_good_as_absent() -> None:
    for facts in ({}, {"needs_power": 1}, {"needs_power": "true"}, {"danger": "life"}, {"crowd": True}):
        assert proposed(**facts).rule == "T31"


def test_what_the_book_derives_nobody_can_state() -> None:
    stated = proposed(category="0501", category_track="consult_mechanism", category_parties="multi", households=5)
    assert stated == proposed(category="0501", households=5)


def test_the_explanation_names_the_condition_that_failed_and_what_was_known() -> None:
    facts: Facts = {"category": "0103", "parties": 2, "consents": True, "amount_fen": 100}
    assert step("T20", facts).outcome == "gave_track"
    failed = step("T30", facts).failed
    assert [(one.condition.fact, one.value) for one in failed] == [
        ("amount_fen", 100),
        ("years_old", None),
        ("related", None),
    ]
    assert step("T31", facts).outcome == "outranked"


def test_the_explanation_tells_a_forbidden_wish_and_what_was_not_read() -> None:
    assert step("T26", {"wish": "solved_in_grid", "about_handler": True}).outcome == "forbidden"
    assert step("T07", {"danger": ["life"], "about_handler": True}).outcome == "not_read"
    assert step("T07", {"about_handler": True}).outcome == "flagged"


def test_every_fact_has_a_type_and_a_label_in_both_languages() -> None:
    for fact in FACTS.values():
        assert fact.type in {"bool", "int", "text", "list"}
        assert fact.zh
        assert fact.en


def test_the_vectors_are_current() -> None:
    assert write_rules.FILE.read_text("utf-8") == write_rules.text(), "run: python -m tests.vectors.write_rules"
