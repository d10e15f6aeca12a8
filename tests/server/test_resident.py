"""The resident's page: what a link shows before and after the second step, and that nobody but the resident answers."""

import hashlib
from pathlib import Path

import pytest

from sync.subjects.issue import is_open
from tests.server.house import DAY, EAST, HOUR, lamp
from tests.server.matter import HANDLER, KIND, PAGE, REPORTER, TOKEN, TRIAGE, matter, names_in


async def test_before_the_second_step_there_are_no_names_and_no_words(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        first = await one.read()
        await one.answered()
        later = await one.read(said="solved")
        assert KIND in first
        assert "林园村" in first
        assert "2026年3月" in first
        assert names_in(first) + names_in(later) == []


async def test_the_last_four_digits_open_the_details(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        opened = await one.open()
        assert (opened.status_code, opened.headers["location"]) == (303, PAGE)
        page = await one.read()
        assert "三盏路灯的线路已经换新" in page
        assert "坏了半个月" in page
        assert "15412345678" not in page


async def test_wide_digits_are_digits(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        assert (await one.open("５６７８")).status_code == 303


async def test_the_page_names_who_is_responsible_and_until_when_with_the_proof(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.act(one.town, "triage", TRIAGE)
        await one.act(one.town, "accept", HANDLER)
        await one.open()
        page = await one.read()
        assert "赵建国" in page
        assert 'href="tel:15490001234"' in page
        due = (await one.shape()).fields["due_answer"].now.value
        assert isinstance(due, dict)
        assert str(due["proof_zh"]) in page
        assert "3月11日（周三）17:30" in page


async def test_wrong_digits_open_nothing_and_after_five_tries_the_link_rests_a_day(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        tries = [await one.open("0000") for _ in range(5)]
        assert [page.status_code for page in tries] == [403, 403, 403, 403, 429]
        assert "还可以试4次" in tries[0].text
        assert (await one.open()).status_code == 429
        assert names_in("".join(page.text for page in tries) + await one.read()) == []
        one.home.time.pass_(DAY - HOUR)
        assert (await one.open()).status_code == 429
        one.home.time.pass_(HOUR)
        assert (await one.open()).status_code == 303


async def test_a_right_answer_forgets_the_wrong_ones(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        for _ in range(4):
            await one.open("0000")
        assert (await one.open()).status_code == 303
        assert "还可以试4次" in (await one.open("0000")).text


async def test_nobody_answers_without_the_second_step(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        place = (await one.shape()).acts[-1].place
        refused = await one.post(step="answer", solved="solved", satisfaction="satisfied", round=str(place))
        assert refused.status_code == 403
        assert (await one.shape()).stage == "pending_confirm"


async def test_a_pass_made_for_one_link_opens_no_other_and_runs_out(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.open()
        held = one.browser.cookies.get("reporter") or ""
        other = "A" * 22
        one.worker.op("register", lamp(link_hash=hashlib.sha256(other.encode()).hexdigest(), reporter=REPORTER))
        await one.worker.sync()
        async with one.home.browser() as thief:
            page = await thief.get(f"/r/{other}", headers={"Cookie": f"reporter={held}"})
            assert names_in(page.text) == []
            forged = await thief.get(PAGE, headers={"Cookie": "reporter=99999999999999.00"})
            assert names_in(forged.text) == []
        assert names_in(await one.read()) != []
        one.home.time.pass_(DAY)
        assert names_in(await one.read()) == []


async def test_a_browser_in_which_staff_entered_may_neither_read_on_nor_answer(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        staff = one.home.http
        page = await staff.get(PAGE)
        assert page.status_code == 200
        assert "请让群众用自己的手机回答" in page.text
        assert "<form" not in page.text
        assert names_in(page.text) == []
        place = (await one.shape()).acts[-1].place
        opened = await staff.post(PAGE, data={"step": "open", "digits": "5678"})
        said = await staff.post(
            PAGE, data={"step": "answer", "solved": "solved", "satisfaction": "satisfied", "round": str(place)}
        )
        assert [opened.status_code, said.status_code] == [403, 403]
        assert (await one.shape()).stage == "pending_confirm"


async def test_staff_cannot_confirm_through_the_exchange_either(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        for who in (one.worker, one.town):
            who.op("confirm", {"solved": "solved", "satisfaction": "satisfied"}, subject=one.issue)
            receipts = (await who.sync()).receipts
            assert [(receipt.fate, receipt.why) for receipt in receipts] == [("refused", "not_your_role")]


async def test_solved_closes_and_the_page_says_so(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        await one.open()
        sent = await one.confirm("solved", "basically_satisfied", "谢谢你们")
        assert sent.status_code == 303
        shape = await one.shape()
        assert shape.stage == "closed"
        assert (shape.acts[-1].actor, shape.acts[-1].role) == ("resident", "resident")
        assert shape.acts[-1].stamp.endswith(f"-page{EAST}")
        page = await one.read()
        assert "您回答：解决了，基本满意。" in page
        assert "谢谢你们" in page
        assert "这件事办结了" in page


async def test_not_solved_reopens_and_the_page_says_who_has_it_now(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        await one.open()
        await one.confirm("not_solved", "dissatisfied", "东头那盏还是不亮")
        assert (await one.shape()).stage == "reopened"
        page = await one.read()
        assert "已经退回重办" in page
        assert "上次的答复（您说没有解决）" in page
        assert "走到第2步" in page


async def test_the_same_answer_sent_twice_stands_once(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        await one.open()
        place = str((await one.shape()).acts[-1].at_ms)
        answer = {"step": "answer", "solved": "solved", "satisfaction": "satisfied", "comment": "好", "round": place}
        assert [(await one.post(**answer)).status_code for _ in range(2)] == [303, 303]
        other = await one.post(**(answer | {"satisfaction": "dissatisfied"}))
        assert other.status_code == 409
        assert "您已经回答过了" in other.text
        shape = await one.shape()
        assert len([act for act in shape.acts if act.name == "confirm"]) == 1
        assert shape.notes == []


async def test_an_answer_to_an_older_result_is_not_taken_for_the_new_one(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        await one.open()
        old = str((await one.shape()).acts[-1].at_ms)
        await one.confirm("not_solved")
        one.home.time.pass_(HOUR)
        await one.answered()
        late = await one.post(step="answer", solved="solved", satisfaction="satisfied", round=old)
        assert late.status_code == 409
        assert (await one.shape()).stage == "pending_confirm"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"satisfaction": ""}, "请在满意、基本满意、不满意里选一个"),
        ({"solved": "closed"}, "请在满意"),
        ({"comment": "字" * 301}, "写得太长了"),
    ],
)
async def test_an_answer_that_cannot_be_taken_says_why_and_keeps_what_was_written(
    tmp_path: Path, changed: dict[str, str], why: str
) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        await one.open()
        place = str((await one.shape()).acts[-1].at_ms)
        form = {
            "step": "answer",
            "solved": "solved",
            "satisfaction": "satisfied",
            "comment": "写了半天",
            "round": place,
        }
        answer = await one.browser.post(f"{PAGE}?said=solved", data=form | changed)
        assert answer.status_code == 422
        assert why in answer.text
        assert changed.get("comment", "写了半天") in answer.text
        assert (await one.shape()).stage == "pending_confirm"


async def test_reading_changes_nothing_however_often_and_whatever_is_asked(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        before = await one.count()
        asked = (
            "",
            "?said=solved",
            "?said=not_solved&satisfaction=satisfied",
            "?step=answer&solved=solved&satisfaction=satisfied",
        )
        for query in (*asked, "?step=open&digits=0000", "?lang=en", "?print=big"):
            await one.browser.get(PAGE + query)
        await one.open()
        for query in asked:
            await one.browser.get(PAGE + query)
        assert await one.count() == before
        assert (await one.shape()).stage == "pending_confirm"


async def test_an_unknown_a_replaced_and_an_expired_link_all_meet_the_same_gentle_page(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.answered()
        await one.open()
        await one.confirm("solved")
        assert not is_open(await one.shape())
        one.home.time.pass_(30 * DAY)
        assert (await one.browser.get(PAGE)).status_code == 200
        one.home.time.pass_(1)
        expired = await one.browser.get(PAGE)
        unknown = await one.browser.get(f"/r/{'A' * 22}")
        assert [expired.status_code, unknown.status_code] == [404, 404]
        assert "这个链接打不开" in expired.text
        assert expired.text.replace(TOKEN, "") == unknown.text.replace("A" * 22, "")
        for bad in ("/r", "/r/", "/r/x", f"{PAGE}/more", f"/r/{'%00' * 22}", f"/r/{'一' * 22}"):
            page = await one.browser.get(bad)
            assert (page.status_code, "这个链接打不开" in page.text) == (404, True), bad


async def test_a_new_link_ends_the_old_one(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        new = "B" * 22
        await one.act(one.worker, "link", {"link_hash": hashlib.sha256(new.encode()).hexdigest()})
        assert (await one.browser.get(PAGE)).status_code == 404
        assert (await one.browser.get(f"/r/{new}")).status_code == 200


async def test_where_no_phone_is_known_a_press_opens_it(tmp_path: Path) -> None:
    async with matter(tmp_path, reporter=None, anonymous=True) as one:
        page = await one.read()
        assert "这件事是我反映的" in page
        assert names_in(page) == []
        assert (await one.open("")).status_code == 303
        assert "村口三盏路灯不亮" in await one.read()


async def test_a_number_changed_later_does_not_lock_out_the_one_who_reported(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        stamp = (await one.shape()).fields["reporter"].now.stamp
        one.worker.op("edit", {"reporter": {"name": "李长根", "phone": "15499990000"}}, subject=one.issue)
        text = one.worker.outbox.pop().replace('"seen":{}', f'"seen":{{"reporter":["{stamp}"]}}')
        one.worker.keep(text)
        await one.worker.sync()
        assert (await one.shape()).fields["reporter"].beside == []
        assert (await one.open("5678")).status_code == 303


async def test_of_a_confidential_matter_a_stranger_does_not_even_learn_its_kind(tmp_path: Path) -> None:
    async with matter(tmp_path, confidential=True) as one:
        assert KIND not in await one.read()
        await one.open()
        assert KIND in await one.read()
