"""The messages of the exchange and how they are read: sizes, versions, each op by itself. Asks nobody's rights."""

import re
from collections.abc import Sequence

import msgspec

from sync.op import MAX_OP_BYTES, Json, Op, op_hash

WIRE_VERSION = 1
MAX_ASK_BYTES = 1024 * 1024
"""Largest body of one exchange, after decompression."""
MAX_OPS = 500
"""Most ops in one Ask."""
PAGE_OPS = 500
"""Most changes a Reply carries per grid; a `head` beyond the last of them says that there are others."""
MAX_DEPTH = 32
"""Deepest nesting of lists and maps in an op's text."""
MAX_INT = 2**53 - 1


class Offer(msgspec.Struct, frozen=True, array_like=True):
    """What a device holds of an earlier life of the server, offered back; the mark proves that the server once said so."""

    device: str
    seq: int
    fate: str
    grid: str
    place: int
    placed_ms: int
    credited_ms: int
    role: str
    why: str
    text: str
    mark: str


class Resume(msgspec.Struct, frozen=True):
    """After a restore: from which number on the device goes on, and the hash its chain had before. What lies between is lost."""

    seq: int
    prev: str


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What a device brings: its clock, its places, and ops as the texts it once wrote."""

    v: int
    device: str
    epoch: str = ""
    """The server's epoch this device last heard; "" on its first ask."""
    clock_ms: int
    """What the device's clock shows while it asks."""
    places: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """Per grid the place up to which this device holds the log; a grid that is not named is not sent."""
    heard: str = ""
    """Hash of the newest receipt this device holds; "" for none."""
    ops: list[str] = msgspec.field(default_factory=list[str])
    offers: list[Offer] = msgspec.field(default_factory=list[Offer])
    """After a restore: what this device holds, in the order of the places."""
    resume: Resume | None = None


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The fate of one op, told once it is durable. The device may delete an op only when it holds this."""

    seq: int
    hash: str
    fate: str
    """`placed` (whether in force or kept as a note, the log tells), `refused` or `unreadable`."""
    grid: str = ""
    place: int = 0
    placed_ms: int = 0
    why: str = ""
    about: str = ""
    credited_ms: int = 0
    role: str = ""
    """Of a placed op: the role in which it counts."""
    mark: str = ""
    """By which this server knows its own word again, see `sync.receipt`."""


class Placed(msgspec.Struct, frozen=True, array_like=True):
    """A change on the wire: `[place, placed_ms, credited_ms, role, text, mark, back]`; the text as its author wrote it."""

    place: int
    placed_ms: int
    credited_ms: int
    role: str
    text: str
    mark: str = ""
    """By which the server knows its own word again, see `sync.receipt`."""
    back: int = 0
    """On the wire alone: how many changes before it the one stands whose hash is its `prev`, left out of the text."""


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What a grid's log holds after the asked place, without gaps."""

    ops: list[Placed]
    head: int
    """The last place of the log now; `head` minus the last place sent is what is still to come."""


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """A grid that this device may read now, with its names."""

    grid: str
    name: str
    village: str
    town: str
    role: str
    people: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """Names by person id of those who stand in this grid: whose acts and notes its log tells of."""
    view: str = ""
    """Under which rights its log is shown; when it is another than before, the log is forgotten and asked for from 0."""
    until_ms: int = 0
    """First moment at which it may be read no more; 0 while no end is set."""
    covers: str = ""
    """The name of the person who is covered there until then (AB角); "" in one's own grid."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What the server answers, once everything in it is durable."""

    v: int
    epoch: str
    now_ms: int
    next_seq: int
    """The sequence number the server expects from this device next; ops beyond a gap were not taken."""
    receipts: list[Receipt]
    scope: list[Scope]
    changes: dict[str, Changes]
    book: str
    """The version of the county's book; another one than the phone's means: fetch it."""
    key: str = ""
    """Which of the server's keys signed; "" when there are no receipts."""
    signature: str = ""
    """Over the root of the receipts, see `sync.receipt`; base64url without padding."""
    kept: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """To an Ask of an earlier life: per grid the place up to which the log is still the one it was then."""
    later: list[tuple[str, int]] = msgspec.field(default_factory=list[tuple[str, int]])
    """Device and number of offers that cannot be placed yet: what they are about has not come back."""
    settled: list[Receipt] = msgspec.field(default_factory=list[Receipt])
    """What became of this device's parked ops since: told again at every Ask."""


class Unreadable(msgspec.Struct, frozen=True):
    """Why a text is no op."""

    why: str


_ask = msgspec.json.Decoder(Ask)
_op = msgspec.json.Decoder(Op)
_reply = msgspec.json.Decoder(Reply)


