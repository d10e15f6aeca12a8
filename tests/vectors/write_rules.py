"""Writes triage.json: what the Python core proposes and suggests, for the phone's twin to do the same. Run, never typed."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from server.book import load_book
from sync.rules.book import FACTS, Book, Condition, Facts, FactValue
from sync.rules.suggest import danger_hints, facts_from_text, suggest
from sync.rules.triage import explain, holds, propose

FILE = Path(__file__).with_name("triage.json")
SEED = 20261123
RANDOM_FACTS = 500
RANDOM_TEXTS = 200
RANDOM_ORDERS = 60

T = TypeVar("T")

FIRING: dict[str, Facts] = {
    "T03a": {"danger": ["minor"]},
    "T06a": {"accuses_official": True},
    "T01": {"danger": ["life"], "category": "0204"},
    "T02": {"danger": ["violence"], "category": "0101"},
    "T03": {"category": "0304"},
    "T04": {"danger": ["crime"], "category": "0111"},
    "T05": {"danger": [], "in_process": True, "category": "0105"},
    "T06": {"category": "1202"},
    "T07": {"about_handler": True, "category": "0401"},
    "T08": {"crowd": 5, "category": "0109"},
    "T09": {"same_open": "issue/d1.7", "category": "0502"},
    "T10": {"same_closed": "issue/d1.3", "category": "0401"},
    "T10b": {"same_closed": "issue/d1.3", "repeats": 2, "category": "0401"},
    "T11": {"similar_households": 3, "category": "0404"},
    "T12": {"nature": "enquiry", "answerable": True, "category": "1001"},
    "T13": {"nature": "enquiry", "answerable": False, "category": "1001"},
    "T14": {"assisted": True, "category": "0802"},
    "T15": {"needs_power": True, "category": "0404"},
    "T16a": {"category": "0503", "households": 11},
    "T16": {"category": "0504"},
    "T17": {"category": "0108", "amount_fen": 900_000},
    "T18": {"category": "0406"},
    "T19": {"outside_grid": True, "category": "0501"},
    "T20": {"category": "0103", "parties": 2, "consents": True},
    "T21a": {"category": "0103", "refuses": True, "households": 4},
    "T21": {"category": "0103", "parties": 2, "refuses": True},
    "T22": {"category": "0104", "title_dispute": True, "parties": 2, "consents": True},
    "T23": {"category": "0501", "shared": True, "village_may_decide": True, "households": 12},
    "T24": {"category": "0701", "households": 3},
    "T25": {"category": "0103", "parties": 2, "consents": True, "tried": "failed"},
    "T25b": {"category": "0103", "tried": "broken"},
    "T26": {"category": "0501", "wish": "consult_mechanism"},
    "T27": {"category": "0502", "within_means": True},
    "T28a": {"category": "0502", "needs_money": True, "shared": True},
    "T28": {"category": "0502", "needs_money": True},
    "T29": {"category": "0801", "policy_limited": True},
    "T30": {"category": "0111", "amount_fen": 5_000_001},
    "T31": {"category": "0404"},
}
"""For every row of the book, facts that make it hold and have its effect."""

TEXTS = (
    "",
    "村里路灯坏了三盏\n晚上走路看不见，请来修一下。",
    "隔壁新盖的厨房把排水管对着我家墙根，一下雨水就往我院里流",
    "拖欠工资\n我们12个人在工地干了半年，还欠7.5万元，包工头电话不接",
    "全村停水，三百多户人家做不了饭，已经两天了",
    "想问一下宅基地翻建要办什么手续",
    "KTV半夜还在唱，ktv太吵，已经3年了没人管",
    "𠀀村的𠮷老伯家着火了，快来人",
    "双方调解未果，我已起诉到法院，判决书还没有下来",
    "几十户业主反映电梯困人，第三户最严重，１２户签了名",
    "不同意调解，要求赔偿医药费一万二千元，拖了5年多",
    "骗走了九千九百九十九万亿元",
    "一共9万万元，合计3亿万元，另有2千万元",
    "欠条上写的是0.5万元，实际给了1234567890元",
    "～𠀀～\n\n\n咨询：请问户口怎么迁，表扬窗口人员",
    "2018年到2026年，两百户",
    "千家万户的事，百户一心，十二户到场，十户缺席",
)


CONDITIONS = (
    *(Condition(fact="it", is_=value) for value in (True, False, 0, 1, "", "1")),
    *(Condition(fact="it", is_not=value) for value in (True, False, 0, 1, "", "1")),
    *(Condition(fact="it", in_=values) for values in (["1", "true"], [""])),
    *(Condition(fact="it", has=value) for value in ("1", "")),
    *(Condition(fact="it", at_least=value) for value in (-1, 0, 1, 2)),
    *(Condition(fact="it", at_most=value) for value in (-1, 0, 1, 2)),
    *(Condition(fact="it", set_=value) for value in (True, False)),
)
VALUES: tuple[FactValue, ...] = (True, False, -1, 0, 1, 2, "", "1", "true", [], [""], ["1"], ["2", "1"])


def vectors(book: Book) -> dict[str, list[dict[str, object]]]:
    """Everything the file holds beside the book: one entry per case."""
    chance = random.Random(SEED)
    return {
        "firing": [_firing_case(book, rule, facts) for rule, facts in FIRING.items()],
        "conditions": [_condition_case(condition) for condition in CONDITIONS],
        "random": [_random_case(book, _facts(chance, book)) for _ in range(RANDOM_FACTS)],
        "orders": [_order_case(chance, book) for _ in range(RANDOM_ORDERS)],
        "texts": [_text_case(book, text) for text in (*TEXTS, *(_text(chance, book) for _ in range(RANDOM_TEXTS)))],
    }


def text() -> str:
    """The file's text: the book, then one line for each case."""
    book = load_book().book
    parts = [f'"book": {_json(book)}']
    for name, cases in vectors(book).items():
        lines = ",\n".join(_json(case) for case in cases)
        parts.append(f'"{name}": [\n{lines}\n]')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _firing_case(book: Book, rule: str, facts: Facts) -> dict[str, object]:
    return {"rule": rule, "facts": facts, "proposal": propose(book, facts), "steps": explain(book, facts)}


