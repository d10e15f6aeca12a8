"""What the town's reviewers see: the queue, the most pressing first, and one issue with all that belongs to it. Acts enter elsewhere."""

from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.book import CountyBook
from server.parts import Parts
from server.problems import Problem
from server.sight import hidden_under, masked, reader, record_seen
from server.store import blobs, lists, log, people
from server.store.disk import Conn
from server.store.lists import Record
from server.store.log import Grid
from server.store.queue import Counts, queue_counts, queue_page
from server.who import Who, standing, token_of
from sync.admit import Area
from sync.check import is_ref
from sync.fold import Shape
from sync.law import LAW
from sync.rules.book import category_of
from sync.rules.lights import light
from sync.sight import Reader, Sight, may_see
from sync.subjects.issue import Holder, goal, holder, part, text, times_reopened
from sync.wire import Placed

DESK_ROLES = ("town", "dispatcher", "supervisor", "county_leader")
PAGE = 50
MAX_PAGE = 200


class Came(msgspec.Struct, frozen=True, kw_only=True):
    """Why an issue lies before the town: the book's reason, and what the worker said."""

    rule: str
    reason_zh: str
    reason_en: str
    escalate_why: str
    tried: str
    request: str
    times_reopened: int


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the queue."""

    subject: str
    issue_no: str
    title: str
    grid: str
    grid_name: str
    village: str
    town: str
    category: str
    category_zh: str
    category_en: str
    stage: str
    urgency: str
    track: str
    flags: list[str]
    alarmed: bool
    due_ms: int | None
    due_clock: str
    light: str
    """`green`, `yellow`, `red`; "" when no clock runs."""
    goal_ms: int | None
    """Until when the counter means to be done, as long as it is not."""
    came: Came
    holder: Holder
    reporter: str
    """Masked: enough to tell two people apart."""
    sealed: bool
    """Whether it is sealed: who sees it here is entitled to."""
    hidden: bool
    """Whether who reported it is withheld from the asker: who has a reason may say it and look."""
    begun_ms: int
    updated_ms: int


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the queue and the numbers above it."""

    now_ms: int
    counts: Counts
    total: int
    """How many there are under this filter; `items` begins at `offset`."""
    offset: int
    items: list[Item]


class Dual(msgspec.Struct, frozen=True):
    """The county's pair under double assignment (双交办): who reads, and who acts within the time limit."""

    reader: str
    unit: str


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """An issue and the records that belong to it, as placed changes, so that the desk folds them itself."""

    subject: str
    now_ms: int
    grid: Grid
    item: Item
    records: dict[str, list[Placed]]
    people: dict[str, str]
    dual: Dual
    photos: list[str]
    """Hashes of the photos that are here already."""


@get("/desk/queue.json")
async def queue(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[bytes]:
    """What lies before the asker's town or county. `stage` (repeatable), `offset`, `limit` choose."""
    who = parts.tokens.read(token_of(request))
    stages = [stage for stage in request.query_params.getall("stage", []) if stage in LAW["issue"].stages]
    offset, limit = (_number(request, name, default) for name, default in (("offset", 0), ("limit", PAGE)))
    look = partial(
        _queue,
        who=who,
        county=parts.county,
        now_ms=parts.clock(),
        stages=stages,
        offset=offset,
        limit=min(limit, MAX_PAGE),
    )
    return _json(await parts.store.read(look))


@get("/desk/issues/{ref:str}")
async def issue(request: Request[Any, Any, Any], parts: NamedDependency[Parts], ref: FromPath[str]) -> Response[bytes]:
    """One issue, whole. `ref` is what stands after `issue/` in its id."""
    who = parts.tokens.read(token_of(request))
    look = partial(_whole, who=who, county=parts.county, now_ms=parts.clock(), subject=f"issue/{ref}")
    return _json(await parts.store.read(look))


def _json(told: object) -> Response[bytes]:
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(told), media_type="application/json", headers=headers)


def _number(request: Request[Any, Any, Any], name: str, default: int) -> int:
    value = request.query_params.get(name, str(default))
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise Problem("bad_request", name)
    return int(value)


class _Desk(msgspec.Struct, frozen=True):
    """Who sits at a desk, and over which areas."""

    person: str
    areas: list[Area]
    codes: list[str]

    def reader(self, grid: str, now_ms: int) -> Reader:
        return reader(self.person, self.areas, grid, now_ms)


def _desk(conn: Conn, who: Who, now_ms: int) -> _Desk:
    stands = standing(conn, who)
    codes = stands.codes_now(DESK_ROLES, now_ms)
    if not codes:
        raise Problem("not_for_your_role")
    return _Desk(who.person, stands.asker.areas, codes)


