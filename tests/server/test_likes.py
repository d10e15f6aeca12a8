"""What the desk shows of records that may be the same: both beside each other, what is alike, and nothing that is not the asker's."""

from pathlib import Path

import pytest

from sync.op import Json
from tests.server.house import DAY, EAST, WEST, House, Phone, house, json_of, lamp
from tests.server.lamps import PLACE, WHY, placed, shape_of, two_lamps
from tests.server.matter import HANDLER
from tests.server.matter import TRIAGE as TRIAGE_UP
from tests.server.test_joining import HOME, LETTER

Pair = dict[str, Json]


async def pairs_of(home: House, who: Phone) -> list[Pair]:
    found = json_of(await home.http.get("/desk/likes.json", headers=who.headers))["pairs"]
    assert isinstance(found, list)
    return [one for one in found if isinstance(one, dict)]


def sides_of(pair: Pair) -> list[dict[str, Json]]:
    sides = pair["sides"]
    assert isinstance(sides, list)
    return [one for one in sides if isinstance(one, dict)]


async def test_a_pair_stands_side_by_side_and_what_is_alike_is_named(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, town = await two_lamps(home)
        worker = await home.enter("wang")
        sister: dict[str, Json] = {"members": [{"name": "孙小妹", "relation": "head", "home": "lives_here"}]}
        for members in ({}, sister):
            worker.op("register", {**HOME, **members}, kind="household")
        for summary in ("村口的三盏路灯坏了半个月，请尽快派人来修", "村口三盏路灯坏了半个月了，请尽快派人修"):
            worker.op("take_out", {**LETTER, "summary": summary}, kind="letter")
        worker.op("same", {"other": first}, subject=second)
        await placed(worker)
        lamps, *others = await pairs_of(home, town)
        assert {str(one["kind"]) for one in others} == {"household", "letter"}
        assert (lamps["is_same"], lamps["on"], lamps["leads"], lamps["rule"]) == (True, second, first, "S2")
        assert [side["person"] for side in sides_of(lamps)] == ["李某 154****5678", "孙某 154****4321"]
        told = lamps["likeness"]
        assert isinstance(told, dict)
        assert told["aspects"] == {"words": True, "place": True, "person": False, "time": True}
        assert (told["percent"], told["sure"]) == (100, "very")
        homes = next(one for one in others if one["kind"] == "household")["likeness"]
        assert isinstance(homes, dict)
        assert homes["aspects"] == {"words": False, "place": True, "person": True, "time": True}
        town.op("triage", {**TRIAGE_UP}, subject=second)
        town.op("accept", HANDLER, subject=second)
        await placed(town)
        assert (await pairs_of(home, town))[0]["leads"] == second


async def test_what_was_said_not_to_be_the_same_comes_back_only_when_that_is_taken_back(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, town = await two_lamps(home)
        town.op("differ", {"other": first}, subject=second)
        town.op("edit", {"place": f"{PLACE}!"}, subject=first)
        await placed(town)
        assert await pairs_of(home, town) == []
        town.op("ask_again", {"other": first}, subject=second)
        await placed(town)
        assert [one["on"] for one in await pairs_of(home, town)] == [second]
        town.op("join", {"into": second, **WHY}, subject=first)
        await placed(town)
        assert await pairs_of(home, town) == []
        town.op("unjoin", {"unjoin_why": "按错了"}, subject=first)
        await placed(town)
        assert [one["on"] for one in await pairs_of(home, town)] == [second]


async def test_a_pair_is_shown_to_nobody_from_whom_one_of_it_is_sealed_or_far(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, town = await two_lamps(home)
        county = await home.enter("county")
        town.op("edit", {"confidential": True}, subject=first)
        await placed(town)
        [pair] = await pairs_of(home, town)
        assert [side["person"] for side in sides_of(pair)] == ["", "孙某 154****4321"]
        hidden = pair["likeness"]
        assert isinstance(hidden, dict)
        assert hidden["aspects"] == {"words": True, "place": True, "time": True}
        [whole] = await pairs_of(home, county)
        assert sides_of(whole)[0]["person"] == "李某 154****5678"
        worker = await home.enter("wang")
        worker.op("edit", {"category": "1202"}, subject=second)
        await placed(worker)
        assert await pairs_of(home, town) == []
        assert [one["on"] for one in await pairs_of(home, county)] == [second]
        assert (await home.http.get("/desk/likes.json", headers=worker.headers)).status_code == 403


async def test_a_pair_on_the_border_of_two_grids_is_shown_to_who_sees_both(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        both, town = await home.enter("both"), await home.enter("town")
        spots = [(32_999_990, 107_000_010), (33_000_300, 107_000_200), (33_001_900, 107_000_010)]
        east, west, _ = [
            both.op("register", lamp(spot={"lat": lat, "lng": lng}, place=""), grid=grid)
            for (lat, lng), grid in zip(spots, (EAST, WEST, WEST), strict=True)
        ]
        await placed(both)
        [pair] = await pairs_of(home, town)
        assert {str(side["subject"]) for side in sides_of(pair)} == {east, west}
        assert "50 米" in str(pair["why_zh"])
        on = str(pair["on"])
        other, grid = (west, EAST) if on == east else (east, WEST)
        town.op("differ", {"other": other}, subject=on, grid=grid)
        await placed(town)
        assert await pairs_of(home, town) == []
        town.op("ask_again", {"other": other}, subject=on, grid=grid)
        await placed(town)
        assert len(await pairs_of(home, town)) == 1
        town.op("join", {"into": west, **WHY}, subject=east)
        await placed(town)
        assert await pairs_of(home, town) == []


async def test_answers_given_do_not_hide_the_next_pair_on_a_border(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.likes.MOST", 1)
    async with house(tmp_path) as home:
        both, town = await home.enter("both"), await home.enter("town")
        lamps: list[str] = []
        for lat, grid in ((33_000_000, EAST), (32_999_640, WEST), (33_000_360, WEST)):
            home.time.pass_(1)
            lamps.append(both.op("register", lamp(spot={"lat": lat, "lng": 107_000_000}, place=""), grid=grid))
        east, first, second = lamps
        await placed(both)
        for newer in (first, second):
            [pair] = await pairs_of(home, town)
            assert [side["subject"] for side in sides_of(pair)] == [east, newer]
            town.op("differ", {"other": east}, subject=newer, grid=WEST)
            await placed(town)
        assert [one["kind"] for one in await pairs_of(home, town)] == []


async def test_a_confidential_reporter_is_not_named_by_a_likeness(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, town = await home.enter("wang"), await home.enter("town")
        person: dict[str, Json] = {"name": "李长根", "phone": "15412345678", "address": "林园村 3 组 12 号"}
        worker.op("register", lamp(place="", reporter=person), grid=EAST)
        worker.op("register", lamp(place="", reporter=person, confidential=True), grid=EAST)
        await placed(worker)
        assert await pairs_of(home, town) == []


async def test_a_confidential_reporter_is_not_known_again_by_what_the_clerk_proposes(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, person = await home.enter("wang"), {"name": "李长根"}

        async def proposed(phone: str, *, confidential: bool) -> str:
            reporter: dict[str, Json] = {**person, "phone": phone}
            issue = worker.op("register", lamp(reporter=reporter, confidential=confidential))
            await placed(worker)
            proposal = (await shape_of(home, issue)).fields["proposal"].now.value
            assert isinstance(proposal, dict)
            return str(proposal["rule"])

        alone = await proposed("15412345678", confidential=True)
        assert await proposed("15412345678", confidential=False) == alone
        assert await proposed("15412345678", confidential=True) == alone
        assert await proposed("15412345678", confidential=False) == "T09" != alone


async def test_three_matters_of_a_kind_in_one_grid_stand_on_one_card_and_one_answer_serves_them(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, town = await home.enter("wang"), await home.enter("town")

        async def kinds() -> list[Pair]:
            found = json_of(await home.http.get("/desk/likes.json", headers=town.headers))["kinds"]
            assert isinstance(found, list)
            return [one for one in found if isinstance(one, dict)]

        async def parts() -> list[tuple[str, str]]:
            [kind] = await kinds()
            cases = kind["cases"]
            assert isinstance(cases, list)
            rows = [one for one in cases if isinstance(one, dict)]
            return [(str(side["subject"]), str(row["part"])) for row in rows if isinstance(side := row["side"], dict)]

        issues: list[str] = []
        for number, place in enumerate(("村口", "学校门口", "桥头")):
            home.time.pass_(1)
            person: dict[str, Json] = {"name": "李长根", "phone": f"1541234567{number % 2}"}
            issues.append(worker.op("register", lamp(place=place, reporter=person)))
            if number == 1:
                await placed(worker)
                assert await kinds() == []
        worker.op("register", lamp(place="庙后", category="1202"))
        await placed(worker)
        [kind] = await kinds()
        assert (kind["category"], kind["days"], kind["households"]) == ("0502", 30, 2)
        assert await parts() == [(issues[0], "leads"), (issues[1], "may_join"), (issues[2], "may_join")]
        for issue in issues[1:]:
            town.op("join", {"into": issues[0], **WHY}, subject=issue)
        await placed(town)
        assert await parts() == [(issues[0], "leads"), (issues[1], "joined"), (issues[2], "joined")]
        home.time.pass_(31 * DAY)
        town = await home.enter("town", town.device)
        assert await kinds() == []
