"""Runs every test of the server that opens a store on both: SQLite in its folder, and PostgreSQL where one can be had."""

import os

import pytest

from server.store import open_store
from tests.server import cluster
from tests.server.cluster import Cluster
from tests.stores import POSTGRESQL, SQLITE, once_on_each

ADDRESS = "SULAIBAN_DATABASE_URL"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whoever is given a folder is given a store in it."""
    if "tmp_path" in metafunc.fixturenames:
        once_on_each(metafunc)


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
