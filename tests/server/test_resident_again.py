"""What else a resident may do on the page: say something else after the end, and take a matter back; nothing that the law does not open."""

import re
from pathlib import Path

from tests.server.house import HOUR
from tests.server.matter import TRIAGE, Matter, matter


async def closed(one: Matter) -> str:
    """The matter answered, confirmed and closed; when that was."""
    await one.answered()
    await one.open()
    await one.confirm("solved")
    one.home.time.pass_(HOUR)
    return str((await one.shape()).acts[-1].at_ms)


async def test_who_finds_it_unsolved_after_the_end_says_so_and_it_is_done_again(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        when = await closed(one)
        assert "我想改一改回答" in await one.read()
        form = await one.read(said="not_solved")
        assert re.search(rf'name="instead"[^>]*value="{when}"|value="{when}"[^>]*name="instead"', form)
        other = {"step": "answer", "solved": "not_solved", "satisfaction": "dissatisfied", "instead": when}
        assert [(await one.post(**other)).status_code for _ in range(2)] == [303, 303], "sent twice it stands once"
        shape = await one.shape()
        assert shape.stage == "reopened"
        assert len([act for act in shape.acts if act.name == "confirm"]) == 2
        late = await one.post(**(other | {"satisfaction": "satisfied"}))
        assert late.status_code == 409
        assert "您已经回答过了" in late.text
        assert "我想改一改回答" not in await one.read()


async def test_a_change_of_an_answer_that_stands_no_more_changes_nothing(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        when = int(await closed(one))
        stale = {"step": "answer", "solved": "not_solved", "satisfaction": "satisfied", "instead": str(when - 1)}
        assert (await one.post(**stale)).status_code == 409
        assert (await one.shape()).stage == "closed"


async def test_a_matter_is_taken_back_once_with_the_reason_and_no_script(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        await one.open()
        assert "撤回这件事" in await one.read()
        empty = await one.post(step="withdraw", why="　")
        assert (empty.status_code, "请写一写为什么不用办了" in empty.text) == (422, True)
        why = {"step": "withdraw", "why": "已经自己修好了"}
        assert [(await one.post(**why)).status_code for _ in range(2)] == [303, 303]
        shape = await one.shape()
        assert (shape.stage, shape.acts[-1].fields) == ("withdrawn", {"withdraw_why": "已经自己修好了"})
        page = await one.read()
        assert "您已经撤回这件事" in page
        assert "撤回这件事</button>" not in page


async def test_nobody_takes_a_matter_back_without_the_second_step_or_after_the_end(tmp_path: Path) -> None:
    async with matter(tmp_path) as one:
        assert (await one.post(step="withdraw", why="不办了")).status_code == 403
        await closed(one)
        late = await one.post(step="withdraw", why="不办了")
        assert (late.status_code, "现在不能撤回" in late.text) == (409, True)
        assert (await one.shape()).stage == "closed"


async def test_what_somebody_may_have_been_pressed_to_drop_is_not_offered_to_be_taken_back(tmp_path: Path) -> None:
    async with matter(tmp_path, category="0308") as one:
        await one.act(one.town, "triage", TRIAGE)
        await one.open()
        assert "我要撤回" not in await one.read()
        assert (await one.post(step="withdraw", why="不办了")).status_code == 409
        assert (await one.shape()).stage == "work_order"
