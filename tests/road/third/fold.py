"""What a log adds up to, written from PROTOCOL.md section 8 and the tables alone."""

from collections.abc import Callable, Iterable
from typing import Final

from tests.road.third.law import EDITS, Json, Row, Table, as_int, as_list, as_map, as_text, rank, say_the_same, tables
from tests.road.third.shape import Done, Note, Placed, Said, Shape, Standing, shape_of


def _later(standing: Standing, new: Said, opened: Callable[[Said], bool]) -> None:
    stood = [said for said in (*standing.beside, standing.now) if opened(said)]
    standing.lost = [said for said in standing.lost if opened(said)] + stood
    standing.now, standing.beside = new, []


def _higher(standing: Standing, new: Said, opened: Callable[[Said], bool]) -> None:
    stood = [said for said in (*standing.beside, standing.now) if opened(said)]
    if stood and rank(standing.now.role) > rank(new.role):
        standing.lost = [said for said in standing.lost if opened(said)] + [new]
    else:
        _later(standing, new, opened)


def _both(standing: Standing, new: Said, opened: Callable[[Said], bool]) -> None:
    standing.beside = [said for said in (*standing.beside, standing.now) if opened(said)]
    standing.lost = [said for said in standing.lost if opened(said)]
    standing.now = new


def _once(standing: Standing, new: Said, opened: Callable[[Said], bool]) -> None:
    if not say_the_same(standing.now.value, new.value):
        standing.lost = [said for said in standing.lost if opened(said)] + [new]


_RULES: Final = {"later": _later, "higher": _higher, "union": _both, "keep_both": _both, "once": _once}


def _set(shape: Shape, table: Table, placed: Placed, fields: dict[str, Json], *, by_act: bool) -> None:
    op = placed.op
    for name, value in fields.items():
        if name not in table.fields:
            continue
        new = Said(value, op.stamp, op.actor, placed.role, placed.credited_ms, placed.place, by_act)
        standing = shape.fields.get(name)
        if standing is None:
            shape.fields[name] = Standing(new)
            continue
        merge = as_text(table.fields[name]["merge"])
        seen = set(op.seen.get(name, ()))
        if by_act and merge != "union":
            seen |= {said.stamp for said in (standing.now, *standing.beside) if said.by_act}

        def opened(said: Said, seen: set[str] = seen, value: Json = value) -> bool:
            return said.stamp not in seen and not say_the_same(said.value, value)

        _RULES[merge](standing, new, opened)


DAY: Final = 86_400_000


def _said(shape: Shape, *names: str) -> list[Done]:
    return [act for act in shape.acts if act.name in names]


def _after(shape: Shape, name: str) -> list[Done]:
    at = [number for number, act in enumerate(shape.acts) if act.name == name]
    return shape.acts[at[-1] + 1 :] if at else shape.acts


def _rows(shape: Shape, name: str) -> list[dict[str, Json]]:
    standing = shape.fields.get(name)
    held = (*standing.beside, standing.now) if standing else ()
    return [as_map(row) for said in held for row in as_list(said.value)]


def _notice(shape: Shape) -> bool:
    invites = _said(shape, "invite")
    if not invites:
        return False
    villagers = shape.value("form") == "villagers"
    between = as_int(invites[-1].fields["meets_ms"]) - invites[-1].credited_ms
    return between >= (10 if villagers else 3) * DAY or (not villagers and "short_why" in invites[-1].fields)


def _sixty(shape: Shape) -> bool:
    meets, invites = _said(shape, "meet"), _said(shape, "invite")
    late = 60 * DAY
    return not meets or not invites or as_int(invites[-1].fields["meets_ms"]) <= meets[0].credited_ms + late


def _quorum(shape: Shape) -> bool:
    meets = _said(shape, "meet")
    if not meets:
        return False
    expected, present = (as_int(meets[-1].fields[name]) for name in ("expected", "present"))
    form = shape.value("form")
    if form == "villagers":
        return 2 * present > expected
    return 3 * present >= 2 * expected if form == "representatives" else 2 * present >= expected


