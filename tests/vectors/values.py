"""Values for the law's fields: right ones by chance, and those at the edge of right. Knows the law, no history."""

from collections.abc import Callable

from sync.law import FieldLaw, OpLaw, SubjectLaw
from sync.op import Json
from tests.vectors.chance import Chance

LETTERS = ["a", "z", "路", "灯", "坏", "～", "𠀀", "😀", "é"]
"""One, two, three and four bytes of UTF-8; one and two units of UTF-16."""

HASH = "0123456789abcdef" * 4


FACTS: list[Json] = [{}, {"parties": 2, "tried": "failed"}, {"shared": True, "danger": ["life"], "wish": ""}]


def good(law: FieldLaw, chance: Chance) -> Json:
    """A value that may stand in the field. Small choices on purpose: two authors often say the same."""
    return GOOD[law.type](law, chance)


def good_int(law: FieldLaw, chance: Chance) -> int:
    low = 0 if law.min is None else law.min
    high = 2**53 - 1 if law.max is None else law.max
    return min(chance.choice([low, low + 1, low + 7, high]), high)


def good_text(law: FieldLaw, chance: Chance) -> str:
    low = law.min or 0
    length = min(low + chance.choice([0, 0, 1, 6]), low if law.max is None else law.max)
    if chance.random() < 0.5:
        return chance.choice("ab路") * length
    return "".join(chance.choice(LETTERS) for _ in range(length))


def good_list(law: FieldLaw, chance: Chance) -> Json:
    low = law.min or 0
    length = min(low + chance.choice([0, 1, 2]), low + 2 if law.max is None else law.max)
    return [good(law.of, chance) for _ in range(length)] if law.of else []


def good_map(law: FieldLaw, chance: Chance) -> Json:
    names = [name for name, part in law.fields.items() if part.need or chance.random() < 0.3]
    return {name: good(law.fields[name], chance) for name in names}


def good_due(_law: FieldLaw, chance: Chance) -> Json:
    start = 1_790_000_000_000 + chance.randint(0, 3)
    return {
        "due_ms": start + 86_400_000,
        "start_ms": start,
        "proof_zh": "登记次日起第1个工作日",
        "proof_en": "the first working day after",
        "book": "2026-11-25.1",
        "provisional": chance.random() < 0.5,
    }


def good_shape(_law: FieldLaw, chance: Chance) -> Json:
    """A matter as it stood in another log: one act, an edit that lost, one note."""
    began: Json = {
        "row": "A1",
        "name": "register",
        "from_stage": "",
        "to_stage": "registered",
        "stamp": "001789900000000-0000-dz",
        "actor": "p_dz",
        "role": "grid_worker",
        "at_ms": 1_789_900_000_000,
        "place": 3,
        "fields": {"title": "村口路灯", "danger": ["life"]},
    }
    edited: Json = {
        "value": "村口三盏路灯",
        "stamp": "001789900000007-0000-dz",
        "actor": "p_dy",
        "role": "town",
        "at_ms": 1_789_900_000_007,
        "place": 5,
    }
    note: Json = {
        "why": "stage_moved_on",
        "name": "solve",
        "stage": "work_order",
        "stamp": "001789900000009-0000-dz",
        "actor": "p_dz",
        "role": "grid_worker",
        "at_ms": 1_789_900_000_009,
        "place": 6,
        "fields": {"measures": "换了灯泡"},
    }
    return {
        "subject": "issue/dz.1",
        "stage": chance.choice(["registered", "in_grid", "work_order", "reopened"]),
        "fields": {"title": {"now": edited, "beside": [], "lost": [0]}, "danger": 0},
        "acts": [began],
        "notes": [note],
    }


