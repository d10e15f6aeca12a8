"""Which questions the vectors ask: the cells of the law, rights, clocks, merges, texts. Histories are made in histories.py."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from sync import clock, law, op
from sync.op import Json
from tests.vectors.calls import GRID, ROLES
from tests.vectors.chance import Chance
from tests.vectors.values import edges, good, good_fields

Case = tuple[str, list[Any]]
"""The name of a call and its arguments."""

SEED = 20_261_123


def cells() -> Iterator[Case]:
    """Every kind, every stage, every act, every branch, with and without an acceptance; each for every role."""
    for kind, known in law.LAW.items():
        for stage, accepted in product(["", *known.stages], [False, True]):
            yield "cell_moves", [kind, stage, accepted]
            for name in [*known.ops, "no_such_act"]:
                for fields in branches(known, name):
                    yield "cell", [kind, stage, accepted, name, fields]


def branches(known: law.SubjectLaw, name: str) -> list[dict[str, Json]]:
    """For every field on which rows of this act depend, each value they name, one that none names, and none at all."""
    rows = [row for row in known.rows if row.op == name]
    found: list[dict[str, Json]] = [{}]
    for field in dict.fromkeys(field for row in rows for field in row.if_):
        values = dict.fromkeys(value for row in rows for value in row.if_.get(field, []))
        tried: list[Json] = [*values, "no_such_value", [next(iter(values))]]
        found += [{field: value} for value in tried]
    return found


def rights() -> Iterator[Case]:
    """Every act and every field for every role; fields missing, unknown and wrong."""
    chance = Chance(SEED)
    for kind, known in law.LAW.items():
        for name in known.ops:
            for branch in [one for one in branches(known, name) if all(isinstance(v, str) for v in one.values())]:
                yield "admit_each", [kind, name, {**good_fields(known, name, chance), **branch}, op.OP_VERSION]
            fields = good_fields(known, name, chance, may=1)
            role = next(row.who[0] for row in known.rows if row.op == name)
            yield "admit_lacking", [kind, name, role, fields]
            yield "admit_each", [kind, name, {**fields, "no_such_field": 1}, op.OP_VERSION]
            yield "admit_each", [kind, name, {**fields, "no_such_field": 1}, op.OP_VERSION + 1]
        yield from edits(kind, known, chance)
        for name in ("no_such_act", "constructor", "toString"):
            yield "admit_each", [kind, name, {}, op.OP_VERSION]
            yield "admit_each", [kind, name, {}, op.OP_VERSION + 1]
    yield "admit_each", ["no_such_kind", "edit", {"a": 1}, op.OP_VERSION]
    yield "admit_each", ["constructor", "edit", {"a": 1}, op.OP_VERSION + 1]


def edits(kind: str, known: law.SubjectLaw, chance: Chance) -> Iterator[Case]:
    for field, its in known.fields.items():
        yield "admit_each", [kind, chance.choice(law.GENERIC_OPS), {field: good(its, chance)}, op.OP_VERSION]
        if its.edit:
            yield "admit_each", [kind, "edit", {field: chance.choice(edges(its))}, op.OP_VERSION]
    names = list(known.fields)
    for _ in range(10):
        chosen = chance.sample(names, k=3)
        yield "admit_each", [kind, "edit", {one: good(known.fields[one], chance) for one in chosen}, op.OP_VERSION]
    for fields in ({}, {"no_such_field": 1}, {names[0]: good(known.fields[names[0]], chance), "hasOwnProperty": 1}):
        yield "admit_each", [kind, "edit", fields, op.OP_VERSION]
        yield "admit_each", [kind, "settle", fields, op.OP_VERSION + 1]


def values() -> Iterator[Case]:
    """Every field of every kind with values on both sides of right; every named check on what it looks at."""
    for kind, known in law.LAW.items():
        for field, its in known.fields.items():
            for value in edges(its):
                yield "bad", [kind, field, value]
    for check, looked_at in LOOKED_AT.items():
        yield from (("broken_check", [check, fields]) for fields in looked_at)


ENDS = ("written", "oral", "none", "refused")
FINDINGS: list[Json] = [
    [], [{"kind": "none"}], [{"kind": "dispute"}], [{"kind": "dispute", "issue": "issue/d1.1"}], "x", ["x"],
    *([{"kind": "hazard", "solved_on_spot": done}] for done in ("四个字啊", "𠀀𠀀𠀀𠀀", "已经清掉了")),
]  # fmt: skip
TERMS: list[Json] = [
    [],
    [{"done": True}],
    [{"done": False}],
    [{"done": False, "by": "d"}],
    [{"by": "d"}, {"done": False}],
]

TASKS: list[Json] = [[], [{}], "x"]

LOOKED_AT: dict[str, list[dict[str, Any]]] = {
    "reporter_or_anonymous": [{}, *({"anonymous": a, "reporter": {}} for a in (True, False, 1)), {"anonymous": True}],
    "one_clock": [{}, {"due_grid": {}}, {"due_grid": {}, "due_assign": {}}],
    "overrule_says_why": [
        {}, {"overrules": ""}, {"overrules": "T20"}, {"overrules": 3},
        *({"overrules": "T20", "overrule_why": why} for why in ("因", "𠀀", "因故")),
    ],
    "no_says_basis": [
        {"conclusion": "explained"},
        *({"conclusion": one, "basis": basis} for one in ("supported", "explained", "not_supported") for basis in ("", "法")),
    ],
    "ends_after_start": [
        {}, {"started_ms": 1}, *({"started_ms": a, "ended_ms": b} for a, b in ((2, 1), (1, 1), (1, 2), ("1", 2))),
    ],
    "nobody_home_says_when": [{}, {"met": "head"}, {"met": "nobody"}, {"met": "nobody", "next_visit_on": "2026-12-01"}],
    "finding_has_issue": [{}, *({"findings": one} for one in FINDINGS)],
    "damage_says_what": [{}, *({"box_ok": ok} for ok in (True, False, 1)), *({"box_ok": False, "abnormal": a} for a in ("", "锈"))],
    "refusal_ends_mediation": [
        {}, *({"outcome": end, "parties": [{"consent": "agrees"}, {"consent": c}]} for end in ENDS for c in ("agrees", "refuses")),
    ],
    "agreement_has_terms": [{"outcome": "none"}, *({"outcome": end, "terms": terms} for end in ENDS for terms in TERMS)],
    "failure_tells_routes": [
        {"outcome": "none"}, *({"outcome": end, "routes_told": r} for end in ENDS for r in ([], ["court"], "court")),
    ],
    "signed_as_said": [
        {"outcome": end, "signed": said, "parties": parties}
        for end in ENDS for said in ("all", "some", "none", 1)
        for parties in ([], [{"thumb": True}, {"signature": "x"}], [{"thumb": False}, {"signature": "x"}], [{"says_yes": True}, {}], [{"says_yes": True}])
    ],
    "each_signs": [
        {}, *({name: [{"name": "a", "thumb": True}, row]} for name in ("signatures", "accepted_by") for row in ({}, {"hash": "x"}, {"thumb": False}, {"thumb": 1})),
    ],
    "village_matter_to_villagers": [
        {"village_matter": it, "form": form} for it in (True, False, 1) for form in ("villagers", "representatives", "joint", 2)
    ],
    "present_are_expected": [
        {}, *({"expected": e, "present": p, "attendance": [{"came": True}, {"came": True}, {"came": False}]} for e in (2, 3, "3") for p in (1, 2, 3, None)),
    ],
    "consensus_has_terms": [{"outcome": one, "terms": terms} for one in ("consensus", "partial", "none") for terms in TASKS],
    "two_counts_agree": [
        {}, {"vote": "x"}, {"vote": {"yes": "1", "no": 0, "abstain": 0}},
        *({"vote": {"yes": 5, "no": 2, "abstain": 1, "first_count": a, "second_count": b}} for a in (8, 7) for b in (8, 7)),
    ],
    "units_differ": [
        {}, {"lead": {"unit": "a"}}, {"lead": "a", "co_units": "a"},
        *({"lead": {"unit": "a"}, "co_units": [{"unit": one} for one in co]} for co in ("", "a", "b", "bb", "bc")),
    ],
    "refusal_says_why": [{}, {"arrived": "came"}, {"arrived": "refused"}, {"arrived": "refused", "refuse_why": "不归我们管理"}],
}  # fmt: skip
"""Per named check the fields it looks at, on both sides of right."""


STAMP = clock.stamp(1000, 0, "d1")
EDIT: dict[str, Any] = {
    "device": "d1", "seq": 1, "prev": "", "stamp": STAMP, "actor": "p1", "grid": GRID, "subject": "letter/d1.1",
    "name": "edit", "fields": {"summary": "路灯坏了"}, "seen": {}, "v": 1,
}  # fmt: skip
HERE: dict[str, Any] = {"role": "grid_worker", "code": GRID, "from_ms": 0, "to_ms": None}
ASKER: dict[str, Any] = {"person": "p1", "device": "d1", "areas": [HERE]}
BAD_STAMPS = [
    *(
        "",
        "x",
        STAMP[:-1],
        STAMP + "x",
        clock.stamp(1000, 0, "d2"),
        STAMP.replace("-", "_"),
        "0" * 15,
        "0" * 15 + "-0000",
    ),
    *(STAMP.upper(), "１" + STAMP[1:], STAMP[:16] + "00A0-d1", " " + STAMP[1:]),
]


def askers() -> Iterator[Case]:
    """Who brings an op, from where, when: names, devices, stamps, ids, areas that begin and end."""
    wrong = [
        {},
        {"device": "d2"},
        {"actor": "p2"},
        {"grid": "329924101201002"},
        *({"stamp": one} for one in BAD_STAMPS),
    ]
    wrong += [{"subject": one} for one in ("letter/d1", "letter", "Letter/d1.1")]
    for change in wrong:
        yield "admit", [{**EDIT, **change}, ASKER, 1000]
    begin = {**EDIT, "name": "take_out", "fields": good_fields(law.LAW["letter"], "take_out", Chance(SEED))}
    for subject in ("letter/d1.1", "letter/d1.2", "letter/d2.1", "letter/d1.10"):
        yield "admit", [{**begin, "subject": subject}, ASKER, 1000]
    town = {"role": "town", "code": "329924101", "from_ms": 500, "to_ms": 2000}
    county = {"role": "dispatcher", "code": "", "from_ms": 0, "to_ms": 1500}
    elsewhere, unknown = {**HERE, "code": "329924101201002"}, {**HERE, "role": "no_such_role"}
    stood = [[], [HERE], [town, county], [HERE, town, county], [elsewhere], [unknown]]
    for areas, ms in product(stood, (0, 499, 500, 1499, 1500, 1999, 2000)):
        yield "roles_at", [areas, GRID, ms]
        yield "admit", [EDIT, {**ASKER, "areas": areas}, ms]
    yield from several_roles()
    yield from (("rank", [role]) for role in [*ROLES, "no_such_role", "constructor", ""])


def several_roles() -> Iterator[Case]:
    """Somebody with several roles makes an op that not all of them may make."""
    town, county, worker = ({**HERE, "role": one} for one in ("town", "dispatcher", "grid_worker"))
    held = [[county], [county, worker], [town, county, worker], [county, town]]
    why: dict[str, Json] = {"rule": "T20", "reason_zh": "因", "reason_en": "why", "book": "b", "urgency": "normal"}
    answer: dict[str, Json] = {"conclusion": "supported", "answer": "已经派人修好了路灯。"}
    for areas in held:
        asker = {**ASKER, "areas": areas}
        for track in ("solved_in_grid", "escalate_to_town", "consult_mechanism"):
            yield (
                "admit",
                [{**EDIT, "subject": "issue/d9.1", "name": "triage", "fields": {**why, "track": track}}, asker, 1000],
            )
        yield "admit", [{**EDIT, "subject": "issue/d9.1", "name": "answer", "fields": answer}, asker, 1000]


def clocks() -> Iterator[Case]:
    """Clocks that stutter, run backward, overflow, run ahead; what a wrong clock is credited with."""
    full = clock.stamp(1000, clock.MAX_COUNT, "d1")
    now_and_then = [
        clock.stamp(ms, count, "d1") for ms, count in ((1000, 0), (1000, 15), (1000, 255), (1_790_000_000_000, 9))
    ]
    last = ["", full, clock.stamp(1000, clock.MAX_COUNT - 1, "d1"), *now_and_then]
    for stamp, now_ms in product(last, (-5, 0, 999, 1000, 1001, 1_790_000_000_000, 10**15 - 1)):
        yield "tick", [stamp, now_ms, "d1"]
        if stamp:
            yield "witness", ["", stamp, now_ms]
            yield "stamp_ms", [stamp]
    near = [clock.stamp(1000 + clock.MAX_AHEAD_MS + n, 3, "d2") for n in (-1, 0, 1)]
    for ours, theirs in product([*last[1:], ""], near):
        yield "witness", [ours, theirs, 1000]
    for claimed, contact, placed in product((0, 400, 500, 600, 1000, 2000, 10**14), (0, 500, 1000), (500, 1000, 3000)):
        yield "credit", [claimed, contact, placed]
        yield "skew", [claimed, placed]
    for text in (
        full,
        full + "x",
        "",
        "x",
        full.upper(),
        full[:-3],
        full[:20],
        full[:21],
        "-" + full[1:],
        full.replace("0", "０", 1),
    ):
        yield "is_stamp", [text, "d1"]
        yield "is_stamp", [text, ""]
    yield "stamp", [0, 0, "d1"]


def merges() -> Iterator[Case]:
    """Random sequences of values under each rule; each author looked at some of what stands, or at things that never did."""
    chance = Chance(SEED)
    for rule in ("later", "higher", "union", "keep_both", "once"):
        for _ in range(60):
            yield "join", [rule, [_step(chance, n) for n in range(chance.randint(2, 9))]]


VALUES: list[Json] = [
    *(True, 1, "a", "b", None),
    *([], ["a"], ["a", "b"], ["b", 1], [True]),
    *({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": True}),
]


def _step(chance: Chance, n: int) -> list[Json]:
    value = chance.choice(VALUES)
    held: Json = {
        "value": value, "stamp": clock.stamp(chance.choice([n, 99 - n]), n, "d1"), "actor": f"p{n}",
        "role": chance.choice([*ROLES, "no_such_role"]), "at_ms": n, "place": n + 1,
    }  # fmt: skip
    seen = [clock.stamp(ms, count, "d1") for count in range(n) for ms in (count, 99 - count)]
    return [held, [one for one in seen if chance.random() < chance.choice([0, 0.3, 1])]]


def sameness() -> Iterator[Case]:
    """Values that look alike, and those that are."""
    look: list[Json] = [
        *(None, False, True, 0, 1, -1, "", "1", "a"),
        *([], [1], [True], ["a", "b"], ["b", "a"]),
        *({}, {"a": 1}, {"a": True}, {"a": None}, {"b": None}, {"a": [1], "b": 2}, {"b": 2, "a": [1]}),
    ]
    for left, right in product(look, look):
        yield "same", [left, right]


def leaders() -> Iterator[Case]:
    """Who may join what stands at each stage: of its kind or another, of its grid or another."""
    kinds = ("issue", "letter", "household", "visit")
    for kind, asked, grid in product(kinds, kinds, (GRID, GRID[::-1])):
        for stage in ("", *law.LAW[kind].stages):
            yield "may_lead", [kind, stage, asked, grid]


LAW = {"law": {"cells": cells}, "rights": {"rights": rights}, "values": {"values": values}}
"""The law's questions, a file each."""
CORE = {"askers": askers, "clocks": clocks, "merges": merges, "sameness": sameness, "leaders": leaders}
