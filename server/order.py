"""What departments, dispatchers, callers and supervisors see: orders by what is due, whom to call. Acts enter elsewhere."""

from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.book import CountyBook
from server.parts import Parts
from server.problems import Problem
from server.rounds import missing_year
from server.store import lists, log, people
from server.store.disk import Conn
from server.store.lists import Record
from server.store.log import Grid
from server.units import units_of
from server.who import Standing, Who, standing, token_of
from sync.admit import Area
from sync.fold import Shape, acts_since_entry, entered_stage
from sync.law import ROLES
from sync.rules.book import category_of
from sync.rules.lights import light
from sync.subjects import order as orders
from sync.subjects.issue import part, phones, text
from sync.wire import Placed

OF_A_UNIT = tuple(role for role, known in ROLES.items() if known.of == "unit")
OVER_ALL = ("town", "dispatcher", "supervisor", "county_leader", "chief_clerk", "grid_leader")
LIMIT = 200


class OrderItem(msgspec.Struct, frozen=True, kw_only=True):
    """One order as a line of a list."""

    subject: str
    issue: str
    order_no: str
    title: str
    grid: str
    village: str
    town: str
    unit: str
    unit_name: str
    lead: bool
    stage: str
    urgency: str
    due_ms: int | None
    due_clock: str
    proof_zh: str
    proof_en: str
    light: str
    handler: str
    phone: str
    redone: int
    urged: int
    card: str
    """The strongest card shown since it was sent: `red`, `yellow`, `ordinary` or ""."""
    whistled: bool


class OrderList(msgspec.Struct, frozen=True, kw_only=True):
    """The orders the asker may see, what is due first on top."""

    now_ms: int
    missing_year: int
    """A year whose holidays the book should hold by now; 0 for none."""
    items: list[OrderItem]


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """As much of the issue as the unit needs; the reporter only where nobody asked to keep him unnamed."""

    issue_no: str
    title: str
    words: str
    place: str
    demand: str
    category_zh: str
    category_en: str
    tried: str
    request: str
    reporter: str
    phone: str
    responder: str


class Promised(msgspec.Struct, frozen=True, kw_only=True):
    """What was promised about the matter, by whom, and by which day."""

    subject: str
    who: str
    what: str
    by: str
    stage: str


class WholeOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order as placed changes, so that the desk folds it itself, with its matter and the other units' orders."""

    now_ms: int
    grid: Grid
    item: OrderItem
    matter: Matter
    changes: list[Placed]
    others: list[OrderItem]
    promises: list[Promised]
    people: dict[str, str]


class CallItem(msgspec.Struct, frozen=True, kw_only=True):
    """A resident to be called back, with what was answered."""

    subject: str
    grid: str
    village: str
    issue_no: str
    title: str
    reporter: str
    phone: str
    """The number given at the beginning: it is called first, whatever staff made of it later."""
    other_phones: list[str]
    """Numbers that were put down later."""
    conclusion: str
    answer: str
    told_ms: int
    tries: int
    """Working days on which somebody tried."""
    unit: str


class CallList(msgspec.Struct, frozen=True, kw_only=True):
    """The residents that this caller may ask, who waits longest first."""

    now_ms: int
    items: list[CallItem]


