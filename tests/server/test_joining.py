"""Joining (并案): two records may be the same; people decide; both numbers stay, and every reporter gets an answer."""

from pathlib import Path

import pytest
from sqlalchemy import select

from server.exchange import PAGE, Placing
from server.rebuild import rebuild
from server.store.disk import Conn
from server.store.looked import MOST_BESIDE, Looked
from server.store.tables import marks, subjects
from sync.fold import Shape
from sync.op import Json
from sync.subjects.issue import is_alarmed, is_open, text
from sync.subjects.same import joined_here, leader_of, questions
from tests.server.house import DAY, EAST, FAR, digest, house, lamp
from tests.server.lamps import PLACE, WHY, placed, said_of, shape_of, two_lamps
from tests.server.matter import ANSWER, HANDLER, REPORTER, TRIAGE, matter

HOME: dict[str, Json] = {
    "address": "林园村 3 组 12 号",
    "household_type": "registered",
    "head_name": "李长根",
    "phone": "15412345678",
    "members": [{"name": "李长根", "relation": "head", "home": "lives_here"}],
    "consent": {"notice": "2026-1", "way": "spoken", "at_ms": 1, "told_by": "王一"},
}
LETTER: dict[str, Json] = {
    "received_ms": 1_772_415_000_000,
    "form": "signed",
    "pages": 1,
    "summary": "村口的三盏路灯坏了半个月，请尽快派人来修",
    "confidential": False,
}
MEASURES: dict[str, Json] = {"measures": "换了三只灯泡，当晚已亮", "result": "solved"}


