"""The routes of rates and bulletins: what was counted, the cases behind it, drafts, papers. Edits and signatures are ops."""

from datetime import date
from functools import partial
from typing import Any, Literal

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.body import read_json
from server.book import CountyBook
from server.bulletin.draft import TOWN, draft
from server.bulletin.gather import Gathered, gather, is_office, shapes_of, window_of
from server.bulletin.paper import Case as Listed
from server.bulletin.paper import Paper, Row, docx, xlsx
from server.bulletin.period import RHYTHMS, Period, before
from server.bulletin.spread import Spread, spread
from server.bulletin.told import Brief, Case, Rate, rate, rates_of
from server.parts import Parts
from server.problems import Problem
from server.rates import MEASURES
from server.rates.tally import Tally
from server.store import counted, lists, log
from server.store.disk import Conn
from server.store.lists import Record
from server.who import Who, standing, token_of
from sync.subjects.issue import part, text

ROLES = ("town", "dispatcher", "supervisor")
BULLETINS = 60
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DraftAsk(msgspec.Struct, frozen=True):
    """Which bulletin to draft. `first` and `last` as dates; without them the last whole period."""

    rhythm: Literal["daily", "weekly", "monthly"]
    area: str = ""
    first: str = ""
    last: str = ""


Asked = Request[Any, Any, Any]


@get("/desk/rates.json")
async def rates(request: Asked, parts: NamedDependency[Parts]) -> Response[bytes]:
    """The rates of `rhythm` (or `first` to `last`) over `area`."""
    told, areas = await parts.store.aside(partial(_told, parts=parts, who=_who(request, parts), asked=_asked(request)))
    return _json(rates_of(parts.county, told, areas))


@get("/desk/spread.json")
async def spread_of(request: Asked, parts: NamedDependency[Parts]) -> Response[bytes]:
    """Where the matters of the same period and area lie: by grid, category and week, and for how many people."""
    return _json(
        await parts.store.aside(partial(_spread, parts=parts, who=_who(request, parts), asked=_asked(request)))
    )


@get("/desk/rates/cases.json")
async def cases(request: Asked, parts: NamedDependency[Parts]) -> Response[bytes]:
    """The cases behind one rate: `id`, `group` and the same period and area."""
    look = partial(_cases, parts=parts, who=_who(request, parts), asked=_asked(request), names=request.query_params)
    return _json(await parts.store.aside(look))


@get("/desk/rates.xlsx")
async def workbook(request: Asked, parts: NamedDependency[Parts]) -> Response[bytes]:
    """The rates and the cases behind each, as a workbook."""
    look = partial(_sheet, parts=parts, who=_who(request, parts), asked=_asked(request))
    return _file(await parts.store.aside(look), XLSX, "rates.xlsx")


def _sheet(conn: Conn, parts: Parts, who: Who, asked: DraftAsk) -> bytes:
    county = parts.county
    told, _ = _told(conn, parts, who, asked)
    rows = [_row(one) for one in rates_of(county, told, []).rates]
    listed = [one for one in told.figures if one.group == "" and subject_kind(one.id) == "issue"]
    known = {
        one.subject: (one.issue_no, _title(one, county), county.words_zh.get(f"stage.{one.stage}", one.stage))
        for one in counted.each(conn, {subject for figure in listed for subject in figure.all})
    }
    cases: list[Listed] = []
    for figure in listed:
        hits, name = set(figure.hits), county.words_zh[f"rate.{figure.id}"]
        cases += [Listed(name, told.area_name, *known[one], counts=one in hits) for one in figure.all]
    return xlsx(rows, cases, _labels(county))


def subject_kind(measure: str) -> str:
    """The kind of subject that a rate counts."""
    return next((one.kind for one in MEASURES if one.id == measure), "")


@get("/desk/bulletins.json")
async def bulletins(request: Asked, parts: NamedDependency[Parts]) -> Response[bytes]:
    """The newest bulletins of the asker's areas."""
    found = await parts.store.read(partial(_bulletins, who=_who(request, parts), now_ms=parts.clock()))
    return _json([_brief(one) for one in found])


