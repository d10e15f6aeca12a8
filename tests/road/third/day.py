"""What people of one grid write on one day: the fields of their forms."""

import struct
import zlib
from typing import Final

from tests.road.third.client import Phone
from tests.road.third.law import Json

GRID: Final = "329924101202001"
MINUTE_MS: Final = 60_000


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def picture(grey: int) -> bytes:
    """A PNG of one pixel."""
    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixel = zlib.compress(bytes((0, grey)))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", pixel) + _chunk(b"IEND", b"")


def one_of(phone: Phone, kind: str) -> str:
    """The first subject of a kind in the grid's log."""
    return next(subject for subject in phone.shapes(GRID) if subject.startswith(f"{kind}/"))


def visit(phone: Phone, **more: Json) -> dict[str, Json]:
    """A round visit that found nothing."""
    now = phone.now_ms()
    given: dict[str, Json] = {
        "visit_type": "daily",
        "household": one_of(phone, "household"),
        "started_ms": now - 20 * MINUTE_MS,
        "ended_ms": now,
        "met": "head",
        "base_changed": False,
        "findings": [{"kind": "none"}],
        "content": "家中平安，无新情况",
    }
    return given | more


def opening(phone: Phone, letters: int) -> dict[str, Json]:
    """The mailbox, opened."""
    return {
        "mailbox": one_of(phone, "mailbox"),
        "opened_ms": phone.now_ms(),
        "opened_by": phone.name,
        "letters": letters,
        "box_ok": True,
    }


def letter(phone: Phone, opened: str) -> dict[str, Json]:
    """A letter from the box."""
    return {
        "opening": opened,
        "received_ms": phone.now_ms(),
        "form": "signed",
        "writer": {"name": "赵伟", "phone": "15400900001"},
        "pages": 1,
        "summary": "村东头路灯坏了三盏",
        "confidential": False,
    }


def issue(phone: Phone, **more: Json) -> dict[str, Json]:
    """A matter as it is registered."""
    given: dict[str, Json] = {
        "title": "村东头路灯坏了",
        "words": "村东头三盏路灯坏了半个月，晚上看不见路。",
        "channel": "mailbox",
        "nature": "help",
        "category": "0501",
        "anonymous": False,
        "confidential": False,
        "households": 6,
        "danger": [],
        "responder": {"person": phone.person, "name": phone.name},
        "reporter": {"name": "赵伟", "phone": "15400900001"},
    }
    return given | more


def triage(track: str, **more: Json) -> dict[str, Json]:
    """A decision where the matter goes, by hand."""
    given: dict[str, Json] = {
        "track": track,
        "rule": "PERSON",
        "reason_zh": "需要资金",
        "reason_en": "Needs money",
        "book": "2026-11-25.1",
        "urgency": "normal",
    }
    return given | more


def as_proposed(proposal: dict[str, Json]) -> dict[str, Json]:
    """The decision that confirms a proposal: the same words under the same names."""
    return {name: proposal[name] for name in ("track", "rule", "reason_zh", "reason_en", "book", "urgency")}


def acceptance() -> dict[str, Json]:
    """The town takes the work order."""
    return {"handler_unit": "镇供电所", "handler_name": "王海燕", "handler_phone": "0514-8888123"}


def answer() -> dict[str, Json]:
    """The town answers."""
    return {"conclusion": "supported", "answer": "三盏路灯已经换新，今晚亮灯。"}
