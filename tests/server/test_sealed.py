"""Sealed matters and persons who asked not to be named: what is withheld before the wire, from whom, and who may look with a reason."""

from pathlib import Path

import pytest

from server import rebuild
from server.store import lists, people
from server.store.disk import Conn
from sync.admit import Area
from sync.op import Json
from sync.wire import Reply
from tests.server.house import EAST, HOUR, MINUTE, WEST, House, Phone, house, json_of, lamp
from tests.server.test_rights import fate

ACCUSES: dict[str, Json] = {"category": "1202", "title": "反映村干部收钱", "words": "收了两千块钱才给办低保。"}
MINOR: dict[str, Json] = {"danger": ["minor"], "title": "孩子身上有伤", "words": "邻居家的孩子身上常有伤。"}
REPORTER: dict[str, Json] = {"name": "周秘", "phone": "15455556666", "address": "三组九号"}
REASON: dict[str, Json] = {"reveal_why": "电话回访核实办理结果"}


def texts(reply: Reply, grid: str = EAST) -> list[str]:
    return [one.text for one in reply.changes[grid].ops]


def spoken(reply: Reply) -> str:
    return "".join(texts(reply))


async def queue_of(home: House, desk: Phone) -> str:
    return (await home.http.get("/desk/queue.json", headers=desk.headers)).text


async def whole_of(home: House, desk: Phone, issue: str) -> tuple[int, str]:
    answer = await home.http.get(f"/desk/issues/{issue.removeprefix('issue/')}", headers=desk.headers)
    return answer.status_code, answer.text


