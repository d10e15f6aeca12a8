"""The server process is killed for real, at a write of its disk, with phones pushing: what was acknowledged is there afterwards."""

import os
from pathlib import Path

import pytest

from tests.sim.kill import Rig

KILLS = int(os.environ.get("SULAIBAN_KILLS", "10"))


def kill_often(rig: Rig, times: int) -> None:
    for _ in range(times):
        rig.kill_once()


def test_a_server_killed_at_any_write_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "data", seed=1)
    kill_often(rig, KILLS)
    rig.finish()
    assert len(rig.deaths) == KILLS
    assert sum(len(one.promised) for one in rig.pushers) >= KILLS


def test_a_server_that_answers_before_it_commits_is_caught_by_these_kills(tmp_path: Path) -> None:
    rig = Rig(tmp_path / "data", seed=2, early=True)
    with pytest.raises(AssertionError, match="acknowledged and gone"):
        kill_often(rig, 20)
