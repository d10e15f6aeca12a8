"""Which matters of other systems are here already, by the hash of their number there."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from server.store.lists import Record, records
from server.store.tables import refs

FIELD = "source_hash"


def known(conn: Connection, hashes: Sequence[str]) -> dict[str, Record]:
    """Those of them that are here, each as it stands now: where it moved to, not where it moved from."""
    asked = select(refs.c.target, refs.c.subject).where(refs.c.target.in_(sorted(set(hashes))), refs.c.field == FIELD)
    named = [(target, subject) for target, subject in conn.execute(asked.order_by(refs.c.subject))]
    held = records(conn, (subject for _, subject in named))
    known = [(target, held[subject]) for target, subject in named if subject in held]
    return dict(sorted(known, key=lambda one: one[1].stage != "moved"))
