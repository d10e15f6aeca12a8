"""After a restore: what waited for the town waits again, and both ends of a joining say the same, whoever comes back first."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from server import keep
from server.rebuild import rebuild
from server.store import people
from server.store.disk import Conn
from sync.admit import Area
from sync.op import Json
from sync.subjects.issue import text
from sync.subjects.same import joined_here, leader_of
from sync.wire import Offer
from tests.server.house import EAST, HOUR, WEST, House, Phone, house, lamp
from tests.server.lamps import WHY, placed, said_of, shape_of
from tests.server.matter import ANSWER, HANDLER, TRIAGE
from tests.server.stores_kept import log_of, restore, settings
from tests.server.test_joining_across import lamps_on_the_border
from tests.server.test_keep import ask, offer_of_fate, offers_of
from tests.server.test_parked import say, waiting

SHORT = "李二已经登记过同一件事"


async def stood(home: House, person: str, grid: str, until_ms: int) -> None:
    """Someone was a grid's worker until then."""

    def enter(conn: Conn) -> None:
        people.add_areas(conn, person, [Area("grid_worker", grid, 0, until_ms)])

    await home.parts.store.write(enter)


async def back(home: House, phone: Phone, account: str) -> None:
    """The same phone, at the server that was restored."""
    phone.http, phone.clock = home.http, home.time
    phone.access = (await home.enter(account, phone.device)).access


@dataclass
class Waited:
    """Five ops came from where their author stood no more, the last about the first; the town declined the second, let the third in.

    All of it was lost.
    """

    wang: Phone
    own: list[Offer]
    """Wang's, as it offers them: nobody told it yet what the town said."""
    log: list[Offer]
    """What another phone holds of the town's words."""
    there_ms: int


@asynccontextmanager
async def waited(folder: Path, address: str, file: Path) -> AsyncGenerator[tuple[House, Waited]]:
    async with house(folder) as home:
        wang = await home.enter("wang")
        await wang.sync()
        home.time.pass_(HOUR)
        await stood(home, wang.person, EAST, home.time.ms)
        keep.backup(settings(folder, address), file)
        there_ms = home.time.ms
        await stood(home, wang.person, WEST, there_ms)
        home.time.pass_(HOUR)
        for title, grid in (("路灯不亮", EAST), ("水管漏水", EAST), ("井盖不见了", EAST), ("护栏松了", WEST)):
            wang.op("register", lamp(title=title), grid=grid)
        wang.op("edit", {"place": "村口"}, subject=f"issue/{wang.device}.1")
        texts = list(wang.outbox)
        told = (await wang.sync()).receipts
        assert {one.why for one in told} == {"parked"}
        li, town = await home.enter("li"), await home.enter("town")
        _, declined, let_in, _, _ = await waiting(home, town)
        await say(town, "decline", declined, SHORT)
        await say(town, "let_in", let_in)
        held = await ask(li, "", places={EAST: 0})
        own = [offer_of_fate(wang, receipt, text) for receipt, text in zip(told, texts, strict=True)]
    restore(folder, address, file)
    async with house(folder) as home:
        home.time.pass_(3 * HOUR)
        await back(home, wang, "wang")
        yield home, Waited(wang, own, offers_of(held), there_ms)


@pytest.mark.parametrize("author_first", [True, False])
async def test_what_waited_for_the_town_waits_again_and_what_it_said_counts(
    tmp_path: Path, address: str, *, author_first: bool
) -> None:
    async with waited(tmp_path / "data", address, tmp_path / "backup") as (home, lost):
        epoch, wang, li = home.parts.store.meta.epoch, lost.wang, await home.enter("li")
        if author_first:
            reply = await ask(wang, epoch, offers=lost.own)
            assert (reply.later, reply.next_seq) == ([(wang.device, 4)], 4)
            assert (await ask(li, epoch, offers=lost.log)).later == []
        else:
            assert (await ask(li, epoch, offers=lost.log)).later == []
            reply = await ask(wang, epoch, offers=lost.own)
            assert reply.later == [(wang.device, 4)]
        # Nobody knows any more that its author stood in the other grid, until the office says so again.
        await stood(home, wang.person, WEST, lost.there_ms)
        assert (await ask(wang, epoch, offers=lost.own[3:4])).later == []
        assert await home.parts.store.read(keep.missing) == []
        town = await home.enter("town")
        assert [line["title"] for line in await waiting(home, town)] == ["路灯不亮", "护栏松了", "路灯不亮"]
        settled = (await ask(wang, epoch)).settled
        assert [(one.seq, one.fate, one.why, one.about) for one in settled] == [
            (2, "refused", "declined", SHORT), (3, "placed", "", ""),
        ]  # fmt: skip
        for line in await waiting(home, town):
            assert await say(town, "let_in", line) == ""
        again = await ask(wang, epoch, texts=[one.text for one in lost.own])
        assert [one.fate for one in again.receipts] == ["placed", "refused", "placed", "placed", "placed"]
        hashes = [its_hash for grid in (EAST, WEST) for _, its_hash, _ in await log_of(home, grid)]
        assert len(hashes) == len(set(hashes))
        assert (await home.http.get("/health")).json()["alarms"] == 0


