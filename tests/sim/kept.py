"""Histories that once broke a promise, each cut down to what it needed. Kept as whole plans: how plans are made may change."""

from pathlib import Path

import msgspec

from tests.sim.plan import Plan

FOLDER = Path(__file__).with_name("kept")


class Kept(msgspec.Struct, frozen=True):
    """A history and what it broke then."""

    saw: str
    why: str
    """What was wrong, in a sentence."""
    script: list[str]
    """What happens in it, for whoever reads the file."""
    plan: Plan


def kept() -> dict[str, Kept]:
    """All of them by name."""
    return {path.stem: msgspec.json.decode(path.read_bytes(), type=Kept) for path in sorted(FOLDER.glob("*.json"))}


def keep(name: str, one: Kept) -> None:
    """Writes one down."""
    text = msgspec.json.format(msgspec.json.encode(one), indent=2) + b"\n"
    FOLDER.joinpath(f"{name}.json").write_bytes(text)
