"""Whether values are of the shape the law gives them: one field, one act. Knows no subject's history."""

import re
from collections.abc import Callable

from sync.law import FieldLaw, OpLaw
from sync.op import Json

MAX_INT = 2**53 - 1
MAX_FACTS = 60
_REF = re.compile(r"[a-z0-9_]+/[a-z0-9]+\.[1-9][0-9]{0,14}")
_HASH = re.compile(r"[0-9a-f]{64}")
_PHONE = re.compile(r"[0-9-]+")


def bad(law: FieldLaw, value: Json) -> str:
    """Why `value` may not stand in a field of this law, as a word; "" when it may."""
    return _BY_TYPE[law.type](law, value)


def _text(law: FieldLaw, value: Json) -> str:
    if not isinstance(value, str):
        return "not_text"
    length = len(value)
    if law.min is not None and length < law.min:
        return "too_short"
    return "too_long" if law.max is not None and length > law.max else ""


def _int(law: FieldLaw, value: Json) -> str:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_INT:
        return "not_whole_number"
    if law.min is not None and value < law.min:
        return "too_small"
    return "too_large" if law.max is not None and value > law.max else ""


def _bool(_law: FieldLaw, value: Json) -> str:
    return "" if isinstance(value, bool) else "not_yes_or_no"


def _code(law: FieldLaw, value: Json) -> str:
    return "" if isinstance(value, str) and value in law.codes else "not_in_list"


def _phone(_law: FieldLaw, value: Json) -> str:
    if not isinstance(value, str):
        return "not_text"
    digits = len(value) - value.count("-")
    return "" if value == "" or (_PHONE.fullmatch(value) and 5 <= digits <= 14) else "not_a_phone"


def _hash(_law: FieldLaw, value: Json) -> str:
    return "" if isinstance(value, str) and _HASH.fullmatch(value) else "not_a_hash"


def is_ref(value: str) -> bool:
    """Whether a text is a subject id: `kind/device.seq`, lower case letters, digits and underscores."""
    return len(value) <= 80 and _REF.fullmatch(value) is not None


def _ref(law: FieldLaw, value: Json) -> str:
    if not isinstance(value, str) or not is_ref(value):
        return "not_a_subject"
    return "" if not law.kind or value.startswith(f"{law.kind}/") else "wrong_kind"


def _date(_law: FieldLaw, value: Json) -> str:
    if not isinstance(value, str) or len(value) != 10:
        return "not_a_date"
    marks = value[4] == "-" and value[7] == "-"
    digits = all(c in "0123456789" for c in value[:4] + value[5:7] + value[8:])
    if not (marks and digits):
        return "not_a_date"
    year, month, day = int(value[:4]), int(value[5:7]), int(value[8:])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return "" if 1 <= month <= 12 and 1 <= day <= days[month - 1] else "not_a_date"


def _list(law: FieldLaw, value: Json) -> str:
    if not isinstance(value, list):
        return "not_a_list"
    if law.min is not None and len(value) < law.min:
        return "too_few"
    if law.max is not None and len(value) > law.max:
        return "too_many"
    item = law.of
    return next((why for why in (bad(item, one) for one in value) if why), "") if item else ""


def _map(law: FieldLaw, value: Json) -> str:
    if not isinstance(value, dict):
        return "not_a_map"
    if not law.fields.keys() >= value.keys():
        return "unknown_part"
    for name, part in law.fields.items():
        if name in value:
            why = bad(part, value[name])
            if why:
                return why
        elif part.need:
            return "part_missing"
    return ""


_DUE = FieldLaw(
    type="map",
    fields={
        "due_ms": FieldLaw(type="int", need=True),
        "start_ms": FieldLaw(type="int", need=True),
        "proof_zh": FieldLaw(type="text", min=1, max=1000, need=True),
        "proof_en": FieldLaw(type="text", min=1, max=2000, need=True),
        "book": FieldLaw(type="text", min=1, max=40, need=True),
        "provisional": FieldLaw(type="bool", need=True),
    },
)


def _due(_law: FieldLaw, value: Json) -> str:
    return _map(_DUE, value)


def _plain(value: Json) -> bool:
    if isinstance(value, list):
        return len(value) <= 20 and all(isinstance(one, str) and len(one) <= 80 for one in value)
    if isinstance(value, str):
        return len(value) <= 80
    return isinstance(value, bool) or (isinstance(value, int) and abs(value) <= MAX_INT)


def _shape(_law: FieldLaw, value: Json) -> str:
    """Only the clerk brings one; whether it is whole, the fold finds out."""
    return "" if isinstance(value, dict) else "not_a_map"


def _facts(_law: FieldLaw, value: Json) -> str:
    if not isinstance(value, dict):
        return "not_a_map"
    if len(value) > MAX_FACTS or not all(_plain(one) for one in value.values()):
        return "bad_fact"
    return ""


_BY_TYPE: dict[str, Callable[[FieldLaw, Json], str]] = {
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
    "shape": _shape,
}


