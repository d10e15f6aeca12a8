"""Citizens' messages go down the whole road through simulated phones over real HTTP, and none is lost on the way."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from server.replay.messages import read_messages

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data"
OURS = [
    {"id": "m1", "title": "路灯坏了三盏", "text": "村里三组的路灯坏了三盏，晚上走路看不见。"},
    {"id": "m2", "text": "隔壁盖厨房把排水管对着我家墙根，找过两次都没说通。", "track": "grid"},
    {"id": "m3", "text": "工地干了五个月，还有三万二千元工资没给，包工头电话不接了。", "track": "escalate"},
    {"id": "m4", "text": "一" * 9000},
]


def replay(*arguments: str) -> str:
    command = [sys.executable, "-m", "server.cli", "replay", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_messages_are_registered_triaged_and_none_stays_on_a_phone(tmp_path: Path) -> None:
    file = tmp_path / "messages.jsonl"
    file.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in OURS), encoding="utf-8")

    said = replay(str(file), "--phones", "2")

    assert "messages registered      4 (letters 1, told 3)" in said
    assert "still on a phone         0" in said
    assert "refused                  0" in said
    assert "m3    escalate_to_town    escalate_to_town    T17" in said
    assert "agreement" in said


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text('{"id": "a", "text": "好"}\n{"id": 7}\n', encoding="utf-8")

    with pytest.raises(ValueError, match=r"broken\.jsonl, line 2"):
        read_messages(file)


def test_told_cases_agree_with_what_really_happened_in_most() -> None:
    if not SHARED.exists():
        pytest.skip("the real messages are not beside the project: ../shared/data is absent")
    said = replay(str(SHARED / "seed_cases.jsonl"), "--facts", str(HERE / "seed_facts.json"))

    agreed, total = (int(word) for word in said.strip().splitlines()[-1].split() if word.isdigit())

    assert total == 20
    assert agreed >= 14, said
