"""What the store knows of itself: its epoch, and the secrets it made at its first start. They never leave it but as keys."""

import secrets

import msgspec
from sqlalchemy import Connection, delete, select, text

from server.store.tables import meta

_EPOCH_BYTES = 6
_SECRET_BYTES = 32
_ADD = text("INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING")
"""Waits for another server that is just doing the same, and then leaves its value."""


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """One life of the store since a restore."""

    epoch: str
    before: str
    """The epoch that the backup came from."""
    made_ms: int
    """When the backup was made: what was written after that was lost."""
    begun_ms: int
    heads: dict[str, int]
    """Per grid the last place that came from the backup."""


class Meta(msgspec.Struct, frozen=True):
    """Names this store's history, and signs its tokens."""

    epoch: str
    """Changes when the store is restored from a backup: what a phone was told may then be missing."""
    token_key: bytes
    sign_seed: bytes
    """Makes the key that signs receipts."""
    mark_key: bytes
    lives: list["Life"]
    """Every restore so far, the latest last."""
    former_keys: list[bytes]
    """Public keys of 32 bytes that signed receipts before, the latest first."""
    """Marks what is given out, so that it is known again after a restore."""


def ready_meta(conn: Connection) -> Meta:
    """Reads it, or makes it in an empty store. Of several servers that start at once the first one's stays."""
    made = {name: secrets.token_bytes(_SECRET_BYTES) for name in ("token_key", "sign_seed", "mark_key")}
    made["epoch"] = new_epoch()
    known = _known(conn)
    for name in sorted(made.keys() - known.keys()):
        conn.execute(_ADD, {"name": name, "value": made[name]})
        known = _known(conn)
    return _meta(known)


def read_meta(conn: Connection) -> Meta:
    """The same of a store that was opened before."""
    return _meta(_known(conn))


def _meta(known: dict[str, bytes]) -> Meta:
    former = known.get("former_keys", b"")
    return Meta(
        epoch=known["epoch"].decode(),
        token_key=known["token_key"],
        sign_seed=known["sign_seed"],
        mark_key=known["mark_key"],
        lives=msgspec.json.decode(known.get("lives", b"[]"), type=list[Life]),
        former_keys=[former[at : at + _SECRET_BYTES] for at in range(0, len(former), _SECRET_BYTES)],
    )


def begin_life(conn: Connection, made_ms: int, now_ms: int, heads: dict[str, int]) -> Life:
    """A new epoch, remembering what came over from the backup."""
    before = read_meta(conn)
    life = Life(epoch=new_epoch().decode(), before=before.epoch, made_ms=made_ms, begun_ms=now_ms, heads=heads)
    lives = [*before.lives, life]
    _put(conn, {"epoch": life.epoch.encode(), "lives": msgspec.json.encode(lives)})
    return life


def kept_since(meta: Meta, epoch: str, grid: str) -> int:
    """Up to which place a grid's log is still the one it was in that life; 0 for a life that nobody here remembers."""
    epochs = [life.epoch for life in meta.lives]
    # The first life left no record of its own: it ended with the first restore.
    first = meta.lives[0].before if meta.lives else ""
    since = epochs.index(epoch) + 1 if epoch in epochs else 0
    known = epoch in epochs or epoch == first
    return min((life.heads.get(grid, 0) for life in meta.lives[since:]), default=0) if known else 0


def renew_seed(conn: Connection, public: bytes) -> None:
    """Another key signs from now on; `public` is the one that signed until now, and goes on being told."""
    former = public + _known(conn).get("former_keys", b"")
    _put(conn, {"former_keys": former, "sign_seed": secrets.token_bytes(_SECRET_BYTES)})


def _put(conn: Connection, values: dict[str, bytes]) -> None:
    for name, value in values.items():
        conn.execute(delete(meta).where(meta.c.name == name))
        conn.execute(_ADD, {"name": name, "value": value})


def new_epoch() -> bytes:
    """The name of a life that no other store ever bore."""
    return secrets.token_hex(_EPOCH_BYTES).encode()


def _known(conn: Connection) -> dict[str, bytes]:
    return {row.name: row.value for row in conn.execute(select(meta.c.name, meta.c.value))}


def alone(conn: Connection) -> None:
    """Keeps every other server out of what asks for this too, until the transaction ends."""
    conn.execute(select(meta.c.name).where(meta.c.name == "epoch").with_for_update())
