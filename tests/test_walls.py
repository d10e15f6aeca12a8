"""Which folder may import which, and what the core may not even ask. The phone's half of this is pwa/walls.js."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]

CORE = {
    "clock",
    "op",
    "law",
    "check",
    "admit",
    "merge",
    "shape",
    "short",
    "guards",
    "fold",
    "sight",
    "wire",
    "receipt",
    "snapshot",
    "subjects",
    "tables",
}
"""The parts of `sync` that read the law. They never read the book, which `sync.rules` does."""

WORLD = {
    "asyncio", "ctypes", "getpass", "glob", "http", "io", "locale", "logging", "multiprocessing", "os", "pathlib", "platform", "random",
    "secrets", "select", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time",
    "urllib", "uuid", "zoneinfo",
}  # fmt: skip
"""What a core that is told everything has no use for. `datetime` is for the dates of working days."""

ASKS = {"now", "utcnow", "today", "getenv", "urandom", "uuid4", "open", "write_text", "write_bytes"}
"""Calls that look at the world instead of being told. What is read with `files` is a table of the law."""

DATABASES = {"sqlite3", "asyncpg", "sqlalchemy", "alembic"}

EVERY_STATION_MAY = {
    "store",
    "who",
    "sight",
    "now",
    "settings",
    "problems",
    "book",
    "body",
    "packing",
    "parts",
    "throttle",
    "seal",
}

ROAD = {
    "who": {"enter"},
    "exchange": {"absent", "carry", "clerk", "joining", "moving", "ordering", "photos", "units"},
    "joining": {"clerk"},
    "ahead": {"clusters"},
    "likes": {"clusters", "joining"},
    "carry": {"clerk"},
    "ordering": {"clerk"},
    "rounds": {"bulletin", "carry", "exchange", "moving"},
    "order": {"rounds", "units"},
    "clerk": {"town"},
    "town": {"exchange"},
    "parked": {"absent"},
    "resident": {"absent", "exchange", "pages"},
    "pages": {"resident"},
    "bulletin": {"exchange", "rates"},
    "keep": {"clerk", "exchange"},
    "front": {"keep", "pages"},
    "explain": {"clerk"},
    "staff": {"enter"},
    "demo": {"enter"},
    "demo_life": {"bulletin", "demo", "exchange", "pages", "replay", "resident", "rounds"},
    "demo_load": {"demo", "demo_life", "enter", "exchange"},
    "replay": {"demo", "demo_load"},
}
"""Beyond what every station may import: the next stations on the road of one record."""

KNOW_ALL = {"app", "cli"}

READS_FILES = {"store", "book", "demo", "replay", "cli", "settings", "pages", "app", "recount"}
"""Stations that may open files: the store its data, the others what is shipped with them or named on the command line."""


class Import(NamedTuple):
    """One module that another one names, and the line where it does."""

    module: str
    line: int


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield module_of(path), ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(tree: ast.Module) -> Iterator[Import]:
    """Everything imported, in functions too; `from a import b` counts as `a.b`, which may be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (Import(f"{node.module}.{name.name}", node.lineno) for name in node.names)


def calls(tree: ast.Module) -> Iterator[Import]:
    """The last word of everything called: `datetime.now()` counts as `now`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield Import(node.func.id, node.lineno)
            elif isinstance(node.func, ast.Attribute):
                yield Import(node.func.attr, node.lineno)


def station_of(module: str) -> str:
    """A station is a file or folder of `server`; the package itself is none."""
    return module.removeprefix("server").removeprefix(".").split(".")[0]


def breach_in_core(module: str, named: str) -> bool:
    """Whether a module of `sync` may not import what it names."""
    top, *rest = named.split(".")
    if top == "sync":
        part = module.split(".")[1:2]
        return bool(part) and part[0] in CORE and rest[:1] == ["rules"]
    return top != "msgspec" and (top in WORLD or top not in sys.stdlib_module_names)


def breach_in_server(module: str, named: str) -> bool:
    """Whether a station may not import what it names."""
    station = station_of(module)
    top, *rest = named.split(".")
    if top == "tests":
        return True
    if station == "store":
        return top == "server" and rest[:1] not in ([], ["store"], ["__version__"])
    if top in DATABASES:
        return True
    if top != "server" or station in KNOW_ALL or rest[:1] in ([], ["__version__"]):
        return False
    return rest[0] not in EVERY_STATION_MAY | ROAD.get(station, set()) | {station}


def test_the_core_imports_the_standard_library_and_msgspec_and_nothing_of_the_world() -> None:
    found = [
        f"{module}:{line} imports {named}"
        for module, tree in modules("sync")
        for named, line in imports(tree)
        if breach_in_core(module, named)
    ]
    assert found == []


def test_the_core_is_told_what_it_needs_and_asks_nobody() -> None:
    found = [
        f"{module}:{line} calls {named}"
        for module, tree in modules("sync")
        for named, line in calls(tree)
        if named in ASKS
    ]
    assert found == []


def test_the_core_reads_no_file_but_the_tables_of_the_law() -> None:
    places = {
        ast.unparse(node.args[0])
        for _, tree in modules("sync")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "files"
    }
    readers = {module for module, tree in modules("sync") for named, _ in calls(tree) if named.startswith("read_")}
    lawful = {
        module for module, tree in modules("sync") for named, _ in imports(tree) if named == "importlib.resources.files"
    }
    assert places <= {"'sync.tables'"}
    assert readers <= lawful


def test_stations_import_each_other_only_along_the_road() -> None:
    found = [
        f"{module}:{line} imports {named}"
        for module, tree in modules("server")
        for named, line in imports(tree)
        if breach_in_server(module, named)
    ]
    assert found == []


def test_only_the_store_opens_data() -> None:
    found = [
        f"{module}:{line} calls {named}"
        for module, tree in modules("server")
        for named, line in calls(tree)
        if named in {"open", "write_text", "write_bytes"} and station_of(module) not in READS_FILES
    ]
    assert found == []


def test_only_now_reads_the_clock() -> None:
    named_time = [
        f"{module}:{line} imports {named}"
        for module, tree in modules("server")
        for named, line in imports(tree)
        if named.split(".")[0] == "time" and module != "server.now"
    ]
    asked = [
        f"{module}:{line} calls {named}"
        for module, tree in modules("server")
        for named, line in calls(tree)
        if named in {"utcnow", "today"} and module != "server.now"
    ]
    assert named_time + asked == []


def test_these_walls_stop_what_they_name() -> None:
    assert breach_in_core("sync.fold", "sync.rules.triage")
    assert breach_in_core("sync.subjects.issue", "sync.rules.book")
    assert breach_in_core("sync.op", "time.time")
    assert breach_in_core("sync.op", "sqlalchemy.text")
    assert breach_in_core("sync.rules.due", "server.now")
    assert not breach_in_core("sync.rules.due", "sync.rules.workdays")
    assert not breach_in_core("sync.fold", "sync.subjects.issue")
    assert breach_in_server("server.store.log", "server.clerk")
    assert breach_in_server("server.clerk", "server.exchange")
    assert breach_in_server("server.exchange", "sqlalchemy.text")
    assert breach_in_server("server.town", "tests.walls")
    assert not breach_in_server("server.exchange", "server.clerk.triage")
    assert not breach_in_server("server.app", "server.town")
