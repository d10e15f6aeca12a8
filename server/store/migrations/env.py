"""What Alembic runs for each upgrade: over the connection that `migrate` hands it, never one of its own."""

from alembic import context
from sqlalchemy import Connection

from server.store.tables import metadata


def run() -> None:
    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


run()
