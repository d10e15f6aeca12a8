"""What every op bears, how it is written down, and its hash. What it may say is the law's business."""

import hashlib
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

# msgspec cannot read a recursive alias, so at run time it decodes plain JSON.
if TYPE_CHECKING:
    Json: TypeAlias = str | int | bool | list["Json"] | dict[str, "Json"] | None
else:
    Json = Any

OP_VERSION = 1
MAX_OP_BYTES = 64 * 1024


class Op(msgspec.Struct, frozen=True, kw_only=True):
    """One change that one named actor made on one device. `(device, seq)` is its identity for ever."""

    device: str
    seq: int
    """1, 2, 3 … per device, without gaps."""
    prev: str
    """Hash of this device's previous op; "" for its first."""
    stamp: str
    actor: str
    grid: str
    """15 digits: the grid whose log it enters."""
    subject: str
    """`kind/device.seq` of the op that began the subject."""
    name: str
    """A name of the law: `register`, `edit`, `accept` …"""
    fields: dict[str, Json]
    seen: dict[str, list[str]] = msgspec.field(default_factory=dict[str, list[str]])
    """Per field the stamps of the values its author looked at; they alone decide what was concurrent."""
    v: int = OP_VERSION


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """An op as the server placed it in a grid's log, or (place 0) as it waits on its phone."""

    place: int
    placed_ms: int
    credited_ms: int
    role: str
    """The role its actor stood in, at `credited_ms`, in that grid."""
    op: Op


def write_op(op: Op) -> str:
    """The JSON text of an op. Made once, by its author's device; the hash is over exactly these bytes."""
    return msgspec.json.encode(op).decode()


def op_hash(text: str) -> str:
    """SHA-256 over the op's UTF-8 bytes as sent; 64 hexadecimal characters."""
    return hashlib.sha256(text.encode()).hexdigest()


def subject_id(kind: str, device: str, seq: int) -> str:
    """The id of the subject that the op `(device, seq)` begins. Unique because that identity is."""
    return f"{kind}/{device}.{seq}"


def kind_of(subject: str) -> str:
    """`issue` of `issue/d7k2m9.12`; the whole text if it has no slash."""
    return subject.partition("/")[0]


def same(left: Json, right: Json) -> bool:
    """Whether two values say the same. `true` is not 1; the order of a map's names means nothing."""
    if left is right:
        return True
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(one, other) for one, other in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(one, right[name]) for name, one in left.items())
    return type(left) is type(right) and left == right
