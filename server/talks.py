"""What the desk shows of consultations, mediations, promises, tasks and letters: lists by what is due, one whole. Acts enter elsewhere."""

from datetime import date
from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.book import CountyBook
from server.parts import Parts
from server.problems import Problem
from server.sight import reader, record_seen, shape_seen
from server.store import blobs, lists, log, people
from server.store.disk import Conn
from server.store.lists import Record
from server.store.log import Grid
from server.who import Standing, Who, standing, token_of
from sync.check import is_ref
from sync.fold import Shape, entered_stage
from sync.guards import SHOWN_DAYS, last_act, rows_in, term_states
from sync.law import LAW
from sync.rules.due import Due as Reckoned
from sync.rules.due import due, last_day, named_due
from sync.rules.lights import light
from sync.rules.workdays import moment_ms
from sync.sight import Reader, may_see
from sync.subjects.issue import Due, due_in, part, text
from sync.wire import Placed

KINDS = ("consultation", "mediation", "promise", "task", "letter")
ROLES = (
    *("village", "party_secretary", "mediator", "grid_leader", "town", "town_head"),
    *("dispatcher", "chief_clerk", "supervisor", "county_leader"),
)
_BY = {"promise": ("promised", "by"), "task": ("set", "look")}
"""What is due on a day that people named: where that day comes from, and what is due then."""
LIMIT = 300
"""Of each kind, of what is open and of what is over."""


class TalkItem(msgspec.Struct, frozen=True, kw_only=True):
    """One of them as a line of a list."""

    subject: str
    kind: str
    stage: str
    over: bool
    title: str
    who: str
    """Who promised, who mediates, or who proposed."""
    to: str
    """Whom it is owed to, or between whom; "" where nobody is named to the asker."""
    grid: str
    grid_name: str
    village: str
    issue: str
    issue_no: str
    due_ms: int | None
    due_why: str
    """What is due then: `draft`, `invite`, `meets`, `notice_ends`, `term`, `mediate`, `by`, `look`, `letter`; "" for nothing."""
    proof_zh: str
    proof_en: str
    """How that moment follows."""
    light: str
    updated_ms: int


class TalkList(msgspec.Struct, frozen=True, kw_only=True):
    """All of the asker's areas: what is open and due first on top, what is over behind."""

    now_ms: int
    items: list[TalkItem]


class WholeTalk(msgspec.Struct, frozen=True, kw_only=True):
    """One of them as placed changes, so that the desk folds it itself."""

    now_ms: int
    grid: Grid
    item: TalkItem
    issue_title: str
    changes: list[Placed]
    people: dict[str, str]
    photos: list[str]
    court: Due | None
    """Until when both sides may ask a court to confirm an agreement, with its proof; None for none."""
    touching: list[str]
    """What agreements of the matter's category are likely to decide that no court confirms, by the book."""


class _Next(msgspec.Struct, frozen=True):
    """What must happen next, and until when, with the proof of that moment."""

    due: Reckoned | Due
    why: str


@get("/desk/talks.json")
async def talk_list(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[bytes]:
    """What is talked over, mediated, promised, sent out or in letters where the asker stands; of each `kind` named, or of all."""
    who = parts.tokens.read(token_of(request))
    named = request.query_params.getall("kind", [*KINDS])
    kinds = [kind for kind in KINDS if kind in named]
    look = partial(_list, who=who, county=parts.county, now_ms=parts.clock(), kinds=kinds)
    return _json(await parts.store.read(look))


@get("/desk/talks/{kind:str}/{ref:str}")
async def talk_whole(
    request: Request[Any, Any, Any], parts: NamedDependency[Parts], kind: FromPath[str], ref: FromPath[str]
) -> Response[bytes]:
    """One of them, whole, by the two parts of its id."""
    who = parts.tokens.read(token_of(request))
    look = partial(_whole, who=who, county=parts.county, now_ms=parts.clock(), subject=f"{kind}/{ref}")
    return _json(await parts.store.read(look))


def _json(told: object) -> Response[bytes]:
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(told), media_type="application/json", headers=headers)


class _Desk(msgspec.Struct, frozen=True):
    """Who asks, where, and the issues that may be named beside."""

    stands: Standing
    codes: list[str]
    now_ms: int

    def may(self, record: Record) -> bool:
        here = any(record.grid.startswith(code) for code in self.codes)
        return here and may_see(self.reader(record), record.mark) in ("whole", "no_person")

    def reader(self, record: Record) -> Reader:
        return reader(self.stands.asker.person, self.stands.asker.areas, record.grid, self.now_ms)


def _desk(conn: Conn, who: Who, now_ms: int) -> _Desk:
    stands = standing(conn, who)
    codes = stands.codes_now(ROLES, now_ms)
    if not codes:
        raise Problem("not_for_your_role")
    return _Desk(stands, codes, now_ms)


def _list(conn: Conn, who: Who, county: CountyBook, now_ms: int, kinds: list[str]) -> TalkList:
    desk = _desk(conn, who, now_ms)
    grids = {grid.code: grid for grid in log.grids_under(conn, desk.codes)}
    found = [
        one
        for kind in kinds
        for over in (False, True)
        for one in lists.in_stages(conn, kind, sorted(grids), _stages(kind, over), LIMIT, newest=over)
    ]
    seen = [record for record in found if desk.may(record)]
    issues = lists.records(conn, {text(record.shape, "issue") for record in seen} - {""})
    items = [_item(conn, desk, county, record, grids[record.grid], issues) for record in seen]
    items.sort(key=lambda one: (one.over, -one.updated_ms if one.over else one.due_ms or now_ms << 1))
    return TalkList(now_ms=now_ms, items=items)


