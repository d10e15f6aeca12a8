"""Field edits: how a value joins those that stand, by the field's rule, and where the loser is kept."""

import msgspec

from sync.law import rank
from sync.op import Json, same


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One value, by whom, in which role, when (credited), and the stamp of the op that brought it."""

    value: Json
    stamp: str
    actor: str
    role: str
    at_ms: int
    place: int


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """What a field holds: the value in force, values that stand beside it, values that lost and wait for a person."""

    now: Held
    beside: list[Held] = msgspec.field(default_factory=list[Held])
    """Concurrent values that hold too (`union`, `keep_both`), in the order they were placed."""
    lost: list[Held] = msgspec.field(default_factory=list[Held])
    """Concurrent values that lost, in the order they lost, until somebody who saw them sets the field again."""


def join(rule: str, register: Register | None, new: Held, seen: list[str]) -> Register:
    """The register after `new` is placed. `seen`: stamps of the values that `new`'s author looked at.

    Concurrent is what was not seen and says something else; order of placing, not any clock, breaks ties.
    """
    if register is None:
        return Register(now=new)
    if rule == "once":
        return _first_stays(register, new, seen)
    unseen = [held for held in (*register.beside, register.now) if _is_open(held, new, seen)]
    lost = [held for held in register.lost if _is_open(held, new, seen)]
    if rule in ("union", "keep_both"):
        return Register(now=new, beside=unseen, lost=lost)
    if rule == "higher" and unseen and rank(register.now.role) > rank(new.role):
        return Register(now=register.now, lost=[*lost, new])
    return Register(now=new, lost=[*lost, *unseen])


def _is_open(held: Held, new: Held, seen: list[str]) -> bool:
    return held.stamp not in seen and not same(held.value, new.value)


def _first_stays(register: Register, new: Held, seen: list[str]) -> Register:
    if same(new.value, register.now.value):
        return register
    lost = [held for held in register.lost if _is_open(held, new, seen)]
    return Register(now=register.now, lost=[*lost, new])


def shown(rule: str, register: Register) -> Json:
    """The value as people see it: for `union` all that stands, first placed first; otherwise the value in force."""
    if rule != "union" or not register.beside:
        return register.now.value
    together: list[Json] = []
    for held in [*register.beside, register.now]:
        for item in held.value if isinstance(held.value, list) else [held.value]:
            if not any(same(one, item) for one in together):
                together.append(item)
    return together


def stamps_of(register: Register) -> list[str]:
    """The stamps of every value a form shows when it shows this field: what stands, not what lost."""
    return [register.now.stamp, *(held.stamp for held in register.beside)]


def all_stamps_of(register: Register) -> list[str]:
    """The stamps of every value, the losers' too: the `seen` of somebody who settles the field."""
    return [*stamps_of(register), *(held.stamp for held in register.lost)]
