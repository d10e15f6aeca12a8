"""Whether two records may be the same letter, household or matter (domain 4e). It only suggests; a person decides."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from operator import add

from msgspec import Struct

from sync.clock import DAY_MS
from sync.fold import Shape
from sync.op import Json
from sync.subjects.issue import is_sealed, text
from sync.subjects.same import LEADING_STAGES

_CELL = 1000
"""Millionths of a degree: about a hundred metres, so that what lies within the book's metres lies in a neighbouring cell."""
_METRES_PER_DEGREE = 111_320
_LONGITUDE_PERCENT = 84
"""A degree of longitude is so much of one of latitude at the county's 33 degrees."""


class Same(Struct, frozen=True, forbid_unknown_fields=True):
    """When the county takes two records for possibly the same, and many matters for one."""

    metres: int
    """Two spots no farther apart are one place."""
    days: int
    """How long after one matter another may be the same."""
    letter_hours: int
    """How far apart one letter may have been taken out twice."""
    wording_percent: int
    """How much of the shorter wording the other one must share."""
    most: int
    """No more questions than this about one record at once."""
    kind_days: int
    kind_matters: int
    """So many matters of one category in one grid within `kind_days` are one kind (类案)."""
    dual_reader: str
    dual_unit: str
    """Who reads and who acts under double assignment (双交办); the town may name others."""


class Likeness(Struct, frozen=True):
    """In what two records are alike, for people who decide whether they are one."""

    aspects: dict[str, bool]
    """Of `words`, `place`, `person`, `time` those that both tell, and whether they say the same there."""
    percent: int
    """How much of the shorter wording the other one shares."""
    sure: str
    """`very` when all or three of them are alike, `rather` when half are, else `perhaps`."""


class Found(Struct, frozen=True):
    """By which rule two records may be the same; `why` names the sentence."""

    rule: str
    why: str


SAME_PERSON = Found("S1", "person")


def marks_of(shape: Shape) -> list[str]:
    """What two records must share before they are compared at all. Only for looking up; nobody is shown them."""
    if shape.kind not in LEADING_STAGES:
        return []
    return [f"{shape.grid} {mark}" for mark in _MARKS[shape.kind](shape) if mark]


def looks_for(shape: Shape, marks: Sequence[str]) -> list[str]:
    """The marks under which its likes may be found: its own `marks`, and for a spot those of the cells around it."""
    if shape.kind == "letter":
        day = _day(shape)
        return [f"{shape.grid} letter {day + step}" for step in (-1, 0, 1)]
    near = [f"{shape.grid} {mark}" for mark in _cells(shape, around=1)] if shape.kind == "issue" else []
    return sorted({*marks, *near})


def compare(same: Same, one: Shape, other: Shape) -> Found | None:
    """Why two records of one kind and grid may be the same; None when nothing speaks for it."""
    if one.subject == other.subject or (one.kind, one.grid) != (other.kind, other.grid):
        return None
    return _COMPARE[one.kind](same, one, other)


def across(same: Same, one: Shape, other: Shape) -> Found | None:
    """The same of two issues in two grids, for whoever sees both."""
    return (
        _issues(same, one, other) if (one.kind, other.kind) == ("issue", "issue") and one.grid != other.grid else None
    )


def cells_around(mark: str) -> list[str]:
    """The marks, without their grid, under which what shares one of them may lie: for a spot, those of the cells around it too."""
    head, found, cell = mark.partition(" cell ")
    if not found:
        return [mark]
    north, east = map(int, cell.split(" "))
    return [f"{head} cell {north + up} {east + right}" for up in (-1, 0, 1) for right in (-1, 0, 1)]


class Wording(Struct, frozen=True):
    """What a letter says, and a short sign of it by which two that are not alike are told apart at once."""

    words: str
    pairs: int
    """Different pairs of neighbouring characters."""
    bits: int
    """One bit of 1,024 for each pair; two pairs may have the same one."""
    doubled: int
    """By how many the bits are fewer than the pairs."""


def wording_of(shape: Shape) -> Wording:
    """The wording of a letter."""
    return _wording(text(shape, "summary"), text(shape, "verbatim"))


def may_be_alike(same: Same, one: Wording, others: Sequence[Wording]) -> list[int]:
    """The numbers, from 0, of those that `compare` could take for the same letter by their words. None is left out wrongly.

    A pair that both have has set one bit in both, and of the pairs of one text no more than `doubled` share a bit with
    another. It is asked for every letter about all beside it, so it stands in one line.
    """
    bits, pairs, doubled, percent = one.bits, one.pairs, one.doubled, same.wording_percent
    return [
        number
        for number, other in enumerate(others)
        if 100 * ((bits & other.bits).bit_count() + doubled) >= percent * min(pairs, other.pairs)
    ]