@post("/desk/bulletins", status_code=201)
async def make(request: Asked, parts: NamedDependency[Parts]) -> Response[bytes]:
    """Drafts a bulletin, or tells the one that is there."""
    asked = await read_json(request, DraftAsk)
    who, now_ms = _who(request, parts), parts.clock()
    period = _period(asked.rhythm, asked.first, asked.last, now_ms, parts.county)
    area = await parts.store.read(partial(_area, who=who, asked=asked.area, now_ms=now_ms))
    made = await draft(parts.store, parts.county, area, period, now_ms)
    if not made:
        raise Problem("bad_request", "area")
    return _json({"subject": made}, status=201)


@get("/desk/bulletins/{ref:str}")
async def bulletin(request: Asked, parts: NamedDependency[Parts], ref: FromPath[str]) -> Response[bytes]:
    """One bulletin: its placed changes, so that the desk folds and edits it like every subject."""
    record, changes = await parts.store.read(
        partial(_one, who=_who(request, parts), now_ms=parts.clock(), subject=f"bulletin/{ref}")
    )
    told = {"subject": record.subject, "grid": record.grid, "changes": changes, "rates": _said(parts.county, record)}
    return _json(told)


@get("/desk/bulletins/{ref:str}/paper.docx")
async def document(request: Asked, parts: NamedDependency[Parts], ref: FromPath[str]) -> Response[bytes]:
    """It as a document for the office's own programs."""
    record, _ = await parts.store.read(
        partial(_one, who=_who(request, parts), now_ms=parts.clock(), subject=f"bulletin/{ref}")
    )
    return _file(docx(_paper(parts.county, record)), DOCX, "bulletin.docx")


def _who(request: Asked, parts: Parts) -> Who:
    return parts.tokens.read(token_of(request))


def _asked(request: Asked) -> DraftAsk:
    given = request.query_params
    rhythm = given.get("rhythm", "weekly")
    if rhythm not in RHYTHMS:
        raise Problem("bad_request", "rhythm")
    return DraftAsk(rhythm, given.get("area", ""), given.get("first", ""), given.get("last", ""))


def _period(rhythm: str, first: str, last: str, now_ms: int, county: CountyBook) -> Period:
    if not first and not last:
        return before(rhythm, now_ms, county.calendar, county.book.clocks)
    try:
        period = Period(rhythm, date.fromisoformat(first), date.fromisoformat(last))
    except ValueError as fault:
        raise Problem("bad_request", "first, last") from fault
    if not 0 <= (period.last - period.first).days <= 400:
        raise Problem("bad_request", "first, last")
    return period


def _area(conn: Conn, who: Who, asked: str, now_ms: int) -> str:
    """The area that is asked for, or the whole of what the asker stands over. Raises when he does not stand over all of it."""
    codes = standing(conn, who).codes_now(ROLES, now_ms)
    area = asked or next(iter(codes), "")
    if not any(area.startswith(code) for code in codes):
        raise Problem("not_for_your_role")
    return area


def _told(conn: Conn, parts: Parts, who: Who, asked: DraftAsk) -> tuple[Gathered, list[tuple[str, str]]]:
    now_ms = parts.clock()
    codes = standing(conn, who).codes_now(ROLES, now_ms)
    area = _area(conn, who, asked.area, now_ms)
    period = _period(asked.rhythm, asked.first, asked.last, now_ms, parts.county)
    found = gather(conn, parts.county, area, period, now_ms, parts.store.give_way)
    return found, _areas(conn, parts.county, codes)


def _spread(conn: Conn, parts: Parts, who: Who, asked: DraftAsk) -> Spread:
    told, areas = _told(conn, parts, who, asked)
    return spread(conn, parts.county, told, areas, parts.county.words_zh["paper.sealed"], parts.store.give_way)


def _areas(conn: Conn, county: CountyBook, codes: list[str]) -> list[tuple[str, str]]:
    towns = {grid.town_code: grid.town for grid in log.grids_under(conn, codes) if not is_office(grid.code)}
    whole = [(code, county.words_zh["bulletin.county"]) for code in codes if len(code) < TOWN]
    return [*whole, *sorted(towns.items())]


def _row(one: Rate) -> Row:
    return Row(one.name_zh, one.how_zh, one.group_zh, one.n, one.of, one.low, one.high)


def _labels(county: CountyBook) -> dict[str, str]:
    start = "paper."
    return {name.removeprefix(start): words for name, words in county.words_zh.items() if name.startswith(start)}


