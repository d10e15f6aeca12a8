"""What may enter, as a device asks it of its own op: PROTOCOL.md section 7 and the tables."""

import re
from collections.abc import Callable
from datetime import date
from typing import Final

from tests.road.third.law import EDITS, Act, Json, Row, Table, as_int, as_list, as_map, as_text, rank, tables, texts
from tests.road.third.ops import BIGGEST, STAMP, Op

SUBJECT: Final = re.compile(r"[a-z0-9_]+/[a-z0-9]+\.[1-9][0-9]{0,14}")
LAST_VERSION: Final = 1
Rule = dict[str, Json]


def _in_bounds(size: int, rule: Rule, small: str, large: str) -> str:
    if "min" in rule and size < as_int(rule["min"]):
        return small
    return large if "max" in rule and size > as_int(rule["max"]) else ""


def _text(value: Json, rule: Rule) -> str:
    return _in_bounds(len(value), rule, "too_short", "too_long") if isinstance(value, str) else "not_text"


def _int(value: Json, rule: Rule) -> str:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= BIGGEST:
        return "not_whole_number"
    return _in_bounds(value, rule, "too_small", "too_large")


def _bool(value: Json, _rule: Rule) -> str:
    return "" if isinstance(value, bool) else "not_yes_or_no"


def _code(value: Json, rule: Rule) -> str:
    return "" if isinstance(value, str) and value in texts(rule["codes"]) else "not_in_list"


def _phone(value: Json, _rule: Rule) -> str:
    if not isinstance(value, str):
        return "not_text"
    digits = value.replace("-", "")
    return "" if not value or re.fullmatch("[0-9]{5,14}", digits) else "not_a_phone"


def _hash(value: Json, _rule: Rule) -> str:
    return "" if isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) else "not_a_hash"


def _ref(value: Json, rule: Rule) -> str:
    if not is_subject(value):
        return "not_a_subject"
    return "wrong_kind" if "kind" in rule and as_text(value).split("/")[0] != rule["kind"] else ""


def _date(value: Json, _rule: Rule) -> str:
    parts = re.fullmatch("([0-9]{4})-([0-9]{2})-([0-9]{2})", value) if isinstance(value, str) else None
    if parts is None:
        return "not_a_date"
    try:
        # The Gregorian calendar begins anew every 400 years; Python's begins with the year 1.
        date(int(parts[1]) % 400 + 400, int(parts[2]), int(parts[3]))
    except ValueError:
        return "not_a_date"
    return ""


def _list(value: Json, rule: Rule) -> str:
    if not isinstance(value, list):
        return "not_a_list"
    of = as_map(rule["of"])
    size = _in_bounds(len(value), rule, "too_few", "too_many")
    return size or next((no for no in (judge(item, of) for item in value) if no), "")


def _map(value: Json, rule: Rule) -> str:
    if not isinstance(value, dict):
        return "not_a_map"
    parts = as_map(rule["fields"])
    if value.keys() - parts.keys():
        return "unknown_part"
    for name, given in parts.items():
        part = as_map(given)
        if name not in value:
            if part.get("need"):
                return "part_missing"
        elif no := judge(value[name], part):
            return no
    return ""


def _needed(kind: str, least: int, most: int) -> Rule:
    return {"type": kind, "min": least, "max": most, "need": True}


_DUE: Final[Rule] = {
    "fields": {
        "due_ms": {"type": "int", "need": True},
        "start_ms": {"type": "int", "need": True},
        "proof_zh": _needed("text", 1, 1000),
        "proof_en": _needed("text", 1, 2000),
        "book": _needed("text", 1, 40),
        "provisional": {"type": "bool", "need": True},
    }
}


def _due(value: Json, _rule: Rule) -> str:
    return _map(value, _DUE)


