"""Uploads that resume, and what became of the photos and voices that they bring."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("photos", sa.Column("kind", sa.Text(), server_default="", nullable=False))
    op.add_column("photos", sa.Column("kept", sa.Text(), server_default="", nullable=False))
    op.add_column("photos", sa.Column("kept_bytes", sa.BigInteger(), server_default="0", nullable=False))
    # What was kept before was kept as it was sent.
    op.execute("UPDATE photos SET kind = 'photo', kept = hash, kept_bytes = bytes")
    op.create_table(
        "uploads",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("done_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("uploads_by_hash", "uploads", ["device", "hash"], unique=False)
    op.create_index("uploads_by_end", "uploads", ["expires_ms"], unique=False)