def _queue(conn: Conn, who: Who, county: CountyBook, now_ms: int, stages: list[str], offset: int, limit: int) -> Queue:
    desk = _desk(conn, who, now_ms)
    hidden = hidden_under(conn, desk.person, desk.areas, desk.codes, now_ms)
    counts = queue_counts(conn, desk.codes, hidden, now_ms)
    found = queue_page(conn, desk.codes, hidden, stages, offset, limit)
    grids = {grid.code: grid for grid in log.grids_under(conn, sorted({record.grid for record in found}))}
    total = sum(n for stage, n in counts.stages.items() if not stages or stage in stages)
    items = [
        _item(county, record, grids[record.grid], now_ms, may_see(desk.reader(record.grid, now_ms), record.mark))
        for record in found
    ]
    return Queue(now_ms=now_ms, counts=counts, total=total, offset=offset, items=items)


def _item(county: CountyBook, record: Record, grid: Grid, now_ms: int, sight: Sight) -> Item:
    shape = record.shape
    leaf = category_of(county.book, record.category)
    due_ms = record.due_ms
    return Item(
        subject=record.subject,
        issue_no=record.issue_no,
        title=record.title,
        grid=record.grid,
        grid_name=grid.name,
        village=grid.village,
        town=grid.town,
        category=record.category,
        category_zh=leaf.zh if leaf else "",
        category_en=leaf.en if leaf else "",
        stage=record.stage,
        urgency=record.urgency,
        track=record.track,
        flags=[flag for flag in record.flags.split(",") if flag],
        alarmed=record.alarmed == 1,
        due_ms=due_ms,
        due_clock=record.due_clock,
        light="" if due_ms is None else light(due_ms, now_ms, county.calendar, county.book.clocks),
        goal_ms=_open_goal(shape),
        came=_came(shape),
        holder=holder(shape),
        reporter=masked(part(shape, "reporter", "name"), part(shape, "reporter", "phone")) if sight == "whole" else "",
        sealed=record.mark is not None and record.mark.seal != "",
        hidden=sight != "whole",
        begun_ms=record.begun_ms,
        updated_ms=record.updated_ms,
    )


def _open_goal(shape: Shape) -> int | None:
    set_ = goal(shape)
    return set_.at_ms if set_ and set_.told_ms is None else None


def _came(shape: Shape) -> Came:
    """The reason of the triage in force; of the proposal while nobody has decided."""
    decided = text(shape, "rule") != ""
    rule, zh, en = (
        text(shape, name) if decided else part(shape, "proposal", name) for name in ("rule", "reason_zh", "reason_en")
    )
    return Came(
        rule=rule,
        reason_zh=zh,
        reason_en=en,
        escalate_why=text(shape, "escalate_why"),
        tried=text(shape, "tried"),
        request=text(shape, "request"),
        times_reopened=times_reopened(shape),
    )


def _whole(conn: Conn, who: Who, county: CountyBook, now_ms: int, subject: str) -> Whole:
    desk = _desk(conn, who, now_ms)
    record = lists.records(conn, [subject]).get(subject)
    if record is None or not _is_open_to(desk, record, now_ms):
        raise Problem("not_found")
    named = {ref.target for ref in lists.named_by(conn, subject) if is_ref(ref.target)}
    beside = lists.records(conn, named | set(lists.naming(conn, subject)))
    mine = [record, *(one for one in beside.values() if _is_open_to(desk, one, now_ms))]
    hashes = sorted({ref.target for one in mine for ref in lists.refs_of(one.shape) if not is_ref(ref.target)})
    grid = log.grids_under(conn, [record.grid])[0]
    return Whole(
        subject=subject,
        now_ms=now_ms,
        grid=grid,
        item=_item(county, record, grid, now_ms, may_see(desk.reader(record.grid, now_ms), record.mark)),
        records={one.subject: record_seen(conn, desk.reader(one.grid, now_ms), one) for one in mine},
        people=people.names(conn, {act.actor for one in mine for act in [*one.shape.acts, *one.shape.notes]}),
        dual=Dual(reader=county.same.dual_reader, unit=county.same.dual_unit),
        photos=blobs.present(conn, hashes),
    )


def _is_open_to(desk: _Desk, record: Record, now_ms: int) -> bool:
    """Whether it lies in the desk's areas and is not sealed from who sits there."""
    here = any(record.grid.startswith(code) for code in desk.codes)
    return here and may_see(desk.reader(record.grid, now_ms), record.mark) in ("whole", "no_person")


router = Router("/", route_handlers=[queue, issue])
