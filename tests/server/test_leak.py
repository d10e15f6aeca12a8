"""Nothing that somebody may not see leaves the server: every protected field bears a word of its own; every byte is looked through."""

import io
import logging
import zipfile
from pathlib import Path

import pytest

from sync.op import Json
from tests.server.house import EAST, MINUTE, House, Phone, house, lamp

ACCOUNTS = ("wang", "li", "zhao", "town", "county", "both")
WEEK = "rhythm=weekly&first=2026-03-02&last=2026-03-08&area=329924101"
WHOLE = {
    "accusation": {"wang", "county"},
    "minor": {"wang", "county", "town"},
    "letter": {"wang", "county"},
    "person": {"wang", "county"},
    "parked": {"county"},
}
"""Which accounts may read the words of each matter. `wang` registered them all; the parked one he wrote after he had been moved."""


def marker(matter: str, field: str) -> str:
    return f"标{matter}之{field}记"


def sealed(matter: str, **more: Json) -> dict[str, Json]:
    """An issue whose every text field bears its own marker."""
    reporter: dict[str, Json] = {
        "name": marker(matter, "name"),
        "phone": "15466667777",
        "address": marker(matter, "address"),
    }
    texts: dict[str, Json] = {one: marker(matter, one) for one in ("title", "words", "place", "demand")}
    parties: list[Json] = [{"name": marker(matter, "party")}]
    return lamp(**texts, reporter=reporter, parties=parties, **more)


async def county(home: House) -> tuple[Phone, list[str]]:
    """Everything protected there is, by one worker; the ids of the issues."""
    wang = await home.enter("wang")
    letter = wang.op(
        "take_out",
        {
            "received_ms": home.time.ms,
            "form": "signed",
            "writer": {"name": marker("letter", "writer"), "phone": ""},
            "pages": 1,
            "summary": marker("letter", "summary"),
            "verbatim": marker("letter", "verbatim"),
            "confidential": False,
        },
        kind="letter",
    )
    issues = [
        wang.op("register", sealed("accusation", category="1202", linked=[letter])),
        wang.op("register", sealed("minor", danger=["minor"])),
    ]
    wang.op("to_issue", {"issue": issues[0]}, subject=letter)
    hidden: dict[str, Json] = {
        "name": marker("person", "name"),
        "phone": "15488889999",
        "address": marker("person", "address"),
    }
    issues.append(wang.op("register", lamp(confidential=True, reporter=hidden)))
    assert {receipt.fate for receipt in (await wang.sync()).receipts} == {"placed"}
    return wang, issues


async def sent_to(home: House, account: str, issues: list[str]) -> str:
    """Every byte that this account can get, by every route it can call, good answers and bad."""
    phone = await home.enter(account)
    told: list[str] = []
    phone.op("edit", {"demand": "换一句看看说什么"}, subject=issues[0])
    phone.op("edit", {"demand": "换一句看看说什么"}, subject=issues[1], grid=EAST)
    told.append((await phone.post()).text)
    told.append((await phone.post([], places={EAST: 0})).text)
    first = await home.http.get(f"/snapshots/{EAST}", headers=phone.headers)
    parts = first.json().get("parts", 1)
    place = first.json().get("place", 0)
    paths = [f"/snapshots/{EAST}/{place}/{number}" for number in range(1, parts)]
    paths += [f"/desk/issues/{issue.removeprefix('issue/')}" for issue in issues]
    paths += [f"/shapes/{issue}" for issue in issues]
    paths += [
        "/desk/queue.json",
        "/desk/parked.json",
        "/desk/people.json",
        "/desk/rates.json",
        "/desk/bulletins.json",
        "/book",
        "/health",
    ]
    paths += [f"/desk/queue.json?stage={stage}" for stage in ("registered", "work_order")]
    paths += [
        "/desk/talks.json",
        "/desk/orders.json",
        "/desk/calls.json",
        "/keys",
        "/r/nothing",
        "/files/nothing",
        "/desk/issues/nothing.1",
    ]
    paths += [f"/desk/rates/cases.json?{WEEK}&id={one}" for one in ("closure_rate", "repeat_rate")]
    told += [first.text, *[(await home.http.get(path, headers=phone.headers)).text for path in paths]]
    sheet = await home.http.get(f"/desk/rates.xlsx?{WEEK}", headers=phone.headers)
    if sheet.status_code == 200:
        with zipfile.ZipFile(io.BytesIO(sheet.content)) as book:
            told += [book.read(name).decode() for name in book.namelist()]
    return "\n".join(told)


def leaks(account: str, told: str) -> list[str]:
    """The markers in these bytes that this account may not see."""
    bare = told.encode().decode("unicode_escape", errors="ignore") if "\\u" in told else told
    words = [(matter, marker(matter, field)) for matter in WHOLE for field in FIELDS]
    words += [("accusation", "15466667777"), ("person", "15488889999"), ("person", "8889999")]
    found = [word for matter, word in words if account not in WHOLE[matter] and (word in told or word in bare)]
    # The number of two matters is one: who may see either may see it.
    return [word for word in found if word != "15466667777" or account not in WHOLE["minor"]]


FIELDS = ("title", "words", "place", "demand", "name", "address", "party", "writer", "summary", "verbatim")


@pytest.mark.parametrize("account", ACCOUNTS)
async def test_no_account_is_sent_what_it_may_not_see(
    tmp_path: Path, account: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with house(tmp_path) as home:
            _, issues = await county(home)
            home.time.pass_(MINUTE)
            told = await sent_to(home, account, issues)
    assert leaks(account, told) == []
    assert leaks("nobody", caplog.text) == []


async def test_who_may_see_them_is_sent_the_markers(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        _, issues = await county(home)
        told = await sent_to(home, "county", issues)
    assert [word for word in leaks("nobody", told) if word in told]
    assert marker("accusation", "words") in told
    assert marker("minor", "party") in told
    assert marker("person", "name") in told


async def test_nobody_outside_is_told_anything(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        _, issues = await county(home)
        paths = [
            "/desk/queue.json",
            f"/shapes/{issues[0]}",
            f"/desk/issues/{issues[0].removeprefix('issue/')}",
            "/desk/parked.json",
        ]
        answers = [await home.http.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {401}
    assert leaks("nobody", "".join(answer.text for answer in answers)) == []
