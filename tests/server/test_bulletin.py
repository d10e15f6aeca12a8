"""Rates that open to their cases, and bulletins that write themselves, are signed, and can be counted again by a stranger."""

import json
import random
import sys
from collections.abc import Iterator
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import docx
import msgspec
import openpyxl
import pytest

from server import recount
from server.book import CountyBook, load_book
from server.bulletin import draft
from server.bulletin.compose import percent
from server.bulletin.export import export
from server.bulletin.gather import Gathered, gather
from server.bulletin.period import Period, before, previous
from server.exchange import PAGE, Placing
from server.rates import Figure, Window, figures, interval
from server.rates.sums import conserved
from server.store import counted, lists
from server.store.disk import Conn
from sync.fold import Shape
from sync.op import Json
from sync.subjects.issue import part, text
from tests.server.house import DAY, EAST, FAR, HOUR, WEST, House, Phone, house, lamp
from tests.server.test_joining import HOME
from tests.server.test_time import HANDLER, TRIAGE
from tests.server.test_town import ESCALATE

SOLVE: dict[str, Json] = {"measures": "换了三只灯泡", "result": "都亮了，现场看过"}
ANSWER: dict[str, Json] = {"conclusion": "supported", "answer": "线路已换，路灯已亮。"}
IN_GRID: dict[str, Json] = {**TRIAGE, "track": "solved_in_grid"}


async def answered(home: House, issue: str, solved: str, satisfaction: str) -> None:
    """The resident's own word, by the server's page hand, as his page would write it."""
    said: dict[str, Json] = {"solved": solved, "satisfaction": satisfaction}

    def body(conn: Any) -> None:
        placing = Placing(conn, home.parts.county, home.time())
        grid = lists.records(conn, [issue])[issue].grid
        placing.begin([grid], [issue])
        placing.say(PAGE, grid, "confirm", said, subject=issue)
        placing.finish()

    await home.parts.store.write(body)


async def a_week(home: House, seed: int = 1, issues: int = 12) -> None:
    """Some issues of a week, each on a way that chance chooses."""
    chance = random.Random(seed)
    phone, far, desk = await home.enter("wang"), await home.enter("zhao"), await home.enter("town")
    for _ in range(issues):
        home.time.pass_(chance.randint(1, 9) * HOUR)
        mine, grid = (phone, EAST) if chance.random() < 0.7 else (far, FAR)
        issue = mine.op("register", lamp(category=chance.choice(["0502", "0101"])), grid=grid)
        way = chance.choice(["grid", "town", "open"]) if grid == EAST else "grid"
        if way == "grid":
            mine.op("triage", IN_GRID, subject=issue, grid=grid)
            mine.op("solve", SOLVE, subject=issue, grid=grid)
        await mine.sync()
        if way == "town":
            await by_the_town(phone, desk, issue)
        if way != "open":
            solved = chance.choice(["solved", "solved", "partly"])
            await answered(home, issue, solved, chance.choice(["satisfied", "basically_satisfied", "dissatisfied"]))


async def by_the_town(phone: Phone, desk: Phone, issue: str) -> None:
    phone.op("triage", IN_GRID, subject=issue)
    phone.op("escalate", ESCALATE, subject=issue)
    await phone.sync()
    desk.op("accept", HANDLER, subject=issue)
    desk.op("answer", ANSWER, subject=issue)
    await desk.sync()


async def drafted(home: House, account: str, area: str = "329924101", rhythm: str = "weekly") -> tuple[str, Phone]:
    """A week later; the bulletin and the desk that asked for it."""
    home.time.pass_(7 * DAY)
    desk = await home.enter(account)
    asked = {"rhythm": rhythm, "area": area}
    response = await home.http.post("/desk/bulletins", json=asked, headers=desk.headers)
    assert response.status_code == 201, response.text
    return str(response.json()["subject"]), desk


