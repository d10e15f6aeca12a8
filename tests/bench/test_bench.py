"""The benchmark runs and tells figures. How fast it was is never judged here: that is for a quiet machine, by `make bench`."""

from pathlib import Path

import pytest

from server.book import load_book
from tests.bench.__main__ import evening, growth, http, intake
from tests.bench.figures import Line, Run, ratio
from tests.bench.peers.compare import floor, ours, town
from tests.bench.peers.losers import Kept
from tests.bench.peers.work import PAIRS

UNITS = ("ops/s", "ms", "MiB", "s")


def figures(lines: list[Line]) -> list[float]:
    return [float(word.replace(",", "")) for line in lines for word in line.figure.split() if word not in (*UNITS, "/")]


def test_each_way_in_is_timed_and_has_a_rate(tmp_path: Path) -> None:
    lines = [
        *intake(tmp_path / "intake", load_book(), rounds=1, batches=1),
        *http(tmp_path / "http", rounds=1, batches=1),
    ]
    assert len(lines) == 7
    assert all(figure > 0 for figure in figures(lines))


def test_growth_and_bytes_are_told(tmp_path: Path) -> None:
    lines = list(growth(tmp_path, load_book(), [80, 200, 400], turns=2))
    assert all(figure > 0 for figure in figures(lines))


def test_the_evening_rush_loses_nothing(tmp_path: Path) -> None:
    lines = {line.what: line for line in evening(tmp_path, phones=6)}
    assert (lines["lost ops and photos"].figure, lines["lost ops and photos"].holds) == ("0", True)


def test_ours_and_the_floor_do_the_same_work_and_only_ours_keeps_what_lost(tmp_path: Path) -> None:
    made = town(tmp_path, phones=2)
    ours_found, floor_found = ours(made), floor(made)
    assert ours_found.kept == Kept(PAIRS, PAIRS)
    assert floor_found.kept == Kept(0, 0)
    assert all(one.up > 10_000 and one.down > 10_000 and one.trips > 0 for one in (ours_found, floor_found))


def test_a_ratio_compares_round_by_round_and_says_whether_its_bar_holds() -> None:
    fast, slow = Run(100, 1.0, [0.1, 0.2]), Run(50, 1.0, [0.1, 0.2])
    assert ratio("half", [slow], [fast], 0.5, "P-0").told().endswith("holds")
    assert ratio("half", [slow], [fast], 0.6, "P-0").told().endswith("MISSED")
    assert fast.p50_ms == pytest.approx(150)