def _fact(value: Json) -> bool:
    if isinstance(value, list):
        return len(value) <= 20 and all(isinstance(item, str) and len(item) <= 80 for item in value)
    return isinstance(value, (bool, int)) or (isinstance(value, str) and len(value) <= 80)


def _facts(value: Json, _rule: Rule) -> str:
    if not isinstance(value, dict):
        return "not_a_map"
    return "" if len(value) <= 60 and all(map(_fact, value.values())) else "bad_fact"


_TYPES: Final[dict[str, Callable[[Json, Rule], str]]] = {
    "text": _text,
    "int": _int,
    "bool": _bool,
    "code": _code,
    "phone": _phone,
    "hash": _hash,
    "ref": _ref,
    "date": _date,
    "list": _list,
    "map": _map,
    "due": _due,
    "facts": _facts,
    "shape": lambda value, _rule: "" if isinstance(value, dict) else "not_a_map",
}


def judge(value: Json, rule: Rule) -> str:
    """Why a value is not of its field's type, or nothing."""
    return _TYPES[as_text(rule["type"])](value, rule)


def is_subject(value: Json) -> bool:
    """Whether a value is a subject id."""
    return isinstance(value, str) and len(value) <= 80 and re.fullmatch(SUBJECT, value) is not None


def _open(rows: list[Row], role: str) -> int:
    return sum(role in row.who for row in rows)


def role_of(op: Op, roles: set[str]) -> str:
    """The role of an op among those its actor holds: the one most rows are open to, the higher of two alike."""
    table = tables()[op.kind]
    if op.name in EDITS:
        known = op.fields.keys() & table.fields.keys()
        able = [role for role in roles if all(role in texts(table.fields[name].get("edit", [])) for name in known)]
        return max(able, key=rank, default="")
    rows = [row for row in table.rows_of(op.name) if row.fits(op.fields)]
    return max(
        (role for role in roles if _open(rows, role)), key=lambda role: (_open(rows, role), rank(role)), default=""
    )


def _values(op: Op, table: Table) -> str:
    judged = (judge(value, table.fields[name]) for name, value in op.fields.items() if name in table.fields)
    return next((no for no in judged if no), "")


def _edit(op: Op, table: Table, roles: set[str]) -> str:
    if not op.fields:
        return "field_missing"
    if op.fields.keys() - table.fields.keys() and op.v <= LAST_VERSION:
        return "unknown_field"
    if not role_of(op, roles):
        return "not_your_field"
    return _values(op, table)


def _act(op: Op, table: Table, act: Act, roles: set[str]) -> str:
    rows = table.rows_of(op.name)
    begins_only = all(row.stages == ("",) for row in rows)
    broken = (check for check in act.checks if not CHECKS[check](op.fields))
    if not any(_open(rows, role) for role in roles):
        return "not_your_role"
    if begins_only and op.subject != f"{op.kind}/{op.device}.{op.seq}":
        return "wrong_beginning"
    if any(name not in op.fields for name in act.need):
        return "field_missing"
    if op.fields.keys() - {*act.need, *act.may} and op.v <= LAST_VERSION:
        return "unknown_field"
    return _values(op, table) or next(broken, "") or ("" if role_of(op, roles) else "not_your_role")


def first_no(op: Op, device: str, person: str, roles: set[str]) -> str:
    """Why the op may not enter, as far as its author's own device can know; nothing if it may."""
    stamp = STAMP.fullmatch(op.stamp)
    table = tables().get(op.kind)
    act = table.acts.get(op.name) if table else None
    questions = (
        ("not_your_device", op.device != device),
        ("not_your_name", op.actor != person),
        ("bad_stamp", stamp is None or stamp[3] != op.device),
        ("bad_subject", not is_subject(op.subject)),
        ("unknown_op", table is None or (act is None and op.name not in EDITS)),
        ("not_your_grid", not roles),
    )
    if no := next((why for why, holds in questions if holds), ""):
        return "too_new" if no == "unknown_op" and op.v > LAST_VERSION else no
    assert table is not None
    return _act(op, table, act, roles) if act else _edit(op, table, roles)