@dataclass
class Joined:
    """Two matters of two grids; what happened to them was lost, and either grid's people may bring their own log back."""

    town: Phone
    east: list[Offer]
    west: list[Offer]
    lead: str
    member: str


@asynccontextmanager
async def across(tmp_path: Path, address: str, *, was_joined: bool) -> AsyncGenerator[tuple[House, Joined]]:
    """`was_joined` before the backup: then what was lost is that they were taken apart."""
    folder, file = tmp_path / "data", tmp_path / "backup"

    async with house(folder) as home:
        lead, member, _, town = await lamps_on_the_border(home)
        join: dict[str, Json] = {"into": lead, **WHY}
        if was_joined:
            town.op("join", join, subject=member, grid=WEST)
            await placed(town)
        keep.backup(settings(folder, address), file)
        home.time.pass_(HOUR)
        if was_joined:
            town.op("unjoin", {"unjoin_why": "另一盏灯"}, subject=member, grid=WEST)
        else:
            town.op("join", join, subject=member, grid=WEST)
        await placed(town)
        held = await ask(town, "", places={EAST: 0, WEST: 0})
        told = Joined(town, offers_of(held), offers_of(held, WEST), lead, member)
    restore(folder, address, file)
    async with house(folder) as home:
        home.time.pass_(2 * HOUR)
        await back(home, town, "town")
        yield home, told


async def test_a_leader_lets_go_of_a_member_whose_joining_nobody_brought_and_takes_it_in_again_when_somebody_does(
    tmp_path: Path, address: str
) -> None:
    async with across(tmp_path, address, was_joined=False) as (home, lost):
        epoch, town = home.parts.store.meta.epoch, lost.town
        await ask(town, epoch, offers=lost.east)
        lead, member = await shape_of(home, lost.lead), await shape_of(home, lost.member)
        assert (joined_here(lead), member.stage, leader_of(member)) == ([], "registered", "")
        assert said_of(lead)[-2:] == ["take_in", "let_go"]
        await ask(town, epoch, offers=lost.west)
        await ask(town, epoch, offers=lost.east)
        lead, member = await shape_of(home, lost.lead), await shape_of(home, lost.member)
        assert (joined_here(lead), member.stage, leader_of(member)) == ([lost.member], "joined", lost.lead)
        await home.parts.store.write(rebuild)
        assert (await shape_of(home, lost.lead), await shape_of(home, lost.member)) == (lead, member)


async def test_when_the_member_comes_back_first_the_clerk_takes_it_in_once(tmp_path: Path, address: str) -> None:
    async with across(tmp_path, address, was_joined=False) as (home, lost):
        epoch, town = home.parts.store.meta.epoch, lost.town
        await ask(town, epoch, offers=lost.west)
        assert joined_here(await shape_of(home, lost.lead)) == [lost.member]
        await ask(town, epoch, offers=lost.east)
        for name, fields in (("triage", TRIAGE), ("accept", HANDLER), ("answer", ANSWER)):
            town.op(name, fields, subject=lost.lead)
        await placed(town)
        member = await shape_of(home, lost.member)
        assert (member.stage, text(member, "answer"), said_of(member).count("relay")) == (
            "pending_confirm", ANSWER["answer"], 1,
        )  # fmt: skip


async def test_a_member_that_its_leader_let_go_of_stands_for_itself_though_nobody_brought_that_it_left(
    tmp_path: Path, address: str
) -> None:
    async with across(tmp_path, address, was_joined=True) as (home, lost):
        epoch, town = home.parts.store.meta.epoch, lost.town
        assert (await shape_of(home, lost.member)).stage == "joined"
        await ask(town, epoch, offers=lost.east)
        member = await shape_of(home, lost.member)
        assert (member.stage, member.acts[-1].actor, joined_here(await shape_of(home, lost.lead))) == (
            "registered", "clerk", [],
        )  # fmt: skip
        assert "恢复" in text(member, "unjoin_why")
        await ask(town, epoch, offers=lost.west)
        member = await shape_of(home, lost.member)
        assert (member.stage, [note.name for note in member.notes]) == ("registered", ["unjoin"])
        assert said_of(await shape_of(home, lost.lead)).count("let_go") == 1
