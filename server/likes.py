"""What may be the same in the asker's area, pair by pair, for one look and one key each. What is decided enters elsewhere."""

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.di import NamedDependency

from server import clusters
from server.book import CountyBook
from server.joining import words_of
from server.parts import Parts
from server.problems import Problem
from server.sight import masked, reader, shape_seen
from server.store import lists, log
from server.store.disk import Conn
from server.store.lists import Record
from server.store.log import Grid
from server.who import Standing, Who, standing, token_of
from sync.fold import Shape, moves
from sync.law import LAW
from sync.rules.book import category_of
from sync.rules.duplicate import Likeness, across, cells_around, likeness, member_names
from sync.sight import may_see
from sync.subjects.issue import part, text
from sync.subjects.same import LEADING_STAGES, Question, is_denied, may_lead, questions

ROLES = ("town", "dispatcher")
MOST = 200
"""Enough for a morning; the rest follows when these are settled."""
_SURE = ("very", "rather", "perhaps")


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of a pair, as far as the asker may see it."""

    subject: str
    grid: str
    grid_name: str
    village: str
    stage: str
    number: str
    title: str
    words: str
    place: str
    person: str
    """Masked: enough to tell two people apart."""
    begun_ms: int


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two records that may be the same, the older one first; nobody has answered yet."""

    kind: str
    on: str
    """The record that was asked about the other one: "not the same" is said on it."""
    rule: str
    why_zh: str
    why_en: str
    is_same: bool
    """The grid worker has looked and says that they are."""
    at_ms: int
    sides: list[Side]
    likeness: Likeness
    leads: str
    """The one that would lead; "" when neither can be joined to the other as they stand."""


class Case(msgspec.Struct, frozen=True):
    """One matter of a kind, and its part in it: `leads`, `may_join`, `joined`, `alone` (in hand by itself) or `over`."""

    side: Side
    part: str


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """Many matters of one category in one grid (类案), oldest first."""

    grid: str
    category: str
    category_zh: str
    category_en: str
    days: int
    households: int
    cases: list[Case]


class Likes(msgspec.Struct, frozen=True, kw_only=True):
    """The open pairs, the surest first; and the kinds, the most frequent first."""

    now_ms: int
    pairs: list[Pair]
    kinds: list[Kind]


class _Desk(msgspec.Struct, frozen=True):
    conn: Conn
    county: CountyBook
    stands: Standing
    now_ms: int

    def seen(self, record: Record) -> Shape | None:
        """What the asker may see of a record; None for what no list may show him."""
        who = reader(self.stands.asker.person, self.stands.asker.areas, record.grid, self.now_ms)
        is_shown = may_see(who, record.mark) in ("whole", "no_person")
        return shape_seen(self.conn, who, record) if is_shown else None

    def may(self, shape: Shape, name: str) -> bool:
        """Whether the asker may say this of a record as it stands."""
        roles = self.stands.roles_now(shape.grid, self.now_ms)
        return any(name in moves(LAW[shape.kind], shape, role) for role in roles)


@get("/desk/likes.json")
async def likes(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[bytes]:
    """What may be the same in the asker's town or county."""
    who = parts.tokens.read(token_of(request))
    told = await parts.store.read(partial(_likes, who=who, county=parts.county, now_ms=parts.clock()))
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(told), media_type="application/json", headers=headers)


def _likes(conn: Conn, who: Who, county: CountyBook, now_ms: int) -> Likes:
    stands = standing(conn, who)
    codes = stands.codes_now(ROLES, now_ms)
    if not codes:
        raise Problem("not_for_your_role")
    desk = _Desk(conn, county, stands, now_ms)
    asking = lists.asking(conn, codes, MOST)
    found = [(record, one) for record in asking for one in questions(record.shape)]
    others = lists.records(conn, {one.other for _, one in found})
    grids = {grid.code: grid for grid in log.grids_under(conn, sorted({record.grid for record in asking}))}
    pairs = [_pair(desk, grids, record, others.get(one.other), one) for record, one in found]
    told = [one for one in [*pairs, *_on_borders(desk, codes)] if one]
    told.sort(key=lambda one: (not one.is_same, _SURE.index(one.likeness.sure), one.at_ms, one.on))
    many = [_kind(desk, one) for one in clusters.kinds(conn, county, codes, now_ms, desk.seen)]
    return Likes(now_ms=now_ms, pairs=told[:MOST], kinds=many)