def _text_of(fields: dict[str, Json], name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""


def _rows_of(fields: dict[str, Json], name: str) -> list[dict[str, Json]]:
    value = fields.get(name, [])
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _reporter_or_anonymous(fields: dict[str, Json]) -> bool:
    """An anonymous matter bears no reporter; found by the worker himself, it needs none either."""
    return not (fields.get("anonymous") is True and "reporter" in fields)


def _one_clock(fields: dict[str, Json]) -> bool:
    return len(fields) == 1


def _overrule_says_why(fields: dict[str, Json]) -> bool:
    return _text_of(fields, "overrules") == "" or len(_text_of(fields, "overrule_why")) >= 2


def _no_says_basis(fields: dict[str, Json]) -> bool:
    """`explained` and `not_supported` name their basis (domain 3.9)."""
    return _text_of(fields, "conclusion") in ("supported", "other_route") or _text_of(fields, "basis") != ""


def _ends_after_start(fields: dict[str, Json]) -> bool:
    start, end = fields.get("started_ms"), fields.get("ended_ms")
    return isinstance(start, int) and isinstance(end, int) and end >= start


def _nobody_home_says_when(fields: dict[str, Json]) -> bool:
    return fields.get("met") != "nobody" or "next_visit_on" in fields


def _finding_has_issue(fields: dict[str, Json]) -> bool:
    """Every finding but `none` names its issue or what was done on the spot (domain 3.3)."""
    rows = _rows_of(fields, "findings")
    return all(r.get("kind") == "none" or "issue" in r or len(_text_of(r, "solved_on_spot")) >= 5 for r in rows)


def _damage_says_what(fields: dict[str, Json]) -> bool:
    return fields.get("box_ok") is True or _text_of(fields, "abnormal") != ""


def _refusal_ends_mediation(fields: dict[str, Json]) -> bool:
    """One clear refusal means no mediation, and only a refusal does (People's Mediation Law, Art. 17)."""
    refused = any(row.get("consent") == "refuses" for row in _rows_of(fields, "parties"))
    return refused == (fields.get("outcome") == "refused")


def _agreement_has_terms(fields: dict[str, Json]) -> bool:
    agreed = fields.get("outcome") in ("written", "oral")
    terms = _rows_of(fields, "terms")
    clear = all(row.get("done") is True or "by" in row for row in terms)
    return (len(terms) > 0 and clear) if agreed else len(terms) == 0


def _failure_tells_routes(fields: dict[str, Json]) -> bool:
    """A mediation without agreement tells the parties where else they may go (Art. 26)."""
    routes = fields.get("routes_told", [])
    return fields.get("outcome") in ("written", "oral") or (isinstance(routes, list) and len(routes) > 0)


def _signed_as_said(fields: dict[str, Json]) -> bool:
    """An agreement counts as signed by all only if it is: each by hand or thumb when written, by word when oral (Art. 29, 30)."""
    parties, outcome, said = _rows_of(fields, "parties"), fields.get("outcome"), fields.get("signed")
    if outcome not in ("written", "oral"):
        return said == "none"
    written = outcome == "written"
    hands = [
        ("signature" in row or row.get("thumb") is True) if written else row.get("says_yes") is True for row in parties
    ]
    return said == ("all" if all(hands) else "some" if any(hands) else "none")


def _each_signs(fields: dict[str, Json]) -> bool:
    """A name counts as signed with a drawn signature or a thumb on the paper."""
    rows = [*_rows_of(fields, "signatures"), *_rows_of(fields, "accepted_by")]
    return all("hash" in row or row.get("thumb") is True for row in rows)


def _village_matter_to_villagers(fields: dict[str, Json]) -> bool:
    """What belongs to the villagers' meeting by law goes there or to the representatives (Organic Law, Art. 24)."""
    return fields.get("village_matter") is not True or fields.get("form") in ("villagers", "representatives")


def _present_are_expected(fields: dict[str, Json]) -> bool:
    expected, present = fields.get("expected"), fields.get("present")
    came = sum(row.get("came") is True for row in _rows_of(fields, "attendance"))
    return isinstance(expected, int) and isinstance(present, int) and came <= present <= expected


def _consensus_has_terms(fields: dict[str, Json]) -> bool:
    terms = _rows_of(fields, "terms")
    return (len(terms) == 0) == (fields.get("outcome") == "none")


def _two_counts_agree(fields: dict[str, Json]) -> bool:
    """Two tellers count for themselves; where they differ, it is counted again."""
    vote = fields.get("vote")
    if not isinstance(vote, dict):
        return True
    yes, no, abstain = vote.get("yes"), vote.get("no"), vote.get("abstain")
    if not (isinstance(yes, int) and isinstance(no, int) and isinstance(abstain, int)):
        return False
    return yes + no + abstain == vote.get("first_count") == vote.get("second_count")


def _units_differ(fields: dict[str, Json]) -> bool:
    """One unit leads, the others help, and none is named twice."""
    lead = fields.get("lead")
    named = [lead, *_rows_of(fields, "co_units")]
    units = [_text_of(one, "unit") for one in named if isinstance(one, dict)]
    return len(set(units)) == len(units)


def _refusal_says_why(fields: dict[str, Json]) -> bool:
    return fields.get("arrived") != "refused" or "refuse_why" in fields


CHECKS: dict[str, Callable[[dict[str, Json]], bool]] = {
    "reporter_or_anonymous": _reporter_or_anonymous,
    "one_clock": _one_clock,
    "overrule_says_why": _overrule_says_why,
    "no_says_basis": _no_says_basis,
    "ends_after_start": _ends_after_start,
    "nobody_home_says_when": _nobody_home_says_when,
    "finding_has_issue": _finding_has_issue,
    "damage_says_what": _damage_says_what,
    "refusal_ends_mediation": _refusal_ends_mediation,
    "agreement_has_terms": _agreement_has_terms,
    "failure_tells_routes": _failure_tells_routes,
    "signed_as_said": _signed_as_said,
    "each_signs": _each_signs,
    "village_matter_to_villagers": _village_matter_to_villagers,
    "present_are_expected": _present_are_expected,
    "consensus_has_terms": _consensus_has_terms,
    "two_counts_agree": _two_counts_agree,
    "units_differ": _units_differ,
    "refusal_says_why": _refusal_says_why,
}


def broken_check(law: OpLaw, fields: dict[str, Json]) -> str:
    """The first named check that an act's fields break; "" when all hold."""
    return next((name for name in law.check if not CHECKS[name](fields)), "")
