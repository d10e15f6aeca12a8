"""Runs every test of the server that opens a store on both: SQLite in its folder, and PostgreSQL where one can be had."""

import os
from collections.abc import Generator

import pytest

from server.store import open_store
from tests.server import cluster
from tests.server.cluster import Cluster

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ADDRESS = "SULAIBAN_DATABASE_URL"


def chosen() -> list[str]:
    """Both, or those that `SULAIBAN_TEST_STORES` names. Without PostgreSQL's programs SQLite stands alone, and it is said."""
    asked = os.environ.get("SULAIBAN_TEST_STORES", "")
    if asked:
        return asked.split(",")
    return [SQLITE, POSTGRESQL] if cluster.can_be_had() else [SQLITE]


def pytest_report_header() -> str:
    """Says what the suite runs on."""
    return f"stores: {', '.join(chosen())}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whoever is given a folder is given a store in it; a test of one store alone says so by its mark."""
    if "tmp_path" not in metafunc.fixturenames:
        return
    only = metafunc.definition.get_closest_marker("only")
    stores = [one for one in (SQLITE, POSTGRESQL) if only is None or one in only.args]
    metafunc.parametrize("store_kind", stores, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what needs a store that is not chosen."""
    out = {kind for kind in (SQLITE, POSTGRESQL) if kind not in chosen()}
    gone = [item for item in items if isinstance(item, pytest.Function) and _kind_of(item) in out]
    config.hook.pytest_deselected(items=gone)
    items[:] = [item for item in items if item not in gone]


def _kind_of(item: pytest.Function) -> str:
    return str(item.callspec.params.get("store_kind", "")) if hasattr(item, "callspec") else ""


@pytest.fixture(scope="session")
def postgres() -> Generator[Cluster]:
    """The one cluster of this run."""
    with cluster.cluster() as made:
        yield made


@pytest.fixture(scope="session")
def shared_database(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database that the tests use one after the other."""
    address = postgres.database()
    open_store(tmp_path_factory.mktemp("migrated"), address).close_now()
    return address


@pytest.fixture(autouse=True)
def store_kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What this test's store is; on PostgreSQL the database is as if new."""
    kind: str = getattr(request, "param", SQLITE)
    monkeypatch.delenv(ADDRESS, raising=False)
    if kind == POSTGRESQL:
        address: str = request.getfixturevalue("shared_database")
        made: Cluster = request.getfixturevalue("postgres")
        made.run(address.partition("@/")[2].partition("?")[0], cluster.empty)
        monkeypatch.setenv(ADDRESS, address)
    return kind


@pytest.fixture
def address() -> str:
    """The database of this test; "" on SQLite."""
    return os.environ.get(ADDRESS, "")


@pytest.fixture
def new_database(postgres: Cluster) -> str:
    """A database of this test alone, without a table."""
    return postgres.database()
