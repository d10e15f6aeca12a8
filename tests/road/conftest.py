"""What the road tests share, once for each file: a county on each store, and a browser. What people do there is told by the tests."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.road.browser import launch
from tests.road.county import County, county
from tests.server.cluster import Cluster
from tests.stores import POSTGRESQL, once_on_each


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whoever is given a county walks there on each store."""
    if "served" in metafunc.fixturenames:
        once_on_each(metafunc)


@pytest.fixture(scope="module")
def store_kind(request: pytest.FixtureRequest) -> str:
    """What the county's store is."""
    return str(request.param)


@pytest.fixture(scope="module")
def served(
    store_kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[County]:
    """One county for all tests of a file on one store: each works on matters of its own."""
    data = tmp_path_factory.mktemp("county") / "data"
    database = ""
    if store_kind == POSTGRESQL:
        made: Cluster = request.getfixturevalue("postgres")
        database = made.database()
    with county(data, database) as running:
        yield running


@pytest.fixture(scope="module")
def playwright() -> Generator[Playwright]:
    """For whoever needs phones that can be killed. Not for longer than a file: while it runs no other test can await."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def running_chrome(playwright: Playwright) -> Generator[Browser]:
    """One browser for all tests of a file."""
    started = launch(playwright)
    yield started
    started.close()


@pytest.fixture
def chrome(running_chrome: Browser) -> Generator[Browser]:
    """Each phone and each desk in it is a context of its own, and goes with its test."""
    yield running_chrome
    for context in running_chrome.contexts:
        context.close()
