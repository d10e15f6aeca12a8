"""Stamps, ops and the chain of one device, written from PROTOCOL.md sections 1 to 4."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Final

from tests.road.third.law import Json, as_int, as_map, as_text, texts

AHEAD_MS: Final = 300_000
OP_BYTES: Final = 65_536
DEEPEST: Final = 32
BIGGEST: Final = 2**53
FIELD_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
STAMP: Final = re.compile(r"([0-9]{15})-([0-9a-f]{4})-([a-z0-9]+)")


class Unreadable(ValueError):  # noqa: N818 - the protocol's own word
    """A text that is no op; the message is the word the text gives for it."""


class Clock:
    """Makes stamps that only rise."""

    def __init__(self, device: str) -> None:
        self._device = device
        self.last = ""

    def tick(self, now_ms: int) -> str:
        """The stamp of the next op."""
        ms, count = max(now_ms, 0), 0
        if self.last and ms <= int(self.last[:15]):
            ms, count = int(self.last[:15]), int(self.last[16:20], 16) + 1
            if count > 0xFFFF:
                ms, count = ms + 1, 0
        self.last = f"{ms:015d}-{count:04x}-{self._device}"
        return self.last

    def witness(self, stamp: str, now_ms: int) -> None:
        """Takes notice of another's stamp, unless it comes from too far in the future."""
        if int(stamp[:15]) - now_ms <= AHEAD_MS:
            self.last = max(self.last, stamp)


@dataclass(frozen=True)
class Op:
    """One change, read from its text."""

    device: str
    seq: int
    prev: str
    stamp: str
    actor: str
    grid: str
    subject: str
    name: str
    fields: dict[str, Json]
    seen: dict[str, tuple[str, ...]]
    v: int

    @property
    def kind(self) -> str:
        """The kind of its subject."""
        return self.subject.split("/")[0]

    @property
    def claimed_ms(self) -> int:
        """When its author says it was made."""
        return int(self.stamp[:15])


def hash_of(text: str) -> str:
    """SHA-256 over exactly the bytes that were written."""
    return hashlib.sha256(text.encode()).hexdigest()


def with_prev(short: str, earlier: str) -> str:
    """A text whose `prev` was left out on its way, as its author wrote it behind this earlier one."""
    return short.replace('"prev":"', f'"prev":"{hash_of(earlier)}', 1)


def write(op: Op) -> str:
    """The op's one and only text."""
    parts: dict[str, Json] = {
        "device": op.device,
        "seq": op.seq,
        "prev": op.prev,
        "stamp": op.stamp,
        "actor": op.actor,
        "grid": op.grid,
        "subject": op.subject,
        "name": op.name,
        "fields": op.fields,
        "seen": {name: list(stamps) for name, stamps in op.seen.items()},
        "v": op.v,
    }
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def _no_such_number(text: str) -> Json:
    raise Unreadable("not_an_op", text)


def _sound(value: Json, depth: int) -> bool:
    """Unicode to the last name, and not too deep."""
    if isinstance(value, dict):
        return depth <= DEEPEST and all(_sound(name, 0) and _sound(item, depth + 1) for name, item in value.items())
    if isinstance(value, list):
        return depth <= DEEPEST and all(_sound(item, depth + 1) for item in value)
    return not isinstance(value, str) or not any("\ud800" <= char <= "\udfff" for char in value)


def _small(value: Json) -> bool:
    """No number in it that some language could not hold."""
    if isinstance(value, dict):
        return all(map(_small, value.values()))
    if isinstance(value, list):
        return all(map(_small, value))
    return not isinstance(value, int) or abs(value) < BIGGEST


def read(text: str) -> Op:
    """The op in a text, or why there is none."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError as broken:
        raise Unreadable("not_unicode") from broken
    if size > OP_BYTES:
        raise Unreadable("op_too_large")
    try:
        parts = as_map(json.loads(text, parse_float=_no_such_number, parse_constant=_no_such_number))
        seen = {name: texts(stamps) for name, stamps in as_map(parts.get("seen", {})).items()}
        said = [as_text(parts[name]) for name in ("prev", "stamp", "actor", "grid", "subject")]
        prev, stamp, actor, grid, subject = said
        device, name, fields = as_text(parts["device"]), as_text(parts["name"]), as_map(parts["fields"])
        op = Op(
            device,
            as_int(parts["seq"]),
            prev,
            stamp,
            actor,
            grid,
            subject,
            name,
            fields,
            seen,
            as_int(parts.get("v", 1)),
        )
    except (ValueError, TypeError, KeyError, RecursionError) as broken:
        raise Unreadable("not_an_op") from broken
    named = op.device and op.name and all(map(FIELD_NAME.fullmatch, op.fields))
    numbered = 1 <= op.seq < BIGGEST and 1 <= op.v < BIGGEST and re.fullmatch("[0-9]{15}", op.grid)
    if not (named and numbered and _sound(parts, 1) and _small(op.fields)):
        raise Unreadable("not_an_op")
    return op
