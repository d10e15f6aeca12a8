"""What tells records apart: the glance at two letters never rules out what their words would say."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.fold import Shape
from sync.law import LAW
from sync.merge import Held, Register
from sync.rules.duplicate import Same, compare, looks_for, marks_of, may_be_alike, values_marked, wording_of
from sync.subjects.same import LEADING_STAGES

SIGNS = st.text(st.sampled_from("甲乙丙丁戊，。 aA１"), max_size=40)


def letter(number: int, words: str) -> Shape:
    values = {"received_ms": 0, "verbatim": words}
    fields = {
        name: Register(now=Held(value=value, stamp="", actor="", role="", at_ms=0, place=0))
        for name, value in values.items()
    }
    return Shape(subject=f"letter/d.{number}", kind="letter", grid="", fields=fields)


@given(SIGNS, SIGNS, st.integers(1, 100))
def test_a_glance_at_two_letters_rules_out_none_that_is_the_same(mine: str, theirs: str, percent: int) -> None:
    same = Same(
        metres=0,
        days=0,
        letter_hours=1,
        wording_percent=percent,
        most=9,
        kind_days=1,
        kind_matters=1,
        dual_reader="",
        dual_unit="",
    )
    one, other = letter(1, mine), letter(2, theirs)
    pairs = [
        {text[at : at + 2] for at in range(len(text) - 1)} for text in (wording_of(one).words, wording_of(other).words)
    ]
    fewest = min(map(len, pairs))
    is_same = fewest > 0 and 100 * len(pairs[0] & pairs[1]) // fewest >= percent
    assert bool(compare(same, one, other)) == is_same
    assert not is_same or may_be_alike(same, wording_of(one), [wording_of(other)]) == [0]


class Read(dict[str, Register]):
    """Fields that note which of them were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None, /) -> Any:
        self.names.add(key)
        return default


@pytest.mark.parametrize("kind", LEADING_STAGES)
def test_marks_are_made_of_the_fields_whose_change_makes_them_anew(kind: str) -> None:
    fields = Read()
    shape = Shape(subject=f"{kind}/d.1", kind=kind, grid="", fields=fields)
    looks_for(shape, marks_of(shape))
    assert fields.names & LAW[kind].fields.keys() == set(values_marked(kind))