GOOD: dict[str, Callable[[FieldLaw, Chance], Json]] = {
    "text": good_text,
    "int": good_int,
    "bool": lambda _law, chance: chance.random() < 0.5,
    "code": lambda law, chance: chance.choice(law.codes),
    "phone": lambda _law, chance: chance.choice(["", "15400000001", "0856-5210-001", "12345"]),
    "hash": lambda _law, chance: chance.choice(["0" * 64, HASH]),
    "ref": lambda law, chance: f"{law.kind or 'issue'}/d{chance.choice('abc')}.{chance.randint(1, 9)}",
    "date": lambda _law, chance: chance.choice(["2026-11-23", "2024-02-29", "2025-12-31"]),
    "list": good_list,
    "map": good_map,
    "due": good_due,
    "facts": lambda _law, chance: chance.choice(FACTS),
    "shape": good_shape,
}


def good_fields(law: SubjectLaw, name: str, chance: Chance, *, may: float = 0.3) -> dict[str, Json]:
    """Fields with which an act is in order; `may` is the chance of each field that it need not bear."""
    act = law.ops[name]
    names = [*act.need, *(one for one in act.may if chance.random() < may)]
    return in_order(act, {one: good(law.fields[one], chance) for one in names}, law, chance)


def in_order(act: OpLaw, fields: dict[str, Json], law: SubjectLaw, chance: Chance) -> dict[str, Json]:
    """The fields, changed where the act's named checks ask for it."""
    for check in act.check:
        fields = MENDS[check](fields, law, chance)
    return fields


Mend = Callable[[dict[str, Json], SubjectLaw, Chance], dict[str, Json]]


def _without(fields: dict[str, Json], *names: str) -> dict[str, Json]:
    return {name: value for name, value in fields.items() if name not in names}


def _reporter(fields: dict[str, Json], _law: SubjectLaw, _chance: Chance) -> dict[str, Json]:
    return _without(fields, "reporter") if fields.get("anonymous") is True else fields


def _clock(_fields: dict[str, Json], law: SubjectLaw, chance: Chance) -> dict[str, Json]:
    name = chance.choice(law.ops["clock"].may)
    return {name: good(law.fields[name], chance)}


def _overrule(fields: dict[str, Json], _law: SubjectLaw, _chance: Chance) -> dict[str, Json]:
    return {**fields, "overrule_why": "群众当面改口"} if fields.get("overrules") else fields


def _basis(fields: dict[str, Json], _law: SubjectLaw, _chance: Chance) -> dict[str, Json]:
    return {**fields, "basis": "《条例》第三条"} if fields["conclusion"] in ("explained", "not_supported") else fields


def _end(fields: dict[str, Json], _law: SubjectLaw, _chance: Chance) -> dict[str, Json]:
    return {**fields, "started_ms": 1_790_000_000_000, "ended_ms": 1_790_000_600_000}


def _next_visit(fields: dict[str, Json], _law: SubjectLaw, _chance: Chance) -> dict[str, Json]:
    return {**fields, "next_visit_on": "2026-12-01"} if fields["met"] == "nobody" else fields


def _findings(fields: dict[str, Json], _law: SubjectLaw, _chance: Chance) -> dict[str, Json]:
    rows: list[Json] = [{"kind": "none"}, {"kind": "hazard", "issue": "issue/da.2"}]
    return {**fields, "findings": rows}


def _abnormal(fields: dict[str, Json], _law: SubjectLaw, _chance: Chance) -> dict[str, Json]:
    return fields if fields["box_ok"] is True else {**fields, "abnormal": "锁芯锈死"}


def _refusal(fields: dict[str, Json], _law: SubjectLaw, _chance: Chance) -> dict[str, Json]:
    consent = "refuses" if fields["outcome"] == "refused" else "agrees"
    parties: list[Json] = [{"name": "赵某", "consent": "agrees"}, {"name": "钱某", "consent": consent}]
    return {**fields, "parties": parties}


def _terms(fields: dict[str, Json], _law: SubjectLaw, _chance: Chance) -> dict[str, Json]:
    terms: list[Json] = [{"who": "赵某", "what": "疏通水沟", "by": "2026-12-01", "done": False}]
    agreed = fields["outcome"] in ("written", "oral")
    return {**fields, "terms": terms} if agreed else _without(fields, "terms")