def _told(fields: dict[str, Json], name: str) -> int:
    """How many code points were written in a field."""
    given = fields.get(name)
    return len(given) if isinstance(given, str) else 0


def _each(fields: dict[str, Json], name: str) -> list[dict[str, Json]]:
    given = fields.get(name)
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _units_differ(fields: dict[str, Json]) -> bool:
    named = [as_map(one)["unit"] for one in (fields["lead"], *as_list(fields.get("co_units", [])))]
    return all(named.count(unit) == 1 for unit in named)


def _agreed(fields: dict[str, Json]) -> bool:
    return fields.get("outcome") in ("written", "oral")


def _terms(fields: dict[str, Json]) -> bool:
    terms = _each(fields, "terms")
    return bool(terms) == _agreed(fields) and all(term.get("done") is True or "by" in term for term in terms)


def _signed(fields: dict[str, Json]) -> bool:
    parties = _each(fields, "parties")
    hands = {
        "written": sum("signature" in one or one.get("thumb") is True for one in parties),
        "oral": sum(one.get("says_yes") is True for one in parties),
    }
    outcome = as_text(fields["outcome"])
    if outcome in hands and hands[outcome] == len(parties):
        return fields.get("signed") == "all"
    return fields.get("signed") == ("some" if hands.get(outcome, 0) else "none")


def _counted(fields: dict[str, Json]) -> bool:
    if "vote" not in fields:
        return True
    vote = as_map(fields["vote"])
    cast = sum(as_int(vote[name]) for name in ("yes", "no", "abstain"))
    return [vote["first_count"], vote["second_count"]] == [cast, cast]


def _there(fields: dict[str, Json]) -> bool:
    came = sum(one.get("came") is True for one in _each(fields, "attendance"))
    return came <= as_int(fields["present"]) <= as_int(fields["expected"])


CHECKS: Final[dict[str, Callable[[dict[str, Json]], bool]]] = {
    "reporter_or_anonymous": lambda f: f.get("anonymous") is not True or "reporter" not in f,
    "one_clock": lambda f: len(f) == 1,
    "overrule_says_why": lambda f: not _told(f, "overrules") or _told(f, "overrule_why") >= 2,
    "no_says_basis": lambda f: f.get("conclusion") in ("supported", "other_route") or _told(f, "basis") > 0,
    "ends_after_start": lambda f: as_int(f["ended_ms"]) >= as_int(f["started_ms"]),
    "nobody_home_says_when": lambda f: f.get("met") != "nobody" or "next_visit_on" in f,
    "finding_has_issue": lambda f: all(
        one.get("kind") == "none" or "issue" in one or _told(one, "solved_on_spot") >= 5 for one in _each(f, "findings")
    ),
    "damage_says_what": lambda f: f.get("box_ok") is True or _told(f, "abnormal") > 0,
    "refusal_ends_mediation": lambda f: (
        (f.get("outcome") == "refused") == any(one.get("consent") == "refuses" for one in _each(f, "parties"))
    ),
    "agreement_has_terms": _terms,
    "failure_tells_routes": lambda f: _agreed(f) or bool(f.get("routes_told")),
    "signed_as_said": _signed,
    "each_signs": lambda f: all(
        "hash" in one or one.get("thumb") is True for one in [*_each(f, "signatures"), *_each(f, "accepted_by")]
    ),
    "village_matter_to_villagers": lambda f: (
        f.get("village_matter") is not True or f.get("form") in ("villagers", "representatives")
    ),
    "present_are_expected": _there,
    "consensus_has_terms": lambda f: bool(_each(f, "terms")) != (f.get("outcome") == "none"),
    "two_counts_agree": _counted,
    "units_differ": _units_differ,
    "refusal_says_why": lambda f: f["arrived"] != "refused" or "refuse_why" in f,
}
