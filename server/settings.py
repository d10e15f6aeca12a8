"""What the one who runs the server may set, read once from the environment. The one secret is the database's address."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[1]
"""The repository, or wherever the packages lie: the apps are built beside them."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How this server runs."""

    data: Path
    """Folder of the photos, and of the database and its secrets unless `database` names another."""
    database: str = ""
    """A PostgreSQL, as `postgresql+asyncpg://user:password@host/name`; "" for SQLite in the folder."""
    apps: Path
    """Folder of the built apps: `phone/`, `desk/`, `resident/`."""
    host: str = "127.0.0.1"
    port: int = 8000
    is_alive: bool = False
    """Whether the demo county is one in which people have worked for weeks, or only their names and households."""
    public_url: str = ""
    """The address people type, when it is not this machine's; its scheme decides whether cookies are `Secure`."""

    @property
    def url(self) -> str:
        """Where people find it."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def is_secure(self) -> bool:
        """Whether people come over HTTPS."""
        return self.url.startswith("https://")


class BadSetting(ValueError):  # noqa: N818 - what the one who runs it is told
    """Something was set to what cannot be meant."""


def settings_from(environ: Mapping[str, str]) -> Settings:
    """`SULAIBAN_DATA`, `SULAIBAN_DATABASE_URL`, `SULAIBAN_APPS`, `SULAIBAN_DEMO`, `HOST`, `PORT`, `SULAIBAN_URL`; each has a default."""
    return Settings(
        data=Path(environ.get("SULAIBAN_DATA", "data")).absolute(),
        database=_database(environ.get("SULAIBAN_DATABASE_URL", "")),
        apps=Path(environ.get("SULAIBAN_APPS", str(ROOT / "pwa" / "dist"))).absolute(),
        host=environ.get("HOST", "127.0.0.1"),
        port=int(environ.get("PORT", "8000")),
        is_alive=environ.get("SULAIBAN_DEMO", "alive") == "alive",
        public_url=environ.get("SULAIBAN_URL", ""),
    )


def _database(address: str) -> str:
    """The address with the one driver that is here, whether or not it was named. The address itself is never told."""
    scheme, mark, rest = address.partition("://")
    if address and (scheme not in ("postgresql", "postgresql+asyncpg") or not mark):
        raise BadSetting("SULAIBAN_DATABASE_URL must begin with postgresql+asyncpg://; without it the store is SQLite.")
    return f"postgresql+asyncpg://{rest}" if address else ""
