"""The demo county's weeks: every story fits the law, on whatever day it is told."""

import logging
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from server import recount
from server.app import make_parts
from server.bulletin.export import export
from server.demo import MAIN_GRID
from server.demo_load import load_demo
from server.settings import Settings, settings_from
from server.store import lists, log
from server.store.disk import Conn
from server.store.lists import Record
from tests.server.house import ROOT

KINDS = ("issue", "order", "consultation", "mediation", "promise", "letter", "visit", "mailbox_opening", "household")
STAGES = {
    "issue": {"registered", "in_grid", "mediating", "work_order", "consulting", "pending_confirm", "reopened"}
    | {"closed", "referred", "joined", "void"},
    "order": {"dispatched", "accepted", "return_pending", "extension_pending", "awaiting_signoff", "replied"},
    "consultation": {"proposed", "invited", "publicised", "reported"},
    "mediation": {"open", "unsigned", "agreed", "performed"},
    "promise": {"open", "kept", "broken"},
    "letter": {"taken_out", "became_issue", "set_aside"},
}


def everything(conn: Conn) -> list[Record]:
    grids = log.all_grids(conn)
    return [record for kind in KINDS for record in lists.of_kind(conn, kind, grids, 10_000)]


def signed(conn: Conn) -> list[Record]:
    found = [one for one in lists.of_kind(conn, "bulletin", log.all_grids(conn), 100) if one.stage == "signed"]
    assert found
    return found


def exported(conn: Conn, bulletin: Record) -> list[bytes]:
    return list(export(conn, "", bulletin))


@pytest.mark.parametrize("moment", ["2026-11-24 02:10", "2026-10-04 23:50"])
def test_weeks_of_work_lie_behind_the_day_on_which_the_county_is_made(
    tmp_path: Path, address: str, moment: str, caplog: pytest.LogCaptureFixture
) -> None:
    now_ms = int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)
    parts = make_parts(Settings(data=tmp_path, database=address, apps=ROOT, is_alive=True), clock=lambda: now_ms)
    with caplog.at_level(logging.WARNING, "sulaiban.demo"):
        assert load_demo(parts)
    records = parts.store.write_now(everything)

    assert caplog.messages == []
    assert [(one.title, note.name) for one in records for note in one.shape.notes] == []
    for kind, stages in STAGES.items():
        assert stages <= {one.stage for one in records if one.kind == kind}
    assert max(act.at_ms for one in records for act in one.shape.acts) <= now_ms
    assert {one.kind for one in records if one.asks} >= {"issue", "letter"}
    assert [one.category for one in records if one.grid == MAIN_GRID].count("0401") >= 3
    assert parts.store.write_now(log.count_alarms) == 0
    for bulletin in parts.store.write_now(signed):
        (tmp_path / "log.jsonl").write_bytes(b"".join(parts.store.write_now(partial(exported, bulletin=bulletin))))
        assert recount.differences(tmp_path / "log.jsonl") == []
    assert not load_demo(parts), "it is loaded once"
    parts.store.close_now()


def test_the_county_is_alive_unless_it_is_asked_to_be_bare() -> None:
    assert settings_from({}).is_alive
    assert not settings_from({"SULAIBAN_DEMO": "bare"}).is_alive
