"""Reads files of citizens' messages, one JSON object a line, into what a simulated worker types. Judges nothing."""

from pathlib import Path

import msgspec

from sync.op import Json
from sync.rules.book import Book, Facts, FactValue
from sync.rules.suggest import danger_hints, facts_from_text, suggest

MAX_TITLE = 50
MAX_WORDS = 8000
UNSORTED = "1203"
"""The leaf for words that suggest nothing: "suggestion", which the county platform reads."""


class Message(msgspec.Struct):
    """One message: words with or without a title, and for told cases how they were really solved."""

    id: str
    text: str
    title: str = ""
    track: str = ""
    """How it was really solved: `grid`, `escalate` or `consult`; "" when the file does not say."""
    what_happened: str = ""


class Typed(msgspec.Struct, frozen=True):
    """What the worker's form holds once the words are typed: the facts that triage reads, and what they came from."""

    facts: Facts
    category: str
    is_suggested: bool
    hints: list[str]


def read_messages(path: Path) -> list[Message]:
    """The messages of a file. Raises ValueError naming the line that cannot be read."""
    messages: list[Message] = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            messages.append(msgspec.json.decode(line, type=Message))
        except msgspec.DecodeError as error:
            raise ValueError(f"{path.name}, line {number}: {error}") from error
    return messages


def read_facts(path: Path) -> dict[str, dict[str, FactValue]]:
    """Facts added by hand, by message id: what a worker at the door would have asked and seen."""
    return msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, FactValue]])


def words_of(message: Message) -> str:
    """The message's own words, as far as one record holds them."""
    whole = f"{message.title}\n{message.text}" if message.title else message.text
    return whole[:MAX_WORDS]


def title_of(message: Message) -> str:
    """Between 4 and 50 code points: the title if it says enough, else the beginning of the words."""
    line = message.title if len(message.title) >= 4 else " ".join(words_of(message).split())
    return line[:MAX_TITLE].ljust(4, "。")


def typed(book: Book, message: Message, by_hand: dict[str, FactValue]) -> Typed:
    """What a worker would hold after typing: the suggested category, plainly stated facts, and those added by hand."""
    words = words_of(message)
    ranked = suggest(book, words)
    category = ranked[0].category if ranked else UNSORTED
    facts: dict[str, FactValue] = {**facts_from_text(book, words), "category": category, "danger": []}
    facts.update(by_hand)
    chosen = facts["category"]
    hints = [hint.kind for hint in danger_hints(book, words)]
    return Typed(facts=facts, category=str(chosen), is_suggested=bool(ranked), hints=hints)


def fact_fields(facts: Facts) -> dict[str, Json]:
    """The facts that the record keeps beside its own fields, as an op's `facts` field."""
    own = ("category", "danger", "nature", "households", "amount_fen")
    return {name: list(value) if isinstance(value, list) else value for name, value in facts.items() if name not in own}
