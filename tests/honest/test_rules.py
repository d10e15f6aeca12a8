"""D-1 to D-71, the rules that the seeds hold us to, and D1 to D15, the threats: where each is met, and the tests that try it."""

import csv
import re
from pathlib import Path

import pytest

from server.book import load_book
from sync.law import LAW

ROOT = Path(__file__).parents[2]


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table that lies here."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


ROWS = rows("rules.csv")
THREATS = rows("threats.csv")

TESTS = {
    name
    for folder in ("server", "sync", "honest", "road")
    for file in (ROOT / "tests" / folder).rglob("test_*.py")
    for name in re.findall(r"^(?:async )?def test_(\w+)\(", file.read_text(encoding="utf-8"), re.MULTILINE)
}


def test_every_rule_has_its_row() -> None:
    assert [row["id"] for row in ROWS] == [f"D-{n}" for n in range(1, 72)]


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_it_stands_where_it_is_said_to_and_a_test_holds_it(row: dict[str, str]) -> None:
    path, _, word = row["stands"].partition(":")
    place = ROOT / path
    assert place.exists(), path
    assert word == "" or word in place.read_text(encoding="utf-8"), f"{path} says nothing of {word}"
    assert row["tests"], "no test holds it"
    for name in row["tests"].split(";"):
        assert name in TESTS or _in_the_app(name), f"there is no test {name}"


@pytest.mark.parametrize("row", THREATS, ids=[row["id"] for row in THREATS])
def test_each_threat_is_tried(row: dict[str, str]) -> None:
    assert row["answer"]
    assert [name for name in row["tests"].split(";") if name not in TESTS] == []


def test_no_threat_is_left_out() -> None:
    assert [row["id"] for row in THREATS] == [f"D{n}" for n in range(1, 16)]


def _in_the_app(name: str) -> bool:
    file, _, title = name.partition(": ")
    path = ROOT / "tests" / "pwa" / file
    return bool(title) and path.exists() and title in path.read_text(encoding="utf-8")


def _begins(kind: str, act: str, role: str) -> bool:
    return any(row.op == act and role in row.who for row in LAW[kind].rows)


def test_each_of_the_grid_workers_four_jobs_has_an_act_of_his_own() -> None:
    for kind, act in (
        ("mailbox_opening", "open"),
        ("letter", "take_out"),
        ("visit", "record"),
        ("mediation", "record"),
        ("issue", "register"),
    ):
        assert _begins(kind, act, "grid_worker"), f"{act} of {kind}"
    assert "policy_given" in LAW["visit"].ops["record"].may, "he tells what the policy is on a visit"


def test_helped_services_are_four_kinds_that_the_grid_does() -> None:
    helped = [one for one in load_book().book.categories if one.parent == "11"]
    assert [one.code for one in helped] == ["1101", "1102", "1103", "1104"]
    assert {one.track for one in helped} == {"solved_in_grid"}


def test_whoever_sits_in_a_supervising_office_flags_matters_and_orders_and_handles_none() -> None:
    offices = {unit.zh for unit in load_book().book.units}
    assert {"县委督查室", "县作风办（纪委党风室）"} <= offices
    for kind in ("issue", "order"):
        assert {"urge", "supervise", "assist"} <= {row.op for row in LAW[kind].rows if "supervisor" in row.who}
        assert not {"accept", "answer", "reply", "solve"} & {
            row.op for row in LAW[kind].rows if "supervisor" in row.who
        }


def test_a_joint_meeting_has_a_form_and_its_bodies_seats() -> None:
    law = LAW["consultation"].fields
    assert "joint" in law["form"].codes
    seats = law["invited"].of
    assert seats is not None
    assert {"committee", "owners", "property", "representative", "supervision"} <= set(seats.fields["as"].codes)


def test_scanned_codes_text_messages_and_mail_stand_beside_the_box() -> None:
    assert {"wechat", "sms", "email", "mailbox"} <= set(LAW["issue"].fields["channel"].codes)