def _stages(kind: str, over: bool) -> list[str]:
    """Those at which one of this kind is over, or still open."""
    return [stage for stage in LAW[kind].stages if (stage in LAW[kind].over) == over]


def _item(
    conn: Conn, desk: _Desk, county: CountyBook, record: Record, grid: Grid, issues: dict[str, Record]
) -> TalkItem:
    shape = record.shape
    known = issues.get(text(shape, "issue"))
    issue = shape_seen(conn, desk.reader(known), known) if known and desk.may(known) else None
    is_over = shape.stage in LAW[record.kind].over
    when = None if is_over else _due(county, shape, known.shape if known else None)
    return TalkItem(
        subject=record.subject,
        kind=record.kind,
        stage=shape.stage,
        over=is_over,
        title=next((said for name in ("topic", "dispute", "what", "summary") if (said := text(shape, name))), ""),
        who=next((said for name in ("who", "mediator", "proposer") if (said := text(shape, name))), ""),
        to=_to(shape, issue),
        grid=record.grid,
        grid_name=grid.name,
        village=grid.village,
        issue=known.subject if known and issue else "",
        issue_no=text(issue, "issue_no") if issue else "",
        due_ms=when.due.due_ms if when else None,
        due_why=when.why if when else "",
        proof_zh=when.due.proof_zh if when else "",
        proof_en=when.due.proof_en if when else "",
        light=light(when.due.due_ms, desk.now_ms, county.calendar, county.book.clocks) if when else "",
        updated_ms=record.updated_ms,
    )


def _to(shape: Shape, issue: Shape | None) -> str:
    """Between whom a mediation is, or to whom a promise was made."""
    if shape.kind == "mediation":
        return "、".join(str(row.get("name", "")) for row in rows_in(shape, "parties"))
    return part(issue, "reporter", "name") if issue and shape.kind == "promise" else ""


def _due(county: CountyBook, shape: Shape, issue: Shape | None) -> _Next | None:
    """What must happen next, and until when."""
    if shape.kind in _BY:
        return _on(county, text(shape, "by"), *_BY[shape.kind])
    if shape.kind == "letter":
        answer = due_in(shape, "due_letter")
        return _Next(answer, "letter") if answer else None
    if shape.kind == "mediation":
        return _of_mediation(county, shape, issue)
    clocks, entered = county.book.clocks, entered_stage(shape)
    if shape.stage == "reviewed" and entered:
        return _Next(due(county.calendar, clocks, entered.at_ms, clocks.consult_days, "approved"), "invite")
    if shape.stage == "invited":
        meets = shape.fields["meets_ms"].now.value
        return _Next(named_due(county.calendar, clocks, meets, "called"), "meets") if isinstance(meets, int) else None
    if shape.stage == "publicised":
        shown = last_act(shape, "publish")
        return _Next(last_day(county.calendar, clocks, shown.at_ms, SHOWN_DAYS), "notice_ends") if shown else None
    if shape.stage in ("filed", "implementing"):
        days = [str(row["by"]) for row in rows_in(shape, "terms") if "by" in row]
        return _on(county, min(days, default=""), "agreed", "term")
    when = due_in(issue, "due_consult") if issue and shape.stage == "proposed" else None
    return _Next(when, "draft") if when else None


def _of_mediation(county: CountyBook, shape: Shape, issue: Shape | None) -> _Next | None:
    if shape.stage == "agreed":
        states = term_states(shape)
        days = [str(row["by"]) for row, state in zip(rows_in(shape, "terms"), states, strict=True) if not state]
        return _on(county, min(days, default=""), "agreed", "term")
    if text(shape, "prolong_to"):
        return _on(county, text(shape, "prolong_to"), "prolonged", "mediate")
    when = due_in(issue, "due_mediate") if issue else None
    return _Next(when, "mediate") if when else None


def _on(county: CountyBook, day: str, what: str, why: str) -> _Next | None:
    """The end of office hours of a day that people named."""
    clocks = county.book.clocks
    if not day:
        return None
    return _Next(
        named_due(county.calendar, clocks, moment_ms(date.fromisoformat(day), clocks.office_to, clocks), what), why
    )


def _whole(conn: Conn, who: Who, county: CountyBook, now_ms: int, subject: str) -> WholeTalk:
    desk = _desk(conn, who, now_ms)
    record = lists.records(conn, [subject]).get(subject)
    if record is None or record.kind not in KINDS or not desk.may(record):
        raise Problem("not_found")
    grid = log.grids_under(conn, [record.grid])[0]
    issues = lists.records(conn, {text(record.shape, "issue")} - {""})
    item = _item(conn, desk, county, record, grid, issues)
    shape = record.shape
    named = sorted({ref.target for ref in lists.refs_of(shape) if not is_ref(ref.target)})
    return WholeTalk(
        now_ms=now_ms,
        grid=grid,
        item=item,
        issue_title=text(issues[item.issue].shape, "title") if item.issue else "",
        changes=record_seen(conn, desk.reader(record), record),
        people=people.names(conn, {act.actor for act in [*shape.acts, *shape.notes]}),
        photos=blobs.present(conn, named),
        court=due_in(shape, "due_court") if shape.stage in ("agreed", "performed") else None,
        touching=_touching(county, shape, issues[item.issue].shape if item.issue else None),
    )


def _touching(county: CountyBook, shape: Shape, issue: Shape | None) -> list[str]:
    """What an agreement on this matter is likely to decide that no court confirms; nothing once no agreement can come of it."""
    if shape.kind != "mediation" or issue is None or shape.stage not in ("open", "unsigned", "agreed", "performed"):
        return []
    return county.agreements.touching(text(issue, "category"))


router = Router("/", route_handlers=[talk_list, talk_whole])