def _kind(desk: _Desk, kind: clusters.Kind) -> Kind:
    leaf = category_of(desk.county.book, kind.category)
    [grid] = log.grids_under(desk.conn, [kind.grid])
    return Kind(
        grid=kind.grid,
        category=kind.category,
        category_zh=leaf.zh if leaf else kind.category,
        category_en=leaf.en if leaf else kind.category,
        days=desk.county.same.kind_days,
        households=kind.households,
        cases=[Case(_side(one.record, one.shape, grid), _part(desk, one)) for one in kind.cases],
    )


def _part(desk: _Desk, case: clusters.Case) -> str:
    """Whoever may join it as it stands is told so."""
    return "may_join" if case.part == "alone" and desk.may(case.record.shape, "join") else case.part


def _on_borders(desk: _Desk, codes: list[str]) -> Iterator[Pair]:
    """Pairs of two grids, some at a time until there are enough.

    Nobody was asked about them in a log, which only one end's people read: they are found anew for who sees both.
    """
    by_mark: dict[str, list[tuple[str, str]]] = {}
    pairs: dict[tuple[str, str], None] = {}
    for subject, written in lists.open_marks(desk.conn, codes, LEADING_STAGES["issue"]):
        grid, _, mark = written.partition(" ")
        near = (one for cell in cells_around(mark) for one in by_mark.get(cell, ()))
        pairs |= dict.fromkeys((older, subject) for there, older in near if there != grid)
        by_mark.setdefault(mark, []).append((grid, subject))
    told, waiting = 0, iter(pairs)
    while told < MOST and (some := list(islice(waiting, MOST))):
        for pair in _anew(desk, some):
            told += 1
            yield pair


def _anew(desk: _Desk, some: list[tuple[str, str]]) -> Iterator[Pair]:
    """Those of these pairs, the older one first, that may be the same, to which nobody said no, and that the asker sees."""
    known = lists.records(desk.conn, {one for pair in some for one in pair})
    grids = {grid.code: grid for grid in log.grids_under(desk.conn, sorted({one.grid for one in known.values()}))}
    for older, newer in some:
        one, other = known[newer], known[older]
        found = across(desk.county.same, one.shape, other.shape)
        if found and not (is_denied(one.shape, older) or is_denied(other.shape, newer)):
            zh, en = words_of(desk.county, found)
            asked = Question(older, found.rule, zh, en, one.begun_ms, is_same=False)
            if pair := _pair(desk, grids, one, other, asked):
                yield pair


def _pair(desk: _Desk, grids: dict[str, Grid], record: Record, other: Record | None, asked: Question) -> Pair | None:
    """The pair; None when one of the two is not the asker's to see or to decide about, or stands no more."""
    if other is None or other.stage not in LEADING_STAGES[record.kind] or not desk.may(record.shape, "differ"):
        return None
    old, new = sorted((record, other), key=lambda one: (one.begun_ms, one.subject))
    sides = [(one, desk.seen(one)) for one in (old, new)]
    shapes = [shape for _, shape in sides if shape]
    if len(shapes) != len(sides):
        return None
    return Pair(
        kind=record.kind,
        on=record.subject,
        rule=asked.rule,
        why_zh=asked.why_zh,
        why_en=asked.why_en,
        is_same=asked.is_same,
        at_ms=asked.at_ms,
        sides=[_side(one, shape, grids[one.grid]) for one, shape in sides if shape],
        likeness=likeness(desk.county.same, shapes[0], shapes[1]),
        leads=_leads(desk, old.shape, new.shape),
    )


def _leads(desk: _Desk, old: Shape, new: Shape) -> str:
    """The younger one joins the older one; where a handler has the younger one in hand, the other way round."""
    for lead, joins in ((old, new), (new, old)):
        if may_lead(lead, joins.kind, joins.grid) and desk.may(joins, "join"):
            return lead.subject
    return ""


def _side(record: Record, shape: Shape, grid: Grid) -> Side:
    words = text(shape, "words") or text(shape, "verbatim")
    who = {"issue": "reporter", "letter": "writer"}.get(record.kind, "")
    name, phone = (part(shape, who, key) for key in ("name", "phone"))
    return Side(
        subject=record.subject,
        grid=record.grid,
        grid_name=grid.name,
        village=grid.village,
        stage=record.stage,
        number=text(shape, "issue_no") or text(shape, "household_no"),
        title=text(shape, "title") or text(shape, "summary") or text(shape, "head_name"),
        words=words or "、".join(member_names(shape)),
        place=text(shape, "place") or text(shape, "address"),
        person=masked(name or text(shape, "head_name"), phone or text(shape, "phone")),
        begun_ms=record.begun_ms,
    )


router = Router("/", route_handlers=[likes])
