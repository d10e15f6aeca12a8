"""Whoever follows PROTOCOL.md can work with this county: a client written from that text alone does a day's work."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from tests.road.county import PASSWORD, County
from tests.road.third.admit import first_no
from tests.road.third.client import Phone, Problem
from tests.road.third.day import (
    GRID,
    acceptance,
    answer,
    as_proposed,
    issue,
    letter,
    one_of,
    opening,
    picture,
    triage,
    visit,
)
from tests.road.third.law import Json, as_map, as_text
from tests.road.third.mend import Change
from tests.road.third.ops import Op, hash_of, read, write
from tests.road.third.shape import Shape


@pytest.fixture
def one(served: County) -> Generator[Phone]:
    yield from _phone(served.url, "wg1")


@pytest.fixture
def two(served: County) -> Generator[Phone]:
    yield from _phone(served.url, "wg2")


@pytest.fixture
def town(served: County) -> Generator[Phone]:
    yield from _phone(served.desk_url, "zhen1")


def _phone(url: str, account: str) -> Generator[Phone]:
    with closing(Phone(url, account, PASSWORD)) as phone:
        phone.exchange()
        yield phone


def _all_read(*phones: Phone) -> None:
    for phone in phones:
        phone.exchange()


def _places(phone: Phone) -> list[int]:
    return [change.place for change in phone.logs[GRID]]


def _shown(shape: Shape, *names: str) -> dict[str, Json]:
    return {name: shape.value(name) for name in names}


def _registered(phone: Phone, *readers: Phone) -> str:
    subject = phone.begin(GRID, "issue", "register", issue(phone))
    _all_read(phone, *readers)
    return subject


def _edit(phone: Phone, subject: str, *, losers: bool = False, name: str = "edit", **fields: Json) -> Op:
    seen = phone.shapes(GRID)[subject].stamps(*fields, losers=losers)
    return phone.make(GRID, subject, name, fields, seen)


def test_a_phone_enters_and_holds_the_whole_log_of_its_grid(one: Phone) -> None:
    shapes = one.shapes(GRID)
    assert list(one.scope) == [GRID]
    assert (one.next_seq, one.head_hash) == (1, "")
    assert _places(one) == list(range(1, len(_places(one)) + 1))
    assert shapes[one_of(one, "mailbox")].stage == "in_use"
    assert shapes[one_of(one, "household")].stage == "living"
    assert [note for shape in shapes.values() for note in shape.notes] == []


def test_a_morning_is_handed_over_in_one_round_trip(one: Phone, town: Phone) -> None:
    one.begin(GRID, "visit", "record", visit(one))
    opened = one.begin(GRID, "mailbox_opening", "open", opening(one, 1))
    taken = one.begin(GRID, "letter", "take_out", letter(one, opened))
    matter = one.begin(GRID, "issue", "register", issue(one, linked=[taken]))
    one.make(GRID, taken, "to_issue", {"issue": matter})
    waiting = one.shapes(GRID)
    assert (waiting[opened].stage, waiting[taken].stage, waiting[matter].stage) == (
        "opened",
        "became_issue",
        "registered",
    )
    one.exchange()
    assert [one.receipts[seq].fate for seq in range(1, 6)] == ["placed"] * 5
    town.exchange()
    shape = town.shapes(GRID)[matter]
    assert shape == one.shapes(GRID)[matter]
    assert (shape.stage, shape.value("title"), shape.items("linked")) == ("registered", "村东头路灯坏了", [taken])
    assert [(act.name, act.role) for act in shape.acts] == [
        ("register", "grid_worker"),
        ("number", "clerk"),
    ]


def test_a_worker_confirms_what_the_clerk_proposes(one: Phone) -> None:
    matter = _registered(one)
    shape = one.shapes(GRID)[matter]
    decision = as_proposed(as_map(shape.value("proposal")))
    one.make(GRID, matter, "triage", decision, shape.stamps("proposal", *decision))
    one.exchange()
    shape = one.shapes(GRID)[matter]
    assert _shown(shape, *decision) == decision
    assert [(act.row, act.before, act.after) for act in shape.acts if act.name == "triage"] == [
        ("A4", "registered", "work_order")
    ]
    assert as_map(shape.value("due_accept"))["book"] == decision["book"]
    assert (shape.notes, shape.fields["track"].lost) == ([], [])


def test_what_is_sent_twice_or_answered_in_vain_counts_once(one: Phone) -> None:
    for _ in range(3):
        one.begin(GRID, "visit", "record", visit(one))
    texts = [made.text for made in one.made]
    lost = one.post(one.ask(texts))
    assert one.receipts == {}
    one.exchange()
    held, places = dict(one.receipts), _places(one)
    again = one.post(one.ask(texts))
    assert again["receipts"] == lost["receipts"]
    one.apply(again)
    assert (one.receipts, _places(one)) == (held, places)
    assert [one.receipts[seq].place for seq in (1, 2, 3)] == places[-3:]


def test_an_op_beyond_the_next_is_not_taken_and_the_reply_names_the_missing_one(one: Phone) -> None:
    for _ in range(3):
        one.begin(GRID, "visit", "record", visit(one))
    reply = one.post(one.ask([made.text for made in one.made[1:]]))
    assert (reply["receipts"], reply["next_seq"]) == ([], 1)
    one.apply(reply)
    one.exchange()
    assert [one.receipts[seq].fate for seq in (1, 2, 3)] == ["placed"] * 3


def test_bad_ops_are_told_why_and_hinder_no_good_one(one: Phone) -> None:
    bad: list[tuple[dict[str, Json], str, str]] = [
        ({"content": "短"}, "too_short", "content"),
        ({"weather": "晴"}, "unknown_field", "weather"),
        ({"next_visit_on": "2026-02-30"}, "not_a_date", "next_visit_on"),
        ({"household": one_of(one, "mailbox")}, "wrong_kind", "household"),
        ({"base_changed": 1}, "not_yes_or_no", "base_changed"),
        ({"met": "nobody"}, "nobody_home_says_when", "record"),
        ({"findings": [{"kind": "hazard"}]}, "finding_has_issue", "record"),
        ({"spot": {"lat": 1}}, "part_missing", "spot"),
    ]
    for fields, why, _ in bad:
        op = one.make(GRID, one.next_id("visit"), "record", visit(one) | fields)
        assert first_no(op, one.device, one.person, {"grid_worker"}) == why
        good = one.make(GRID, one.next_id("visit"), "record", visit(one))
        assert first_no(good, one.device, one.person, {"grid_worker"}) == ""
    one.exchange()
    told = [one.receipts[made.seq] for made in one.made]
    assert [(receipt.fate, receipt.why, receipt.about) for receipt in told[::2]] == [
        ("refused", why, about) for _, why, about in bad
    ]
    assert {receipt.fate for receipt in told[1::2]} == {"placed"}


def test_each_question_is_answered_alike_on_the_phone_and_by_the_server(one: Phone) -> None:
    matter = _registered(one)
    record = visit(one)
    one.begin(GRID, "visit", "record", record)
    sound = read(one.made[-1].text)
    changes: list[dict[str, Any]] = [
        {"device": "another"},
        {"actor": "somebody"},
        {"stamp": sound.stamp.replace(one.device, "another")},
        {"subject": "visit/a.0"},
        {"subject": "visit/another.1"},
        {"name": "dance"},
        {"name": "dance", "v": 2},
        {"fields": {name: value for name, value in record.items() if name != "met"}},
        {"fields": record | {"unheard_of": 1}, "v": 2},
        {"subject": matter, "name": "accept", "fields": dict(acceptance())},
        {"subject": matter, "name": "edit", "fields": {}},
        {"subject": matter, "name": "edit", "fields": {"track": "solved_in_grid"}},
        {"subject": matter, "name": "edit", "fields": {"unheard_of": 1, "track": "solved_in_grid"}},
    ]
    for change in changes:
        seq, prev = len(one.made) + 1, one.made[-1].hash
        stamp = one.clock.tick(one.now_ms())
        own: dict[str, Any] = {"seq": seq, "prev": prev, "stamp": stamp, "subject": one.next_id("visit")}
        op = replace(sound, **(own | change))
        one.keep(write(op))
        one.exchange()
        assert one.receipts[seq].why == first_no(op, one.device, one.person, {"grid_worker"}), change


def test_a_text_that_is_no_op_takes_its_number_and_the_chain_goes_on(one: Phone) -> None:
    for text, why in (("no op", "not_an_op"), ("{}", "not_an_op"), ("x" * 65_537, "op_too_large")):
        one.keep(text)
        one.begin(GRID, "visit", "record", visit(one))
        one.exchange()
        assert (one.receipts[len(one.made) - 1].fate, one.receipts[len(one.made) - 1].why) == ("unreadable", why)
        assert one.receipts[len(one.made)].fate == "placed"


def test_a_broken_chain_and_a_forged_number_are_refused(one: Phone) -> None:
    one.begin(GRID, "visit", "record", visit(one))
    one.keep(write(replace(read(one.made[0].text), seq=2, prev="0" * 64, stamp=one.clock.tick(one.now_ms()))))
    one.begin(GRID, "visit", "record", visit(one))
    one.exchange()
    assert [one.receipts[seq].why for seq in (1, 2, 3)] == ["", "chain_broken", ""]
    held = dict(one.receipts)
    forged = one.made[0].text.replace("家中平安", "家中不安")
    reply = one.post(one.ask([forged, one.made[0].text]))
    one.apply(reply)
    told = [as_map(receipt) for receipt in (reply["receipts"] if isinstance(reply["receipts"], list) else [])]
    assert [(receipt["hash"], receipt["why"]) for receipt in told] == [
        (hash_of(forged), "same_identity_other_bytes"),
        (one.made[0].hash, ""),
    ]
    assert one.receipts == held


def test_of_two_edits_at_once_both_workers_see_the_loser_until_one_settles_it(one: Phone, two: Phone) -> None:
    matter = _registered(one, two)
    mine = _edit(one, matter, title="村东头三盏路灯坏了")
    theirs = _edit(two, matter, title="东头路灯全都不亮")
    _all_read(one, two, one)
    for phone in (one, two):
        title = phone.shapes(GRID)[matter].fields["title"]
        assert (title.now.stamp, title.now.author) == (theirs.stamp, two.person)
        assert [(said.value, said.stamp, said.author) for said in title.lost] == [
            ("村东头三盏路灯坏了", mine.stamp, one.person)
        ]
    _edit(one, matter, losers=True, name="settle", title="村东头三盏路灯坏了")
    _all_read(one, two)
    for phone in (one, two):
        title = phone.shapes(GRID)[matter].fields["title"]
        assert (title.now.value, title.lost) == ("村东头三盏路灯坏了", [])


def test_each_field_merges_by_its_own_rule(one: Phone, two: Phone, town: Phone) -> None:
    matter = _registered(one, two, town)
    another: dict[str, Json] = {"name": "钱芳", "phone": "15400900002"}
    _edit(town, matter, nature="complaint", danger=["violence"])
    _edit(two, matter, nature="report", danger=["life"], reporter=another)
    _edit(one, matter, reporter={"name": "孙丽", "phone": ""})
    _all_read(town, two, one, town, two)
    shape = one.shapes(GRID)[matter]
    assert shape == two.shapes(GRID)[matter] == town.shapes(GRID)[matter]
    assert (shape.value("nature"), [said.value for said in shape.fields["nature"].lost]) == ("complaint", ["report"])
    assert shape.items("danger") == ["violence", "life"]
    assert shape.value("reporter") == {"name": "孙丽", "phone": ""}
    assert [said.value for said in shape.fields["reporter"].beside] == [another]


def test_an_act_that_comes_too_late_becomes_a_note(one: Phone, two: Phone) -> None:
    matter = _registered(one, two)
    one.make(GRID, matter, "triage", triage("escalate_to_town"))
    late = two.make(GRID, matter, "triage", triage("solved_in_grid", overrules="T31", overrule_why="村里自己能办"))
    assert two.shapes(GRID)[matter].stage == "in_grid"
    _all_read(one, two, one)
    for phone in (one, two):
        shape = phone.shapes(GRID)[matter]
        assert (shape.stage, shape.value("track"), shape.fields["track"].lost) == ("work_order", "escalate_to_town", [])
        assert [(note.why, note.name, note.stage, note.author, note.fields) for note in shape.notes] == [
            ("stage_moved_on", "triage", "work_order", two.person, late.fields)
        ]
    assert two.receipts[late.seq].fate == "placed"


def test_the_town_accepts_before_it_answers(one: Phone, town: Phone) -> None:
    matter = _registered(one)
    one.make(GRID, matter, "triage", triage("escalate_to_town"))
    _all_read(one, town)
    town.make(GRID, matter, "answer", answer())
    _all_read(town)
    shape = town.shapes(GRID)[matter]
    assert (shape.stage, [note.why for note in shape.notes]) == ("work_order", ["guard_accepted"])
    town.make(GRID, matter, "accept", acceptance())
    town.make(GRID, matter, "answer", answer())
    _all_read(town)
    _edit(one, matter, title="太晚了的新标题")
    _all_read(one, town)
    for phone in (one, town):
        shape = phone.shapes(GRID)[matter]
        assert (shape.stage, shape.value("handler_name")) == ("pending_confirm", "王海燕")
        assert _shown(shape, *answer()) == answer()
        assert [act.row for act in shape.acts if act.role == "town"] == ["B2", "A13"]
        assert [(note.why, note.stage) for note in shape.notes] == [
            ("guard_accepted", "work_order"),
            ("not_editable", "pending_confirm"),
        ]
        assert shape.value("title") == "村东头路灯坏了"


def test_a_clock_that_runs_ahead_gains_nothing_and_leads_nobody(one: Phone, two: Phone) -> None:
    right = _recorded(one, 0)
    wrong = _recorded(one, 3_600_000)
    assert right.credited_ms == read(right.text).claimed_ms <= right.placed_ms
    assert wrong.credited_ms == wrong.placed_ms < read(wrong.text).claimed_ms
    two.exchange()
    assert two.clock.last < read(wrong.text).stamp


def _recorded(phone: Phone, ahead_ms: int) -> Change:
    """What became of a visit that was recorded while the phone's clock ran ahead."""
    phone.ahead_ms = ahead_ms
    phone.begin(GRID, "visit", "record", visit(phone))
    phone.ahead_ms = 0
    phone.exchange()
    return phone.logs[GRID][-1]


