"""Of which subjects time alone may call for a word."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Adds the column. Of what is there all that might wait is said to: the clerk looks once more, as it did each minute."""
    op.add_column("subjects", sa.Column("waits", sa.BigInteger(), server_default="1", nullable=False))
    op.execute(
        "UPDATE subjects SET waits = 0 WHERE due_ms IS NULL"
        " AND NOT (kind = 'issue' AND stage IN ('pending_confirm', 'closed')) AND NOT (kind = 'promise' AND stage = 'open')"
    )
    where = sa.text("waits = 1")
    op.create_index("subjects_waiting", "subjects", ["grid"], unique=False, sqlite_where=where, postgresql_where=where)
