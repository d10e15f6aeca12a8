"""Work that comes from where its author stands no more: it waits for the town, and nothing of it is lost."""

from pathlib import Path

import msgspec

from server.store import lists, people
from server.store.disk import Conn
from sync.admit import Area
from sync.op import Json
from sync.subjects.issue import text
from sync.wire import Receipt
from tests.server.house import EAST, FAR, HOUR, WEST, House, Phone, house, json_of, lamp
from tests.server.test_rights import fate, moved
from tests.server.test_sealed import ACCUSES


async def late(home: House, **fields: Json) -> tuple[Phone, str, Receipt]:
    """A worker who was moved an hour ago registers something there all the same."""
    phone = await home.enter("wang")
    await phone.sync()
    home.time.pass_(HOUR)
    await moved(home, phone.person)
    home.time.pass_(HOUR)
    issue = phone.op("register", lamp(**fields))
    [receipt] = (await phone.sync()).receipts
    return phone, issue, receipt


async def waiting(home: House, desk: Phone) -> list[dict[str, Json]]:
    answer = await home.http.get("/desk/parked.json", headers=desk.headers)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=dict[str, list[dict[str, Json]]])["items"]


async def say(desk: Phone, name: str, line: dict[str, Json], why: str = "") -> str:
    named: dict[str, Json] = {one: line[one] for one in ("device", "seq", "hash")}
    desk.op(name, named | ({"why": why} if why else {}), kind="parked", grid=str(line["grid"]))
    [receipt] = (await desk.sync()).receipts
    return receipt.why


async def stage_of(home: House, issue: str) -> str:
    def look(conn: Conn) -> str:
        record = lists.records(conn, [issue]).get(issue)
        return record.stage if record else ""

    return await home.parts.store.read(look)


async def place_of(home: House, issue: str) -> str:
    return await home.parts.store.read(lambda conn: text(lists.records(conn, [issue])[issue].shape, "place"))


