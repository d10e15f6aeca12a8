"""Writes the vectors, by `python -m tests.vectors.write`: what the Python core says to every question of the files beside it."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from sync.op import Json
from tests.vectors import cases, histories, snapshots, texts, write_rules
from tests.vectors.calls import answer

HERE = Path(__file__).parent
HISTORIES = 500
PER_FILE = 100


def asked(groups: dict[str, Callable[[], Iterator[cases.Case]]]) -> str:
    """Per group a list of `[call, arguments, answer]`, one to a line."""
    return _file({name: [[call, args, answer(call, args)] for call, args in make()] for name, make in groups.items()})


def logs(part: int) -> str:
    """One file of random histories: after every step the digest of the shape, at the end that of what people see."""
    seeds = range(part * PER_FILE, (part + 1) * PER_FILE)
    made = [histories.as_json(histories.mixed(seed)) for seed in seeds]
    steps: list[Json] = [["history", [changes], answer("history", [changes])] for changes in made]
    ends: list[Json] = [["final", [n], answer("final", [changes])] for n, changes in enumerate(made)]
    return _file({"steps": steps, "ends": ends})


def _file(groups: dict[str, list[Json]]) -> str:
    blocks = [f'"{name}":[\n' + ",\n".join(written(one) for one in lines) + "\n]" for name, lines in groups.items()]
    return "{" + ",\n".join(blocks) + "}\n"


def written(value: Json) -> str:
    """A case on one line; names stay in the order in which the core read them. Half a character is escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    halves = re.search("[\ud800-\udfff]", text)
    return json.dumps(value, separators=(",", ":")) if halves else text


def files() -> dict[str, str]:
    """Every file of vectors by its name, as it should be now."""
    parts = {f"histories_{n + 1}.json": logs(n) for n in range(HISTORIES // PER_FILE)}
    law = {f"{name}.json": groups for name, groups in cases.LAW.items()}
    once = {**law, "core.json": {**cases.CORE, **texts.ALL}, "snapshots.json": snapshots.ALL}
    return {**{name: asked(groups) for name, groups in once.items()}, **parts}


def main() -> None:
    for name, text in files().items():
        (HERE / name).write_text(text, encoding="utf-8")
    write_rules.FILE.write_text(write_rules.text(), encoding="utf-8")


if __name__ == "__main__":
    main()
