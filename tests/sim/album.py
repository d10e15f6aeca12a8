"""The photos of a phone: taken before the record, sent after it in pieces, asked for after each cut, let go of when they are kept."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from server.replay.phone import Phone, Waiting
from server.store import lists
from sync.op import Json
from tests.sim.oracles import BrokenError, Watch
from tests.sim.server import Request, Server
from tests.sim.uploads import Come, Piece
from tests.vectors.chance import Chance

PIECE_BYTES = 16
TIMEOUT_MS = 30_000
PAUSE_MS = 300_000
EVERY = 2
"""Every second matter that a phone registers bears a photo."""


class World(Protocol):
    """What an album needs of the world."""

    now_ms: int
    watch: Watch
    server: Server

    def hit(self, kind: str, chance: Chance) -> bool: ...

    def at(self, delay_ms: int, what: Callable[[], None]) -> None: ...

    def tell(self, words: str) -> None: ...


def content_of(device: str, seq: int) -> bytes:
    """The photo that an op bears. To the server it is a voice, whose bytes it keeps as they came."""
    return b"OggS" + f"{device} {seq} ".encode() * 6


def taken_for(phone: Phone) -> list[Json]:
    """What the phone's next op names in `photos`: nothing, mostly."""
    content = content_of(phone.device, phone.next_seq)
    return [] if phone.next_seq % EVERY else [{"hash": hashlib.sha256(content).hexdigest(), "bytes": len(content)}]


@dataclass
class Album:
    """What one device still has to send. All of it is durable; only what is under way is not."""

    world: World
    device: str
    send: Callable[[Request, Callable[[int, bytes], None]], None]
    """By the net, as anything of this device."""
    waiting: dict[str, bytes] = field(default_factory=dict[str, bytes])
    uploads: dict[str, str] = field(default_factory=dict[str, str])
    """By hash the upload that was begun."""
    taken: set[str] = field(default_factory=set[str])
    """All that this device ever took for an op of its own."""
    asked: int = 0
    asking: int = 0

    def keep(self, made: list[Waiting]) -> None:
        """Ops were written down: their photos are to follow."""
        for one in made:
            content = content_of(self.device, one.seq)
            name = hashlib.sha256(content).hexdigest()
            if name in one.text:
                self.waiting[name] = content
                self.taken.add(name)
                self.world.watch.seen["photos taken"] += 1

    def go(self, token: str) -> None:
        """Sends on, unless it does."""
        if not token or self.asking or not self.waiting:
            return
        chance = Chance(f"{self.device} album {self.asked}")
        name = chance.choice(sorted(self.waiting))
        upload = self.uploads.get(name)
        if upload is None:
            self._ask(token, Piece("POST", name, len(self.waiting[name])), name)
        else:
            self._ask(token, Piece("HEAD", upload), name)

    def _ask(self, token: str, piece: Piece, name: str) -> None:
        self.asked += 1
        number = self.asking = self.asked
        chance = Chance(f"{self.device} album piece {number}")
        # The line breaks in the middle: what came, came, and nobody hears of it.
        is_cut = piece.method == "PATCH" and self.world.hit("photo_cut", chance)
        if is_cut:
            piece = msgspec.structs.replace(piece, content=piece.content[: chance.randint(0, len(piece.content))])

        def first(status: int, body: bytes) -> None:
            if self.asking == number and not (is_cut and status):
                self.asking = 0
                self.heard(token, piece, name, status, body)

        self.send(Request("upload", msgspec.json.encode(piece), token), first)
        self.world.at(TIMEOUT_MS, lambda: first(0, b"timeout"))

    def heard(self, token: str, piece: Piece, name: str, status: int, body: bytes) -> None:
        """Goes on where the server says that it ends; lets go once it has all."""
        come = _come(body) if status in (200, 201, 204) else None
        if come is None:
            if piece.method != "POST" and status in (404, 410):
                self.uploads.pop(name, None)
            self.pause(token)
            return
        self.uploads[name] = come.name
        self._is_named(name)
        content = self.waiting[name]
        if come.offset >= len(content):
            del self.waiting[name]
            self.world.watch.seen["photos sent"] += 1
            self.world.tell(f"{self.device} has sent the photo {name[:8]}")
            self.go(token)
        else:
            self._ask(token, Piece("PATCH", come.name, come.offset, content[come.offset :][:PIECE_BYTES]), name)

    def pause(self, token: str) -> None:
        """Tries again a while later, or when the exchange has got through."""
        self.world.at(PAUSE_MS, lambda: self.go(token))

    def _is_named(self, name: str) -> None:
        """P2: nothing is taken that no op names."""
        named = self.world.server.base.look(lambda conn: lists.naming(conn, name))
        if not named and not self.world.watch.restores:
            raise BrokenError("P2", f"{self.device} may bring a photo that no op names")

    def owes(self) -> str:
        """A photo that a record on the server names, and that this device still holds; "" for none."""
        naming = self.world.server.base.look
        return next((one for one in sorted(self.waiting) if naming(lambda conn, one=one: lists.naming(conn, one))), "")


def _come(body: bytes) -> Come | None:
    try:
        return msgspec.json.decode(body, type=Come)
    except msgspec.DecodeError:
        return None
