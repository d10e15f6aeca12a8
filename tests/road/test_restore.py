"""The disk is lost, yesterday's backup comes back, and five phones bring what they hold: clients written from PROTOCOL.md alone."""

import shutil
import subprocess
import sys
from contextlib import ExitStack, closing
from dataclasses import dataclass
from os import environ
from pathlib import Path

import httpx
import pytest

from tests.road.county import PASSWORD, county
from tests.road.third.client import Phone
from tests.road.third.day import GRID, acceptance, issue, triage, visit
from tests.road.third.law import Json
from tests.road.third.mend import offer_again
from tests.road.third.proof import Forged, check

ACCOUNTS = ("wg1", "wg1", "wg2", "zhen1", "wg2")


def sulaiban(data: Path, *words: str) -> str:
    """A command of the operator's. `missing` ends with 1 when something is."""
    command = [sys.executable, "-m", "server.cli", *words]
    told = {**environ, "SULAIBAN_DATA": str(data), "SULAIBAN_DATABASE_URL": ""}
    return subprocess.run(command, env=told, check=words[0] != "missing", capture_output=True, text=True).stdout


def moved_on(phones: list[Phone], url: str) -> None:
    """The server has another address now; everything that the phones hold stays."""
    for phone in phones:
        phone.http.base_url = httpx.URL(url)
        phone.enter()


@dataclass
class Lost:
    """A county whose disk was lost, what five phones hold of it, and what they had been told."""

    phones: list[Phone]
    old: str
    """An issue that the backup has."""
    new: str
    """One that it has not."""
    log: list[str]
    slips: dict[int, str]
    epoch: str


def lose(data: Path, backup: Path, stack: ExitStack) -> Lost:
    """A day's work with a backup in the midst of it, until the disk is gone."""
    with county(data, is_killed=True) as before:
        phones = [stack.enter_context(closing(Phone(before.url, who, PASSWORD))) for who in ACCOUNTS]
        one, two, other, town, lost = phones
        old = one.begin(GRID, "issue", "register", issue(one))
        one.exchange()
        sulaiban(data, "backup", str(backup))
        new = two.begin(GRID, "issue", "register", issue(two, title="桥头的护栏松了", category="0502"))
        two.make(GRID, new, "triage", triage("escalate_to_town"))
        two.make(GRID, new, "accept", acceptance())
        two.make(GRID, new, "edit", {"title": "桥头的护栏松了一截"})
        two.exchange()
        town.exchange()
        lead: Json = {"unit": "county_housing", "name": "县住建局"}
        town.make(GRID, new, "dispatch", {"lead": lead, "order_opinion": "请尽快修好"})
        town.exchange()
        other.begin(GRID, "visit", "record", visit_of(other))
        for phone in (one, two, other, town):
            phone.exchange()
        log = [change.text for change in town.logs[GRID]]
        lost.begin(GRID, "visit", "record", visit_of(lost))
        lost.exchange()
        told = Lost(phones, old, new, log, dict(two.slips), two.epoch)
    shutil.rmtree(data)
    sulaiban(data, "restore", str(backup))
    return told


def come_back(phones: list[Phone]) -> None:
    """Each offers what it holds, then what had to wait for others, then reads."""
    for phone in phones:
        phone.exchange()
    for phone in phones:
        offer_again(phone)
        phone.exchange()
    for phone in phones:
        phone.exchange()


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 0, 1)])
def test_everything_that_any_phone_holds_comes_back_and_goes_on(tmp_path: Path, order: tuple[int, ...]) -> None:
    data = tmp_path / "data"
    with ExitStack() as stack:
        lost = lose(data, tmp_path / "backup.tar", stack)
        one, two, other, town, late = lost.phones
        with county(data) as after:
            moved_on([one, two, other, town], after.url)
            come_back([lost.phones[number] for number in order])
            assert two.epoch != lost.epoch
            for phone in (one, two, other, town):
                assert sorted(change.text for change in phone.logs[GRID]) == sorted(lost.log)
            assert [two.receipts[seq].fate for seq in sorted(two.receipts)] == ["placed", "placed", "refused", "placed"]
            shapes = town.shapes(GRID)
            assert lost.old in shapes
            [order_of] = [shape for name, shape in shapes.items() if name.startswith("order/")]
            assert (order_of.stage, order_of.value("issue")) == ("dispatched", lost.new)
            proves_itself(lost, two)
            shows_the_same(town)
            # An order that was begun in the lost hours goes on.
            order_id = next(name for name in shapes if name.startswith("order/"))
            town.make(GRID, order_id, "recall", {"recall_why": "已由镇里修好"})
            town.exchange()
            assert town.shapes(GRID)[order_id].stage == "cancelled"
            # The last one comes when everything goes on: nothing of his is lost either.
            moved_on([late], after.url)
            late.exchange()
            town.exchange()
            assert {change.text for change in town.logs[GRID]} > {made.text for made in late.made}


def proves_itself(lost: Lost, phone: Phone) -> None:
    """Receipts of the earlier life are good for ever; a changed one is none."""
    assert [check(lost.slips[seq], phone.keys) for seq in sorted(lost.slips)] == [made.hash for made in phone.made]
    with pytest.raises(Forged):
        check(lost.slips[1].replace(lost.epoch, "another"), phone.keys)


def shows_the_same(phone: Phone) -> None:
    """A snapshot says what the log says."""
    shown, place = phone.snapshot(GRID)
    folded = phone.shapes(GRID)
    assert place <= len(phone.logs[GRID])
    assert shown
    assert {name: shape for name, shape in folded.items() if name in shown} == shown


def test_what_no_phone_holds_is_listed_by_device_and_number(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with ExitStack() as stack:
        lost = lose(data, tmp_path / "backup.tar", stack)
        one, two, _, town, _ = lost.phones
        # This phone's own store is gone too. Of its four ops the others held the first and the last; the third was never in a log.
        gone = two.made[1].text
        for phone in (one, town):
            phone.logs[GRID] = [change for change in phone.logs[GRID] if change.text != gone]
        with county(data) as after:
            moved_on([one, town], after.url)
            come_back([one, town])
            assert sulaiban(data, "missing").strip() == f"{two.device}: 2-3"


def visit_of(phone: Phone) -> dict[str, Json]:
    """A visit by this phone, which must know its households first."""
    phone.exchange()
    return visit(phone)