@get("/desk/orders.json")
async def order_list(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[bytes]:
    """The open and answered orders of the asker's unit, or of the asker's area."""
    who = parts.tokens.read(token_of(request))
    return _json(await parts.store.read(partial(_list, who=who, county=parts.county, now_ms=parts.clock())))


@get("/desk/orders/{ref:str}")
async def order_whole(
    request: Request[Any, Any, Any], parts: NamedDependency[Parts], ref: FromPath[str]
) -> Response[bytes]:
    """One order, whole. `ref` is what stands after `order/` in its id."""
    who = parts.tokens.read(token_of(request))
    look = partial(_whole, who=who, county=parts.county, now_ms=parts.clock(), subject=f"order/{ref}")
    return _json(await parts.store.read(look))


@get("/desk/calls.json")
async def call_list(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[bytes]:
    """Whom a caller is to ask; nobody whose matter the caller or the caller's unit had in hand."""
    who = parts.tokens.read(token_of(request))
    return _json(await parts.store.read(partial(_calls, who=who, now_ms=parts.clock())))


def _json(told: object) -> Response[bytes]:
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(told), media_type="application/json", headers=headers)


def _held(stands: Standing, roles: tuple[str, ...], now_ms: int) -> list[Area]:
    areas = (area for area in stands.asker.areas if area.role in roles)
    return [area for area in areas if area.from_ms <= now_ms and (area.to_ms is None or now_ms < area.to_ms)]


def _sees(stands: Standing, record: Record, now_ms: int) -> bool:
    over = any(record.grid.startswith(area.code) for area in _held(stands, OVER_ALL, now_ms))
    mine = (area for area in _held(stands, OF_A_UNIT, now_ms) if area.unit == record.unit)
    return over or any(record.grid.startswith(area.code) for area in mine)


def _list(conn: Conn, who: Who, county: CountyBook, now_ms: int) -> OrderList:
    stands = standing(conn, who)
    over, mine = _held(stands, OVER_ALL, now_ms), _held(stands, OF_A_UNIT, now_ms)
    if not over and not mine:
        raise Problem("not_for_your_role")
    codes = sorted({area.code for area in over or mine})
    units = [] if over else sorted({area.unit for area in mine})
    found = lists.orders(conn, codes, units, [*orders.OPEN_STAGES, "replied"], LIMIT)
    seen = [record for record in found if _sees(stands, record, now_ms)]
    year = missing_year(county.calendar, county, now_ms)
    return OrderList(now_ms=now_ms, missing_year=year, items=_items(conn, county, seen, now_ms))


def _items(conn: Conn, county: CountyBook, records: list[Record], now_ms: int) -> list[OrderItem]:
    grids = {grid.code: grid for grid in log.grids_under(conn, sorted({record.grid for record in records}))}
    return [_item(county, record, grids[record.grid], now_ms) for record in records]


def _item(county: CountyBook, record: Record, grid: Grid, now_ms: int) -> OrderItem:
    shape = record.shape
    when = orders.running_due(shape)
    holder = orders.holder(shape)
    return OrderItem(
        subject=record.subject,
        issue=text(shape, "issue"),
        order_no=text(shape, "order_no"),
        title=record.title,
        grid=record.grid,
        village=grid.village,
        town=grid.town,
        unit=record.unit,
        unit_name=text(shape, "unit_name"),
        lead=orders.leads(shape),
        stage=shape.stage,
        urgency=record.urgency,
        due_ms=when.due_ms if when else None,
        due_clock=when.clock if when else "",
        proof_zh=when.proof_zh if when else "",
        proof_en=when.proof_en if when else "",
        light=light(when.due_ms, now_ms, county.calendar, county.book.clocks) if when else "",
        handler=holder.name,
        phone=holder.phone,
        redone=orders.times_redone(shape),
        urged=sum(1 for act in shape.acts if act.name == "urge"),
        card=_card(shape),
        whistled=any(act.name == "whistle" for act in shape.acts),
    )


def _card(shape: Shape) -> str:
    shown = [act.fields.get("card") for act in shape.acts if act.name == "supervise"]
    return next((card for card in ("red", "yellow", "ordinary") if card in shown), "")


def _whole(conn: Conn, who: Who, county: CountyBook, now_ms: int, subject: str) -> WholeOrder:
    stands = standing(conn, who)
    record = lists.records(conn, [subject]).get(subject)
    if record is None or not _sees(stands, record, now_ms):
        raise Problem("not_found")
    issue = text(record.shape, "issue")
    known = lists.records(conn, [issue, *lists.naming(conn, issue)])
    siblings = [one for one in known.values() if one.kind == "order" and one.subject != subject]
    promises = [one for one in known.values() if one.kind == "promise" and not (one.mark and one.mark.seal)]
    grid = log.grids_under(conn, [record.grid])[0]
    return WholeOrder(
        now_ms=now_ms,
        grid=grid,
        item=_item(county, record, grid, now_ms),
        matter=_matter(county, known[issue].shape),
        changes=log.of_subject(conn, record.grid, subject),
        others=_items(conn, county, siblings, now_ms),
        promises=[_promised(one) for one in promises],
        people=people.names(conn, {act.actor for act in [*record.shape.acts, *record.shape.notes]}),
    )


def _promised(record: Record) -> Promised:
    told = {name: text(record.shape, name) for name in ("who", "what", "by")}
    return Promised(subject=record.subject, stage=record.stage, **told)


def _matter(county: CountyBook, issue: Shape) -> Matter:
    leaf = category_of(county.book, text(issue, "category"))
    secret = issue.fields.get("confidential")
    hidden = secret is not None and secret.now.value is True
    return Matter(
        issue_no=text(issue, "issue_no"),
        title=text(issue, "title"),
        words=text(issue, "words"),
        place=text(issue, "place"),
        demand=text(issue, "demand"),
        category_zh=leaf.zh if leaf else "",
        category_en=leaf.en if leaf else "",
        tried=text(issue, "tried"),
        request=text(issue, "request"),
        reporter="" if hidden else part(issue, "reporter", "name"),
        phone="" if hidden else part(issue, "reporter", "phone"),
        responder=part(issue, "responder", "name"),
    )


def _calls(conn: Conn, who: Who, now_ms: int) -> CallList:
    stands = standing(conn, who)
    held = _held(stands, ("caller",), now_ms)
    if not held:
        raise Problem("not_for_your_role")
    found = lists.to_confirm(conn, sorted({area.code for area in held}), LIMIT)
    own = {area.unit for area in held}
    mine = [one for one in found if not own & units_of(one.shape) and phones(one.shape)]
    grids = {grid.code: grid for grid in log.grids_under(conn, sorted({record.grid for record in mine}))}
    return CallList(now_ms=now_ms, items=[_call(record, grids[record.grid]) for record in mine])


def _call(record: Record, grid: Grid) -> CallItem:
    shape = record.shape
    entered = entered_stage(shape)
    first, *others = phones(shape)
    return CallItem(
        subject=record.subject,
        grid=record.grid,
        village=grid.village,
        issue_no=record.issue_no,
        title=record.title,
        reporter=part(shape, "reporter", "name"),
        phone=first,
        other_phones=others,
        conclusion=text(shape, "conclusion"),
        answer=text(shape, "answer") or text(shape, "measures"),
        told_ms=entered.at_ms if entered else 0,
        tries=sum(1 for act in acts_since_entry(shape) if act.name == "count_try"),
        unit=text(shape, "handler_unit"),
    )


router = Router("/", route_handlers=[order_list, order_whole, call_list])
