"""What befalls a town from outside: phones wiped or standing still, forged ops, ended tokens, a wrong clock and a rush at the server."""

from typing import Protocol

import msgspec

from server.store import log
from server.store.log import Device
from sync.op import Op, op_hash, write_op
from sync.wire import Ask, Offer, write
from tests.sim.handset import Handset
from tests.sim.oracles import Watch
from tests.sim.restore import restored
from tests.sim.server import Answered, Request, Server
from tests.vectors.chance import Chance

HOUR_MS = 3_600_000


class Town(Protocol):
    """What a trouble needs of the world."""

    now_ms: int
    watch: Watch
    server: Server
    server_skew_ms: int
    rush_until_ms: int
    backup: tuple[object, int]
    restored_ms: int
    handsets: list[Handset]

    def arrive(self, request: Request, answer: Answered) -> None: ...

    def tell(self, words: str) -> None: ...


def nobody(_status: int, _body: bytes) -> None:
    """Nobody waits for this answer any more."""


def befall(town: Town, handset: Handset, what: str, chance: Chance) -> None:
    """Lets one of `plan.TROUBLES` happen to a handset, or to the server."""
    if what == "pause":
        handset.paused_until_ms = town.now_ms + chance.choice([1_000, 45_000, 600_000])
        town.tell(f"{handset.someone.device} stands still until later")
    elif what in ("reinstall", "evict"):
        _wipe(town, handset, what)
    elif what == "forge":
        _forge(town, handset, chance)
    elif what == "revoke":
        _revoke(town, handset)
    elif what == "server clock":
        town.server_skew_ms = chance.choice([-HOUR_MS, HOUR_MS, 0])
        town.tell(f"the server's clock is {town.server_skew_ms // 1000} s ahead")
    elif what == "backup":
        town.backup = (town.server.base.back_up(), town.now_ms + town.server_skew_ms)
        town.tell("a backup is made")
    elif what == "restore":
        restored(town)
    elif what == "rush":
        town.rush_until_ms = town.now_ms + chance.choice([60_000, 900_000])
        town.tell("a rush at the server")


def _wipe(town: Town, handset: Handset, what: str) -> None:
    """The browser's store is gone, by its owner or by the system; the person enters again, on a new device."""
    one = handset.someone
    town.watch.wiped(handset)
    town.watch.seen["wiped"] += 1
    device = f"{one.device}n"
    town.tell(f"{one.device}: {what}; it will be {device}")
    contact_ms = town.now_ms + town.server_skew_ms
    row = Device(id=device, person=one.person, contact_ms=contact_ms, enrolled_ms=contact_ms)
    with town.server.base.transaction() as conn:
        log.put_devices(conn, [row])
    handset.wipe(device)
    if handset.tabs:
        handset.die("with all it kept")


def _forge(town: Town, handset: Handset, chance: Chance) -> None:
    """Somebody sends an op that bears the identity of one that was placed, with other words."""
    one = handset.someone
    written = town.watch.written.get(one.device, {})
    placed = [
        w for w in written.values() if w.seq in handset.disk.receipts and w.op.subject and w.op.device == one.device
    ]
    placed = [w for w in placed if w.op.seq == w.seq]
    if not placed or not town.server.is_up:
        return
    if chance.random() < 0.3:
        _invent(town, handset, chance.choice(placed).op)
    if town.watch.restores:
        return
    text = write_op(msgspec.structs.replace(chance.choice(placed).op, fields={"title": f"假 {town.now_ms}"}))
    token, _ = town.server.tokens.make(one.person, one.device)
    town.watch.forged += 1
    town.watch.seen["forged"] += 1
    town.tell(f"somebody forges an op of {one.device}: {op_hash(text)[:8]}")
    body = write(Ask(v=1, device=one.device, clock_ms=town.now_ms, ops=[text]))
    town.arrive(Request("exchange", body, token), nobody)


def _invent(town: Town, handset: Handset, like: Op) -> None:
    """Somebody offers back, as if there had been a restore, what another device never said; its mark is another op's."""
    one = handset.someone
    others = [other.someone for other in town.handsets if other.someone.device != one.device]
    seq = 10**6 + town.now_ms % 1000
    text = write_op(msgspec.structs.replace(like, device=others[0].device, actor=others[0].person, seq=seq))
    held = [row.mark for rows in handset.disk.rows.values() for row in rows if row.mark]
    offer = Offer(
        others[0].device,
        seq,
        "placed",
        like.grid,
        1,
        town.now_ms,
        town.now_ms,
        "grid_worker",
        "",
        text,
        held[-1] if held else "",
    )
    town.watch.invented.add(op_hash(text))
    town.watch.seen["invented"] += 1
    token, _ = town.server.tokens.make(one.person, one.device)
    ask = Ask(v=1, device=one.device, clock_ms=town.now_ms, offers=[offer])
    town.arrive(Request("exchange", write(ask), token), nobody)


def _revoke(town: Town, handset: Handset) -> None:
    """The office ends what this phone entered with; its person types the password again and nothing is lost."""
    device = handset.someone.device
    town.watch.revoked.add(device)
    if not handset.refresh:
        return
    town.watch.seen["revoked"] += 1
    town.tell(f"the tokens of {device} are ended")
    handset.refresh = "ended"
    handset.token = ""
