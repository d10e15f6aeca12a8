"""What the store knows of itself: its epoch, and the secrets it made at its first start. They never leave it but as keys."""

import secrets

import msgspec
from sqlalchemy import Connection, insert, select

from server.store.tables import meta

_EPOCH_BYTES = 6
_SECRET_BYTES = 32


class Meta(msgspec.Struct, frozen=True):
    """Names this store's history, and signs its tokens."""

    epoch: str
    """Changes when the store is restored from a backup: what a phone was told may then be missing."""
    token_key: bytes


def ready_meta(conn: Connection) -> Meta:
    """Reads it, or makes it in an empty store."""
    known = {row.name: row.value for row in conn.execute(select(meta.c.name, meta.c.value))}
    made = {
        name: value
        for name, value in (
            ("epoch", secrets.token_hex(_EPOCH_BYTES).encode()),
            ("token_key", secrets.token_bytes(_SECRET_BYTES)),
        )
        if name not in known
    }
    for name, value in made.items():
        conn.execute(insert(meta).values(name=name, value=value))
    all_of = known | made
    return Meta(epoch=all_of["epoch"].decode(), token_key=all_of["token_key"])