async def test_two_phones_that_register_one_matter_keep_both_and_a_question_is_asked_once(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, town = await two_lamps(home)
        assert questions(await shape_of(home, first)) == []
        [question] = questions(await shape_of(home, second))
        assert (question.other, question.rule, question.is_same) == (first, "S2", False)
        assert "50 米" in question.why_zh
        assert "50 metres" in question.why_en
        town.op("edit", {"place": f"{PLACE} "}, subject=second)
        town.op("edit", {"place": PLACE}, subject=first)
        await placed(town)
        assert said_of(await shape_of(home, second)).count("alike") == 1
        assert said_of(await shape_of(home, first)) == ["register"]


async def test_a_pair_that_is_not_the_same_is_never_asked_about_again(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, _ = await two_lamps(home)
        worker = await home.enter("wang")
        worker.op("differ", {"other": first}, subject=second)
        worker.op("edit", {"place": f"{PLACE}！"}, subject=second)
        await placed(worker)
        shape = await shape_of(home, second)
        assert questions(shape) == []
        assert said_of(shape) == ["register", "alike", "differ"]


async def test_a_worker_may_say_that_they_are_the_same_and_only_the_town_may_join(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, town = await two_lamps(home)
        worker = await home.enter("wang")
        worker.op("same", {"other": first}, subject=second)
        worker.op("join", {"into": first, **WHY}, subject=second)
        reply = await worker.sync()
        assert [(one.fate, one.why) for one in reply.receipts] == [("placed", ""), ("refused", "not_your_role")]
        assert [one.is_same for one in questions(await shape_of(home, second))] == [True]
        town.op("join", {"into": first, **WHY}, subject=second)
        await placed(town)
        joined, lead = await shape_of(home, second), await shape_of(home, first)
        assert (joined.stage, leader_of(joined)) == ("joined", first)
        assert joined_here(lead) == [second]
        numbers = {text(joined, "issue_no"), text(lead, "issue_no")}
        assert len(numbers - {""}) == 2


async def test_when_the_leading_matter_is_answered_every_reporter_is_told_and_asked(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, town = await two_lamps(home)
        town.op("join", {"into": first, **WHY}, subject=second)
        for name, fields in (("triage", TRIAGE), ("accept", HANDLER), ("answer", ANSWER)):
            town.op(name, fields, subject=first)
        await placed(town)
        for issue in (first, second):
            shape = await shape_of(home, issue)
            assert shape.stage == "pending_confirm"
            assert text(shape, "answer") == ANSWER["answer"]


async def test_who_joins_a_matter_that_is_answered_already_is_told_at_once(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, town = await two_lamps(home)
        worker = await home.enter("wang")
        worker.op("triage", {**TRIAGE, "track": "solved_in_grid"}, subject=first)
        worker.op("solve", MEASURES, subject=first)
        await placed(worker)
        town.op("join", {"into": first, **WHY}, subject=second)
        await placed(town)
        shape = await shape_of(home, second)
        assert shape.stage == "pending_confirm"
        assert text(shape, "measures") == MEASURES["measures"]


async def test_joined_matters_may_be_joined_on_and_the_answer_goes_down_the_whole_way(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, town = await two_lamps(home)
        third = town.op("register", lamp(category="0801"))
        town.op("join", {"into": second, **WHY}, subject=first)
        town.op("join", {"into": third, **WHY}, subject=second)
        for name, fields in (("triage", TRIAGE), ("accept", HANDLER), ("answer", ANSWER)):
            town.op(name, fields, subject=third)
        await placed(town)
        stages = [(await shape_of(home, issue)).stage for issue in (first, second, third)]
        assert stages == ["pending_confirm"] * 3


@pytest.mark.parametrize("why", ["itself", "unknown", "joined", "other_town", "other_kind"])
async def test_nothing_is_joined_to_what_cannot_lead(tmp_path: Path, why: str) -> None:
    async with house(tmp_path) as home:
        first, second, town = await two_lamps(home)
        far_phone = await home.enter("zhao")
        far = far_phone.op("register", lamp(), grid=FAR)
        await placed(far_phone)
        letter_phone = await home.enter("wang")
        letter = letter_phone.op("take_out", LETTER, kind="letter")
        await placed(letter_phone)
        town.op("join", {"into": first, **WHY}, subject=second)
        third = town.op("register", lamp())
        await placed(town)
        into = {
            "itself": third,
            "unknown": "issue/nobody.1",
            "joined": second,
            "other_town": far,
            "other_kind": letter,
        }[why]
        town.op("join", {"into": into, **WHY}, subject=third)
        [receipt] = (await town.sync()).receipts
        told = ("wrong_kind", "into") if why == "other_kind" else ("cannot_lead", into)
        assert (receipt.fate, receipt.why, receipt.about) == ("refused", *told)
        assert (await shape_of(home, third)).stage == "registered"


async def test_what_a_handler_has_accepted_does_not_vanish_into_another(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, town = await two_lamps(home)
        town.op("triage", TRIAGE, subject=second)
        town.op("accept", HANDLER, subject=second)
        town.op("join", {"into": first, **WHY}, subject=second)
        await placed(town)
        shape = await shape_of(home, second)
        assert shape.stage == "work_order"
        assert [note.why for note in shape.notes] == ["guard_unaccepted"]
        assert joined_here(await shape_of(home, first)) == []


async def test_unjoining_gives_back_the_matter_with_the_date_it_had(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, town = await two_lamps(home)
        before = text(await shape_of(home, second), "issue_no"), (await shape_of(home, second)).fields["due_assign"].now
        town.op("join", {"into": first, **WHY}, subject=second)
        await placed(town)
        home.time.pass_(5 * DAY)
        town.op("unjoin", {"unjoin_why": "另一盏灯"}, subject=second)
        await placed(town)
        shape = await shape_of(home, second)
        assert (shape.stage, leader_of(shape), joined_here(await shape_of(home, first))) == ("registered", "", [])
        assert (text(shape, "issue_no"), shape.fields["due_assign"].now) == before
        assert questions(shape) != []


async def test_a_leading_matter_that_ends_without_an_answer_lets_its_joined_ones_go(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, town = await two_lamps(home)
        town.op("join", {"into": first, **WHY}, subject=second)
        town.op("refer", {"route": "法院", "route_words": "已在诉讼中，请按该途径"}, subject=first)
        await placed(town)
        shape = await shape_of(home, second)
        assert (shape.stage, shape.acts[-1].name) == ("registered", "unjoin")
        assert joined_here(await shape_of(home, first)) == []


async def test_a_danger_does_not_vanish_with_a_joining(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, town = await two_lamps(home)
        town.op("edit", {"danger": ["life"]}, subject=second)
        town.op("join", {"into": first, **WHY}, subject=second)
        await placed(town)
        assert is_alarmed(await shape_of(home, first))
        joined = await shape_of(home, second)
        assert is_open(joined)
        assert not is_alarmed(joined)


async def test_the_same_persons_matters_elsewhere_or_of_another_kind_or_long_ago_are_not_asked_about(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        person: dict[str, Json] = {"name": "李长根", "phone": "154-1234-5678"}
        phone.op("register", lamp(place="村东头水塘边", reporter=person))
        asked = phone.op("register", lamp(place="村东头水塘", reporter={**person, "phone": "15412345678"}))
        elsewhere = phone.op("register", lamp(place="西山林场仓库", reporter=person))
        other_kind = phone.op("register", lamp(place="村东头水塘边", reporter=person, category="0801"))
        await placed(phone)
        home.time.pass_(91 * DAY)
        phone = await home.enter("wang", phone.device)
        late = phone.op("register", lamp(place="村东头水塘边", reporter=person))
        await placed(phone)
        found = [len(questions(await shape_of(home, one))) for one in (asked, elsewhere, other_kind, late)]
        assert found == [1, 0, 0, 0]


async def test_two_spots_within_the_books_metres_are_one_place(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        at = [(32_999_990, 107_000_010), (33_000_300, 107_000_200), (33_001_000, 107_000_010)]
        _, near, far = [phone.op("register", lamp(spot={"lat": lat, "lng": lng})) for lat, lng in at]
        await placed(phone)
        assert [len(questions(await shape_of(home, one))) for one in (near, far)] == [1, 0]


async def test_a_letter_taken_out_by_two_phones_is_asked_about_and_joined_by_the_worker(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        one, two = await home.enter("wang"), await home.enter("li")
        first = one.op("take_out", LETTER, kind="letter")
        other = one.op("take_out", {**LETTER, "summary": "邻居家的狗半夜总是叫，影响休息"}, kind="letter")
        issue = one.op("register", lamp())
        await placed(one)
        second = two.op("take_out", {**LETTER, "summary": "村口三盏路灯坏了半个月了，请尽快派人修"}, kind="letter")
        await placed(two)
        assert [one.other for one in questions(await shape_of(home, second))] == [first]
        assert questions(await shape_of(home, other)) == []
        two.op("to_issue", {"issue": issue}, subject=second)
        two.op("join", {"into": first, **WHY}, subject=second)
        await placed(two)
        assert (await shape_of(home, second)).stage == "joined"
        assert joined_here(await shape_of(home, first)) == [second]
        two.op("unjoin", {"unjoin_why": "另一封信"}, subject=second)
        await placed(two)
        again = await shape_of(home, second)
        assert (again.stage, text(again, "issue")) == ("became_issue", issue)


async def test_in_a_flood_of_letters_each_is_compared_with_the_newest_only(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        one, two = await home.enter("wang"), await home.enter("li")
        oldest = one.op("take_out", LETTER, kind="letter")
        flood: list[str] = []
        for n in range(MOST_BESIDE):
            home.time.pass_(1)
            words = "".join(map(chr, range(0x4E00 + 40 * n, 0x4E28 + 40 * n)))
            flood.append(one.op("take_out", {**LETTER, "summary": words}, kind="letter"))
        await placed(one)
        newest = await shape_of(home, flood[-1])
        twins = [
            two.op("take_out", {**LETTER, "summary": text(newest, "summary")}, kind="letter"),
            two.op("take_out", LETTER, kind="letter"),
        ]
        await placed(two)
        assert [[one.other for one in questions(await shape_of(home, twin))] for twin in twins] == [[flood[-1]], []]
        beside = await home.parts.store.read(lambda conn: beside_of(conn, newest))
        assert len(beside) == MOST_BESIDE
        assert oldest not in beside


def beside_of(conn: Conn, shape: Shape) -> list[str]:
    return Looked(conn).beside(shape)


async def test_a_household_registered_twice_is_asked_about_and_leaves_a_forwarding_mark(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        one, two = await home.enter("wang"), await home.enter("li")
        first = one.op("register", HOME, kind="household")
        await placed(one)
        second = two.op("register", {**HOME, "address": "林园村3组12号", "phone": ""}, kind="household")
        moved = two.op("register", {**HOME, "address": "林园村 9 组"}, kind="household")
        await placed(two)
        rules = [[one.rule for one in questions(await shape_of(home, subject))] for subject in (second, moved)]
        assert rules == [["S4"], ["S5"]]
        two.op("join", {"into": first, **WHY}, subject=second)
        await placed(two)
        shape = await shape_of(home, second)
        assert (shape.stage, leader_of(shape)) == ("joined", first)
        assert shape.notes == []


async def test_each_reporter_reads_the_answer_at_his_own_link_and_speaks_for_himself(tmp_path: Path) -> None:
    async with matter(tmp_path, place=PLACE) as one:
        lead = one.town.op("register", lamp(place=PLACE, reporter={"name": "孙秀", "phone": "15487654321"}))
        one.town.op("join", {"into": lead, **WHY}, subject=one.issue)
        await placed(one.town)
        await one.open()
        page = await one.read()
        assert "两件一起办" in page
        for private in ("孙秀", "87654321", "孙"):
            assert private not in page
        for name, fields in (("triage", TRIAGE), ("accept", HANDLER)):
            one.town.op(name, fields, subject=lead)
        await placed(one.town)
        assert "赵建国" in await one.read()
        assert "赵建国" in await one.read(lang="en")
        one.town.op("answer", ANSWER, subject=lead)
        await placed(one.town)
        assert "线路已经换新" in await one.read()
        await one.confirm("not_solved", "dissatisfied", "我家门口那盏还不亮")
        assert ((await one.shape()).stage, (await shape_of(one.home, lead)).stage) == ("reopened", "pending_confirm")


async def test_who_asks_again_after_closing_reads_what_was_answered_last_time(tmp_path: Path) -> None:
    async with matter(tmp_path, place=PLACE) as one:
        await one.answered()
        await one.open()
        await one.confirm("solved")
        again = one.worker.op("register", lamp(place=PLACE, reporter=REPORTER, link_hash=digest(b"again")))
        await placed(one.worker)
        shape = await shape_of(one.home, again)
        assert text(shape, "earlier") == one.issue
        assert questions(shape) == []


async def test_what_is_found_and_asked_is_rebuilt_from_the_log_alone(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        _, second, town = await two_lamps(home)
        town.op("edit", {"place": PLACE}, subject=second)
        await placed(town)

        def caches(conn: Conn) -> list[tuple[object, ...]]:
            asks = conn.execute(select(subjects.c.subject, subjects.c.asks).order_by(subjects.c.subject))
            return [*map(tuple, asks), *map(tuple, conn.execute(select(marks).order_by(marks.c.mark, marks.c.subject)))]

        before = await home.parts.store.read(caches)
        await home.parts.store.write(rebuild)
        assert await home.parts.store.read(caches) == before
        assert any(mark == f"{EAST} issue 05 at {PLACE}" for mark, *_ in before)


async def test_who_joined_may_still_take_it_back_and_the_town_may_void_what_was_no_matter(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first, second, town = await two_lamps(home)
        third = town.op("register", lamp(place="试一试"))
        for one in (second, third):
            town.op("join", {"into": first, **WHY}, subject=one)
        town.op("void", {"void_why": "test", "void_words": "演练时登记的"}, subject=third)
        await placed(town)

        def take_back(conn: Conn) -> None:
            placing = Placing(conn, home.parts.county, home.time())
            placing.begin([EAST], [second])
            placing.say(PAGE, EAST, "withdraw", {"withdraw_why": "已经自己修好了"}, subject=second)
            placing.finish()

        await home.parts.store.write(take_back, grids=[EAST])
        ends = [(await shape_of(home, one)).stage for one in (first, second, third)]
        assert ends == ["registered", "withdrawn", "void"]
        assert joined_here(await shape_of(home, first)) == []
