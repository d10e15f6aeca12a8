"""The route of the exchange: ops up, receipts and changes down, one round trip."""

from functools import partial
from typing import Any

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency

from server.absent import note_gap
from server.body import read_body
from server.exchange.give import give
from server.exchange.mend import read_offers
from server.exchange.take import Delivery, Taken, grids_of, read_ops, take
from server.parts import Parts
from server.problems import Problem
from server.store.meta import kept_since
from server.who import token_of
from sync.op import Op
from sync.wire import MAX_ASK_BYTES, WIRE_VERSION, Reply, Unreadable, read_ask, write


@post("/exchange", status_code=200)
async def exchange(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[bytes]:
    """Takes a device's ops and gives what its grids' logs hold. The answer is written once all of it is durable."""
    who = parts.tokens.read(token_of(request))
    ask = read_ask(await read_body(request, MAX_ASK_BYTES))
    if isinstance(ask, Unreadable):
        raise Problem(ask.why)
    if ask.device != who.device:
        raise Problem("not_your_device")
    meta = parts.store.meta
    brought, offered = read_ops(ask.ops), read_offers(parts.seal, ask.offers)
    given_in = Delivery(brought=brought, offered=offered, epoch=meta.epoch, was_restored=bool(meta.lives))
    taken = await parts.store.write(
        partial(take, county=parts.county, clock=parts.clock, who=who, ask=ask, given=given_in),
        grids=[grid for one in (*brought, *offered) if isinstance(one.op, Op) for grid in grids_of(one.op)],
        devices=[who.device, *(one.offer.device for one in offered)],
    )
    if not isinstance(taken, Taken):
        raise taken
    now_ms = parts.clock()
    if taken.gap:
        await parts.store.write(partial(note_gap, device=who.device, gap=taken.gap, now_ms=now_ms))
    places = ask.places if taken.is_of_now else {}
    given = await parts.store.read(partial(give, who=who, places=places, now_ms=now_ms))
    signed = parts.seal.sign(who.device, parts.store.meta.epoch, taken.receipts)
    reply = Reply(
        v=WIRE_VERSION,
        epoch=parts.store.meta.epoch,
        now_ms=now_ms,
        next_seq=taken.next_seq,
        receipts=signed.receipts,
        scope=given.scope,
        changes=parts.seal.mark_changes(given.changes),
        book=parts.county.book.version,
        settled=parts.seal.marked(who.device, given.settled),
        key=signed.key,
        signature=signed.signature,
        kept={} if taken.is_of_now else {grid: kept_since(meta, ask.epoch, grid) for grid in ask.places},
        later=taken.later,
    )
    return Response(write(reply), media_type="application/json", headers={"Cache-Control": "no-store"})


router = Router("/", route_handlers=[exchange])