def test_an_open_page_is_poked_whichever_server_took_the_op(one: Phone, town: Phone) -> None:
    with town.listening() as pokes:
        one.begin(GRID, "visit", "record", visit(one))
        one.exchange()
        told = next(poke for poke in pokes if poke["grid"] == GRID)
    assert told["place"] == one.receipts[1].place
    town.exchange()
    assert one.receipts[1].place in _places(town)


def test_a_photo_follows_the_op_that_names_it_in_as_many_pieces_as_it_takes(one: Phone) -> None:
    photo = picture(len(one.device))
    digest = sha256(photo).hexdigest()
    assert Problem(one.upload(photo, "photo")).why == "photo_not_named"
    one.begin(GRID, "visit", "record", visit(one, photos=[{"hash": digest, "bytes": len(photo)}]))
    one.exchange()
    where = one.upload(photo, "photo").headers["Location"]
    half = len(photo) // 2 + 1
    assert one.send(where, photo, half).headers["Upload-Offset"] == str(half)
    assert one.get(f"/files/{digest}").status_code == 404
    assert one.send(where, photo, half).headers["Upload-Offset"] == str(len(photo))
    assert one.upload(photo, "photo").headers["Upload-Offset"] == str(len(photo))
    assert one.get(f"/files/{digest}").headers["Content-Type"] == "image/webp"


