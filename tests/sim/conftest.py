"""Says in the header of the tests what this machine lets them do to servers and disks, and leaves out what it does not."""

import pytest

from tests.sim import cut
from tests.sim.nursery import can_trace


def pytest_report_header() -> str:
    """One line."""
    deaths = "at each write in turn" if can_trace() else "at random moments (no strace here)"
    disks = "cut off" if cut.can_cut() else "not cut off (that needs root, loop devices, mkfs.xfs)"
    return f"simulation: servers killed {deaths}; disks {disks}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Takes out the power cuts where no disk can be cut."""
    out = [item for item in items if item.get_closest_marker("cuts_disks") and not cut.can_cut()]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in out]
