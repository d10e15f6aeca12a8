"""For which unit a role is held, and which unit has an order."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    for table in ("areas", "subjects"):
        op.add_column(table, sa.Column("unit", sa.Text(), server_default="", nullable=False))
    op.create_index("subjects_by_unit", "subjects", ["unit", "kind", "stage"], unique=False)
