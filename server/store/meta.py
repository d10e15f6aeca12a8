"""What the store knows of itself: its epoch, and the secrets it made at its first start. They never leave it but as keys."""

import secrets

import msgspec
from sqlalchemy import Connection, select, text

from server.store.tables import meta

_EPOCH_BYTES = 6
_SECRET_BYTES = 32
_ADD = text("INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING")
"""Waits for another server that is just doing the same, and then leaves its value."""


class Meta(msgspec.Struct, frozen=True):
    """Names this store's history, and signs its tokens."""

    epoch: str
    """Changes when the store is restored from a backup: what a phone was told may then be missing."""
    token_key: bytes


def ready_meta(conn: Connection) -> Meta:
    """Reads it, or makes it in an empty store. Of several servers that start at once the first one's stays."""
    made = {"epoch": secrets.token_hex(_EPOCH_BYTES).encode(), "token_key": secrets.token_bytes(_SECRET_BYTES)}
    known = _known(conn)
    for name in sorted(made.keys() - known.keys()):
        conn.execute(_ADD, {"name": name, "value": made[name]})
        known = _known(conn)
    return Meta(epoch=known["epoch"].decode(), token_key=known["token_key"])


def _known(conn: Connection) -> dict[str, bytes]:
    return {row.name: row.value for row in conn.execute(select(meta.c.name, meta.c.value))}


def alone(conn: Connection) -> None:
    """Keeps every other server out of what asks for this too, until the transaction ends."""
    conn.execute(select(meta.c.name).where(meta.c.name == "epoch").with_for_update())
