"""What must stand in a subject's own history before a row of the law opens. Each is told a shape and looks at nothing else."""

from collections.abc import Callable

from sync.clock import DAY_MS
from sync.op import Json
from sync.shape import Act, Shape

NOTICE_DAYS = 3
VILLAGERS_NOTICE_DAYS = 10
"""Organic Law of Villagers' Committees, Art. 21."""
SHOWN_DAYS = 5
MEETINGS = 2
MEETING_DAYS = 60


def last_act(shape: Shape, *names: str) -> Act | None:
    """The latest act of one of these names."""
    return next((act for act in reversed(shape.acts) if act.name in names), None)


def acts_after(shape: Shape, name: str) -> list[Act]:
    """The acts after the latest of this name, oldest first; all of them when there is none."""
    at = max((i for i, act in enumerate(shape.acts) if act.name == name), default=-1)
    return shape.acts[at + 1 :]


def text_in(shape: Shape, name: str) -> str:
    """A text field's value in force; "" when nobody has set it."""
    register = shape.fields.get(name)
    value = register.now.value if register else None
    return value if isinstance(value, str) else ""


def rows_in(shape: Shape, name: str) -> list[dict[str, Json]]:
    """The maps of a list field, all that stand under `union`, in the order they were placed."""
    register = shape.fields.get(name)
    held = [*register.beside, register.now] if register else []
    lists = [one.value for one in held if isinstance(one.value, list)]
    return [row for many in lists for row in many if isinstance(row, dict)]


def _number(value: Json) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def needed_present(form: str, expected: int) -> int:
    """How many must have come: more than half of all villagers, two thirds of the representatives, else half."""
    if form == "villagers":
        return expected // 2 + 1
    if form == "representatives":
        return -(-2 * expected // 3)
    return -(-expected // 2)


def _notice_kept(shape: Shape) -> bool:
    """Ten days before a meeting of all villagers; three before others, unless it is said why all agreed to fewer."""
    invite = last_act(shape, "invite")
    if invite is None:
        return False
    villagers = text_in(shape, "form") == "villagers"
    days = VILLAGERS_NOTICE_DAYS if villagers else NOTICE_DAYS
    in_time = _number(invite.fields.get("meets_ms")) - invite.at_ms >= days * DAY_MS
    return in_time or (not villagers and "short_why" in invite.fields)


def _within_sixty_days(shape: Shape) -> bool:
    """A second meeting is called for a day within sixty days of the first one."""
    first = next((act for act in shape.acts if act.name == "meet"), None)
    invite = last_act(shape, "invite")
    if first is None or invite is None:
        return True
    return _number(invite.fields.get("meets_ms")) <= first.at_ms + MEETING_DAYS * DAY_MS


def _in_quorum(shape: Shape) -> bool:
    meet = last_act(shape, "meet")
    if meet is None:
        return False
    expected, present = _number(meet.fields.get("expected")), _number(meet.fields.get("present"))
    return present >= needed_present(text_in(shape, "form"), expected)


def sides_heard(shape: Shape) -> set[int]:
    """The numbers of the sides, from 1, that spoke at the latest meeting."""
    meet = last_act(shape, "meet")
    heard = [meet, *acts_after(shape, "meet")] if meet else []
    lists = [act.fields.get("opinions") for act in heard if act.name in ("meet", "hear")]
    rows = [row for many in lists if isinstance(many, list) for row in many if isinstance(row, dict)]
    return {_number(row.get("side")) for row in rows}


def _all_sides_heard(shape: Shape) -> bool:
    register = shape.fields.get("sides")
    sides = register.now.value if register else None
    many = len(sides) if isinstance(sides, list) else 0
    return set(range(1, many + 1)) <= sides_heard(shape)


def _found_legal(shape: Shape) -> bool:
    found = [act for act in acts_after(shape, "conclude") if act.name == "check_legality"]
    return bool(found) and found[-1].fields.get("legal") == "yes"


def _needs_no_notice(shape: Shape) -> bool:
    conclude = last_act(shape, "conclude")
    return conclude is not None and conclude.fields.get("to_publish") is False


def _notice_over(shape: Shape) -> bool:
    shown, ended = last_act(shape, "publish"), last_act(shape, "end_notice")
    return shown is not None and ended is not None and ended.at_ms - shown.at_ms >= SHOWN_DAYS * DAY_MS


def _objections_settled(shape: Shape) -> bool:
    said = last_act(shape, "object", "settle_objection")
    return said is None or said.name == "settle_objection"


def _may_meet_again(shape: Shape) -> bool:
    return sum(act.name == "meet" for act in shape.acts) < MEETINGS


def parties_signed(shape: Shape) -> list[bool]:
    """Per party whether its signature, or its thumb on the paper, is there."""
    later = {_number(row.get("party")) for row in rows_in(shape, "signatures")}
    return [
        "signature" in row or row.get("thumb") is True or at in later
        for at, row in enumerate(rows_in(shape, "parties"), start=1)
    ]


def _all_signed(shape: Shape) -> bool:
    signed = parties_signed(shape)
    return bool(signed) and all(signed)


def term_states(shape: Shape) -> list[str]:
    """Per term `kept`, `late`, `broken` as last said, or "" while it is open."""
    said = {_number(row.get("term")): row.get("state") for row in rows_in(shape, "performance")}
    found = [
        "kept" if row.get("done") is True else said.get(at, "")
        for at, row in enumerate(rows_in(shape, "terms"), start=1)
    ]
    return [state if isinstance(state, str) else "" for state in found]


def _terms_settled(shape: Shape) -> bool:
    return all(state in ("kept", "late") for state in term_states(shape))


def _not_reminded(shape: Shape) -> bool:
    return all(act.name != "remind" for act in acts_after(shape, "extend"))


def _not_overdue(shape: Shape) -> bool:
    return all(act.name != "overdue" for act in shape.acts)


GUARDS: dict[str, Callable[[Shape], bool]] = {
    "notice_kept": _notice_kept,
    "within_sixty_days": _within_sixty_days,
    "in_quorum": _in_quorum,
    "all_sides_heard": _all_sides_heard,
    "found_legal": _found_legal,
    "needs_no_notice": _needs_no_notice,
    "notice_over": _notice_over,
    "objections_settled": _objections_settled,
    "may_meet_again": _may_meet_again,
    "all_signed": _all_signed,
    "terms_settled": _terms_settled,
    "not_reminded": _not_reminded,
    "not_overdue": _not_overdue,
}
