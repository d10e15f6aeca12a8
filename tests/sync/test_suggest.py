"""What a text's words suggest: category, danger, plain facts; and how often the category is right on real messages."""

import json
from collections import Counter
from pathlib import Path

import pytest

from server.book import load_book
from sync.rules.suggest import danger_hints, facts_from_text, suggest

BOOK = load_book().book
MESSAGES = Path(__file__).parents[3] / "shared" / "data" / "messages_labelled.jsonl"

LEAVES_OF_CLASS = {
    "劳动和社会保障": "0108 0802 0803 1101",
    "城乡建设": (
        "0107 0109 0111 0201 0202 0203 0204 0205 0401 0402 0407 0408 "
        "0502 0503 0504 0505 0506 0507 0601 0602 0603 0604 0703"
    ),
    "教育文体": "0304 0804",
    "交通运输": "0207 0501",
    "卫生计生": "0805",
    "商贸旅游": "0110 0206 0301 1204",
    "环境保护": "0403 0404 0405 0406",
}
"""The seven classes of the labelled messages, in our leaves."""


def best(text: str) -> str:
    return suggest(BOOK, text)[0].category


def test_words_suggest_a_category() -> None:
    assert best("村口路灯坏了三盏，晚上走路看不见") == "0502"
    assert best("在工地干了四个月，拖欠工资一直不给") == "0108"
    assert best("有人傍晚在地里烧秸秆，烟很大") == "0403"


def test_the_title_speaks_louder_than_the_text() -> None:
    assert best("自来水\n路边有路灯和绿化带") == "0503"


def test_the_longest_word_at_a_place_counts() -> None:
    assert [one.category for one in suggest(BOOK, "噪声污染")] == ["0406"]
    assert [one.category for one in suggest(BOOK, "噪声")] == ["0404"]


def test_equal_scores_stand_in_the_order_of_their_codes() -> None:
    said = suggest(BOOK, "噪声污染和污水")
    assert said == sorted(said, key=lambda one: (-one.score, one.category))


def test_a_text_without_known_words_suggests_nothing() -> None:
    assert suggest(BOOK, "") == suggest(BOOK, "你好") == []


def test_capitals_and_signs_beyond_the_basic_plane_are_read() -> None:
    assert best("𠀀街的KTV") == best("𠀀街的ktv") == "0404"


def test_danger_words_ask_and_name_the_word_that_made_them_ask() -> None:
    hints = danger_hints(BOOK, "有人持刀打人，房子也着火了")
    assert [(hint.kind, hint.word) for hint in hints] == [("life", "着火"), ("violence", "打人")]


def test_no_danger_word_is_no_statement_about_danger() -> None:
    assert danger_hints(BOOK, "家里出事了") == []
    assert "danger" not in facts_from_text(BOOK, "家里没有危险")


@pytest.mark.parametrize(
    ("text", "households"),
    [
        ("涉及30户", 30),
        ("三百多户人家没有水", 300),
        ("十二户到场，两户缺席", 12),
        ("１５余户业主", 15),
        ("全村停水", 100),
    ],
)
def test_a_text_may_state_how_many_households(text: str, households: int) -> None:
    assert facts_from_text(BOOK, text) == {"households": households}


@pytest.mark.parametrize("text", ["几十户", "数百户", "第三户", "千家万户", "户口", "1234567890123户", "九百万亿亿户"])
def test_vague_numbers_and_ranks_state_nothing(text: str) -> None:
    assert facts_from_text(BOOK, text) == {}


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("欠我7.5万元", 7_500_000),
        ("七万多元", 7_000_000),
        ("一万二千元", 1_200_000),
        ("300块钱", 30_000),
        ("0.35元", 35),
    ],
)
def test_money_is_read_in_fen(text: str, fen: int) -> None:
    assert facts_from_text(BOOK, text) == {"amount_fen": fen}


def test_years_count_only_where_the_text_says_how_long() -> None:
    assert facts_from_text(BOOK, "已经5年没人管") == {"years_old": 5}
    assert facts_from_text(BOOK, "2018年到2026年") == {}
    assert facts_from_text(BOOK, "孩子今年三年级") == {}


def test_legal_procedure_and_nature_are_taken_from_plain_words() -> None:
    assert facts_from_text(BOOK, "我已起诉到法院")["in_process"] is True
    assert "in_process" not in facts_from_text(BOOK, "法院门口的路坏了")
    assert facts_from_text(BOOK, "请问怎么迁户口")["nature"] == "enquiry"
    assert facts_from_text(BOOK, "举报，请问谁来管")["nature"] == "report"


def test_on_real_labelled_messages_the_first_suggestion_is_mostly_of_the_right_class() -> None:
    if not MESSAGES.exists():
        pytest.skip("the labelled messages are not beside the project: ../shared/data is absent")
    classes = {code: name for name, codes in LEAVES_OF_CLASS.items() for code in codes.split()}
    messages = [json.loads(line) for line in MESSAGES.read_text("utf-8").splitlines()]
    right: Counter[str] = Counter()
    for message in messages:
        said = suggest(BOOK, f"{message['title']}\n{message['text']}")
        right[message["label"]] += bool(said) and classes.get(said[0].category) == message["label"]
    share = right.total() / len(messages)
    print(f"right class first: {right.total()} of {len(messages)} = {share:.1%} {dict(right)}")

    assert share >= 0.85