def _condition_case(condition: Condition) -> dict[str, object]:
    """Under which values of the fact the condition holds; last, whether it does when nobody stated it."""
    stated = [{"value": value, "holds": holds(condition, {"it": value})} for value in VALUES]
    return {"condition": condition, "stated": stated, "unstated": holds(condition, {})}


def _order_case(chance: random.Random, book: Book) -> dict[str, object]:
    """The same rows in another order, the last one staying last: what no county's table happens to show today."""
    *rules, last = book.triage
    rules.sort(key=lambda _: chance.random())
    shuffled = msgspec.structs.replace(book, triage=[*rules, last])
    return {"order": [rule.id for rule in shuffled.triage], **_random_case(shuffled, _facts(chance, book))}


def _random_case(book: Book, facts: Facts) -> dict[str, object]:
    """Without the words, which the firing cases hold: the file stays readable."""
    said = propose(book, facts)
    told = {step.rule: step.outcome for step in explain(book, facts) if step.outcome not in {"not_met", "not_read"}}
    proposal = {name: getattr(said, name) for name in ("track", "rule", "urgency", "flags", "next", "fired")}
    return {"facts": facts, "proposal": proposal, "outcomes": told}


def _text_case(book: Book, said: str) -> dict[str, object]:
    return {
        "text": said,
        "suggestions": suggest(book, said),
        "hints": danger_hints(book, said),
        "facts": facts_from_text(book, said),
    }


def _facts(chance: random.Random, book: Book) -> Facts:
    """A few facts, most of them well formed, some of another type than declared, now and then one nobody knows."""
    names = [name for name in FACTS if chance.random() < 0.3]
    facts: dict[str, FactValue] = {name: _value(chance, book, name) for name in names}
    if chance.random() < 0.05:
        facts["a_fact_of_tomorrow"] = True
    return facts


def _value(chance: random.Random, book: Book, name: str) -> FactValue:
    fact = FACTS[name]
    kind = fact.type if chance.random() < 0.93 else _one(chance, ("bool", "int", "text", "list"))
    if name == "category" and kind == "text":
        return _one(chance, [category.code for category in book.categories] + ["0199", ""])
    if kind == "bool":
        return chance.random() < 0.7
    if kind == "int":
        return _one(chance, (0, 1, 2, 3, 4, 5, 10, 11, 5_000_000, 5_000_001))
    values = fact.values or ["", "issue/d1.7"]
    return [value for value in values if chance.random() < 0.2] if kind == "list" else _one(chance, values)


def _text(chance: random.Random, book: Book) -> str:
    words = [word for row in book.suggest for word in row.words]
    words += [word for row in book.danger_words for word in row.words]
    stated = [word for row in book.patterns for word in (*row.words, *row.units, *row.before, *row.after)]
    numbers = (
        "1",
        "12",
        "３",
        "7.5",
        "十",
        "十二",
        "三百",
        "两万五千",
        "几十",
        "第二",
        "万",
        "百",
        "亿",
        "多",
        "年",
        "户",
        "元",
    )
    between = ("，", "。", "\n", "", "", " ", "𠀀", "～", "A", "的")
    pieces = (words, stated, numbers, between)
    return "".join(_one(chance, _one(chance, pieces)) for _ in range(2 + int(chance.random() * 24)))


def _one(chance: random.Random, of: Sequence[T]) -> T:
    """Of chance's many methods only `random` gives the same numbers in every Python."""
    return of[int(chance.random() * len(of))]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