def read_ask(body: bytes) -> Ask | Unreadable:
    """The Ask in a request's body. Too large, not JSON, another version or too many ops: the word why."""
    if len(body) > MAX_ASK_BYTES:
        return Unreadable(why="ask_too_large")
    try:
        ask = _ask.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Unreadable(why="ask_not_readable")
    if ask.v > WIRE_VERSION:
        return Unreadable(why="wire_too_new")
    if len(ask.ops) + len(ask.offers) > MAX_OPS:
        return Unreadable(why="too_many_ops")
    offered = [n for one in ask.offers for n in (one.seq, one.place, one.placed_ms, one.credited_ms)]
    counts = [*ask.places.values(), *offered, *([ask.resume.seq] if ask.resume else [])]
    whole = abs(ask.clock_ms) <= MAX_INT and all(0 <= count <= MAX_INT for count in counts)
    return ask if whole else Unreadable(why="ask_not_readable")


_MAYBE_BROKEN_NUMBER = re.compile(r"[:,[]\s*-?[0-9]+[.eE]")
_BROKEN_NUMBER = re.compile(r"[0-9][.eE]")
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]*")


def read_op(text: str) -> Op | Unreadable:
    """The op in a text, read by itself: a bad one never holds up its neighbours."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return Unreadable(why="not_unicode")
    if size > MAX_OP_BYTES:
        return Unreadable(why="op_too_large")
    if not _is_bare(text):
        return Unreadable(why="not_an_op")
    try:
        op = _op.decode(text)
    except msgspec.DecodeError:
        return Unreadable(why="not_an_op")
    return op if _is_sound(op) else Unreadable(why="not_an_op")


def _is_bare(text: str) -> bool:
    """Whether the text's numbers are whole ones as written and nothing nests deeper than MAX_DEPTH."""
    suspect = _MAYBE_BROKEN_NUMBER.search(text) or text.count("[") + text.count("{") > MAX_DEPTH
    if not suspect:
        return True
    bare = _STRINGS.sub("", text)
    return not _BROKEN_NUMBER.search(bare) and _deepest(bare) <= MAX_DEPTH


def _deepest(bare: str) -> int:
    depth = most = 0
    for mark in bare:
        if mark in "[{":
            depth += 1
            most = max(most, depth)
        elif mark in "]}":
            depth -= 1
    return most


def _is_sound(op: Op) -> bool:
    numbers = 1 <= op.seq <= MAX_INT and 1 <= op.v <= MAX_INT
    names = op.device != "" and op.name != "" and all(_is_field_name(name) for name in op.fields)
    grid = len(op.grid) == 15 and all(c in "0123456789" for c in op.grid)
    return numbers and names and grid and _is_whole(op.fields)


def _is_field_name(name: str) -> bool:
    """`[a-z][a-z0-9_]*`: a name that both languages keep in the order it was written."""
    return _FIELD_NAME.fullmatch(name) is not None


def _is_whole(value: Json) -> bool:
    """Whether every number is a whole one below 2^53: what both languages read alike."""
    if isinstance(value, dict):
        return all(_is_whole(one) for one in value.values())
    if isinstance(value, list):
        return all(_is_whole(one) for one in value)
    return type(value) is not int or abs(value) <= MAX_INT


def read_reply(body: bytes) -> Reply | Unreadable:
    """The Reply in a response's body, its texts whole; HTML of a captive portal, or a torn one, is unreadable."""
    try:
        reply = _reply.decode(body)
        logs = {grid: Changes(ops=_whole(one.ops), head=one.head) for grid, one in reply.changes.items()}
    except (msgspec.DecodeError, UnicodeError, RecursionError, _AstrayError):
        return Unreadable(why="reply_not_readable")
    return msgspec.structs.replace(reply, changes=logs)


class _AstrayError(Exception):
    """A text stands for one that is not there."""


_PREV = '"prev":"'


def shortened(ops: Sequence[Placed], hashes: Sequence[str]) -> list[Placed]:
    """Changes of one log as they travel: no packing makes a `prev` smaller, and most are the hash of a text close by.

    `hashes` are those of the texts; "" of one that is not its author's.
    """
    at: dict[str, int] = {}
    sent: list[Placed] = []
    for number, (one, its_hash) in enumerate(zip(ops, hashes, strict=True)):
        head, name, rest = one.text.partition(_PREV)
        prev = rest[:64]
        is_near = prev in at
        short = f"{head}{name}{rest[64:]}" if is_near else one.text
        back = number - at[prev] if is_near else 0
        sent.append(Placed(one.place, one.placed_ms, one.credited_ms, one.role, short, one.mark, back))
        if its_hash:
            at[its_hash] = number
    return sent


def _whole(ops: Sequence[Placed]) -> list[Placed]:
    """The same with the texts as they were written."""
    whole: list[Placed] = []
    for number, one in enumerate(ops):
        if one.back:
            head, name, rest = one.text.partition(_PREV)
            if not name or not 0 < one.back <= number:
                raise _AstrayError
            text = f"{head}{name}{op_hash(whole[number - one.back].text)}{rest}"
            whole.append(msgspec.structs.replace(one, text=text, back=0))
        else:
            whole.append(one)
    return whole


def write(message: Ask | Reply) -> bytes:
    """The bytes of a message."""
    return msgspec.json.encode(message)