@lru_cache(maxsize=4096)
def _wording(summary: str, verbatim: str) -> Wording:
    words = plain(summary + verbatim)
    pairs = _pairs(words)
    numbers = set(map(_LAST_BITS, map(hash, pairs)))
    return Wording(words, len(pairs), sum(map(_BITS.__getitem__, numbers)), len(pairs) - len(numbers))


class _Signs(dict[int, int | None]):
    """Which signs of a text count, found out once for each: letters and numbers."""

    def __missing__(self, sign: int) -> int | None:
        self[sign] = sign if unicodedata.category(chr(sign))[0] in "LN" else None
        return self[sign]


_SIGNS = _Signs()
_BITS = [1 << number for number in range(1024)]
_LAST_BITS = (1023).__and__


@lru_cache(maxsize=8192)
def plain(words: str) -> str:
    """A text without what people write differently: width, case, blanks and punctuation."""
    return unicodedata.normalize("NFKC", words).casefold().translate(_SIGNS)


def _digits(phone: str) -> str:
    return phone if phone.isdecimal() and phone.isascii() else "".join(c for c in phone if c in "0123456789")


def _begun_ms(shape: Shape) -> int:
    return shape.acts[0].at_ms if shape.acts else 0


def _domain(shape: Shape) -> str:
    return text(shape, "category")[:2]


def _places(shape: Shape) -> list[str]:
    """Where an issue is, as it was written, and where its reporter lives; of a household its address."""
    home = _text_in(_person(shape), "address")
    return [one for one in (plain(text(shape, "place")), plain(home), plain(text(shape, "address"))) if one]


def _persons(shape: Shape) -> list[str]:
    """Who reported an issue, wrote a letter or heads a household: by telephone, or by name and address."""
    person = _person(shape)
    phone = _digits(_text_in(person, "phone") or text(shape, "phone"))
    name = plain(_text_in(person, "name") or text(shape, "head_name"))
    address = plain(_text_in(person, "address") or text(shape, "address")) if name else ""
    return [one for one in (phone, f"{name} {address}" if address else "") if one]


def _person(shape: Shape) -> dict[str, Json]:
    """Its reporter or writer; nobody while that is confidential, for a likeness would name him to others."""
    register = shape.fields.get("confidential")
    if register and register.now.value is True:
        return {}
    told = shape.fields.get("writer" if shape.kind == "letter" else "reporter")
    return told.now.value if told and isinstance(told.now.value, dict) else {}


def _text_in(person: dict[str, Json], key: str) -> str:
    value = person.get(key, "")
    return value if isinstance(value, str) else ""


def _spot(shape: Shape) -> tuple[int, int] | None:
    register = shape.fields.get("spot")
    value = register.now.value if register else None
    lat, lng = (value.get("lat"), value.get("lng")) if isinstance(value, dict) else (None, None)
    return (lat, lng) if isinstance(lat, int) and isinstance(lng, int) else None


def _cells(shape: Shape, around: int) -> list[str]:
    spot = _spot(shape)
    if spot is None:
        return []
    steps = range(-around, around + 1)
    return [
        f"issue {_domain(shape)} cell {spot[0] // _CELL + north} {spot[1] // _CELL + east}"
        for north in steps
        for east in steps
    ]


def _issue_marks(shape: Shape) -> list[str]:
    head = f"issue {_domain(shape)}"
    persons = [f"{head} by {one}" for one in _persons(shape)]
    return [*persons, *[f"{head} at {one}" for one in _places(shape)], *_cells(shape, around=0)]


def _day(shape: Shape) -> int:
    register = shape.fields.get("received_ms")
    value = register.now.value if register else 0
    return value // DAY_MS if isinstance(value, int) else 0


def _letter_marks(shape: Shape) -> list[str]:
    return [f"letter {_day(shape)}"]


def _household_marks(shape: Shape) -> list[str]:
    address, head = plain(text(shape, "address")), plain(text(shape, "head_name"))
    phone = _digits(text(shape, "phone"))
    return [f"home at {address}" if address else "", f"home of {head} {phone}" if head and phone else ""]


_MARKS = {"issue": _issue_marks, "letter": _letter_marks, "household": _household_marks}


def likeness(same: Same, one: Shape, other: Shape) -> Likeness:
    """In what two records of one kind are alike, as far as these shapes tell: whoever may not see a person is told nothing of him."""
    wordings = [plain(_words_of(shape)) for shape in (one, other)]
    percent = _likeness(*wordings)
    near = _is_near(same, one, other) if one.kind == "issue" else _says_the_same(_places(one), _places(other))
    told = {
        "words": percent >= same.wording_percent if all(wordings) else None,
        "place": near,
        "person": _says_the_same(_persons(one), _persons(other)),
        "time": abs(_moment(one) - _moment(other)) <= same.letter_hours * 3600 * 1000,
    }
    aspects = {name: alike for name, alike in told.items() if alike is not None}
    alike, most = sum(aspects.values()), len(aspects)
    sure = "very" if alike in (most, 3) else "rather" if 2 * alike >= most else "perhaps"
    return Likeness(aspects, percent, sure)


