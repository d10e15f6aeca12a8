"""Alembic's folder: `env` and the steps in `versions`."""
