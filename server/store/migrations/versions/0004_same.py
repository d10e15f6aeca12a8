"""Marks by which records that may be the same find each other, and how many questions about a record stand open."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "marks",
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("mark", "subject"),
    )
    op.add_column("subjects", sa.Column("asks", sa.BigInteger(), server_default="0", nullable=False))
    op.create_index("subjects_by_asks", "subjects", ["asks", "grid"])