async def test_of_an_accusation_others_get_the_places_and_nothing_else(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        wang, li = await home.enter("wang"), await home.enter("li")
        issue = wang.op("register", lamp(**ACCUSES))
        own = await wang.sync()
        assert "收了两千" in spoken(own)
        others = await li.sync()
        assert [one.place for one in others.changes[EAST].ops] == [one.place for one in own.changes[EAST].ops]
        assert {(one.role, one.text) for one in others.changes[EAST].ops} == {("", "")}
        town, county = await home.enter("town"), await home.enter("county")
        assert issue not in await queue_of(home, town)
        assert "反映村干部" in await queue_of(home, county)
        assert (await whole_of(home, town, issue))[0] == 404
        assert "收了两千" in (await whole_of(home, county, issue))[1]


async def test_the_town_sees_harm_to_a_minor_and_an_accusation_of_the_village(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        wang, li, town = await home.enter("wang"), await home.enter("li"), await home.enter("town")
        minor = wang.op("register", lamp(**MINOR))
        village = wang.op("register", lamp(**ACCUSES, accused="village"))
        await wang.sync()
        assert spoken(await li.sync()) == ""
        for issue, words in ((minor, "常有伤"), (village, "两千块")):
            assert words in (await whole_of(home, town, issue))[1]


async def test_a_matter_sealed_later_is_taken_back_and_one_opened_again_is_sent(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        wang, li, county = await home.enter("wang"), await home.enter("li"), await home.enter("county")
        issue = wang.op("register", lamp())
        before = (await wang.sync()).scope[0].view
        assert "路灯" in spoken(await li.sync())
        home.time.pass_(HOUR)
        wang.op("edit", {"category": "1202"}, subject=issue)
        await wang.sync()
        sealed = await li.sync()
        assert sealed.scope[0].view != before
        li.places = {EAST: 0}
        assert "路灯" not in spoken(await li.sync())
        home.time.pass_(HOUR)
        assert await fate(county, "unseal", {"unseal_why": "核实后不是检举控告"}, subject=issue) == ""
        again = await li.sync()
        assert again.scope[0].view != sealed.scope[0].view
        li.places = {EAST: 0}
        assert "路灯" in spoken(await li.sync())


async def test_an_ordinary_registration_and_one_sealed_from_the_start_take_nothing_back(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        wang, li = await home.enter("wang"), await home.enter("li")
        view = (await li.sync()).scope[0].view
        wang.op("register", lamp())
        wang.op("register", lamp(**ACCUSES))
        wang.op("register", lamp(confidential=True, reporter=REPORTER))
        await wang.sync()
        assert (await li.sync()).scope[0].view == view


async def test_who_may_not_see_a_sealed_matter_is_told_that_it_does_not_exist(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        wang, li, zhao = await home.enter("wang"), await home.enter("li"), await home.enter("zhao")
        issue = li.op("register", lamp())
        await li.sync()
        wang.op("edit", {"title": "封存之前写的标题"}, subject=issue)
        home.time.pass_(HOUR)
        li.op("edit", {"category": "1202"}, subject=issue)
        await li.sync()
        [honest] = (await wang.sync()).receipts
        assert honest.fate == "placed"
        home.time.pass_(HOUR)
        assert await fate(wang, "edit", {"title": "封存之后写的标题"}, subject=issue) == "unknown_subject"
        assert (
            await fate(zhao, "edit", {"title": "别的镇的标题"}, grid=zhao_grid(zhao), subject=issue)
            == "unknown_subject"
        )


def zhao_grid(phone: Phone) -> str:
    return next(iter(phone.places))


async def test_the_letter_of_a_sealed_issue_is_sealed_with_it(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        wang, li = await home.enter("wang"), await home.enter("li")
        letter = wang.op(
            "take_out",
            {"received_ms": home.time.ms, "form": "blank", "pages": 1, "summary": "信里说收钱", "confidential": True},
            kind="letter",
        )
        issue = wang.op("register", lamp(**ACCUSES, channel="mailbox", linked=[letter]))
        wang.op("to_issue", {"issue": issue}, subject=letter)
        await wang.sync()
        assert spoken(await li.sync()) == ""


@pytest.mark.parametrize("account", ["li", "town"])
async def test_a_confidential_person_is_stripped_before_the_wire(tmp_path: Path, account: str) -> None:
    async with house(tmp_path) as home:
        wang = await home.enter("wang")
        parties: list[Json] = [{"name": "周秘"}, {"name": "吴对方"}]
        issue = wang.op("register", lamp(confidential=True, reporter=REPORTER, parties=parties))
        assert "周秘" in spoken(await wang.sync())
        other = await home.enter(account)
        told = spoken(await other.sync()) + (await queue_of(home, other)) + (await whole_of(home, other, issue))[1]
        assert '"hidden":["reporter"]' in told.replace("\\", "")
        assert "坏了半个月" in told
        assert "吴对方" in told
        assert not [one for one in ("周秘", "15455556666", "6666", "三组九号") if one in told]


async def test_a_reason_shows_the_person_to_who_gave_it_alone(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        wang, town = await home.enter("wang"), await home.enter("town")
        issue = wang.op("register", lamp(confidential=True, reporter=REPORTER))
        await wang.sync()
        assert await fate(await home.enter("li"), "reveal", REASON, subject=issue) == "not_your_role"
        assert "周秘" not in (await whole_of(home, town, issue))[1]
        assert await fate(town, "reveal", REASON, subject=issue) == ""
        status, told = await whole_of(home, town, issue)
        assert status == 200
        assert "周秘" in told
        assert "电话回访核实" in told
        li = await home.enter("li")
        assert "周秘" not in spoken(await li.sync())


async def test_a_new_role_shows_what_was_withheld_and_its_end_takes_it_back(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        wang, li = await home.enter("wang"), await home.enter("li")
        wang.op("register", lamp(**MINOR))
        await wang.sync()
        before = (await li.sync()).scope[0].view
        home.time.pass_(HOUR)
        until = home.time.ms + HOUR

        def give(conn: Conn) -> None:
            people.add_areas(conn, "p2", [Area("town", EAST, home.time.ms, until)])

        await home.parts.store.write(give)
        li.places = {EAST: 0}
        entitled = await li.sync()
        assert entitled.scope[0].view != before
        assert "常有伤" in spoken(entitled)
        home.time.pass_(HOUR)
        li.places = {EAST: 0}
        ended = await li.sync()
        assert ended.scope[0].view == before
        assert "常有伤" not in spoken(ended)


async def test_rebuild_makes_the_same_marks(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        wang, county = await home.enter("wang"), await home.enter("county")
        one = wang.op("register", lamp(**ACCUSES))
        await wang.sync()
        home.time.pass_(HOUR)
        wang.op("register", lamp(confidential=True, reporter=REPORTER))
        wang.op("edit", {"accused": "village"}, subject=one)
        await wang.sync()
        await fate(county, "unseal", {"unseal_why": "核实后不是检举控告"}, subject=one)

        def marks(conn: Conn) -> object:
            return lists.marks_in(conn, [EAST])

        before = await home.parts.store.read(marks)
        await home.parts.store.write(rebuild.rebuild)
        assert await home.parts.store.read(marks) == before
        assert before


def found_by_visit(issue: str) -> dict[str, Json]:
    findings: list[Json] = [{"kind": "request", "issue": issue}]
    return {
        "visit_type": "daily",
        "household": "household/x.1",
        "started_ms": 1,
        "ended_ms": 2,
        "met": "head",
        "base_changed": False,
        "findings": findings,
        "content": "走访时看到的情况。",
    }


async def marks_again(home: House) -> tuple[object, object]:
    """The marks of both grids, as the store has them and as its log adds up to."""

    def marks(conn: Conn) -> object:
        return lists.marks_in(conn, [EAST, WEST])

    before = await home.parts.store.read(marks)
    await home.parts.store.write(rebuild.rebuild)
    return before, await home.parts.store.read(marks)


async def test_what_is_sealed_by_a_later_op_is_taken_back_though_it_came_in_the_same_moment(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        wang, li = await home.enter("wang"), await home.enter("li")
        issue = wang.op("register", lamp())
        await wang.sync()
        seen = (await li.sync()).scope[0].view
        wang.op("edit", {"category": "1202"}, subject=issue)
        wang.op("edit", {"category": "1202"}, subject=wang.op("register", lamp()))
        await wang.sync()
        assert (await li.sync()).scope[0].view != seen
        before, again = await marks_again(home)
        assert before == again


async def test_a_seal_stays_in_its_log(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        both = await home.enter("both")
        issue = both.op("register", lamp(**MINOR), grid=EAST)
        here = both.op("record", found_by_visit(issue), kind="visit", grid=EAST)
        there = both.op("record", found_by_visit(issue), kind="visit", grid=WEST)
        assert [one.fate for one in (await both.sync()).receipts] == ["placed"] * 3
        before, again = await marks_again(home)
        assert before == again
        assert f"'{here}'" in str(before)
        assert f"'{there}'" not in str(before)


async def test_entering_tells_the_view_as_the_exchange_does(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        wang = await home.enter("wang")
        said = json_of(await home.http.post("/enter", json={"account": "wang", "password": "little-mailbox-3"}))
        scope = said["scope"]
        assert isinstance(scope, list)
        [first] = scope
        assert isinstance(first, dict)
        assert first["view"] == (await wang.sync()).scope[0].view


async def test_what_was_withheld_bears_no_mark_by_which_it_could_be_offered_back(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        wang, li = await home.enter("wang"), await home.enter("li")
        wang.op("register", lamp(**ACCUSES))
        wang.op("register", lamp(confidential=True, reporter=REPORTER))
        await wang.sync()
        changed = [one for one in (await li.sync()).changes[EAST].ops if one.text == "" or '"hidden"' in one.text]
        assert changed
        assert {one.mark for one in changed} == {""}


async def test_a_snapshot_holds_what_its_asker_may_see_also_after_a_late_seal(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        wang, li = await home.enter("wang"), await home.enter("li")
        issue = wang.op("register", lamp())
        wang.op("register", lamp(**ACCUSES))
        wang.op("register", lamp(title="要求保密的一件", confidential=True, reporter=REPORTER))
        await wang.sync()
        mine, others = await snapshot_of(home, wang), await snapshot_of(home, li)
        assert "收了两千" in mine
        assert "周秘" in mine
        assert "要求保密的一件" in others
        assert "路灯" in others
        assert not [one for one in ("收了两千", "周秘", "15455556666") if one in others]
        home.time.pass_(MINUTE)
        wang.op("edit", {"category": "1202"}, subject=issue)
        await wang.sync()
        assert "村口三盏路灯不亮" not in await snapshot_of(home, li)
        answer = await home.http.get(f"/shapes/{issue}", headers=li.headers)
        assert answer.status_code == 404


async def snapshot_of(home: House, phone: Phone) -> str:
    """Every part of the newest snapshot of the first grid, as it comes."""
    first = await home.http.get(f"/snapshots/{EAST}", headers=phone.headers)
    assert first.status_code == 200, first.text
    said = json_of(first)
    paths = [f"/snapshots/{EAST}/{said['place']}/{number}" for number in range(1, int(str(said["parts"])))]
    others = [(await home.http.get(path, headers=phone.headers)).text for path in paths]
    return first.text + "".join(others)
