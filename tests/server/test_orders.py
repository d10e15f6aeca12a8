"""A matter goes to departments and comes back: dispatch, named handler, signed reply, call-back; and who may not do what."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from server.rounds import go
from server.store import lists, people
from server.store.disk import Conn
from server.store.lists import Record
from server.store.people import Account, Person
from sync.admit import Area
from sync.fold import Shape
from sync.op import Json
from sync.subjects.issue import text
from tests.server.house import DAY, PASSWORD_HASH, House, Phone, house, lamp

UNIT = "county_housing"
OTHER = "county_urban"
STAFF = {
    "handler": ("h1", "handler", UNIT),
    "second": ("h2", "handler", UNIT),
    "liaison": ("h3", "dept_liaison", UNIT),
    "deputy": ("h4", "deputy_head", UNIT),
    "head": ("h5", "unit_head", UNIT),
    "co_handler": ("c1", "handler", OTHER),
    "co_deputy": ("c2", "deputy_head", OTHER),
    "co_head": ("c3", "unit_head", OTHER),
    "caller": ("k1", "caller", "county_platform"),
    "own_caller": ("k2", "caller", UNIT),
    "leader": ("l1", "county_leader", ""),
}
TRIAGE: dict[str, Json] = {
    "track": "escalate_to_town", "rule": "T15", "reason_zh": "要部门办", "reason_en": "needs a department", "book": "b",
    "urgency": "normal",
}  # fmt: skip
ACCEPT: dict[str, Json] = {
    "handler_name": "孙办事", "handler_phone": "15400000009", "backup_name": "吴替办", "told_how": "phone", "told_ms": 1,
}  # fmt: skip
REPLY: dict[str, Json] = {
    "conclusion": "supported", "answer": "三盏路灯的灯头已经全部换新，昨晚七点现场看过，都亮了。", "contacted_ms": 1,
}  # fmt: skip
CALL: dict[str, Json] = {
    "responded": "yes", "solved": "solved", "why_not": "none", "satisfaction": "satisfied", "attitude": "satisfied",
    "said_by": "self", "call_channel": "phone",
}  # fmt: skip
REPORTER: dict[str, Json] = {"reporter": {"name": "郑某", "phone": "15400000077"}}
LEAD: Json = {"unit": UNIT, "name": "县住建局"}
CO: Json = [{"unit": OTHER, "name": "县城管局"}]


def staff(conn: Conn) -> None:
    people.add_people(conn, [Person(id=one, name=name) for name, (one, _, _) in STAFF.items()])
    people.add_accounts(
        conn, [Account(account=name, person=one, password=PASSWORD_HASH) for name, (one, _, _) in STAFF.items()]
    )
    for one, role, unit in STAFF.values():
        people.add_areas(conn, one, [Area(role=role, code="329924", unit=unit)])


class Office:
    """The people of a county at their desks, and one issue that lies before the town."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.desks: dict[str, Phone] = {}
        self.issue = ""

    async def open(self, **fields: Json) -> None:
        self.house.parts.store.write_now(staff)
        worker = await self.desk("wang")
        self.issue = worker.op("register", lamp(**{**REPORTER, **fields}))
        worker.op("triage", TRIAGE, subject=self.issue)
        await worker.sync()

    async def desk(self, who: str) -> Phone:
        if who not in self.desks:
            self.desks[who] = await self.house.enter(who)
        return self.desks[who]

    async def say(self, who: str, name: str, subject: str, **fields: Json) -> str:
        """Says it and gives the word why it was refused; "" for what was placed."""
        desk = await self.desk(who)
        await desk.sync()
        desk.op(name, fields, subject=subject)
        reply = await desk.sync()
        return reply.receipts[0].why

    async def send(self, **more: Json) -> list[str]:
        assert (
            await self.say("town", "dispatch", self.issue, lead=LEAD, order_opinion="请现场修复并答复。", **more) == ""
        )
        return [one.subject for one in await self.orders()]

    async def orders(self) -> list[Record]:
        found = await self.house.parts.store.read(
            lambda c: lists.records(c, [o for o in lists.naming(c, self.issue) if o.startswith("order/")])
        )
        return sorted(found.values(), key=lambda one: text(one.shape, "order_no"))

    async def shape(self, subject: str) -> Shape:
        return (await self.house.parts.store.read(lambda c: lists.records(c, [subject])))[subject].shape

    async def stage(self, subject: str) -> str:
        return (await self.shape(subject)).stage

    async def answer(self, order: str, handler: str = "handler", deputy: str = "deputy", head: str = "head") -> None:
        assert await self.say(handler, "accept", order, **ACCEPT) == ""
        await self.answer_accepted(order, handler, deputy, head)

    async def answer_accepted(
        self, order: str, handler: str = "handler", deputy: str = "deputy", head: str = "head"
    ) -> None:
        for who, name, fields in (
            (handler, "reply", REPLY),
            (deputy, "check", {"check_opinion": "情况属实"}), (head, "sign", {"sign_opinion": "同意答复"}),
        ):  # fmt: skip
            assert await self.say(who, name, order, **fields) == "", name