def _routes(fields: dict[str, Json], _law: SubjectLaw, _chance: Chance) -> dict[str, Json]:
    return {**fields, "routes_told": ["court"]}


def _hands(fields: dict[str, Json], _law: SubjectLaw, chance: Chance) -> dict[str, Json]:
    """Who has signed, by chance, and `signed` as it then is."""
    outcome = fields["outcome"]
    if outcome not in ("written", "oral"):
        return {**fields, "signed": "none"}
    mark = "thumb" if outcome == "written" else "says_yes"
    many = 2 if outcome == "oral" else chance.choice([2, 1, 0])
    rows = fields["parties"]
    parties: list[Json] = [
        {**row, mark: at < many} for at, row in enumerate(rows if isinstance(rows, list) else []) if isinstance(row, dict)
    ]
    return {**fields, "parties": parties, "signed": ["none", "some", "all"][many]}


def _signers(fields: dict[str, Json], _law: SubjectLaw, chance: Chance) -> dict[str, Json]:
    rows: list[Json] = [{"name": "赵某", "thumb": True}, {"name": "钱某", "hash": HASH}]
    by_party: list[Json] = [{"party": number, "thumb": True} for number in chance.choice([[1], [1, 2], [2]])]
    signed = by_party if "outcome" not in fields else rows
    return {**fields, **{name: signed if name == "signatures" else rows for name in ("signatures", "accepted_by") if name in fields}}


def _villagers(fields: dict[str, Json], _law: SubjectLaw, _chance: Chance) -> dict[str, Json]:
    return {**fields, "form": "representatives"} if fields["village_matter"] is True else fields


def _present(fields: dict[str, Json], _law: SubjectLaw, chance: Chance) -> dict[str, Json]:
    came: list[Json] = [{"name": "赵某", "as": "household", "side": 1, "came": True}, {"name": "钱某", "as": "household", "came": False}]
    return {**fields, "attendance": came, "expected": 9, "present": chance.choice([4, 5, 6, 9])}


def _tasks(fields: dict[str, Json], _law: SubjectLaw, _chance: Chance) -> dict[str, Json]:
    terms: list[Json] = [{"what": "清沟", "who": "钱某", "by": "2026-12-01"}]
    return _without(fields, "terms") if fields["outcome"] == "none" else {**fields, "terms": terms}


def _count(fields: dict[str, Json], _law: SubjectLaw, _chance: Chance) -> dict[str, Json]:
    vote: Json = {"way": "hands", "yes": 5, "no": 1, "abstain": 0, "first_count": 6, "second_count": 6}
    return {**fields, "vote": vote} if "vote" in fields else fields


def _units(fields: dict[str, Json], _law: SubjectLaw, _chance: Chance) -> dict[str, Json]:
    lead: Json = {"unit": "county_housing", "name": "县住建局"}
    helping: Json = [{"unit": "county_urban", "name": "县城管局"}]
    return {**fields, "lead": lead, **({"co_units": helping} if "co_units" in fields else {})}


def _refuse_why(fields: dict[str, Json], _law: SubjectLaw, _chance: Chance) -> dict[str, Json]:
    return {**fields, "refuse_why": "不属于我单位职责"} if fields["arrived"] == "refused" else fields


MENDS: dict[str, Mend] = {
    "signed_as_said": _hands,
    "each_signs": _signers,
    "village_matter_to_villagers": _villagers,
    "present_are_expected": _present,
    "consensus_has_terms": _tasks,
    "two_counts_agree": _count,
    "reporter_or_anonymous": _reporter,
    "one_clock": _clock,
    "overrule_says_why": _overrule,
    "no_says_basis": _basis,
    "ends_after_start": _end,
    "nobody_home_says_when": _next_visit,
    "finding_has_issue": _findings,
    "damage_says_what": _abnormal,
    "refusal_ends_mediation": _refusal,
    "agreement_has_terms": _terms,
    "failure_tells_routes": _routes,
    "units_differ": _units,
    "refusal_says_why": _refuse_why,
}

