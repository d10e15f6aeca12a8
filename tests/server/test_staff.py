"""People and areas: who may give what, covers that end by themselves, and the record of every change."""

from pathlib import Path

import httpx
import pytest

from server.cli import main
from sync.op import Json
from tests.server.house import DAY, EAST, FAR, MINUTE, PASSWORD, TOWN, WEST, House, Phone, house, json_of, lamp
from tests.server.test_rights import fate


async def make(home: House, desk: Phone, **told: Json) -> httpx.Response:
    return await home.http.post("/desk/people", json=told, headers=desk.headers)


async def why(home: House, desk: Phone, **told: Json) -> str:
    answer = await make(home, desk, **told)
    return "" if answer.status_code == 200 else str(json_of(answer)["detail"] or json_of(answer)["why"])


async def test_a_cover_reads_and_writes_until_its_end_and_the_covered_one_goes_on(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        li, town, wang = await home.enter("li"), await home.enter("town"), await home.enter("wang")
        until_ms = home.time.ms + DAY

        assert await why(home, town, act="give", person="p2", role="grid_worker", code=WEST) == ""
        home.time.pass_(MINUTE)
        assert await why(home, town, act="cover", person="p1", covers="p2", until_ms=until_ms) == ""
        scope = {one.grid: one for one in (await wang.sync()).scope}
        assert (scope[WEST].covers, scope[WEST].until_ms) == ("李二", until_ms)
        assert scope[EAST].until_ms == 0
        assert await fate(wang, "register", lamp(), grid=WEST) == ""
        assert await fate(li, "register", lamp(), grid=WEST) == ""
        home.time.pass_(2 * DAY)
        assert [one.grid for one in (await wang.sync()).scope] == [EAST]
        assert await fate(wang, "register", lamp(), grid=WEST) == "parked"
        assert await fate(li, "register", lamp(), grid=WEST) == ""


@pytest.mark.parametrize(
    ("account", "told", "no"),
    [
        ("wang", {"act": "give", "person": "p2", "role": "grid_worker", "code": WEST}, "not_yours"),
        ("town", {"act": "give", "person": "p2", "role": "grid_worker", "code": FAR}, "not_yours"),
        ("town", {"act": "give", "person": "p2", "role": "town", "code": TOWN}, "not_yours"),
        ("town", {"act": "give", "person": "p4", "role": "grid_worker", "code": EAST}, "not_oneself"),
        ("town", {"act": "give", "person": "p2", "role": "grid_worker", "code": "9" * 15}, "bad_area"),
        ("town", {"act": "give", "person": "p2", "role": "clerk", "code": EAST}, "bad_role"),
        ("town", {"act": "password", "person": "p5"}, "not_yours"),
        ("town", {"act": "password", "person": "p3"}, "not_yours"),
        ("town", {"act": "take", "person": "p2", "role": "grid_worker", "code": WEST}, "not_held"),
        ("town", {"act": "cover", "person": "p1", "covers": "p2", "until_ms": 1}, "bad_until"),
        ("town", {"act": "fly", "person": "p1"}, "unknown_act"),
        ("county", {"act": "give", "person": "p2", "role": "dispatcher", "code": ""}, "not_yours"),
        ("county", {"act": "give", "person": "p2", "role": "town", "code": TOWN}, ""),
    ],
)
async def test_rights_are_given_below_the_own_rank_inside_the_own_area(
    tmp_path: Path, account: str, told: dict[str, Json], no: str
) -> None:
    async with house(tmp_path) as home:
        assert await why(home, await home.enter(account), **told) == no


async def test_a_new_person_enters_with_the_password_told_once(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        town = await home.enter("town")
        told: dict[str, Json] = {"act": "add", "name": "新来的", "account": "xin", "role": "grid_worker", "code": EAST}
        password = json_of(await make(home, town, **told))["password"]
        assert await why(home, town, **told) == "account_taken"
        entered = await home.http.post("/enter", json={"account": "xin", "password": password})
        assert [one["grid"] for one in entered.json()["scope"]] == [EAST]
        seen = (await home.http.get("/desk/people.json", headers=town.headers)).text
        assert "新来的" in seen
        assert str(password) not in seen


async def test_a_new_password_ends_what_was_entered_with_the_old_one(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        li, town = await home.enter("li"), await home.enter("town")
        assert await why(home, town, act="password", person="p2") == ""
        again = await home.http.post("/enter/again", json={"device": li.device})
        assert again.status_code == 401
        old = await home.http.post("/enter", json={"account": "li", "password": PASSWORD})
        assert old.json()["why"] == "wrong_password"


async def test_an_ended_device_may_neither_send_nor_read(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        li, town = await home.enter("li"), await home.enter("town")
        assert await why(home, town, act="end_device", person="p1", device=li.device) == "unknown_device"
        assert await why(home, town, act="end_device", person="p2", device=li.device) == ""
        assert (await li.post()).json()["why"] == "device_revoked"


async def test_every_change_is_written_down_with_who_and_when(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        town = await home.enter("town")
        await make(home, town, act="give", person="p1", role="grid_worker", code=WEST)
        home.time.pass_(MINUTE)
        await make(home, town, act="take", person="p1", role="grid_worker", code=WEST)
        said = (await home.http.get("/desk/people.json", headers=town.headers)).json()["changes"]
        assert [(one["act"], one["by"], one["person"], one["code"]) for one in said] == [
            ("take", "p4", "p1", WEST),
            ("give", "p4", "p1", WEST),
        ]
        assert said[0]["at_ms"] - said[1]["at_ms"] == MINUTE


def test_a_first_county_is_set_up_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SULAIBAN_DATA", str(tmp_path / "data"))
    assert main(["grid", "add", EAST, "第一网格", "林园村", "柳集镇"]) == 0
    assert main(["person", "add", "王一", "wang", "grid_worker", EAST]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("ok p")
    assert main(["person", "add", "钱四", "qian", "town", TOWN]) == 0
    assert main(["person", "add", "李二", "li", "grid_worker", EAST, "--phone", "15400000001"]) == 0
    assert main(["area", "cover", "li", "wang", "2099-01-31"]) == 1
    assert "bad_until" in capsys.readouterr().out
    assert main(["area", "take", "li", "grid_worker", EAST]) == 0
    assert main(["person", "password", "nobody"]) == 1
    capsys.readouterr()
    assert main(["person", "list"]) == 0
    listed = capsys.readouterr().out
    assert "wang" in listed
    assert "(until " in listed