@asynccontextmanager
async def at_work(tmp_path: Path) -> AsyncGenerator[Office]:
    async with house(tmp_path) as opened:
        one = Office(opened)
        await one.open()
        yield one


async def test_a_dispatch_opens_one_order_a_unit_each_with_its_number_and_clock(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        lead, co = await office.send(co_units=CO)
        first, second = await office.orders()
        assert [(one.stage, one.unit, one.due_clock) for one in (first, second)] == [
            ("dispatched", UNIT, "due_accept"), ("dispatched", OTHER, "due_accept"),
        ]  # fmt: skip
        assert [text(one.shape, "order_no")[-2:] for one in (first, second)] == ["-1", "-2"]
        assert lead != co


async def test_the_issue_names_the_handler_and_is_told_when_every_unit_has_signed(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        lead, co = await office.send(co_units=CO)
        await office.answer(lead)
        issue = await office.shape(office.issue)
        assert (issue.stage, text(issue, "handler_name"), text(issue, "handler_unit")) == (
            "work_order",
            "孙办事",
            "县住建局",
        )
        await office.answer(co, "co_handler", "co_deputy", "co_head")
        issue = await office.shape(office.issue)
        assert (issue.stage, text(issue, "answer")) == ("pending_confirm", REPLY["answer"])
        assert await office.say("caller", "call_back", office.issue, **CALL) == ""
        assert await office.stage(office.issue) == "closed"
        assert [await office.stage(one) for one in (lead, co)] == ["done", "done"]


async def test_nobody_of_another_unit_touches_an_order(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        assert await office.say("co_handler", "accept", order, **ACCEPT) == "not_your_unit"
        assert await office.say("town", "accept", order, **ACCEPT) == "not_your_role"


async def test_nobody_who_had_it_in_hand_asks_how_it_went(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        await office.answer(order)
        assert await office.say("own_caller", "call_back", office.issue, **CALL) == "own_work"
        assert await office.say("head", "call_back", office.issue, **CALL) == "not_your_role"
        assert await office.stage(office.issue) == "pending_confirm"


async def test_not_satisfied_means_done_again_by_somebody_else(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        await office.answer(order)
        assert (
            await office.say(
                "caller", "call_back", office.issue, **{**CALL, "solved": "partly", "why_not": "can_be_done"}
            )
            == ""
        )
        assert (await office.stage(office.issue), await office.stage(order)) == ("reopened", "redo")
        await office.say("handler", "accept", order, **ACCEPT)
        assert (await office.shape(order)).notes[-1].why == "guard_other_handler"
        await office.say("second", "accept", order, **ACCEPT)
        assert (await office.stage(office.issue), await office.stage(order)) == ("work_order", "accepted")


async def test_a_complaint_about_conduct_becomes_a_matter_of_its_own(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        await office.answer(order)
        await office.say("caller", "call_back", office.issue, **{**CALL, "attitude": "dissatisfied"})
        issue = await office.shape(office.issue)
        note = await office.shape(text(issue, "conduct"))
        assert (issue.stage, text(note, "category"), note.stage) == ("closed", "1201", "registered")
        assert text(note, "issue_no") != ""


async def test_tries_of_one_day_count_once_and_three_days_let_it_lapse(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        await office.answer(order)
        missed: dict[str, Json] = {"call_channel": "phone", "call_outcome": "no_answer"}
        caller = await office.desk("caller")
        for _ in range(4):
            caller.op("try_call", missed, subject=office.issue)
        await caller.sync()
        assert await office.stage(office.issue) == "pending_confirm"
        for stage in ("pending_confirm", "closed"):
            office.house.time.pass_(DAY)
            await office.say("caller", "try_call", office.issue, **missed)
            assert await office.stage(office.issue) == stage
        assert text(await office.shape(office.issue), "lapse_why") == "not_reached"
        assert text(await office.shape(office.issue), "satisfaction") == ""


async def test_an_extension_needs_a_second_signature_and_moves_the_promise_once_granted(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        await office.say("handler", "accept", order, **ACCEPT)
        before = (await office.orders())[0].due_ms
        ask: dict[str, Json] = {"ext_why": "灯杆要从厂里定做", "ext_days": 5, "ext_until": "2026-03-20"}
        assert await office.say("handler", "ask_extension", order, **ask) == ""
        await office.say("county", "grant", order, grant_days=5, grant_words="同意")
        assert (await office.shape(order)).notes[-1].why == "guard_deputy_signed"
        await office.say("deputy", "sign_extension", order, ext_opinion="属实")
        await office.say("county", "grant", order, grant_days=5, grant_words="同意")
        after = (await office.orders())[0].due_ms
        assert before
        assert after
        assert after >= before + 5 * DAY
        issue = await office.shape(office.issue)
        assert text(issue, "extend_why") == "灯杆要从厂里定做"


async def test_nobody_asks_for_more_time_once_it_has_run_out(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        await office.say("handler", "accept", order, **ACCEPT)
        office.house.time.pass_(14 * DAY)
        await office.say("handler", "ask_extension", order, ext_why="来不及", ext_days=5, ext_until="2026-03-30")
        assert (await office.shape(order)).notes[-1].why == "guard_before_due"


async def test_what_is_returned_goes_to_the_better_unit_which_may_not_return_it(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        why = "路灯由城管局亮化所养护，不在我局权责清单之内，建议转城管局。"
        assert await office.say("liaison", "ask_return", order, return_why="太短", return_better=OTHER) == "too_short"
        assert await office.say("liaison", "ask_return", order, return_why=why, return_better=OTHER) == ""
        assert (
            await office.say("county", "redirect", order, to_unit=OTHER, to_unit_name="县城管局", ruling="城管局养护")
            == ""
        )
        old, new = await office.orders()
        assert (old.stage, new.stage, new.unit) == ("cancelled", "dispatched", OTHER)
        assert new.shape.fields["no_return"].now.value is True


async def test_a_round_urges_and_supervises_once_however_often_it_runs(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        store, county = office.house.parts.store, office.house.parts.county
        office.house.time.pass_(3 * DAY)
        assert [go(store, county, office.house.time.ms) for _ in range(3)] == [1, 0, 0]
        assert (await office.shape(order)).acts[-1].name == "urge"
        await office.say("handler", "accept", order, **ACCEPT)
        office.house.time.pass_(14 * DAY)
        assert [go(store, county, office.house.time.ms) for _ in range(2)] == [1, 0]
        last = (await office.shape(order)).acts[-1]
        assert (last.name, last.fields["card"], last.actor) == ("supervise", "red", "clerk")


async def test_departments_see_their_own_orders_and_no_logs(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        desk = await office.desk("handler")
        mine = await office.house.http.get("/desk/orders.json", headers=desk.headers)
        assert [one["subject"] for one in mine.json()["items"]] == [order]
        other = await office.desk("co_handler")
        assert (await office.house.http.get("/desk/orders.json", headers=other.headers)).json()["items"] == []
        hidden = await office.house.http.get(f"/desk/orders/{order[6:]}", headers=other.headers)
        assert hidden.status_code == 404
        whole: dict[str, Any] = (await office.house.http.get(f"/desk/orders/{order[6:]}", headers=desk.headers)).json()
        assert whole["matter"]["phone"] == "15400000077"
        assert (await desk.sync()).changes == {}


async def test_a_caller_is_given_those_who_wait_but_not_the_own_unit_s(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        await office.answer(order)
        for who, count in (("caller", 1), ("own_caller", 0)):
            desk = await office.desk(who)
            told = await office.house.http.get("/desk/calls.json", headers=desk.headers)
            assert len(told.json()["items"]) == count


async def test_late_acceptance_buys_no_time(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        office.house.time.pass_(4 * DAY)
        await office.say("handler", "accept", order, **ACCEPT)
        proof = str((await office.shape(order)).fields["due_answer"].now.value)
        assert "受理时限（未按时受理，从时限起算） 3月3日" in proof


async def test_a_handler_promises_about_a_matter_only_while_the_own_unit_has_it_in_hand(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()

        async def promise(who: str, **about: Json) -> str:
            desk = await office.desk(who)
            await desk.sync()
            made: dict[str, Json] = {
                "said_in": "reply",
                "who": "县住建局孙办事",
                "what": "换好灯头",
                "by": "2026-03-20",
            }
            desk.op("make", {**made, **about}, kind="promise")
            return (await desk.sync()).receipts[0].why

        here: dict[str, Json] = {"issue": office.issue, "about": order}
        assert await promise("handler", **here) == "not_your_unit"
        assert await office.say("handler", "accept", order, **ACCEPT) == ""
        assert await promise("co_handler", **here) == "not_your_unit"
        assert await promise("head", **here) == "not_your_role"
        assert [await promise("handler", **one) for one in ({}, {"issue": order}, {"issue": "issue/x.1"})] == [
            "not_your_unit", "wrong_kind", "not_your_unit",
        ]  # fmt: skip
        assert await promise("handler", **here) == ""
        await office.answer_accepted(order)
        assert await promise("second", **here) == ""
        desk = await office.desk("handler")
        told = (await office.house.http.get(f"/desk/orders/{order[6:]}", headers=desk.headers)).json()["promises"]
        assert [(one["what"], one["by"], one["stage"]) for one in told] == [("换好灯头", "2026-03-20", "open")] * 2
        assert await office.say("handler", "keep", told[0]["subject"], kept_on="2026-03-05") == "not_your_role"
        assert await office.say("caller", "call_back", office.issue, **CALL) == ""
        assert await promise("handler", **here) == "not_your_unit"


async def test_who_gave_an_order_back_promises_nothing_and_who_got_it_does(tmp_path: Path) -> None:
    async with at_work(tmp_path) as office:
        (order,) = await office.send()
        back: dict[str, Json] = {
            "return_why": "路灯归城管局管养，权责清单第三十二项写明，请改派。",
            "return_better": OTHER,
        }
        assert await office.say("liaison", "ask_return", order, **back) == ""
        moved: dict[str, Json] = {"to_unit": OTHER, "to_unit_name": "县城管局", "ruling": "改由城管局办理。"}
        assert await office.say("county", "redirect", order, **moved) == ""
        new = (await office.orders())[-1].subject
        assert await office.say("co_handler", "accept", new, **ACCEPT) == ""
        for who, why in (("handler", "not_your_unit"), ("co_handler", "")):
            desk = await office.desk(who)
            made: dict[str, Json] = {"said_in": "reply", "who": "孙办事", "what": "换好灯头", "by": "2026-03-20"}
            desk.op("make", {**made, "issue": office.issue}, kind="promise")
            assert (await desk.sync()).receipts[-1].why == why
