"""What is withheld of a subject. After it, `rebuild` fills the marks of what an older version placed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Adds the column, and the index over the few that have a mark."""
    op.add_column("subjects", sa.Column("mark", sa.Text(), server_default="", nullable=False))
    marked = sa.text("mark <> ''")
    op.create_index("subjects_marked", "subjects", ["grid"], sqlite_where=marked, postgresql_where=marked)
