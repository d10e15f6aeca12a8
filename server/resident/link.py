"""What a resident's link opens, and the proof that its second step was taken. It decides nothing about the matter."""

import hashlib
import hmac
import re
import unicodedata

import msgspec

from server.store import links, lists, log
from server.store.disk import Conn
from server.store.links import Tries
from server.store.lists import Record
from sync.fold import Shape, entered_stage
from sync.subjects.issue import is_open, phones, text
from sync.subjects.same import leader_of

TOKEN_LENGTH = 22
"""128 bits in base64url."""
OPEN_AFTER_END_MS = 30 * 24 * 3600 * 1000
"""How long a link still opens a matter that has ended (reliability 7.6)."""
PASS_MS = 24 * 3600 * 1000
"""How long a browser that took the second step is not asked again."""
DIGITS = 4

_NUMBER = re.compile(r"SL[0-9]{13}", re.ASCII)
_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


class Found(msgspec.Struct, frozen=True):
    """What a link opens, and what stands against it."""

    hash: str
    record: Record
    lead: Shape | None
    """The matter at the head of those it has joined, while it waits with them."""
    before: Shape | None
    """The same person's matter of the same kind that was closed before."""
    village: str
    tries: Tries
    beside: list[Shape]
    """Its consultations and promises, oldest first."""


def read_number(typed: str) -> str:
    """An issue's number in what was typed; "" for what is none."""
    plain = "".join(unicodedata.normalize("NFKC", typed).upper().split())
    return plain if _NUMBER.fullmatch(plain) else ""


def number_hash(number: str) -> str:
    """Under which a number's tries are counted and its pass is sealed."""
    return hashlib.sha256(f"number {number}".encode()).hexdigest()


def hash_of(token: str) -> str:
    """The hash under which a link is known; "" for a text that is no link at all."""
    if len(token) != TOKEN_LENGTH or not _ALPHABET.issuperset(token):
        return ""
    return hashlib.sha256(token.encode()).hexdigest()


def find(conn: Conn, link_hash: str, now_ms: int) -> Found | None:
    """The issue behind a link; None for one that is unknown, was replaced, or has expired."""
    return _found(conn, lists.issue_by_link(conn, link_hash) if link_hash else None, link_hash, now_ms)


def find_number(conn: Conn, number: str, now_ms: int) -> Found | None:
    """The same by its number, which anybody may guess: it opens nothing without the digits."""
    subject = lists.by_number(conn, number)
    return _found(conn, lists.records(conn, [subject]).get(subject), number_hash(number), now_ms)


def _found(conn: Conn, record: Record | None, link_hash: str, now_ms: int) -> Found | None:
    if record is None or _has_expired(record.shape, now_ms):
        return None
    grid = next(iter(log.grids_under(conn, [record.grid])), None)
    return Found(
        hash=link_hash,
        record=record,
        lead=_lead(conn, record.shape),
        before=_shape(conn, text(record.shape, "earlier")),
        village=grid.village if grid else "",
        tries=links.tries_at(conn, link_hash, now_ms),
        beside=_beside(conn, record),
    )


def _beside(conn: Conn, record: Record) -> list[Shape]:
    # What was agreed before it moved here names it as it was then.
    before = [str(act.fields["from_issue"]) for act in record.shape.acts if act.name == "arrive"]
    naming = {one for subject in (record.subject, *before) for one in lists.naming(conn, subject)}
    known = lists.records(conn, naming).values()
    found = [one for one in known if one.kind in ("consultation", "promise")]
    return [one.shape for one in sorted(found, key=lambda one: (one.begun_ms, one.subject))]


def _shape(conn: Conn, subject: str) -> Shape | None:
    found = lists.records(conn, [subject]).get(subject) if subject else None
    return found.shape if found else None


def _lead(conn: Conn, shape: Shape) -> Shape | None:
    """Up from joined to joined; a matter that leads has joined none, so the way ends."""
    lead = _shape(conn, leader_of(shape)) if shape.stage == "joined" else None
    return lead if lead is None or lead.stage != "joined" else _lead(conn, lead)


def _has_expired(shape: Shape, now_ms: int) -> bool:
    ended = None if is_open(shape) else entered_stage(shape)
    return ended is not None and now_ms > ended.at_ms + OPEN_AFTER_END_MS


def fits(shape: Shape, typed: str) -> bool:
    """Whether these are the last four digits of one of the reporter's numbers; anything fits where no number is known.

    Digits of any alphabet count: phones write wide ones when they write Chinese.
    """
    known = phones(shape)
    given = "".join(c for c in unicodedata.normalize("NFKC", typed) if c in "0123456789")
    right = [hmac.compare_digest(_last_digits(phone), given) for phone in known]
    return any(right) or not known


def _last_digits(phone: str) -> str:
    return "".join(c for c in phone if c in "0123456789")[-DIGITS:]


def make_pass(key: bytes, link_hash: str, now_ms: int) -> str:
    """The proof, good for this link and for PASS_MS."""
    until_ms = str(now_ms + PASS_MS)
    return f"{until_ms}.{_seal(key, link_hash, until_ms)}"


def is_pass(key: bytes, link_hash: str, held: str, now_ms: int) -> bool:
    """Whether a browser holds the proof for this link."""
    until_ms, _, seal = held.partition(".")
    if not (until_ms.isascii() and until_ms.isdigit() and len(until_ms) < TOKEN_LENGTH):
        return False
    return hmac.compare_digest(seal.encode(), _seal(key, link_hash, until_ms).encode()) and now_ms < int(until_ms)


def _seal(key: bytes, link_hash: str, until_ms: str) -> str:
    return hmac.new(key, f"resident {link_hash} {until_ms}".encode(), hashlib.sha256).hexdigest()