WRONG: list[Json] = [None, True, False, 7, -1, 2**53, "", "x", [], ["x"], [None], {}, {"x": 1}]
"""A value of each sort; right for some fields, wrong for most."""

DUE: dict[str, Json] = {"due_ms": 1, "start_ms": 1, "proof_zh": "因", "proof_en": "a", "book": "b", "provisional": True}

PHONES = """\
1234
12345
1-2-3-4-5
-----
1390000000x
１２３４５６
+8613900000000
12345678901234
123456789012345
""".splitlines()

REFS = """\
issue/d1.1
issue/d1.01
issue/d1.0
issue/d1.
issue/.1
/d1.1
issue/d1
issue.d1/1
Issue/d1.1
issue/D1.1
household/d1.2
mailbox/d1.2
mailbox_opening/d1.2
issue/d1.1/2
issue/d1.1.2
issue/d1.１
issue/é.1
is-sue/d1.1
issue/d1.123456789012345
issue/d1.1234567890123456
""".splitlines()

DATES = """\
2026-11-23
2024-02-29
2025-02-29
1900-02-29
2000-02-29
2026-04-31
2026-13-01
2026-00-10
2026-01-00
2026-1-01
2026/01/01
20260101
2026-01-01T
２026-01-01
0000-01-01
2026-01-32
2026-12-31
""".splitlines()

FACT_VALUES: tuple[Json, ...] = (
    *(1, True, None, 2**53 - 1, 2**53, {}),
    *("x" * 80, "𠀀" * 80, "x" * 81),
    *([1], [*(["x"] * 20)], [*(["x"] * 21)], ["𠀀" * 80], ["x" * 81]),
)

EDGES: dict[str, list[Json]] = {
    "phone": [*PHONES, "0856 5210"],
    "hash": [HASH, HASH.upper(), HASH[1:], HASH + "0", HASH[:-1] + "g", HASH[:-1] + "\n"],
    "ref": [*REFS, "issue/d1.1\n", " issue/d1.1", *(f"issue/{'d' * n}.1" for n in (72, 73))],
    "date": [*DATES],
    "due": [DUE, {**DUE, "proof_zh": ""}, {**DUE, "provisional": 1}, {**DUE, "later": 1}, {"due_ms": 1}],
    "facts": [
        *({"a": value} for value in FACT_VALUES),
        *({f"n{i}": i for i in range(n)} for n in (60, 61)),
        {"__proto__": 1},
    ],
}


def edges(law: FieldLaw) -> list[Json]:
    """Values at the edge of right, on both sides of it, and one of each sort."""
    found = [*WRONG, *EDGES.get(law.type, [])]
    bounds = sorted({n for at in (law.min, law.max) if at is not None for n in (at - 1, at, at + 1) if n >= 0})
    if law.type == "text":
        last = [n for n in bounds if n not in ((law.min or 0) + 1, (law.max or 0) - 1)]
        found += ["a" * (n - 1) + "𠀀" for n in last if n]
    if law.type == "int":
        found += [*bounds, 2**53 - 1, -(2**53) + 1]
    if law.type == "code":
        found += [*law.codes, law.codes[0].upper() or " "]
    if law.type == "list" and law.of:
        item = good(law.of, Chance(2))
        found += [[item] * n for n in bounds]
        found += [[item, wrong] for wrong in edges(law.of)[:20]]
    if law.type == "map":
        found += _map_edges(law)
    return found


def _map_edges(law: FieldLaw) -> list[Json]:
    chance = Chance(3)
    whole: dict[str, Json] = {name: good(part, chance) for name, part in law.fields.items()}
    found: list[Json] = [whole, {**whole, "later_part": 1}, {**whole, "__proto__": 1}, {**whole, "constructor": 1}]
    found += [{name: value for name, value in whole.items() if name != gone} for gone in whole]
    found += [{**whole, name: None} for name in whole]
    found += [{**whole, name: wrong} for name, part in law.fields.items() for wrong in edges(part)[-2:]]
    return found
