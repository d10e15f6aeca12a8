"""What the suites of server and road share: the stores that were chosen, and the one PostgreSQL of a run."""

from collections.abc import Generator

import pytest

from tests.server import cluster
from tests.server.cluster import Cluster
from tests.stores import STORES, chosen, kind_of


def pytest_report_header() -> str:
    """Says what the suites run on."""
    return f"stores: {', '.join(chosen())}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what needs a store that is not chosen."""
    out = set(STORES) - set(chosen())
    gone = [item for item in items if kind_of(item) in out]
    config.hook.pytest_deselected(items=gone)
    items[:] = [item for item in items if item not in gone]


@pytest.fixture(scope="session")
def postgres() -> Generator[Cluster]:
    """The one cluster of this run."""
    with cluster.cluster() as made:
        yield made
