"""Ops that no present phone of ours would make: too new, unreadable, forbidden, about nothing. They must never hold up the others."""

from collections.abc import Callable

import msgspec

from server.replay.phone import Phone, Waiting
from sync.clock import stamp, tick
from sync.op import OP_VERSION, Json, Op, op_hash, write_op
from tests.sim.county import EAST, FAR, WEST
from tests.sim.speech import matter
from tests.sim.twin import TwinPhone
from tests.vectors.chance import Chance
from tests.vectors.values import DUE

Twist = Callable[[Op, Chance], Op | str]
"""Makes of a good `register` something else: another op, or a text that is none."""


def _act(op: Op, name: str, fields: dict[str, Json], *, subject: str, v: int = OP_VERSION) -> Op:
    return msgspec.structs.replace(op, name=name, fields=fields, subject=subject, v=v)


def _known(op: Op) -> str:
    """A subject that is likely to be there: the first that this device began."""
    return f"issue/{op.device}.1"


def _broken(op: Op, chance: Chance) -> str:
    """Damaged on its way to the disk, yet unlike every other: two texts of one device are never the same bytes."""
    text, number = write_op(op), op.seq
    torn = (
        text[:-9],
        text[9:],
        f"\x00\x01 no. {number}",
        f"[{number}]",
        text.replace('"households":1', '"households":1.5'),
    )
    return chance.choice(torn)


def _huge(op: Op, _chance: Chance) -> str:
    return write_op(msgspec.structs.replace(op, fields={**op.fields, "words": "长" * 30_000}))


TWISTS: dict[str, Twist] = {
    "broken text": _broken,
    "huge": _huge,
    "deep": lambda op, _: write_op(op).replace('"fields":{', '"fields":{"x":' + "[" * 40 + "]" * 40 + ","),
    "unknown kind": lambda op, chance: msgspec.structs.replace(
        op, subject=f"drone/{op.device}.{op.seq}", v=chance.randint(1, 2)
    ),
    "unknown act": lambda op, chance: _act(op, "dance", {}, subject=_known(op), v=chance.randint(1, 2)),
    "wrong value": lambda op, _: _act(op, "edit", {"title": 7}, subject=_known(op)),
    "missing field": lambda op, _: msgspec.structs.replace(op, fields={"title": "只有标题"}),
    "newer field": lambda op, _: msgspec.structs.replace(
        op, fields={**op.fields, "later_field": ["新"]}, v=OP_VERSION + 1
    ),
    "newer edit": lambda op, _: _act(
        op, "edit", {"later_field": "新", "place": "东头"}, subject=_known(op), v=OP_VERSION + 1
    ),
    "deadline": lambda op, _: _act(op, "edit", {"due_answer": DUE}, subject=_known(op)),
    "clock": lambda op, _: _act(op, "clock", {"due_assign": DUE}, subject=_known(op)),
    "own words": lambda op, _: _act(op, "edit", {"words": "不是群众说的"}, subject=_known(op)),
    "confirms for the resident": lambda op, _: _act(
        op, "confirm", {"solved": "solved", "satisfaction": "satisfied"}, subject=_known(op)
    ),
    "foreign grid": lambda op, _: msgspec.structs.replace(op, grid=FAR),
    "no such grid": lambda op, _: msgspec.structs.replace(op, grid="9" * 15),
    "no such subject": lambda op, _: _act(op, "edit", {"place": "西头"}, subject="issue/dzz.99"),
    "other grid": lambda op, _: msgspec.structs.replace(
        _act(op, "edit", {"place": "南头"}, subject=_known(op)), grid=WEST if op.grid == EAST else EAST
    ),
    "wrong beginning": lambda op, _: msgspec.structs.replace(op, subject=f"issue/{op.device}.{op.seq + 40}"),
    "no stamp": lambda op, chance: msgspec.structs.replace(op, stamp=chance.choice(["", "now", op.stamp + "x"])),
    "a stamp of 2099": lambda op, _: msgspec.structs.replace(op, stamp=stamp(4_080_000_000_000, 0, op.device)),
    "a stamp of 2022": lambda op, _: msgspec.structs.replace(op, stamp=stamp(1_650_000_000_000, 0, op.device)),
    "number 2^53": lambda op, _: msgspec.structs.replace(op, seq=2**53),
    "other device": lambda op, _: msgspec.structs.replace(op, device="dzz"),
    "other name": lambda op, _: msgspec.structs.replace(op, actor="qian"),
}


def poison(phone: Phone, chance: Chance, now_ms: int) -> str:
    """Puts one bad op into the outbox, as an app that is newer, broken or forged would; the chain goes on behind it."""
    grid = next((area.code for area in phone.areas if len(area.code) == 15), EAST)
    good = Op(
        device=phone.device,
        seq=phone.next_seq,
        prev=phone.prev,
        stamp=tick(phone.last_stamp, now_ms, phone.device),
        actor=phone.person,
        grid=grid,
        subject=f"issue/{phone.device}.{phone.next_seq}",
        name="register",
        fields=matter(phone, chance) | {"households": 1},
    )
    name = chance.choice(list(TWISTS))
    twisted = TWISTS[name](good, chance)
    text = twisted if isinstance(twisted, str) else write_op(twisted)
    # What cannot be read has no subject to show on.
    shown = msgspec.structs.replace(good, subject="") if isinstance(twisted, str) else twisted
    phone.outbox.append(Waiting(seq=good.seq, text=text, hash=op_hash(text), op=shown))
    phone.next_seq, phone.prev, phone.last_stamp = good.seq + 1, op_hash(text), good.stamp
    if isinstance(phone, TwinPhone):
        phone.adopt(phone.outbox[-1], good.stamp)
    return f"poison: {name}"