async def test_what_was_made_after_the_move_waits_for_the_town_that_lets_it_in(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone, issue, receipt = await late(home)
        text = phone.outbox or []
        assert (receipt.fate, receipt.why, receipt.about, text) == ("refused", "parked", "not_your_grid", [])
        assert await stage_of(home, issue) == ""
        desk = await home.enter("town")
        [line] = await waiting(home, desk)
        assert (line["person"], line["name"], line["title"]) == ("王一", "register", "村口三盏路灯不亮")
        assert await say(desk, "let_in", line) == ""
        assert await waiting(home, desk) == []
        assert await stage_of(home, issue) == "registered"
        [settled] = (await phone.sync()).settled
        assert (settled.fate, settled.seq, settled.hash, settled.grid) == ("placed", receipt.seq, receipt.hash, EAST)


async def test_the_op_let_in_keeps_its_author_its_bytes_and_its_time(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        await phone.sync()
        home.time.pass_(HOUR)
        await moved(home, phone.person)
        home.time.pass_(HOUR)
        made_ms = home.time.ms
        phone.op("register", lamp())
        [text] = phone.outbox
        await phone.sync()
        home.time.pass_(HOUR)
        desk, li = await home.enter("town"), await home.enter("li")
        [line] = await waiting(home, desk)
        await say(desk, "let_in", line)
        ops = (await li.sync()).changes[EAST].ops
        [change] = [one for one in ops if one.text == text]
        assert (change.role, change.credited_ms) == ("grid_worker", made_ms)
        assert (await phone.post([text])).json()["receipts"][0]["fate"] == "placed"


async def test_what_builds_on_a_parked_beginning_waits_with_it_and_follows_it(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone, issue, _ = await late(home)
        phone.op("edit", {"place": "村口桥头"}, subject=issue)
        phone.op("edit", {"place": "村口桥头"}, subject=issue.replace(".", ".9"))
        told = (await phone.sync()).receipts
        assert [one.why for one in told] == ["parked", "unknown_subject"]
        desk = await home.enter("town")
        first, second = await waiting(home, desk)
        assert [(one["name"], one["title"]) for one in (first, second)] == [
            ("register", "村口三盏路灯不亮"),
            ("edit", "村口三盏路灯不亮"),
        ]
        assert await say(desk, "let_in", second) == "unknown_subject"
        assert await say(desk, "let_in", first) == ""
        assert await say(desk, "let_in", second) == ""
        assert await place_of(home, issue) == "村口桥头"
        assert [one.fate for one in (await phone.sync()).settled] == ["placed", "placed"]


async def test_what_builds_on_a_declined_beginning_is_refused_or_declined_itself(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone, issue, _ = await late(home)
        phone.op("edit", {"title": "村口四盏路灯不亮"}, subject=issue)
        await phone.sync()
        desk = await home.enter("town")
        first, second = await waiting(home, desk)
        assert await say(desk, "decline", first, "李二已经登记过同一件事") == ""
        phone.op("edit", {"title": "村口五盏路灯不亮"}, subject=issue)
        assert [one.why for one in (await phone.sync()).receipts] == ["unknown_subject"]
        assert await say(desk, "let_in", second) == "unknown_subject"
        assert await say(desk, "decline", second, "同上一条") == ""
        assert await waiting(home, desk) == []


async def test_what_the_town_declines_is_told_with_its_reason(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone, issue, _ = await late(home)
        desk = await home.enter("town")
        [line] = await waiting(home, desk)
        assert await say(desk, "decline", line) == "field_missing"
        assert await say(desk, "decline", line, "李二已经登记过同一件事") == ""
        [settled] = (await phone.sync()).settled
        assert (settled.fate, settled.why, settled.about) == ("refused", "declined", "李二已经登记过同一件事")
        assert await stage_of(home, issue) == ""
        assert await say(desk, "let_in", line) == "already_settled"


async def test_who_never_stood_there_or_had_no_right_then_is_refused_as_ever(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone, _, _ = await late(home)
        assert await fate(phone, "register", lamp(), grid=FAR) == "not_your_grid"
        assert await fate(phone, "register", lamp(title="x")) == "too_short"
        assert await fate(phone, "decline", {"device": "d", "seq": 1, "hash": "0" * 64, "why": "不要"}) == "unknown_op"


async def test_only_the_town_of_the_grid_sees_and_settles_what_waits(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await late(home)
        li = await home.enter("li")
        assert (await home.http.get("/desk/parked.json", headers=li.headers)).status_code == 403
        [line] = await waiting(home, await home.enter("county"))
        assert await say(li, "let_in", line) == "not_your_role"

        def give(conn: Conn) -> None:
            people.add_areas(conn, "p3", [Area("town", "329924102")])
            people.add_areas(conn, "p2", [Area("town", WEST)])

        await home.parts.store.write(give)
        assert await waiting(home, await home.enter("zhao")) == []
        named: dict[str, Json] = {one: line[one] for one in ("device", "seq", "hash")}
        assert await fate_in_west(li, named) == "nothing_parked"


async def fate_in_west(phone: Phone, named: dict[str, Json]) -> str:
    phone.op("let_in", named, grid=WEST, kind="parked")
    [receipt] = (await phone.sync()).receipts
    return receipt.why


async def test_a_sealed_op_waits_without_its_words(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await late(home, **ACCUSES)
        town = await home.enter("town")
        answer = await home.http.get("/desk/parked.json", headers=town.headers)
        assert "收了两千" not in answer.text
        assert "反映村干部" not in answer.text
        assert json_of(answer)["items"] != []
        assert (
            "收了两千" in (await home.http.get("/desk/parked.json", headers=(await home.enter("county")).headers)).text
        )


async def absent(home: House, desk: Phone) -> list[tuple[Json, Json]]:
    answer = await home.http.get("/desk/parked.json", headers=desk.headers)
    lines = msgspec.json.decode(answer.content, type=dict[str, list[dict[str, Json]]])["absent"]
    return [(one["seq"], one["why"]) for one in lines]


async def test_a_number_that_is_missing_stands_at_the_desk_until_it_comes_or_is_accounted_for(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone, town, other = await home.enter("wang"), await home.enter("town"), await home.enter("zhao")
        first = [phone.op("register", lamp(place=str(n))) for n in range(3)]
        kept = phone.outbox[:]
        phone.outbox = kept[2:]
        assert (await phone.sync()).next_seq == 1
        assert await absent(home, town) == [(1, "gap"), (2, "gap")]
        phone.outbox = kept[:1]
        await phone.sync()
        assert await absent(home, town) == [(2, "gap")], "what came has left the list"
        said: dict[str, Json] = {"device": phone.device, "seq": 2, "why": "手机摔坏，已上门重新登记"}
        other.op("account", said, kind="parked", grid=FAR)
        assert [receipt.why for receipt in (await other.sync()).receipts] == ["not_your_role"]
        assert await absent(home, town) == [(2, "gap")], "a worker accounts for nothing"
        town.op("account", said, kind="parked")
        await town.sync()
        assert await absent(home, town) == []
        phone.outbox = kept[1:]
        await phone.sync()
        found = await home.parts.store.read(lambda conn: lists.records(conn, first))
        assert len(found) == 3, "what was accounted for may still come"
