"""What holds for every file of the repository: length, locks, versions, nothing of anybody's machine. Imports are in test_walls.py."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from server import __version__

ROOT = Path(__file__).parents[1]

CODE = {".py", ".ts", ".vue", ".js", ".css", ".sh"}

SILENCED = [
    a + b
    for a, b in (
        ("type: ", "ignore"),
        ("pyright: ", "ignore"),
        ("@ts-", "ignore"),
        ("@ts-", "expect-error"),
        ("@ts-", "nocheck"),
    )
]

LOCKS = ("requirements.lock", "requirements-dev.lock")

# Written in two halves, for this file too is searched.
HOSTS = [a + b for a, b in (
    ("pypi", ".org"), ("python", "hosted"), ("registry.", "npmjs"), ("npm", "mirror"), ("yarn", "pkg"), ("deb.", "debian"),
    ("crates", ".io"), ("proxy.", "golang"),
)]  # fmt: skip
MACHINE = re.compile("/" + r"work/(?:main|shared|\.)|/" + r"root/|/" + r"home/[a-z]|/" + "tmp/")


def tracked() -> list[Path]:
    """Every file that is in the repository or would be at the next commit."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return [path for path in paths if path.is_file()]


def text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def test_no_file_of_code_is_longer_than_400_lines() -> None:
    code = [path for path in tracked() if path.suffix in CODE]
    lengths = {str(path.relative_to(ROOT)): len((text(path) or "").splitlines()) for path in code}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def test_every_python_file_begins_by_saying_what_lives_in_it() -> None:
    silent = [path for path in tracked() if path.suffix == ".py" and not (text(path) or "").startswith('"""')]
    assert silent == []


def test_every_script_of_the_apps_begins_by_saying_what_lives_in_it() -> None:
    scripts = [path for path in tracked() if path.suffix in {".ts", ".js"} and path.is_relative_to(ROOT)]
    assert [path for path in scripts if not (text(path) or "").startswith(("// ", "/**"))] == []


def test_no_type_error_is_silenced() -> None:
    code = [path for path in tracked() if path.suffix in CODE]
    assert [(path, word) for path in code for word in SILENCED if word in (text(path) or "")] == []


def test_no_file_names_a_registry_or_somebody_s_machine() -> None:
    found: list[str] = []
    for path in tracked():
        words = text(path) or ""
        name = str(path.relative_to(ROOT))
        found += [f"{name} names {host}" for host in HOSTS if host in words]
        found += [f"{name} names {hit.group()}" for hit in MACHINE.finditer(words)]
    assert found == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_one_version_and_its_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8").strip())
    assert [entry.split()[0] for entry in entries if not re.match(r"[\w.-]+(\[[\w,]+\])?==\S+", entry)] == []
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_what_is_tested_is_what_runs() -> None:
    runtime, dev = ({line for line in (ROOT / lock).read_text("utf-8").splitlines() if "==" in line} for lock in LOCKS)
    assert runtime <= dev


def test_the_apps_lock_has_hashes_and_no_addresses() -> None:
    packages = json.loads((ROOT / "pwa" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []


def test_the_changelog_the_server_and_the_apps_name_one_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    latest = re.search(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert latest is not None
    apps = json.loads((ROOT / "pwa" / "package.json").read_text(encoding="utf-8"))
    assert {latest.group(1), apps["version"]} == {__version__}
