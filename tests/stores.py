"""Which stores a run is held to: SQLite, and PostgreSQL where one can be had."""

import os

import pytest

from tests.server import cluster

SQLITE, POSTGRESQL = "sqlite", "postgresql"
STORES = (SQLITE, POSTGRESQL)


def chosen() -> list[str]:
    """Both, or those that `SULAIBAN_TEST_STORES` names. Without PostgreSQL's programs SQLite stands alone, and it is said."""
    asked = os.environ.get("SULAIBAN_TEST_STORES", "")
    if asked:
        return asked.split(",")
    return list(STORES) if cluster.can_be_had() else [SQLITE]


def once_on_each(metafunc: pytest.Metafunc) -> None:
    """Runs it on each store, through its fixture `store_kind`; a test of some stores alone says so by the mark `only`."""
    only = metafunc.definition.get_closest_marker("only")
    metafunc.parametrize("store_kind", [one for one in STORES if only is None or one in only.args], indirect=True)


def kind_of(item: pytest.Item) -> str:
    """The store that this item was made for; "" when it asks for none."""
    made_for = (
        item.callspec.params.get("store_kind", "")
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else ""
    )
    return str(made_for)
