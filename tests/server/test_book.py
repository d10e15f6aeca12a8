"""The county's book: what ours holds, and that a wrong one is refused at start with file, entry and reason."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from server.book import FOLDER, BadBookError, load_book
from sync.rules.book import DANGERS, TRACKS, Book
from sync.rules.triage import propose

BOOK = load_book().book


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "book"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


@pytest.fixture
def refusal(folder: Path) -> Callable[..., str]:
    """What is said of the book after some words in one of its files were replaced."""

    def refuse(file: str, old: str, new: str) -> str:
        path = folder / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        with pytest.raises(BadBookError) as caught:
            load_book(folder)
        return str(caught.value)

    return refuse


def test_the_book_has_12_domains_70_leaves_and_the_rules_t01_to_t31() -> None:
    leaves = [category for category in BOOK.categories if category.parent]
    assert (len(BOOK.categories) - len(leaves), len(leaves)) == (12, 70)
    assert {f"T{number:02}" for number in range(1, 32)} <= {rule.id for rule in BOOK.triage}
    assert [sum(leaf.track == track for leaf in leaves) for track in TRACKS] == [24, 39, 7]


def test_the_book_survives_the_way_to_a_phone() -> None:
    assert msgspec.json.decode(msgspec.json.encode(BOOK), type=Book) == BOOK


def test_a_copy_of_the_book_is_accepted(folder: Path) -> None:
    assert load_book(folder).book == BOOK


def test_phones_get_the_words_of_flags_and_tracks_but_not_the_servers() -> None:
    assert BOOK.words_zh["flag.sealed"] == "密封"
    assert set(BOOK.words_zh) == set(BOOK.words_en)
    assert not any(key.startswith("due.") for key in BOOK.words_zh)


def test_every_danger_is_asked_about_and_answered_by_a_stop_rule() -> None:
    for kind in DANGERS:
        assert propose(BOOK, {"danger": [kind]}).track == "escalate_to_town"


@pytest.mark.parametrize(
    ("file", "old", "new", "entry", "why"),
    [
        ("counter.toml", '"11"', '"99"', "categories 99", "begins no code of categories.csv"),
        ("triage.toml", '"danger", has = "life"', '"dangers", has = "life"', "T01", "unknown fact 'dangers'"),
        ("triage.toml", '"needs_power", is = true', '"needs_power", is = "yes"', "T15", "is not of the type"),
        ("triage.toml", '"crowd", at_least = 5', '"crowd", has = "5"', "T08", "has does not fit crowd"),
        ("triage.toml", '"crowd", at_least = 5', '"crowd"', "T08", "asks 0 questions"),
        ("triage.toml", '"crowd", at_least = 5', '"crowd", at_least = 5, at_most = 9', "T08", "asks 2 questions"),
        ("triage.toml", '"tried", is = "failed"', '"tried", is = "lost"', "T25", "'lost' is no value of tried"),
        ("triage.toml", 'in = ["0108"]', 'in = ["0199"]', "T17", "unknown category '0199'"),
        ("triage.toml", 'in = ["0108"]', 'in = ["01"]', "T17", "unknown category '01'"),
        ("triage.toml", 'in = ["0108"]', "in = []", "T17", "names nothing"),
        ("triage.toml", 'reason_zh = "当场解答"\n', "", "id T12", "reason_zh"),
        ("triage.toml", 'reason_zh = "当场解答"', 'reason_zh = " "', "T12", "has no reason"),
        ("triage.toml", 'steps_en = "Answer now and name everything needed in one go"\n', "", "T12", "one language"),
        ("triage.toml", 'id = "T14"', 'id = "T13"', "T13", "stands twice"),
        ("triage.toml", 'track = "escalate_to_town"', 'track = "to_the_town"', "T01", "'to_the_town' is none of"),
        ("triage.toml", 'next = "refer"', 'next = "defer"', "T05", "'defer' is none of"),
        ("triage.toml", 'urgency = "emergency"', 'urgency = "high"', "T01", "'high' is none of"),
        ("triage.toml", 'flags = ["whistle"]', 'flags = ["wistle"]', "flag.wistle", "is missing"),
        ("triage.toml", 'flags = ["recusal"]\n', 'flagged = ["recusal"]\n', "id T07", "unknown field `flagged`"),
        ("triage.toml", 'unless = ["T01"', 'unless = ["T99"', "T26", "unknown rule 'T99'"),
        ("triage.toml", "any = [[]]", 'any = [[{ fact = "shared", is = true }]]', "T31", "must hold always"),
        ("triage.toml", "any = [[]]", "any = []", "T31", "never holds"),
        (
            "triage.toml",
            '[[{ fact = "tried", is = "failed" }]]',
            '[[{ fact = "refuses", is = true }, { fact = "tried", is = "failed" }]]',
            "T25",
            "never reached",
        ),
        (
            "triage.toml",
            '[[{ fact = "crowd", at_least = 5 }]',
            '[[{ fact = "crowd", at_least = 5 }, { fact = "crowd", at_most = 4 }]',
            "T08",
            "can never hold together",
        ),
        ("triage.toml", 'has = "violence"', 'has = "crime"', "danger violence", "no stop rule"),
        ("triage.toml", 'version = "2026-11-25.1"', "", "version", "is missing"),
        ("triage.toml", "[[rule]]", "[[rule]", "the file", "line"),
        ("categories.csv", "0102,01,", "0101,01,", "0101", "stands twice"),
        ("categories.csv", "0102,01,", "0102,77,", "0102", "unknown parent '77'"),
        ("categories.csv", "0102,01,", "0202x,01,", "0202x", "four digits"),
        ("categories.csv", ",solved_in_grid,village_mediation,", ",,village_mediation,", "0101", "track '' is none of"),
        ("categories.csv", "village_mediation,county_women", "village_mediaton,county_women", "0101", "unknown unit"),
        ("categories.csv", "town_justice,normal,two", "town_justice,calm,two", "0101", "urgency 'calm'"),
        ("categories.csv", "town_justice,normal,two", "town_justice,normal,few", "0101", "parties 'few'"),
        ("units.csv", "village_committee,", "village,", "village", "stands twice"),
        ("units.csv", "15490000013", "call us", "town_government", "is not a phone number"),
        ("suggest.toml", 'category = "0102"', 'category = "01"', "01", "is no leaf"),
        ("suggest.toml", '"赡养", ', '"赡养", "赡养", ', "0102", "'赡养' stands twice"),
        ("suggest.toml", '"ktv"', '"KTV"', "0404", "small letters"),
        ("suggest.toml", "weight = 5", "weight = 0", "0101", "below 1"),
        ("suggest.toml", 'fact = "households"', 'fact = "houses"', "houses", "unknown fact"),
        ("suggest.toml", "value = 100", "value = true", "households", "is not of the fact's type"),
        ("suggest.toml", 'value = "report"', 'value = "rumour"', "nature", "is none of the fact's"),
        ("danger_words.toml", 'kind = "minor"', 'kind = "child"', "child", "is none of"),
        ("clocks.toml", "answer_days = 7", "answer_days = 0", "answer_days", "below 1"),
        ("clocks.toml", "answer_days = 7", 'answer_days = "seven"', "the file", "answer_days"),
        ("clocks.toml", 'office_to = "17:30"', 'office_to = "08:30"', "office_to", "not after office_from"),
        ("clocks.toml", 'office_to = "17:30"', 'office_to = "5 pm"', "office_to", "HH:MM"),
        ("agreements.toml", "{town}人调", "{county}人调", "number", "needs the blanks"),
        ("agreements.toml", "第{n}号", "第{n:05d}号", "number", "needs the blanks"),
        ("agreements.toml", "court_days = 30", "court_days = 0", "court_days", "not between 1"),
        ("agreements.toml", "court_days = 30", "", "the file", "court_days"),
        ("agreements.toml", '"house_title"', '"house"', "touches house", "none of the law's"),
        ("agreements.toml", '"house_title"', '"land_title"', "touches land_title", "stands here twice"),
        ("agreements.toml", '["0104"]', '["0199"]', "touches house_title", "no leaf"),
        ("calendar/2026.toml", "2026-01-04", "2026-01-05", "2026-01-05", "is not a Saturday or Sunday"),
        ("calendar/2026.toml", "2026-01-04", "2026-02-21", "2026-02-21", "both a holiday and a make-up"),
        ("calendar/2026.toml", "to = 2026-01-03", "to = 2025-01-03", "2026-01-01", "is not a span"),
        ("calendar/2026.toml", "to = 2026-02-23", "to = 2026-04-05", "2026-04-04", "belongs to two holidays"),
        ("words/zh.toml", 'sealed = "密封"\n', "", "flag.sealed", "is missing"),
        ("words/en.toml", "{span} weekend", "weekend", "due.weekend", "other blanks"),
        ("words/zh.toml", "周一 周二", "周一", "due.weekdays", "needs 7 names"),
    ],
)
def test_a_wrong_book_is_refused_with_file_entry_and_reason(
    refusal: Callable[..., str], file: str, old: str, new: str, entry: str, why: str
) -> None:
    lines = refusal(file, old, new).splitlines()
    assert any(entry in line and why in line for line in lines), lines
    assert all(".toml" in line.split(",")[0] or ".csv" in line.split(",")[0] for line in lines)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "clocks.toml").unlink()
    with pytest.raises(BadBookError, match=r"clocks\.toml, the file: is missing"):
        load_book(folder)


def test_all_faults_are_told_at_once(folder: Path) -> None:
    for file, old, new in (("triage.toml", 'has = "life"', 'has = "lif"'), ("clocks.toml", "= 7", "= -7")):
        path = folder / file
        path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(BadBookError) as caught:
        load_book(folder)
    assert {fault.file for fault in caught.value.faults} == {"triage.toml", "clocks.toml"}


def test_a_rule_behind_one_that_always_holds_is_never_reached(folder: Path) -> None:
    path = folder / "triage.toml"
    text = path.read_text("utf-8").replace(
        '[[{ fact = "within_means", is = true }', '[[], [{ fact = "shared", is = true }', 1
    )
    path.write_text(text, "utf-8")
    with pytest.raises(BadBookError) as caught:
        load_book(folder)
    assert {fault.entry for fault in caught.value.faults} == {"T28a", "T28", "T29"}


def test_words_that_would_not_fit_into_the_op_are_refused(folder: Path) -> None:
    path = folder / "triage.toml"
    path.write_text(path.read_text("utf-8").replace('当场解答"', "当场解答" * 260 + '"', 1), "utf-8")
    with pytest.raises(BadBookError, match=r"all flags and the longest track together"):
        load_book(folder)


def test_only_the_residents_wish_overrides() -> None:
    assert [rule.id for rule in BOOK.triage if rule.overrides] == ["T26"]