async def test_each_rate_opens_to_the_cases_behind_it(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await a_week(home)
        desk = await home.enter("county")
        asked = "area=329924101&first=2026-03-01&last=2026-03-31&rhythm=monthly"
        told = (await home.http.get(f"/desk/rates.json?{asked}", headers=desk.headers)).json()
        whole = {one["id"]: one for one in told["rates"] if one["group"] == ""}
        assert whole["closure_rate"]["of"] == told["conserved"]["registered"] > 0
        for name, one in whole.items():
            query = f"{asked}&id={name}&group="
            cases = (await home.http.get(f"/desk/rates/cases.json?{query}", headers=desk.headers)).json()
            assert sum(case["counts"] for case in cases) == one["n"]
            assert len(cases) == len({case["subject"] for case in cases}) == one["of"]
            assert one["low"] <= 1000 * one["n"] / max(1, one["of"]) <= one["high"]


async def test_a_bulletin_is_drafted_once_edited_signed_and_then_stands(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await a_week(home)
        name, desk = await drafted(home, "town")
        again = await home.http.post(
            "/desk/bulletins", json={"rhythm": "weekly", "area": "329924101"}, headers=desk.headers
        )
        assert again.json()["subject"] == name
        whole = (await home.http.get(f"/desk/{name.replace('bulletin/', 'bulletins/')}", headers=desk.headers)).json()
        grid = whole["grid"]
        sections: list[Json] = [{"head": "一、基本情况", "text": "本周总体平稳。"}]
        desk.op("edit", {"sections": sections}, subject=name, grid=grid)
        desk.op("sign", {"signer": {"name": "钱四", "post": "镇长"}}, subject=name, grid=grid)
        desk.op("edit", {"title": "改一改已经签发的"}, subject=name, grid=grid)
        await desk.sync()
        record = (await home.parts.store.read(lambda conn: lists.records(conn, [name])))[name]
        assert record.stage == "signed"
        assert text(record.shape, "title") == "柳集镇周通报（2026年3月2日至8日）"
        assert [note.why for note in record.shape.notes] == ["not_editable"]


async def test_a_stranger_counts_the_same_from_the_exported_log_and_finds_every_change(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        for seed in (1, 2):
            await a_week(home, seed, issues=8)
        name, _ = await drafted(home, "county", area="")
        record = (await home.parts.store.read(lambda conn: lists.records(conn, [name])))[name]
        await a_week(home, 3, issues=2)  # what comes later is not part of it
        lines = await home.parts.store.read(lambda conn: list(export(conn, "", record)))
        file = tmp_path / "log.jsonl"
        file.write_bytes(b"".join(lines))
        assert recount.differences(file) == []
        spoilt = json.loads(lines[0])
        spoilt["bulletin"]["figures"][0]["n"] += 1
        spoilt["bulletin"]["counts"][0]["n"] += 1
        file.write_bytes(b"".join([msgspec.json.encode(spoilt) + b"\n", *lines[1:]]))
        assert len(recount.differences(file)) == len(("a rate", "a plain number"))
        told = json.loads(lines[-1])
        told["text"] = told["text"].replace("2026", "2025").replace("}", " }", 1)
        file.write_bytes(b"".join([*lines[:-1], msgspec.json.encode(told) + b"\n"]))
        assert any("hash" in one for one in recount.differences(file))
        file.write_bytes(b"".join([lines[0], *lines[2:]]))
        with pytest.raises(ValueError, match="missing"):
            recount.differences(file)
        file.write_bytes(b"".join([lines[0], lines[1].replace(b'"place"', b'"plbce"'), *lines[2:]]))
        with pytest.raises(ValueError, match="line 2 "):
            recount.differences(file)


async def test_the_papers_open_and_say_what_was_counted(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await a_week(home)
        name, desk = await drafted(home, "town")
        ref = name.split("/")[1]
        paper = await home.http.get(f"/desk/bulletins/{ref}/paper.docx", headers=desk.headers)
        words = "\n".join(one.text for one in cast("Any", docx).Document(BytesIO(paper.content)).paragraphs)
        assert "柳集镇周通报" in words
        assert "草稿" in words
        assert "办结率" in words
        asked = "area=329924101&first=2026-03-01&last=2026-03-31&rhythm=monthly"
        sheet = await home.http.get(f"/desk/rates.xlsx?{asked}", headers=desk.headers)
        book = openpyxl.load_workbook(BytesIO(sheet.content))
        rows = list(book["指标"].iter_rows(values_only=True))
        assert rows[0][:5] == ("范围", "指标", "分子", "分母", "比率")
        assert any(row[1] == "办结率" and row[0] == "柳集镇" for row in rows)
        assert book["明细"].max_row > 1


async def test_a_bulletin_is_counted_with_no_more_than_a_page_of_shapes_at_hand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages, given, held, probe = counted.pages, list[Shape](), list[int](), [object()]
    alone = sys.getrefcount(probe[0])

    def watched(*asked: Any) -> Iterator[list[Shape]]:
        for page in pages(*asked, size=2):
            held.append(sum(sys.getrefcount(given[n]) > alone for n in range(len(given))))
            given.extend(page)
            yield page

    async with house(tmp_path) as home:
        await a_week(home)
        period = Period("weekly", date(2026, 3, 2), date(2026, 3, 8))
        count = partial(gather, county=home.parts.county, area="", period=period, now_ms=home.time())
        told = await home.parts.store.read(count)
        monkeypatch.setattr(counted, "pages", watched)
        assert await home.parts.store.read(count) == told
    assert len(given) > 4
    assert max(held) <= 2


async def test_a_large_county_s_figures_fit_or_are_said_not_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    units = [Figure("on_time_rate", f"unit:office_{n:04d}", n % 12, 12, 0, 1000, [], []) for n in range(900)]

    def large(conn: Conn, county: CountyBook, area: str, period: Period, now_ms: int, _: object) -> Gathered:
        told = gather(conn, county, area, period, now_ms)
        return msgspec.structs.replace(told, figures=[*told.figures, *units])

    monkeypatch.setattr(draft, "gather", large)
    async with house(tmp_path) as home:
        await a_week(home)
        name, desk = await drafted(home, "town")
        record = (await home.parts.store.read(lambda conn: lists.records(conn, [name])))[name]
        said = {one: register.now.value for one, register in record.shape.fields.items()}
        kept, sections = cast("list[Any]", said["figures"]), cast("list[Any]", said["sections"])
        assert len(units) > len(kept) > 300
        assert [one["group"] == "" for one in kept] == sorted((one["group"] == "" for one in kept), reverse=True)
        offices = [one for one in kept if one["group"].startswith("unit:office_")]
        left = int("".join(filter(str.isdigit, sections[-1]["text"])))
        assert left == len(units) - len(offices)
        desk.op("sign", {"signer": {"name": "钱四", "post": "镇长"}}, subject=name, grid=record.grid)
        await desk.sync()
        paper = await home.http.get(f"/desk/bulletins/{name.split('/')[1]}/paper.docx", headers=desk.headers)
        words = "\n".join(one.text for one in cast("Any", docx).Document(BytesIO(paper.content)).paragraphs)
        assert sections[-1]["text"] in words


async def test_a_rule_that_people_overrule_is_listed_with_what_they_did_instead(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        issue = phone.op("register", lamp())
        await phone.sync()
        record = (await home.parts.store.read(lambda conn: lists.records(conn, [issue])))[issue]
        rule, track = part(record.shape, "proposal", "rule"), part(record.shape, "proposal", "track")
        other = "consult_mechanism" if track != "consult_mechanism" else "solved_in_grid"
        turned: dict[str, Json] = {"rule": "PERSON", "overrules": rule, "overrule_why": "几户都要商量"}
        phone.op("triage", {**TRIAGE, "track": other, **turned}, subject=issue)
        await phone.sync()
        desk = await home.enter("town")
        asked = "first=2026-03-01&last=2026-03-31&rhythm=monthly"
        told = (await home.http.get(f"/desk/rates.json?{asked}", headers=desk.headers)).json()
        [one] = told["drift"]
        assert (one["rule"], one["proposed"], one["decided"], one["role"]) == (rule, track, other, "grid_worker")
        assert one["cases"] == [issue]
        assert one["reason_zh"] != ""


async def test_only_who_stands_over_an_area_sees_its_rates(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, desk = await home.enter("wang"), await home.enter("town")
        for phone, area in ((worker, "329924101"), (worker, ""), (desk, "329924102"), (desk, "329924")):
            asked = {"rhythm": "weekly", "area": area}
            refused = await home.http.post("/desk/bulletins", json=asked, headers=phone.headers)
            assert (refused.status_code, refused.json()["why"]) == (403, "not_for_your_role")
        assert (await home.http.get("/desk/rates.json", headers=worker.headers)).status_code == 403
        wrong = await home.http.get("/desk/rates.json?rhythm=weekly&first=soon&last=late", headers=desk.headers)
        assert (wrong.status_code, wrong.json()["why"]) == (400, "bad_request")


def test_a_rate_of_few_cases_says_how_little_it_tells() -> None:
    assert interval(0, 0) == (0, 1000)
    assert interval(9, 10) == (595, 983)
    assert interval(900, 1000) == (879, 918)
    assert (percent(1, 8), percent(0, 3), percent(5, 0), percent(2, 3)) == ("12.5%", "0.0%", "—", "66.7%")


def test_periods_are_whole_weeks_and_months_of_the_county() -> None:
    county = load_book()
    calendar, clocks = county.calendar, county.book.clocks
    monday_night_ms = 1_772_467_200_000 + 30 * 60_000  # Tuesday 2026-03-03 00:30 in the county
    week = before("weekly", monday_night_ms, calendar, clocks)
    assert (week.first.isoformat(), week.last.isoformat()) == ("2026-02-23", "2026-03-01")
    month = before("monthly", monday_night_ms, calendar, clocks)
    assert (month.first.isoformat(), month.last.isoformat()) == ("2026-02-01", "2026-02-28")
    assert previous(month) == Period("monthly", month.first.replace(month=1), month.first.replace(month=1, day=31))
    assert previous(week).last.isoformat() == "2026-02-22"


def test_leaving_anybody_out_of_asking_cannot_raise_the_rate_of_all_closed() -> None:
    """D7: the denominator is everything closed, so a silent resident only lowers it."""
    window = Window(0, 10 * DAY, 480)
    asked = [case(n, answer="satisfied" if n % 3 else "dissatisfied") for n in range(30)]
    rate = share(figures(asked, window))
    for seed in range(50):
        left_out = set(random.Random(seed).sample(range(30), 12))
        fewer = [case(n, answer="") if n in left_out else one for n, one in enumerate(asked)]
        assert share(figures(fewer, window)) <= rate


def share(found: list[Figure]) -> float:
    [one] = [figure for figure in found if (figure.id, figure.group) == ("satisfied_of_closed", "")]
    return one.n / one.of


def case(number: int, answer: str) -> Shape:
    """A closed issue with that answer; without one it was closed after three tries."""
    said = {"solved": "solved", "satisfaction": answer} if answer else {}
    acts = [
        {"row": "A1", "name": "register", "from_stage": "", "to_stage": "registered"},
        {"row": "A9", "name": "solve", "from_stage": "registered", "to_stage": "pending_confirm"},
        {"row": "A15", "name": "confirm" if answer else "lapse", "from_stage": "pending_confirm", "to_stage": "closed"},
    ]
    made = [
        {**act, "stamp": f"{at}", "actor": "p", "role": "r", "at_ms": at * HOUR, "place": at, "fields": said}
        for at, act in enumerate(acts, 1)
    ]
    told = {"subject": f"issue/d.{number}", "kind": "issue", "grid": EAST, "stage": "closed", "acts": made}
    return msgspec.convert(told, type=Shape)


def test_whatever_was_registered_stands_somewhere() -> None:
    window = Window(0, 10 * DAY, 480)
    stages = ("registered", "in_grid", "closed", "referred", "joined", "withdrawn", "void", "archived")
    shapes = [msgspec.structs.replace(case(n, ""), stage=stages[n % len(stages)]) for n in range(50)]
    found = conserved(shapes, window)
    assert found["registered"] == 50 == sum(n for name, n in found.items() if name != "registered")


async def test_where_matters_lie_is_told_with_people_and_cases_and_kinds(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker, county = await home.enter("wang"), await home.enter("county")
        for n in range(load_book().same.kind_matters):
            worker.op("register", lamp(place=f"{n}号杆"))
        worker.op("register", lamp(category="1202"))
        worker.op("register", HOME, kind="household")
        await worker.sync()
        home.time.pass_(DAY)
        days = "rhythm=monthly&first=2026-03-01&last=2026-03-31"
        await county.sync()
        told = (await home.http.get(f"/desk/spread.json?{days}", headers=county.headers)).json()
        spots = [(one["grid"], one["domain"], one["category"], one["week"]) for one in told["spots"]]
        assert spots == [(EAST, "05", "0502", 0)] * told["many"], "accusations are counted elsewhere"
        people = {one["grid"]: one["people"] for one in told["places"]}
        assert people == {EAST: 1, WEST: 0, FAR: 0}
        assert [one["grid"] for one in told["places"]] == sorted(people), "in the order of their codes"
        name, _ = await drafted(home, "county", area="")
        bulletin = (await home.parts.store.read(lambda conn: lists.records(conn, [name])))[name]
        assert f"林园村第一网格路灯与公共设施（健身器材、公交站）{told['many']}件" in str(
            bulletin.shape.fields["sections"].now.value
        )
