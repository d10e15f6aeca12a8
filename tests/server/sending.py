"""How a client of tus 1.0 speaks, by hand, and a server behind which one can be driven that knows nothing of us."""

import base64

import httpx

PIECE = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}


def metadata(name: str, kind: str = "photo") -> str:
    """`Upload-Metadata`: the hash of the whole, and what it is."""
    return ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in (("sha256", name), ("kind", kind))
    )


async def begin(
    http: httpx.AsyncClient, headers: dict[str, str], name: str, length: int, kind: str = "photo"
) -> httpx.Response:
    """Begins an upload, with no byte of it."""
    asked = {**TUS, **headers, "Upload-Length": str(length), "Upload-Metadata": metadata(name, kind)}
    return await http.post("/uploads", headers=asked)


async def send(
    http: httpx.AsyncClient, headers: dict[str, str], where: str, offset: int, piece: bytes, **more: str
) -> httpx.Response:
    """Sends a piece."""
    named = {name.replace("_", "-"): value for name, value in more.items()}
    asked = {**TUS, **headers, "Upload-Offset": str(offset), "Content-Type": PIECE, **named}
    return await http.patch(where, headers=asked, content=piece)


async def offset_of(http: httpx.AsyncClient, headers: dict[str, str], where: str) -> int:
    """What the server says has come."""
    said = await http.head(where, headers={**TUS, **headers})
    return int(said.headers["upload-offset"])
