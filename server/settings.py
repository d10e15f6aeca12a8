"""What the one who runs the server may set, read once from the environment. No secret is set here: the store makes its own."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[1]
"""The repository, or wherever the packages lie: the apps are built beside them."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How this server runs."""

    data: Path
    """Folder of the database, the photos and the secrets."""
    apps: Path
    """Folder of the built apps: `phone/`, `desk/`, `resident/`."""
    host: str = "127.0.0.1"
    port: int = 8000
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


def settings_from(environ: Mapping[str, str]) -> Settings:
    """`SULAIBAN_DATA`, `SULAIBAN_APPS`, `HOST`, `PORT`, `SULAIBAN_URL`; each has a default."""
    return Settings(
        data=Path(environ.get("SULAIBAN_DATA", "data")).absolute(),
        apps=Path(environ.get("SULAIBAN_APPS", str(ROOT / "pwa" / "dist"))).absolute(),
        host=environ.get("HOST", "127.0.0.1"),
        port=int(environ.get("PORT", "8000")),
        public_url=environ.get("SULAIBAN_URL", ""),
    )
