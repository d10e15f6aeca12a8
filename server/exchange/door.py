"""The route of the exchange: ops up, receipts and changes down, one round trip."""

from functools import partial
from typing import Any

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency

from server.body import read_body
from server.exchange.give import give
from server.exchange.take import Taken, read_ops, take
from server.parts import Parts
from server.problems import Problem
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
    brought = read_ops(ask.ops)
    taken = await parts.store.write(
        partial(take, county=parts.county, clock=parts.clock, who=who, ask=ask, brought=brought),
        grids=[one.op.grid for one in brought if isinstance(one.op, Op)],
        devices=[who.device],
    )
    if not isinstance(taken, Taken):
        raise taken
    now_ms = parts.clock()
    given = await parts.store.read(partial(give, who=who, places=ask.places, now_ms=now_ms))
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
        key=signed.key,
        signature=signed.signature,
    )
    return Response(write(reply), media_type="application/json", headers={"Cache-Control": "no-store"})


router = Router("/", route_handlers=[exchange])
