"""What lies beside an issue, found by its grid and category alone."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Without it every registration read all issues that its grid ever had."""
    op.create_index("subjects_alike", "subjects", ["grid", "category", "begun_ms"], unique=False)
