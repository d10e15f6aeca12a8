"""The exchange: what a device brings is taken once, in order, whole; each op has its fate and none holds up another."""

from pathlib import Path

from tests.server.house import EAST, house, lamp


async def test_an_op_is_placed_and_comes_back_with_the_clerks_answers(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        issue = phone.op("register", lamp())
        reply = await phone.sync()
        assert [(r.seq, r.fate, r.place) for r in reply.receipts] == [(1, "placed", 1)]
        names = [op.text.split('"name":"')[1].split('"')[0] for op in reply.changes[EAST].ops]
        assert names == ["register", "number", "propose", "clock"], issue