def _heard(shape: Shape) -> bool:
    meets = _said(shape, "meet")
    speaking = [*meets[-1:], *(act for act in _after(shape, "meet") if act.name == "hear" and meets)]
    sides = {as_int(as_map(one)["side"]) for act in speaking for one in as_list(act.fields.get("opinions", []))}
    return all(number + 1 in sides for number, _ in enumerate(as_list(shape.value("sides") or [])))


def _all_signed(shape: Shape) -> bool:
    later = {as_int(row["party"]) for row in _rows(shape, "signatures")}
    hands = [
        "signature" in party or party.get("thumb") is True or number + 1 in later
        for number, party in enumerate(_rows(shape, "parties"))
    ]
    return bool(hands) and all(hands)


def _settled(shape: Shape) -> bool:
    last = {as_int(row["term"]): row["state"] for row in _rows(shape, "performance")}
    return all(
        term.get("done") is True or last.get(number + 1) in ("kept", "late")
        for number, term in enumerate(_rows(shape, "terms"))
    )


def _legal(shape: Shape) -> bool:
    found = [act.fields["legal"] for act in _after(shape, "conclude") if act.name == "check_legality"]
    return found[-1:] == ["yes"]


def _over(shape: Shape) -> bool:
    shown, ended = _said(shape, "publish"), _said(shape, "end_notice")
    return bool(shown and ended) and ended[-1].credited_ms - shown[-1].credited_ms >= 5 * DAY


HELD: Final[dict[str, Callable[[Shape], bool]]] = {
    "notice_kept": _notice,
    "within_sixty_days": _sixty,
    "in_quorum": _quorum,
    "all_sides_heard": _heard,
    "found_legal": _legal,
    "needs_no_notice": lambda shape: [act.fields["to_publish"] for act in _said(shape, "conclude")][-1:] == [False],
    "notice_over": _over,
    "objections_settled": lambda shape: (
        [act.name for act in _said(shape, "object", "settle_objection")][-1:] != ["object"]
    ),
    "may_meet_again": lambda shape: len(_said(shape, "meet")) < 2,
    "all_signed": _all_signed,
    "terms_settled": _settled,
    "not_reminded": lambda shape: all(act.name != "remind" for act in _after(shape, "extend")),
    "not_overdue": lambda shape: not _said(shape, "overdue"),
}


def _holds(shape: Shape, guard: str, placed: Placed) -> bool:
    if guard in _OF_THE_OP:
        return _OF_THE_OP[guard](shape, placed)
    asked = _OF_THE_SHAPE.get(guard) or HELD.get(guard)
    return asked is not None and asked(shape)


def _since_the_stage(shape: Shape, name: str) -> int:
    count = 0
    for act in reversed(shape.acts):
        if act.after != act.before:
            break
        count += act.name == name
    return count


def _in_all(shape: Shape, name: str) -> int:
    return sum(act.name == name for act in shape.acts)


def _is_ordered(shape: Shape) -> bool:
    last = ""
    for act in shape.acts:
        if act.name in ("dispatch", "orders_ended"):
            last = act.name
    return last == "dispatch"


def _leader_has_read(shape: Shape) -> bool:
    read_or_put = [act.name for act in shape.acts if act.name in {"dual", "read"}]
    return not read_or_put or read_or_put[-1] == "read"


def _part(shape: Shape, name: str, part: str) -> Json:
    value = shape.value(name)
    return value.get(part) if isinstance(value, dict) else None


def _no_phone(shape: Shape) -> bool:
    first = shape.acts[0].fields.get("reporter") if shape.acts else None
    given = [_part(shape, "reporter", "phone"), first.get("phone") if isinstance(first, dict) else None]
    return not any(isinstance(phone, str) and phone for phone in given)


def _may_withdraw(shape: Shape) -> bool:
    category = shape.value("category")
    text = category if isinstance(category, str) else ""
    return text[:2] != "03" and text != "1202"


def _in_time(shape: Shape, placed: Placed) -> bool:
    due_ms = _part(shape, "due_answer", "due_ms")
    return not isinstance(due_ms, int) or placed.credited_ms <= due_ms


