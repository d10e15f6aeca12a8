"""The server process is killed for real, at each write of its disk, with phones pushing: what was acknowledged is there afterwards."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.sim.kill import Rig
from tests.sim.nursery import Nursery
from tests.sim.report import strike_all

KILLS = int(os.environ.get("SULAIBAN_KILLS", "200"))


@pytest.fixture
def nursery() -> Generator[Nursery]:
    made = Nursery()
    yield made
    made.close()


def test_a_server_killed_at_any_write_loses_nothing_it_acknowledged() -> None:
    found = strike_all(KILLS, "kill")
    assert found.strikes >= KILLS
    assert found.promised >= KILLS


@pytest.mark.parametrize("how", ["full", "disk"])
def test_a_disk_that_is_full_or_fails_loses_nothing_that_was_acknowledged(how: str) -> None:
    found = strike_all(max(KILLS // 20, 10), how)
    assert found.promised > 0


def test_a_server_that_answers_before_it_commits_is_caught_by_these_kills(tmp_path: Path, nursery: Nursery) -> None:
    rig = Rig(tmp_path / "data", 2, nursery, mode="early")
    with pytest.raises(AssertionError, match="acknowledged and gone"):
        rig.strike(1, "heard")


def test_a_server_killed_as_soon_as_a_phone_has_heard_from_it_loses_nothing(tmp_path: Path, nursery: Nursery) -> None:
    rig = Rig(tmp_path / "data", 2, nursery)
    for nth in range(10):
        rig.strike(nth, "heard")
    rig.finish()
