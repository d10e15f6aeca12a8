"""Covers, and the record of who may do what and where."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Adds the column and the table."""
    op.add_column("areas", sa.Column("covers", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "standings",
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("from_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("to_ms", sa.BigInteger(), nullable=True),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_index("standings_by_person", "standings", ["person"], unique=False)