def _author_of_the_stage(shape: Shape) -> str:
    return next((act.author for act in reversed(shape.acts) if act.after != act.before), "")


def _last_to_accept(shape: Shape) -> str:
    return next((act.author for act in reversed(shape.acts) if act.name == "accept"), "")


_OF_THE_SHAPE: Final[dict[str, Callable[[Shape], bool]]] = {
    "accepted": lambda shape: _since_the_stage(shape, "accept") > 0,
    "unaccepted": lambda shape: _since_the_stage(shape, "accept") == 0,
    "leader_read": _leader_has_read,
    "ordered": _is_ordered,
    "own_hands": lambda shape: not _is_ordered(shape),
    "three_days": lambda shape: _since_the_stage(shape, "count_try") >= 3,
    "nobody_to_ask": _no_phone,
    "explained_twice": lambda shape: sum(a.before != a.after == "pending_confirm" for a in shape.acts) >= 2,
    "may_withdraw": _may_withdraw,
    "first_return": lambda shape: _in_all(shape, "ask_return") == 0 and shape.value("no_return") is not True,
    "deputy_signed": lambda shape: _since_the_stage(shape, "sign_extension") > 0,
    "twice_at_most": lambda shape: _in_all(shape, "grant") < 2,
    "checked": lambda shape: _since_the_stage(shape, "check") > 0,
    "whistled": lambda shape: _in_all(shape, "whistle") > 0,
}
_OF_THE_OP: Final[dict[str, Callable[[Shape, Placed], bool]]] = {
    "before_due": _in_time,
    "other_person": lambda shape, placed: _author_of_the_stage(shape) != placed.op.actor,
    "other_handler": lambda shape, placed: _last_to_accept(shape) != placed.op.actor,
}


def _choose(shape: Shape, table: Table, placed: Placed) -> Row | str:
    op = placed.op
    rows = [row for row in table.rows_of(op.name) if shape.stage in row.stages and row.fits(op.fields)]
    if not rows:
        return "stage_moved_on" if shape.stage else "not_begun"
    rows = [row for row in rows if placed.role in row.who]
    if not rows:
        return "not_your_role_here"
    for row in rows:
        if all(_holds(shape, guard, placed) for guard in row.guards):
            return row
    return "guard_" + next(guard for guard in rows[0].guards if not _holds(shape, guard, placed))


def _note(shape: Shape, placed: Placed, why: str) -> None:
    op = placed.op
    shape.notes.append(
        Note(op.name, shape.stage, op.actor, placed.role, placed.credited_ms, placed.place, op.fields, why)
    )


def add(shape: Shape, placed: Placed) -> None:
    """Adds the next op of the log to its subject."""
    op = placed.op
    table = tables().get(op.kind)
    if table is None:
        return
    if op.name in EDITS:
        if not shape.stage:
            _note(shape, placed, "not_begun")
        elif shape.stage not in table.editable:
            _note(shape, placed, "not_editable")
        else:
            _set(shape, table, placed, op.fields, by_act=False)
        return
    chosen = _choose(shape, table, placed)
    if isinstance(chosen, str):
        _note(shape, placed, chosen)
        return
    brought = {name for name in op.fields if name in table.fields and table.fields[name]["type"] == "shape"}
    fields = {name: value for name, value in op.fields.items() if name not in brought}
    for name in brought:
        came = shape_of(as_map(op.fields[name]), placed.place)
        shape.stage, shape.fields, shape.acts = came.stage, came.fields, came.acts
        shape.notes += came.notes
    before = shape.stage
    shape.stage = chosen.to or before
    done = (op.actor, placed.role, placed.credited_ms, placed.place, fields)
    shape.acts.append(Done(op.name, chosen.id, before, shape.stage, *done))
    _set(shape, table, placed, fields, by_act=True)


def fold(log: Iterable[Placed]) -> dict[str, Shape]:
    """Every subject of a log."""
    shapes: dict[str, Shape] = {}
    for placed in log:
        add(shapes.setdefault(placed.op.subject, Shape()), placed)
    return shapes
