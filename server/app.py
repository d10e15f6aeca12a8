"""Puts the stations together: routes, errors, headers, compression, the log of requests. The one file that knows them all."""

import asyncio
import gc
import logging
from typing import Any, cast

from litestar import Litestar, Router
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.types import Message, Scope

from server import (
    ahead,
    bulletin,
    enter,
    exchange,
    front,
    intake,
    likes,
    order,
    parked,
    photos,
    pokes,
    problems,
    resident,
    rounds,
    snapshot,
    staff,
    talks,
    town,
)
from server.book import CountyBook, load_book
from server.now import Clock, now_ms
from server.packing import Packing
from server.parts import Parts
from server.seal import seal_of
from server.settings import Settings
from server.store import Store, open_store
from server.store.built import Apps
from server.throttle import Throttle
from server.who import Tokens

access = logging.getLogger("sulaiban.access")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(self), payment=()",
}
"""On every answer, unless it has set its own."""


def make_parts(settings: Settings, *, store: Store | None = None, clock: Clock = now_ms) -> Parts:
    """Opens what one server needs. Raises what makes it unsafe to start: the store's Unsafe, the book's BadBookError."""
    county: CountyBook = load_book()
    opened = store or open_store(settings.data, settings.database)
    return Parts(
        settings=settings,
        store=opened,
        clock=clock,
        county=county,
        tokens=Tokens(opened.meta.token_key, clock),
        seal=seal_of(opened.meta),
        throttle=Throttle(clock),
        apps=Apps(settings.apps),
    )


def spare_the_collector() -> None:
    """For a process that serves: all that is loaded by now lives for ever, and garbage in circles is looked for less often.

    Reading a phone's ops makes thousands of objects that all die without it, and looking through them takes time from an exchange.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 10)


def make_app(parts: Parts) -> Litestar:
    """The server over these parts; it closes the store when it shuts down."""

    async def given() -> Parts:
        return parts

    tasks: list[asyncio.Task[None]] = []

    async def open_() -> None:
        tasks.append(asyncio.create_task(rounds.keep_going(parts)))

    async def close() -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await remaker.close()
        await parts.store.close()

    remaker, turns = photos.Remaker(), photos.Turns()

    routers: list[Router] = [
        enter.router,
        exchange.router,
        photos.door.router,
        photos.show.router,
        pokes.router,
        snapshot.router,
        town.router,
        parked.router,
        staff.router,
        order.router,
        talks.router,
        ahead.router,
        intake.router,
        likes.router,
        bulletin.router,
        resident.router,
        resident.public.router,
        front.router,
    ]
    return Litestar(
        routers,
        dependencies={
            "parts": Provide(given),
            "remaker": Provide(lambda: remaker, sync_to_thread=False),
            "turns": Provide(lambda: turns, sync_to_thread=False),
        },
        exception_handlers={Exception: problems.answerer(parts.county.words_zh, parts.county.words_en)},
        middleware=[Packing()],
        before_send=[_dress],
        on_startup=[open_],
        on_shutdown=[close],
        openapi_config=None,
        logging_config=None,
        # Each route limits its own body before it parses anything.
        request_max_body_size=None,
    )


async def _dress(message: Message, scope: Scope) -> None:
    """Fills the headers that an answer has not set, and logs the request without anybody's link."""
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in HEADERS.items():
        if name not in headers:
            headers[name] = value
    parts = cast("dict[str, Any]", scope)
    access.info("%s %s %s", parts["method"], _without_links(str(parts["path"])), message["status"])


def _without_links(path: str) -> str:
    """A resident's link is a key: it must not lie in a log. Nor may a path write lines or colours there."""
    top = path.split("/")[1:2]
    return "/r/…" if top == ["r"] else "".join(c for c in path if c.isprintable())
