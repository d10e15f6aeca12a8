"""The command line: what is not the server itself."""

from pathlib import Path

import pytest

from server.cli import main
from server.settings import settings_from
from tests.server.house import EAST, WEST, house, lamp
from tests.server.test_receipts import slip_of


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the commands take as the store's."""
    monkeypatch.setenv("SULAIBAN_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def test_migrate_makes_a_store_and_rebuild_makes_its_caches(
    data: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate"]) == 0
    assert (data / "sulaiban.sqlite3").is_file() == (address == "")
    assert main(["rebuild"]) == 0
    assert capsys.readouterr().out == "0 subjects\n"


@pytest.mark.only("sqlite")
def test_explaining_without_a_store_says_where_there_is_none(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "SL2026030200001"]) == 1
    assert str(data) in capsys.readouterr().err


def test_explaining_an_issue_that_is_not_there_says_so(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate"]) == 0
    assert main(["explain", "SL2026030200001"]) == 0
    assert "没有找到 SL2026030200001" in capsys.readouterr().out, data


def test_an_address_of_another_kind_of_database_is_refused_without_being_told(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SULAIBAN_DATABASE_URL", "mysql://county:a-secret@db/county")
    assert main(["migrate"]) == 1
    said = capsys.readouterr().err
    assert "SULAIBAN_DATABASE_URL" in said
    assert "a-secret" not in said, data


@pytest.mark.only("postgresql")
def test_a_database_that_does_not_answer_is_named_as_the_reason(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SULAIBAN_DATABASE_URL", f"postgresql://county@/county?host={data}")
    assert main(["migrate"]) == 1
    assert "PostgreSQL cannot be opened" in capsys.readouterr().err


def test_cookies_are_secure_exactly_when_people_come_over_https() -> None:
    assert settings_from({"SULAIBAN_URL": "https://slb.example/"}).is_secure
    assert settings_from({"SULAIBAN_URL": "https://slb.example/"}).url == "https://slb.example"
    assert not settings_from({"PORT": "8123"}).is_secure
    assert settings_from({"PORT": "8123"}).url == "http://127.0.0.1:8123"


async def test_a_receipt_is_checked_against_the_store_and_says_where_the_op_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with house(tmp_path / "data") as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        phone.op("register", lamp(households=0))
        reply = await phone.sync()
    monkeypatch.setenv("SULAIBAN_DATA", str(tmp_path / "data"))
    said: list[str] = []
    for at, code in ((0, 0), (1, 0)):
        file = tmp_path / "slip"
        file.write_text(slip_of(phone.device, reply, at))
        assert main(["receipt", str(file)]) == code
        said.append(capsys.readouterr().out)
    assert "这是本服务器开出的回执" in said[0]
    assert f"网格 {EAST} 第 1 条" in said[0]
    assert "现在的库里有这一条" in said[0]
    assert "未予采纳：too_small" in said[1]
    file.write_text(slip_of(phone.device, reply, 0).replace(EAST, WEST))
    assert main(["receipt", str(file)]) == 1
    assert "签名对不上" in capsys.readouterr().out
    file.write_text("<html>")
    assert main(["receipt", str(file)]) == 1
    assert "这不是回执" in capsys.readouterr().out


async def test_a_new_key_signs_from_the_next_start_on_and_the_former_one_still_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with house(tmp_path / "data") as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        before = await phone.sync()
    monkeypatch.setenv("SULAIBAN_DATA", str(tmp_path / "data"))
    assert main(["newkey"]) == 0
    new = capsys.readouterr().out.strip()
    assert new != before.key
    async with house(tmp_path / "data") as home:
        assert [key.id for key in home.parts.seal.keys] == [new, before.key]
    file = tmp_path / "slip"
    file.write_text(slip_of(phone.device, before, 0))
    assert main(["receipt", str(file)]) == 0
