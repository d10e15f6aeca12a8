"""Where two people differ, and where a right has ended: settled by clients that were written from PROTOCOL.md alone."""

from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager

import pytest

from tests.road.county import PASSWORD, County
from tests.road.third.client import Phone, Receipt
from tests.road.third.day import issue
from tests.road.third.law import Json, as_list, as_map, as_text
from tests.road.third.ops import Op
from tests.road.third.proof import check
from tests.road.third.shape import Shape

GRID = "329924101202001"


@pytest.fixture
def people(served: County) -> Generator[list[Phone]]:
    """Both workers of one grid, and its town."""
    with ExitStack() as stack:
        urls = (served.url, served.url, served.desk_url)
        yield [
            stack.enter_context(closing(Phone(url, who, PASSWORD)))
            for url, who in zip(urls, ("wg1", "wg2", "zhen1"), strict=True)
        ]


def all_read(*phones: Phone) -> None:
    for phone in phones:
        phone.exchange()


def edit(phone: Phone, subject: str, *, name: str = "edit", **fields: Json) -> Op:
    """By a form that shows these fields; who settles is shown the losers, too."""
    seen = phone.shapes(GRID)[subject].stamps(*fields, losers=name == "settle")
    return phone.make(GRID, subject, name, fields, seen)


def registered(*phones: Phone) -> str:
    """An issue of the first one's that all have read."""
    subject = phones[0].begin(GRID, "issue", "register", issue(phones[0]))
    all_read(*phones)
    return subject


def lost(shape: Shape, name: str) -> list[Json]:
    return [said.value for said in shape.fields[name].lost]


def test_who_settles_puts_an_end_to_all_that_he_saw_under_every_rule(people: list[Phone]) -> None:
    one, two, town = people
    subject = registered(one, two, town)
    edit(one, subject, title="村东头三盏路灯坏了", households=8, reporter={"name": "孙丽", "phone": ""})
    edit(two, subject, title="东头路灯全都不亮", households=9, reporter={"name": "钱芳", "phone": "15400900002"})
    edit(town, subject, households=7, danger=["life"])
    all_read(town, one, two, one, town)
    shape = one.shapes(GRID)[subject]
    assert (shape.value("households"), lost(shape, "households")) == (7, [8, 9])
    assert (shape.value("title"), lost(shape, "title")) == ("东头路灯全都不亮", ["村东头三盏路灯坏了"])
    assert len(shape.fields["reporter"].beside) == 1
    edit(town, subject, name="settle", households=9)
    edit(one, subject, name="settle", title="村东头三盏路灯坏了", reporter={"name": "钱芳", "phone": "15400900002"})
    all_read(town, one, two, town)
    settled = town.shapes(GRID)[subject]
    assert settled == one.shapes(GRID)[subject] == two.shapes(GRID)[subject]
    assert (settled.value("households"), settled.value("title")) == (9, "村东头三盏路灯坏了")
    assert settled.value("reporter") == {"name": "钱芳", "phone": "15400900002"}
    for name in ("households", "title", "reporter"):
        assert (settled.fields[name].lost, settled.fields[name].beside) == ([], [])


@contextmanager
def moved_away(county: County, account: str) -> Generator[tuple[Phone, Phone, str]]:
    """A worker whose area has just ended, unknown to the phone; the town; and the grid. Afterwards all is as it was."""
    with (
        closing(Phone(county.url, account, PASSWORD)) as late,
        closing(Phone(county.desk_url, "zhen1", PASSWORD)) as town,
    ):
        all_read(late, town)
        [grid] = late.scope
        stand(town, "take", late, grid)
        yield late, town, grid
        stand(town, "give", late, grid)


def stand(town: Phone, act: str, who: Phone, grid: str) -> None:
    told = {"act": act, "person": who.person, "role": "grid_worker", "code": grid}
    answer = town.http.post("/desk/people", json=told, headers={"Authorization": f"Bearer {town.access}"})
    assert answer.status_code == 200, answer.text


def parked(town: Phone, device: str) -> list[dict[str, Json]]:
    """What waits for the town of one device, as its desk is told."""
    items = as_list(as_map(town.get("/desk/parked.json").json())["items"])
    return [one for one in map(as_map, items) if one["device"] == device]


def say(town: Phone, name: str, one: dict[str, Json], **more: Json) -> Receipt:
    fields = {part: one[part] for part in ("device", "seq", "hash")} | more
    town.begin(as_text(one["grid"]), "parked", name, fields)
    town.exchange()
    return town.receipts[len(town.made)]


def test_what_came_after_a_move_waits_for_the_town_and_is_let_in_as_it_was_written(served: County) -> None:
    with moved_away(served, "wg3") as (late, town, grid):
        subject = late.begin(grid, "issue", "register", issue(late))
        late.make(grid, subject, "edit", {"title": "村东头四盏路灯坏了"}, late.shapes(grid)[subject].stamps("title"))
        assert late.shapes(grid)[subject].value("title") == "村东头四盏路灯坏了"
        late.exchange()
        told = late.receipts[1]
        assert (told.fate, told.why, told.about) == ("refused", "parked", "not_your_grid")
        assert late.waiting_for_the_town() == late.made
        late.exchange()
        assert (late.scope, late.logs) == ({}, {})

        one, built_on_it = parked(town, late.device)
        assert (one["seq"], one["hash"], one["grid"]) == (1, late.made[0].hash, grid)
        assert say(town, "let_in", built_on_it).why == "unknown_subject"
        assert [say(town, "let_in", waits).fate for waits in (one, built_on_it)] == ["placed", "placed"]
        assert say(town, "decline", one, why="晚了").why == "already_settled"
        assert parked(town, late.device) == []
        shape = town.shapes(grid)[subject]
        assert (shape.stage, shape.acts[0].author, shape.acts[0].role) == ("registered", late.person, "grid_worker")
        assert (shape.value("title"), shape.fields["title"].lost) == ("村东头四盏路灯坏了", [])
        assert [change.text for change in town.logs[grid] if change.text == late.made[0].text] == [late.made[0].text]

        late.exchange()
        settled = late.told[1]
        assert (settled["fate"], settled["grid"], settled["place"]) == ("placed", grid, shape.acts[0].place)
        assert (late.receipts[1], late.parked[1]["why"], late.waiting_for_the_town()) == (told, "parked", [])
        first = late.slips[1]
        late.send_again(1)
        assert (late.receipts[1].fate, late.receipts[1].place) == ("placed", shape.acts[0].place)
        assert check(first, late.keys) == check(late.slips[1], late.keys) == late.made[0].hash


def test_what_the_town_declines_is_told_with_its_reason_and_stays_on_the_phone(served: County) -> None:
    with moved_away(served, "wg4") as (late, town, grid):
        late.begin(grid, "issue", "register", issue(late))
        late.exchange()
        [one] = parked(town, late.device)
        assert say(town, "decline", one).why == "field_missing"
        assert say(town, "decline", one, why="李某已经登记过同一件事").fate == "placed"
        late.exchange()
        told = late.told[1]
        assert (told["fate"], told["why"], told["about"]) == ("refused", "declined", "李某已经登记过同一件事")
        assert (late.receipts[1].why, late.waiting_for_the_town()) == ("parked", [])
