"""The guards of PROTOCOL.md section 8 that ask the history of consultations, mediations and promises."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tests.road.third.law import Json, as_int, as_list, as_map

if TYPE_CHECKING:
    from tests.road.third.fold import Done, Shape

DAY: Final = 86_400_000


def _said(shape: "Shape", *names: str) -> "list[Done]":
    return [act for act in shape.acts if act.name in names]


def _after(shape: "Shape", name: str) -> "list[Done]":
    at = [number for number, act in enumerate(shape.acts) if act.name == name]
    return shape.acts[at[-1] + 1 :] if at else shape.acts


def _rows(shape: "Shape", name: str) -> list[dict[str, Json]]:
    standing = shape.fields.get(name)
    held = (*standing.beside, standing.now) if standing else ()
    return [as_map(row) for said in held for row in as_list(said.value)]


def _notice(shape: "Shape") -> bool:
    invites = _said(shape, "invite")
    if not invites:
        return False
    villagers = shape.value("form") == "villagers"
    between = as_int(invites[-1].fields["meets_ms"]) - invites[-1].credited_ms
    return between >= (10 if villagers else 3) * DAY or (not villagers and "short_why" in invites[-1].fields)


def _sixty(shape: "Shape") -> bool:
    meets, invites = _said(shape, "meet"), _said(shape, "invite")
    late = 60 * DAY
    return not meets or not invites or as_int(invites[-1].fields["meets_ms"]) <= meets[0].credited_ms + late


def _quorum(shape: "Shape") -> bool:
    meets = _said(shape, "meet")
    if not meets:
        return False
    expected, present = (as_int(meets[-1].fields[name]) for name in ("expected", "present"))
    form = shape.value("form")
    if form == "villagers":
        return 2 * present > expected
    return 3 * present >= 2 * expected if form == "representatives" else 2 * present >= expected


def _heard(shape: "Shape") -> bool:
    meets = _said(shape, "meet")
    speaking = [*meets[-1:], *(act for act in _after(shape, "meet") if act.name == "hear" and meets)]
    sides = {as_map(one)["side"] for act in speaking for one in as_list(act.fields.get("opinions", []))}
    return all(number + 1 in sides for number, _ in enumerate(as_list(shape.value("sides") or [])))


def _signed(shape: "Shape") -> bool:
    later = {row["party"] for row in _rows(shape, "signatures")}
    hands = [
        "signature" in party or party.get("thumb") is True or number + 1 in later
        for number, party in enumerate(_rows(shape, "parties"))
    ]
    return bool(hands) and all(hands)


def _settled(shape: "Shape") -> bool:
    last = {row["term"]: row["state"] for row in _rows(shape, "performance")}
    return all(
        term.get("done") is True or last.get(number + 1) in ("kept", "late")
        for number, term in enumerate(_rows(shape, "terms"))
    )


def _legal(shape: "Shape") -> bool:
    found = [act.fields["legal"] for act in _after(shape, "conclude") if act.name == "check_legality"]
    return found[-1:] == ["yes"]


def _over(shape: "Shape") -> bool:
    shown, ended = _said(shape, "publish"), _said(shape, "end_notice")
    return bool(shown and ended) and ended[-1].credited_ms - shown[-1].credited_ms >= 5 * DAY


HELD: "dict[str, Callable[[Shape], bool]]" = {
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
    "all_signed": _signed,
    "terms_settled": _settled,
    "not_reminded": lambda shape: all(act.name != "remind" for act in _after(shape, "extend")),
    "not_overdue": lambda shape: not _said(shape, "overdue"),
}


def holds(shape: "Shape", guard: str) -> bool:
    """Whether a guard holds; one that the text does not know holds nowhere."""
    return guard in HELD and HELD[guard](shape)
