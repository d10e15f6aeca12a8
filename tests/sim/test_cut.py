"""The power of a server's disk is cut under load: what was acknowledged is on what the cut left. A server that never flushes must lose."""

import os

import pytest

from tests.sim.cut import cut_often

CUTS = int(os.environ.get("SULAIBAN_CUTS", "5"))


@pytest.mark.cuts_disks
def test_a_power_cut_loses_nothing_that_was_acknowledged() -> None:
    found = cut_often(CUTS, 1)
    assert found.cuts == CUTS
    assert found.promised > 0
    assert found.lost == 0


@pytest.mark.cuts_disks
def test_these_cuts_catch_a_server_that_does_not_flush() -> None:
    # What the kernel writes by itself meanwhile is not in our hands.
    assert any(cut_often(1, seed, "loose").lost for seed in range(2, 22))
