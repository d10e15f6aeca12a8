"""What anybody may fetch: the built apps, the page that leads to them, the book, and whether the server is well."""

from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from server import __version__, keep
from server.pages.frame import POLICY, STYLE
from server.pages.html import document, el, together, verbatim
from server.parts import Parts
from server.problems import Problem
from server.store import log
from server.store.built import File
from server.who import token_of

DOORS = (("/report", "report"), ("/query", "query"), ("/wall", "wall"), ("/app/", "phone"), ("/desk/", "desk"))
YEAR = "public, max-age=31536000, immutable"
ALWAYS_ASK = "no-cache"
_ASSETS = (".js", ".css", ".map", ".png", ".svg", ".ico", ".json", ".webmanifest", ".woff2", ".txt", ".html")
"""What no page of an app is called; a page's last word may have a dot, as in `issue/d2k7.12`."""


def _answer(request: Request[Any, Any, Any], file: File, cache: str) -> Response[bytes]:
    headers = {"Cache-Control": cache, "ETag": file.etag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == file.etag:
        return Response(b"", status_code=304, headers=headers)
    takes_brotli = "br" in [one.split(";")[0].strip() for one in request.headers.get("accept-encoding", "").split(",")]
    if file.packed and takes_brotli:
        return Response(file.packed, media_type=file.type, headers=headers | {"Content-Encoding": "br"})
    return Response(file.plain, media_type=file.type, headers=headers)


def _app(request: Request[Any, Any, Any], parts: Parts, app: str, name: str) -> Response[bytes]:
    """A file of an app. A path that is no file is a page of the app, which its script shows; an asset is not."""
    if not name.strip("/") and not request.scope["raw_path"].endswith(b"/"):
        # Without its slash the page would lie outside its own service worker's scope.
        return Response(b"", status_code=308, headers={"Location": f"{request.url.path}/"})
    file = parts.apps.find(app, name) if name.strip("/") else None
    if file is not None:
        return _answer(request, file, YEAR if name.lstrip("/").startswith("assets/") else ALWAYS_ASK)
    page = None if name.endswith(_ASSETS) else parts.apps.find(app, "index.html")
    if page is None:
        raise Problem("not_found")
    return _answer(request, page, ALWAYS_ASK)


@get(["/app", "/app/{name:path}"], opt={"packed": True})
async def phone(
    request: Request[Any, Any, Any], parts: NamedDependency[Parts], name: FromPath[str] = ""
) -> Response[bytes]:
    """The grid worker's phone."""
    return _app(request, parts, "phone", name)


@get(["/desk", "/desk/{name:path}"], opt={"packed": True})
async def desk(
    request: Request[Any, Any, Any], parts: NamedDependency[Parts], name: FromPath[str] = ""
) -> Response[bytes]:
    """The town's desk."""
    return _app(request, parts, "desk", name)


@get("/r-assets/{name:path}", opt={"packed": True})
async def resident_assets(
    request: Request[Any, Any, Any], parts: NamedDependency[Parts], name: FromPath[str]
) -> Response[bytes]:
    """Style and script of the resident's page."""
    file = parts.apps.find("resident", name)
    if file is None:
        raise Problem("not_found")
    return _answer(request, file, YEAR)


@get("/")
async def home(parts: NamedDependency[Parts]) -> Response[str]:
    """What anybody may do, and the two doors of those who work here, in the resident's page's style."""
    zh, en = parts.county.words_zh, parts.county.words_en
    doors = [
        el(
            "section",
            el("a", zh[f"home.{key}"], href=path, class_="send"),
            el("p", en[f"home.{key}"], lang="en", class_="small"),
        )
        for path, key in DOORS
    ]
    head = together(
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", zh["home.title"]),
        el("link", rel="icon", href="data:,"),
        verbatim("style", STYLE),
    )
    page = document("zh-CN", head, el("main", el("h1", zh["home.title"]), *doors))
    headers = {"Cache-Control": ALWAYS_ASK, "Content-Security-Policy": POLICY}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator's probe reads."""

    status: str
    """`ok`, or `broken` once the disk failed under a commit."""
    version: str
    epoch: str
    store: str
    alarms: int
    """What must not happen and did: to be looked at."""
    missing: int
    """Ops that were received once and have not come back since a restore: `sulaiban missing` names them."""


@get("/health")
async def health(parts: NamedDependency[Parts]) -> Response[bytes]:
    """200 while everything holds, 503 otherwise."""
    is_sound = parts.store.is_sound
    told = Health(
        status="ok" if is_sound else "broken",
        version=__version__,
        epoch=parts.store.meta.epoch,
        store=parts.store.kind,
        alarms=await parts.store.read(log.count_alarms),
        missing=sum(len(one.seqs) for one in await parts.store.read(keep.missing)),
    )
    status = 200 if is_sound else 503
    return Response(
        msgspec.json.encode(told),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


@get("/book")
async def book(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[bytes]:
    """The county's book, for whoever has entered; its version is its ETag."""
    parts.tokens.read(token_of(request))
    etag = f'"{parts.county.book.version}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, headers=headers)
    return Response(msgspec.json.encode(parts.county.book), media_type="application/json", headers=headers)


@get("/keys")
async def keys(parts: NamedDependency[Parts]) -> Response[bytes]:
    """The public keys that check receipts, for anybody: the present one first."""
    body = msgspec.json.encode({"keys": parts.seal.keys})
    return Response(body, media_type="application/json", headers={"Cache-Control": ALWAYS_ASK})


router = Router("/", route_handlers=[phone, desk, resident_assets, home, health, book, keys])
