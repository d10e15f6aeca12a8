"""What departments, mediators and those who promised owe by a day: counted from the log, and counted again by a stranger."""

import json
import random
from pathlib import Path

import msgspec
import pytest

from server import recount
from server.bulletin.export import export, is_held
from server.rates import MEASURES, Window, figures
from server.rates.measures import begun_ms
from server.store import lists
from sync.fold import Shape, empty, step
from sync.law import LAW
from sync.op import Json
from tests.server.house import DAY, EAST, HOUR
from tests.server.test_bulletin import drafted
from tests.server.test_joining import LETTER
from tests.server.test_orders import ACCEPT, CALL, CO, OTHER, REPLY, UNIT, Office, at_work
from tests.vectors.histories import START_MS, mixed

PROMISE: dict[str, Json] = {"said_in": "visit", "who": "王一", "what": "把灯杆扶正", "by": "2026-03-04"}


async def told(office: Office, rhythm: str = "monthly") -> tuple[dict[tuple[str, str], tuple[int, int]], list[bytes]]:
    """The figures of a county's bulletin drafted a week later, and the log it was counted from, as exported."""
    name, _ = await drafted(office.house, "county", area="", rhythm=rhythm)
    record = (await office.house.parts.store.read(lambda conn: lists.records(conn, [name])))[name]
    lines = await office.house.parts.store.read(lambda conn: list(export(conn, "", record)))
    said = json.loads(lines[0])["bulletin"]["figures"]
    return {(one["id"], one["group"]): (one["n"], one["of"]) for one in said}, lines


async def test_what_units_and_people_owed_by_a_day_is_counted_and_counted_again(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        lead, co = await office.send(co_units=CO)
        await office.answer(lead)
        office.house.time.pass_(5 * DAY)
        await office.answer(co, "co_handler", "co_deputy", "co_head")
        unheard: dict[str, Json] = {**CALL, "responded": "no", "solved": "partly", "why_not": "can_be_done"}
        assert await office.say("caller", "call_back", office.issue, **unheard) == ""
        worker = await office.desk("wang")
        for made in (PROMISE, {**PROMISE, "by": "2026-03-20"}):
            worker.op("make", made, kind="promise")
        for summary in ("村口的路灯坏了半个月", "东头的路该修一修了"):
            letter = worker.op("take_out", {**LETTER, "summary": summary}, kind="letter")
        worker.op("set_aside", {"aside_why": "advert"}, subject=letter)
        await worker.sync()
        office.house.time.pass_(32 * DAY - 7 * DAY)
        figures_told, lines = await told(office)
        lead_unit, co_unit = f"unit:{UNIT}", f"unit:{OTHER}"
        assert [figures_told["accept_on_time_rate", group] for group in (lead_unit, co_unit, "")] == [
            (1, 1), (0, 1), (1, 2),
        ]  # fmt: skip
        assert figures_told["on_time_rate", ""] == figures_told["reply_rate", ""] == (2, 2)
        assert figures_told["response_rate", ""] == (0, 2)
        assert (figures_told["redo_rate", lead_unit], figures_told["redo_rate", co_unit]) == ((1, 1), (1, 1))
        assert figures_told["promise_rate", ""] == (0, 2)
        assert figures_told["letter_rate", ""] == (1, 2)
        assert figures_told["resolution_rate", lead_unit] == (0, 1), "what a resident says is said of the lead unit"
        file = tmp_path / "log.jsonl"
        file.write_bytes(b"".join(lines))
        assert recount.differences(file) == []
        header = json.loads(lines[0])
        for at in range(len(header["bulletin"]["figures"])):
            spoilt = json.loads(lines[0])
            spoilt["bulletin"]["figures"][at]["n"] += 1
            file.write_bytes(b"".join([msgspec.json.encode(spoilt) + b"\n", *lines[1:]]))
            assert len(recount.differences(file)) == 1


async def test_an_answer_that_is_not_due_yet_is_nobody_s_fault(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        await office.say("handler", "accept", order, **ACCEPT)
        desk = await office.desk("town")
        asked = "first=2026-03-01&last=2026-03-31&rhythm=monthly"
        rates = (await office.house.http.get(f"/desk/rates.json?{asked}", headers=desk.headers)).json()["rates"]
        whole = {one["id"]: (one["n"], one["of"]) for one in rates if one["group"] == ""}
        assert (whole["on_time_rate"], whole["extension_rate"]) == ((0, 0), (0, 1))


async def test_an_extension_counts_as_due_and_a_red_light_is_never_washed_off(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        await office.say("handler", "accept", order, **ACCEPT)
        ask: dict[str, Json] = {"ext_why": "灯杆要从厂里定做", "ext_days": 5, "ext_until": "2026-03-20"}
        for who, name, more in (
            ("handler", "ask_extension", ask), ("deputy", "sign_extension", {"ext_opinion": "属实"}),
            ("county", "grant", {"grant_days": 5, "grant_words": "同意"}),
        ):  # fmt: skip
            assert await office.say(who, name, order, **more) == ""
        office.house.time.pass_(13 * DAY)
        for who, name, fields in (
            ("handler", "reply", REPLY), ("deputy", "check", {"check_opinion": "情况属实"}),
            ("head", "sign", {"sign_opinion": "同意答复"}),
        ):  # fmt: skip
            assert await office.say(who, name, order, **fields) == ""
        office.house.time.pass_(20 * DAY)
        found, _ = await told(office)
        assert (found["on_time_rate", ""], found["extension_rate", ""], found["red_light_rate", ""]) == (
            (1, 1), (1, 1), (0, 1),
        )  # fmt: skip


def random_log(seed: int) -> tuple[list[Shape], dict[str, recount.Case]]:
    """Some random histories side by side, folded, and as the stranger reads them."""
    shapes: dict[str, Shape] = {}
    cases: dict[str, recount.Case] = {}
    for number in range(seed * 6, seed * 6 + 6):
        for change in mixed(number % 480):
            if change.place == 0 or change.role == "retired_role":
                continue
            name = f"{change.op.subject}{number}"
            op = msgspec.structs.replace(change.op, subject=name)
            before = shapes.get(name) or empty(name, EAST)
            after = step(LAW[before.kind], before, msgspec.structs.replace(change, op=op))
            shapes[name] = after
            if is_held(before, after):
                line = {"stage": after.stage, "credited_ms": change.credited_ms, "role": change.role}
                cases.setdefault(name, recount.Case(name, EAST)).take(msgspec.to_builtins(op), line)
    return [shape for shape in shapes.values() if shape.acts], cases


@pytest.mark.parametrize("seed", range(40))
def test_two_ways_of_counting_agree_on_every_random_log(seed: int) -> None:
    shapes, cases = random_log(seed)
    chance = random.Random(seed)
    for _ in range(3):
        start = START_MS + chance.randint(-40, 10) * DAY + chance.randint(0, 23) * HOUR
        end = start + chance.choice([2, 7, 31, 400]) * DAY
        header = {"bulletin": {"from_ms": start, "to_ms": end}}
        again = recount.recount(cases, recount.Span(header, cases))
        there = [shape for shape in shapes if shape.stage != "moved" and begun_ms(shape) < end]
        counted = {(one.id, one.group): (one.n, one.of) for one in figures(there, Window(start, end, 480)) if one.of}
        assert counted == dict(again)


def test_every_rate_is_counted_twice() -> None:
    assert {measure.id for measure in MEASURES} == set(recount.RATES)