def _says_the_same(one: list[str], other: list[str]) -> bool | None:
    return bool(set(one) & set(other)) if one and other else None


def _words_of(shape: Shape) -> str:
    if shape.kind == "household":
        return "".join(member_names(shape))
    return "".join(text(shape, name) for name in ("title", "words", "summary", "verbatim"))


def member_names(shape: Shape) -> list[str]:
    """Who lives in a household."""
    register = shape.fields.get("members")
    members = register.now.value if register and isinstance(register.now.value, list) else []
    return [str(one.get("name", "")) for one in members if isinstance(one, dict)]


def _moment(shape: Shape) -> int:
    register = shape.fields.get("received_ms")
    value = register.now.value if register else None
    return value if isinstance(value, int) else _begun_ms(shape)


def _issues(same: Same, one: Shape, other: Shape) -> Found | None:
    if is_sealed(one) or is_sealed(other) or not _domain(one) or _domain(one) != _domain(other):
        return None
    if abs(_begun_ms(one) - _begun_ms(other)) > same.days * DAY_MS:
        return None
    near = _is_near(same, one, other)
    if set(_persons(one)) & set(_persons(other)) and near is not False:
        return SAME_PERSON
    return Found("S2", "place") if near else None


def _is_near(same: Same, one: Shape, other: Shape) -> bool | None:
    """Whether two issues are at one place; None when one of them tells nothing about it."""
    here, there = _spot(one), _spot(other)
    if here and there and _metres(here, there) <= same.metres:
        return True
    if set(_places(one)) & set(_places(other)):
        return True
    written = [plain(text(shape, "place")) for shape in (one, other)]
    if here and there:
        return False
    return False if all(written) and not _likeness(*written) else None


def _metres(here: tuple[int, int], there: tuple[int, int]) -> int:
    """The distance of two spots, near enough for neighbours."""
    north = abs(here[0] - there[0]) * _METRES_PER_DEGREE // 1_000_000
    east = abs(here[1] - there[1]) * _METRES_PER_DEGREE * _LONGITUDE_PERCENT // 100_000_000
    return int((north * north + east * east) ** 0.5)


def _letters(same: Same, one: Shape, other: Shape) -> Found | None:
    received = [shape.fields["received_ms"].now.value for shape in (one, other) if "received_ms" in shape.fields]
    moments = [value for value in received if isinstance(value, int)]
    if len(moments) != len((one, other)) or abs(moments[0] - moments[1]) > same.letter_hours * 3600 * 1000:
        return None
    mine, theirs = wording_of(one), wording_of(other)
    if not may_be_alike(same, mine, [theirs]) or _likeness(mine.words, theirs.words) < same.wording_percent:
        return None
    return Found("S3", "letter")


def _likeness(one: str, other: str) -> int:
    """Of the pairs of characters in the shorter text, how many percent the other one has too."""
    mine, theirs = _pairs(one), _pairs(other)
    return _percent(len(mine & theirs), min(len(mine), len(theirs)))


def _percent(common: int, fewest: int) -> int:
    return 100 * common // fewest if fewest else 0


@lru_cache(maxsize=256)
def _pairs(words: str) -> frozenset[str]:
    return frozenset(map(add, words, words[1:]))


def _households(_same: Same, one: Shape, other: Shape) -> Found | None:
    addresses = [plain(text(shape, "address")) for shape in (one, other)]
    if addresses[0] and addresses[0] == addresses[1]:
        return Found("S4", "address")
    heads = [(plain(text(shape, "head_name")), _digits(text(shape, "phone"))) for shape in (one, other)]
    return Found("S5", "head") if all(heads[0]) and heads[0] == heads[1] else None


_COMPARE = {"issue": _issues, "letter": _letters, "household": _households}


def values_compared(kind: str) -> tuple[str, ...]:
    """The fields that the comparison reads: when one of them is edited, it is made anew."""
    return _READ[kind]


_READ: dict[str, tuple[str, ...]] = {
    "issue": ("category", "place", "spot", "reporter"),
    "letter": ("summary",),
    "household": ("address", "head_name", "phone"),
}


def values_marked(kind: str) -> tuple[str, ...]:
    """The fields that a record's marks are made of."""
    return _MARKED.get(kind, ())


_MARKED = {**_READ, "issue": (*_READ["issue"], "confidential"), "letter": ("received_ms",)}
