"""What a text's own words suggest: categories, dangers worth asking about, facts it states plainly. A person confirms."""

from msgspec import Struct

from sync.rules.book import Book, FactValue, Pattern

ASCII_CAPITALS = {ord(letter): ord(letter.lower()) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
"""The only letters folded: beyond ASCII the two languages' tables may differ."""

DIGITS = {sign: value % 10 for value, sign in enumerate("0123456789０１２３４５６７８９")}
NUMERALS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
TIMES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
ABOUT = ("多", "余", "几", "来")
"""May stand between a number and its unit."""
NOT_AFTER = ("几", "数", "第")
"""Before a number they make it vague, or a rank."""
MAX_DIGITS = 8
MAX_NUMBER = 10_000_000_000_000
"""Larger results are taken for something else than an amount; both languages compute exactly up to here."""
TOO_LARGE = MAX_NUMBER + 1


class Suggestion(Struct, frozen=True):
    """A category and how strongly the text's words speak for it. Scores compare within one text only."""

    category: str
    score: int


class Hint(Struct, frozen=True):
    """A danger to ask about, and the word that raised it."""

    kind: str
    word: str


class _Number(Struct, frozen=True):
    """`digits` / 10^`decimals` × `times`, standing at [start, end) of the text."""

    digits: int
    decimals: int
    times: int
    start: int
    end: int


def suggest(book: Book, text: str) -> list[Suggestion]:
    """Categories for a text, strongest first, equal ones by code.

    Read from the left, the longest known word at each place; a word counts once, three times in the title (first line).
    """
    words = _by_first_sign(book)
    title, _, rest = _plain(text).partition("\n")
    in_title = _found(words, title)
    in_rest = _found(words, rest) - in_title
    scores: dict[str, int] = {}
    for row in book.suggest:
        count = sum(3 for word in row.words if word in in_title) + sum(1 for word in row.words if word in in_rest)
        if count:
            scores[row.category] = scores.get(row.category, 0) + row.weight * count
    return [Suggestion(code, score) for code, score in sorted(scores.items(), key=lambda one: (-one[1], one[0]))]


def danger_hints(book: Book, text: str) -> list[Hint]:
    """The dangers that a word of the text makes worth asking about, in the book's order. No hint clears no danger."""
    plain = _plain(text)
    hints: list[Hint] = []
    for row in book.danger_words:
        word = next((word for word in row.words if word in plain), None)
        if word and all(hint.kind != row.kind for hint in hints):
            hints.append(Hint(kind=row.kind, word=word))
    return hints


def facts_from_text(book: Book, text: str) -> dict[str, FactValue]:
    """The facts a text states in so many words: the largest number of a kind, for the rest the book's first match."""
    plain = _plain(text)
    numbers = _numbers(plain)
    facts: dict[str, FactValue] = {}
    for pattern in book.patterns:
        value = _stated(pattern, plain, numbers)
        known = facts.get(pattern.fact)
        if value is not None and (known is None or (type(known) is int and type(value) is int and value > known)):
            facts[pattern.fact] = value
    return facts


def _plain(text: str) -> str:
    return text.translate(ASCII_CAPITALS)


def _by_first_sign(book: Book) -> dict[str, list[str]]:
    """The book's words by their first sign, the longest first."""
    words: dict[str, list[str]] = {}
    for row in book.suggest:
        for word in row.words:
            words.setdefault(word[0], []).append(word)
    for known in words.values():
        known.sort(key=len, reverse=True)
    return words


def _found(words: dict[str, list[str]], text: str) -> set[str]:
    found: set[str] = set()
    at = 0
    while at < len(text):
        word = next((word for word in words.get(text[at], []) if text.startswith(word, at)), None)
        if word:
            found.add(word)
        at += len(word) if word else 1
    return found


def _stated(pattern: Pattern, text: str, numbers: list[_Number]) -> FactValue | None:
    if any(word in text for word in pattern.words):
        return pattern.value
    values = [_value(number, pattern.times) for number in numbers if _counts(pattern, text, number)]
    return max((value for value in values if _within(pattern, value)), default=None)


def _within(pattern: Pattern, value: int) -> bool:
    return value <= MAX_NUMBER and (pattern.at_most == 0 or value <= pattern.at_most)


def _counts(pattern: Pattern, text: str, number: _Number) -> bool:
    """Whether the number stands before one of the pattern's units, in the surroundings the pattern asks for."""
    at = number.end + (1 if text[number.end : number.end + 1] in ABOUT else 0)
    unit = next((unit for unit in pattern.units if text.startswith(unit, at)), None)
    if unit is None:
        return False
    if not pattern.before and not pattern.after:
        return True
    led = any(text.endswith(word, 0, number.start) for word in pattern.before)
    return led or any(text.startswith(word, at + len(unit)) for word in pattern.after)


def _value(number: _Number, times: int) -> int:
    whole = number.digits * number.times * times
    return whole // 10**number.decimals


def _numbers(text: str) -> list[_Number]:
    numbers: list[_Number] = []
    at = 0
    while at < len(text):
        number = _digits_at(text, at) if text[at] in DIGITS else _numerals_at(text, at)
        if number and text[at - 1 : at] not in NOT_AFTER:
            numbers.append(number)
        at = number.end if number else at + 1
    return numbers


def _digits_at(text: str, start: int) -> _Number | None:
    """A number in digits, with decimals and with 万 or the like behind it."""
    at, signs = start, ""
    while at < len(text) and text[at] in DIGITS:
        signs += str(DIGITS[text[at]])
        at += 1
    decimals = 0
    if text[at : at + 1] == "." and text[at + 1 : at + 2] in DIGITS:
        at += 1
        while at < len(text) and text[at] in DIGITS:
            signs += str(DIGITS[text[at]])
            decimals += 1
            at += 1
    times = 1
    while times < 10_000 and text[at : at + 1] in TIMES:
        times *= TIMES[text[at]]
        at += 1
    if len(signs) > MAX_DIGITS:
        return _Number(digits=TOO_LARGE, decimals=0, times=1, start=start, end=at)
    return _Number(digits=int(signs), decimals=decimals, times=times, start=start, end=at)


def _numerals_at(text: str, start: int) -> _Number | None:
    """A number in Chinese numerals: 三, 十二, 两百, 七万五千."""
    if text[start] not in NUMERALS and text[start] != "十":
        return None
    total = section = digit = 0
    at = start
    while at < len(text) and (text[at] in NUMERALS or text[at] in TIMES):
        sign = text[at]
        if sign in NUMERALS:
            digit = NUMERALS[sign]
        elif TIMES[sign] < 10_000:
            section += (digit or 1) * TIMES[sign]
            digit = 0
        else:
            total = (total + section + digit) * TIMES[sign]
            section = digit = 0
        at += 1
    value = min(total + section + digit, TOO_LARGE)
    return _Number(digits=value, decimals=0, times=1, start=start, end=at)
