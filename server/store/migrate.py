"""Brings a database to this version's tables. The steps themselves are in `migrations/versions`, one file each."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine


def migrate(engine: Engine) -> None:
    """Runs every step that the database has not seen yet; each step is one transaction."""
    with engine.connect() as conn:
        upgrade(conn)
        conn.commit()


def upgrade(conn: Connection) -> None:
    """The same over a connection at hand, inside the transaction it has begun."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    command.upgrade(config, "head")