def _cases(conn: Conn, parts: Parts, who: Who, asked: DraftAsk, names: Any) -> list[Case]:
    name, group = names.get("id", ""), names.get("group", "")
    measures = [one for one in MEASURES if one.id == name]
    if not measures:
        raise Problem("bad_request", "id")
    now_ms = parts.clock()
    area = _area(conn, who, asked.area, now_ms)
    period = _period(asked.rhythm, asked.first, asked.last, now_ms, parts.county)
    window = window_of(period, parts.county.book.clocks, now_ms)
    tally = Tally(window, measures)
    for shape in shapes_of(conn, area, window.from_ms, window.to_ms, parts.store.give_way):
        tally.take(shape)
    found = next((one for one in tally.figures() if one.group == group), None)
    hits = set(found.hits) if found else set[str]()
    records = counted.each(conn, found.all if found else [])
    return [_case(record, parts.county, counts=record.subject in hits) for record in records]


def _title(record: Record, county: CountyBook) -> str:
    """Of a sealed matter a list that may travel tells nothing but that it counts."""
    return county.words_zh["paper.sealed"] if record.mark and record.mark.seal else record.title


def _case(record: Record, county: CountyBook, *, counts: bool) -> Case:
    return Case(
        subject=record.subject,
        kind=record.kind,
        issue_no=record.issue_no,
        title=_title(record, county),
        stage=record.stage,
        grid=record.grid,
        counts=counts,
    )


def _bulletins(conn: Conn, who: Who, now_ms: int) -> list[Record]:
    codes = standing(conn, who).codes_now(ROLES, now_ms)
    if not codes:
        raise Problem("not_for_your_role")
    offices = [grid.code for grid in log.grids_under(conn, codes) if is_office(grid.code)]
    return lists.of_kind(conn, "bulletin", offices, BULLETINS)


def _brief(record: Record) -> Brief:
    begins = record.shape.fields["from_ms"].now.value
    return Brief(
        subject=record.subject,
        grid=record.grid,
        title=text(record.shape, "title"),
        rhythm=text(record.shape, "rhythm"),
        stage=record.stage,
        from_ms=begins if isinstance(begins, int) else 0,
        signer=part(record.shape, "signer", "name"),
        post=part(record.shape, "signer", "post"),
    )


def _one(conn: Conn, who: Who, now_ms: int, subject: str) -> tuple[Record, list[Any]]:
    record = lists.records(conn, [subject]).get(subject)
    codes = standing(conn, who).codes_now(ROLES, now_ms)
    if record is None or not any(record.grid.startswith(code) for code in codes):
        raise Problem("not_found")
    return record, list(log.of_subject(conn, record.grid, subject))


def _said(county: CountyBook, record: Record) -> list[Rate]:
    """The figures as the bulletin bears them, in words."""
    value = record.shape.fields["figures"].now.value
    whole = text(record.shape, "area_name")
    found: list[Rate] = []
    for one in value if isinstance(value, list) else []:
        if isinstance(one, dict):
            n, of = one.get("n"), one.get("of")
            if isinstance(n, int) and isinstance(of, int):
                found.append(rate(county, str(one["id"]), str(one["group"]), n, of, {}, whole))
    return found


def _paper(county: CountyBook, record: Record) -> Paper:
    words = county.words_zh
    signer = part(record.shape, "signer", "name")
    post = part(record.shape, "signer", "post")
    sections = record.shape.fields["sections"].now.value
    listed = [one for one in sections if isinstance(one, dict)] if isinstance(sections, list) else []
    return Paper(
        title=text(record.shape, "title"),
        state=words["paper.signed"].format(name=signer, post=post) if signer else words["paper.draft"],
        sections=[(str(one.get("head", "")), str(one.get("text", ""))) for one in listed],
        rows=[_row(one) for one in _said(county, record) if one.group == "" or one.group.startswith("unit:")],
        proof=words["paper.proof"].format(
            subject=record.subject,
            formula=text(record.shape, "formula"),
            book=text(record.shape, "book"),
            root=part(record.shape, "cut", "root"),
        ),
        labels=_labels(county),
    )


def _json(told: object, status: int = 200) -> Response[bytes]:
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(told), status_code=status, media_type="application/json", headers=headers)


def _file(body: bytes, kind: str, name: str) -> Response[bytes]:
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=kind, headers=headers)


router = Router("/", route_handlers=[rates, spread_of, cases, workbook, bulletins, make, bulletin, document])
