"""The command line: what is not the server itself."""

from pathlib import Path

import pytest

from server.cli import main
from server.settings import settings_from


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