def test_the_book_is_fetched_once_for_each_version(one: Phone) -> None:
    book = one.get("/book")
    assert (book.headers["ETag"], book.json()["version"]) == (f'"{one.book}"', one.book)
    assert one.get("/book", {"If-None-Match": book.headers["ETag"]}).status_code == 304


def test_a_refresh_token_is_good_once_and_again_when_its_answer_was_lost(one: Phone) -> None:
    first = one.cookie
    one.renew_in_vain(first)
    one.renew()
    assert one.cookie != first
    one.renew()
    with pytest.raises(Problem, match="401 reuse"):
        one.renew_in_vain(first)
    with pytest.raises(Problem, match="401"):
        one.renew()
    one.begin(GRID, "visit", "record", visit(one))
    device = one.device
    one.enter()
    one.exchange()
    assert (one.device, one.receipts[1].fate) == (device, "placed")


def test_who_comes_back_continues_the_same_chain(one: Phone) -> None:
    one.begin(GRID, "visit", "record", visit(one))
    one.exchange()
    one.leave()
    with pytest.raises(Problem, match="401 enter_again"):
        one.renew()
    one.enter()
    assert (one.next_seq, one.head_hash) == (2, one.made[-1].hash)
    one.begin(GRID, "visit", "record", visit(one))
    one.exchange()
    assert one.receipts[2].fate == "placed"


def test_a_batch_that_is_too_large_is_halved(one: Phone) -> None:
    long = "很" * 8_000
    for _ in range(60):
        one.begin(GRID, "issue", "register", issue(one, words=long))
    one.exchange()
    assert {receipt.fate for receipt in one.receipts.values()} == {"placed"}
    assert len(one.receipts) == 60


def test_at_the_end_of_the_day_every_phone_adds_one_log_up_alike(one: Phone, two: Phone, town: Phone) -> None:
    assert _places(one) == _places(two) == _places(town) == list(range(1, len(one.logs[GRID]) + 1))
    assert one.logs[GRID] == two.logs[GRID] == town.logs[GRID]
    assert one.shapes(GRID) == two.shapes(GRID) == town.shapes(GRID)
    assert as_text(town.scope[GRID]["role"]) == "town"
