"""Joining over the border of two grids: each matter stays in its own log, and whoever answers for both may join them."""

from pathlib import Path

from server.rebuild import rebuild
from sync.subjects.issue import text
from sync.subjects.same import joined_here, questions
from tests.server.house import EAST, FAR, WEST, House, Phone, house, lamp
from tests.server.lamps import PLACE, WHY, placed, said_of, shape_of
from tests.server.matter import ANSWER, HANDLER, TRIAGE


async def lamps_on_the_border(home: House) -> tuple[str, str, Phone, Phone]:
    """The same lamp in two grids of the town; the second grid's worker sees nothing of the first, the town both."""
    one, both, town = await home.enter("wang"), await home.enter("both"), await home.enter("town")
    first = one.op("register", lamp(place=PLACE, reporter={"name": "李长根", "phone": "15412345678"}))
    home.time.pass_(1)
    second = both.op("register", lamp(place=PLACE, reporter={"name": "孙秀", "phone": "15487654321"}), grid=WEST)
    await placed(one)
    await placed(both)
    return first, second, one, town


async def test_matters_of_two_grids_are_joined_and_each_stays_in_its_own_log(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, worker, town = await lamps_on_the_border(home)
        assert questions(await shape_of(home, second)) == []
        town.op("join", {"into": first, **WHY}, subject=second, grid=WEST)
        await placed(town)
        assert ((await shape_of(home, second)).stage, joined_here(await shape_of(home, first))) == ("joined", [second])
        log_of_east = str((await worker.sync()).changes)
        assert second in log_of_east
        for private in ("孙秀", "15487654321"):
            assert private not in log_of_east
        for name, fields in (("triage", TRIAGE), ("accept", HANDLER), ("answer", ANSWER)):
            town.op(name, fields, subject=first)
        await placed(town)
        member = await shape_of(home, second)
        assert (member.grid, member.stage, text(member, "answer")) == (WEST, "pending_confirm", ANSWER["answer"])
        assert said_of(member).count("relay") == 1
        before = member
        await home.parts.store.write(rebuild)
        assert await shape_of(home, second) == before


async def test_only_who_answers_for_both_grids_joins_across_and_nobody_twice_or_in_a_circle(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, _, town = await lamps_on_the_border(home)
        far_phone, county = await home.enter("zhao"), await home.enter("county")
        far = far_phone.op("register", lamp(place=PLACE), grid=FAR)
        await placed(far_phone)
        town.op("join", {"into": far, **WHY}, subject=second, grid=WEST)
        town.op("join", {"into": first, **WHY}, subject=second, grid=WEST)
        town.op("join", {"into": first, **WHY}, subject=second, grid=WEST)
        town.op("join", {"into": second, **WHY}, subject=first)
        receipts = (await town.sync()).receipts
        assert [(one.fate, one.why) for one in receipts] == [
            ("refused", "cannot_lead"), ("placed", ""), ("placed", ""), ("refused", "cannot_lead"),
        ]  # fmt: skip
        county.op("join", {"into": far, **WHY}, subject=first)
        await placed(county)
        assert joined_here(await shape_of(home, first)) == [second]
        assert joined_here(await shape_of(home, far)) == [first]
        county.op("unjoin", {"unjoin_why": "另一盏灯"}, subject=first)
        county.op("unjoin", {"unjoin_why": "另一盏灯"}, subject=second, grid=WEST)
        await placed(county)
        shapes = [await shape_of(home, one) for one in (first, second, far)]
        assert [(one.stage, joined_here(one)) for one in shapes] == [("registered", [])] * 3


async def test_a_matter_that_is_sealed_or_moves_leads_nobody_across_the_border(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, worker, town = await lamps_on_the_border(home)
        town.op("join", {"into": first, **WHY}, subject=second, grid=WEST)
        await placed(town)
        worker.op("edit", {"category": "1202"}, subject=first)
        await placed(worker)
        member = await shape_of(home, second)
        assert (member.stage, member.acts[-1].name, member.notes) == ("registered", "unjoin", [])
        assert joined_here(await shape_of(home, first)) == []
        county = await home.enter("county")
        county.op("join", {"into": first, **WHY}, subject=second, grid=WEST)
        assert [one.why for one in (await county.sync()).receipts] == ["cannot_lead"]
        third = town.op("register", lamp())
        town.op("join", {"into": second, **WHY}, subject=third)
        town.op(
            "move",
            {"to_grid": {"grid": EAST, "name": "林园村 第一网格"}, "move_why": "在东边的网格"},
            subject=second,
            grid=WEST,
        )
        await placed(town)
        assert [(await shape_of(home, one)).stage for one in (second, third)] == ["moved", "registered"]
