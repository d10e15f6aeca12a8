"""Ways of a subject told step by step, so that every guard and row is met whatever chance does. Knows the law, makes no history."""

from sync.op import Json

START_MS = 1_790_000_000_000
DAY_MS = 86_400_000


def opinion(side: int) -> Json:
    """What somebody of a side says at a meeting."""
    return {"side": side, "who": "赵某", "stance": "suggests", "words": "先清沟"}


Told = tuple[str, str, dict[str, Json]]
"""Who (p1 to p9 and the role), which act, and the fields that matter; the others are as chance has them."""

DUE: Json = {
    "due_ms": START_MS, "start_ms": START_MS, "proof_zh": "因", "proof_en": "a", "book": "b", "provisional": False,
}  # fmt: skip
BOTH: Json = [{"name": "赵某", "consent": "agrees"}, {"name": "钱某", "consent": "agrees"}]
TERM: Json = [{"who": "赵某", "what": "疏通水沟", "by": "2026-12-01", "done": False}]
EXTENDED: list[Told] = [
    ("p1 handler", "ask_extension", {}), ("p6 dispatcher", "grant", {}), ("p1 deputy_head", "sign_extension", {}),
    ("p2 deputy_head", "sign_extension", {}), ("p6 dispatcher", "grant", {}),
]  # fmt: skip
TRIED: list[Told] = [
    ("p9 clerk", "lapse", {"lapse_why": "not_reached"}), ("p7 caller", "try_call", {}), ("p9 clerk", "count_try", {}),
]  # fmt: skip
SOON: list[Told] = [
    ("p3 party_secretary", "approve", {"form": "villagers"}),
    ("p2 village", "invite", {"meets_ms": START_MS + DAY_MS}), ("p2 village", "meet", {}),
]  # fmt: skip
CALLED: list[Told] = [
    ("p2 village", "invite", {"meets_ms": START_MS + 20 * DAY_MS}),
    ("p2 village", "meet", {"expected": 9, "present": 7, "opinions": [opinion(1), opinion(2)]}),
]  # fmt: skip

LIKES: list[Told] = [
    ("p9 clerk", "alike", {}), ("p2 town", "differ", {}), ("p2 town", "ask_again", {}),
    ("p9 clerk", "take_in", {}), ("p9 clerk", "let_go", {}), ("p2 town", "join", {}), ("p2 town", "unjoin", {}),
]  # fmt: skip

WAYS: list[tuple[str, list[Told]]] = [
    ("order", [
        ("p9 clerk", "dispatch", {"no_return": False}), ("p5 dept_liaison", "ask_return", {}),
        ("p6 dispatcher", "designate", {}), ("p5 dept_liaison", "ask_return", {}), ("p1 handler", "accept", {}),
        ("p1 handler", "report_in", {"arrived": "came"}), *EXTENDED, *EXTENDED,
        ("p1 handler", "ask_extension", {}), ("p1 handler", "reply", {"conclusion": "supported"}), ("p3 unit_head", "sign", {}),
        ("p2 deputy_head", "check", {}), ("p1 unit_head", "sign", {}), ("p3 unit_head", "sign", {}), ("p9 clerk", "not_ok", {}),
        ("p1 handler", "accept", {}), ("p4 handler", "accept", {}), ("p4 handler", "reply", {"conclusion": "supported"}),
        ("p2 deputy_head", "check", {}), ("p3 unit_head", "sign", {}), ("p9 clerk", "finish", {}),
    ]),
    ("order", [
        ("p9 clerk", "dispatch", {}), ("p1 handler", "accept", {}),
        ("p9 clerk", "clock", {"due_answer": DUE}), ("p1 handler", "ask_extension", {}),
    ]),
    ("issue", [
        ("p1 grid_worker", "register", {"anonymous": False, "reporter": {"name": "赵某", "phone": "15400000001"}}),
        ("p1 grid_worker", "triage", {"track": "escalate_to_town"}), ("p2 town", "answer", {"conclusion": "supported"}),
        ("p9 clerk", "accept", {}), ("p2 town", "dispatch", {}), ("p2 town", "accept", {}), ("p9 clerk", "accept", {}),
        ("p2 town", "add_unit", {}), ("p2 town", "join", {}),
        ("p9 clerk", "answer", {"conclusion": "supported"}), ("p9 clerk", "back_to_work", {}),
        ("p9 clerk", "answer", {"conclusion": "supported"}), ("p9 clerk", "lapse", {"lapse_why": "nobody_to_ask"}),
        *TRIED, *TRIED, *TRIED,
        ("p9 clerk", "lapse", {"lapse_why": "not_reached"}), ("p8 resident", "confirm", {"solved": "partly"}),
        ("p9 clerk", "back_to_work", {}),
    ]),
    ("issue", [
        ("p1 grid_worker", "register", {"category": "0301"}), ("p8 resident", "withdraw", {}),
        ("p1 grid_worker", "triage", {"track": "solved_in_grid"}), ("p1 grid_worker", "solve", {}),
        ("p8 resident", "confirm", {"solved": "partly"}), ("p3 town_head", "explain", {}),
        ("p2 town", "triage", {"track": "solved_in_grid"}), ("p1 grid_worker", "solve", {}),
        ("p8 resident", "confirm", {"solved": "partly"}), ("p3 town_head", "explain", {}),
    ]),
    ("issue", [
        ("p9 clerk", "arrive", {"arrives_at": "in_grid"}), ("p1 grid_worker", "mediate", {}), ("p9 clerk", "late", {}),
        ("p9 clerk", "solve", {}), ("p8 resident", "confirm", {"solved": "partly"}), ("p2 town", "move", {}),
        ("p9 clerk", "forward", {}), ("p1 grid_worker", "solve", {}), ("p1 grid_worker", "edit", {"title": "村口的路灯"}),
    ]),
    ("parked", [("p2 town", "decline", {})]),
    ("parked", [("p2 town", "account", {})]),
    ("letter", [
        ("p1 grid_worker", "take_out", {}), ("p9 clerk", "clock", {}), ("p9 clerk", "clock", {"due_letter": DUE}),
        ("p9 clerk", "alike", {}), ("p9 clerk", "take_in", {}), ("p9 clerk", "let_go", {}), ("p9 clerk", "urge", {}),
        ("p1 grid_worker", "join", {}), ("p9 clerk", "urge", {}), ("p2 town", "unjoin", {}),
    ]),
    ("issue", [
        ("p1 grid_worker", "register", {}), ("p1 grid_worker", "triage", {"track": "escalate_to_town"}),
        ("p2 town", "dual", {}), ("p2 town", "join", {}), ("p2 town", "dispatch", {}), ("p9 clerk", "accept", {}),
        ("p9 clerk", "answer", {"conclusion": "supported"}), ("p4 county_leader", "read", {}),
        ("p9 clerk", "answer", {"conclusion": "supported"}),
        ("p7 caller", "call_back", {"solved": "not_solved", "why_not": "policy", "satisfaction": "dissatisfied"}),
        ("p9 clerk", "orders_ended", {}), ("p2 town", "dispatch", {}), ("p9 clerk", "answer", {"conclusion": "supported"}),
        ("p7 caller", "call_back", {"solved": "not_solved", "why_not": "policy", "satisfaction": "satisfied"}),
    ]),
    ("issue", [
        ("p1 grid_worker", "register", {"anonymous": False, "reporter": {"name": "赵某", "phone": "15400000001"}}),
        ("p1 grid_worker", "triage", {"track": "solved_in_grid"}), ("p1 grid_worker", "edit", {"reporter": {"name": "赵某", "phone": ""}}),
        ("p1 grid_worker", "solve", {}), ("p9 clerk", "lapse", {"lapse_why": "nobody_to_ask"}),
    ]),
    ("consultation", [
        ("p1 grid_worker", "propose", {"sides": ["东头", "西头"]}), *SOON, *CALLED,
        ("p2 village", "conclude", {"outcome": "consensus", "to_publish": True}), ("p5 town", "check_legality", {"legal": "yes"}),
        ("p3 party_secretary", "file", {}), ("p5 town", "check_legality", {"legal": "no"}), *CALLED,
        ("p2 village", "conclude", {"outcome": "none"}), ("p2 village", "again", {}),
    ]),
    ("mediation", [
        ("p1 mediator", "record", {"outcome": "written", "signed": "none", "parties": BOTH, "terms": TERM}),
        ("p9 clerk", "number", {"agreement_no": "（2026）东坡镇人调字第1号"}), ("p9 clerk", "clock", {"due_court": DUE}),
        ("p1 mediator", "sign", {"signatures": [{"party": 1, "thumb": True}, {"party": 2, "thumb": True}]}),
        ("p1 mediator", "take_effect", {}), ("p9 clerk", "clock", {"due_court": DUE}), ("p9 clerk", "number", {}),
    ]),
    ("issue", [
        ("p1 grid_worker", "register", {}), ("p1 grid_worker", "triage", {"track": "consult_mechanism"}),
        ("p9 clerk", "clock", {"due_consult": DUE}), ("p9 clerk", "convene", {}),
    ]),
    ("household", [("p1 grid_worker", "register", {}), *LIKES]),
    ("letter", [("p1 grid_worker", "take_out", {}), *LIKES, ("p2 town", "set_aside", {})]),
    ("issue", [
        ("p1 grid_worker", "register", {}), *LIKES, ("p1 grid_worker", "triage", {"track": "solved_in_grid"}), ("p1 grid_worker", "solve", {}),
        ("p7 caller", "call_back", {"solved": "not_solved", "why_not": "can_be_done"}),
    ]),
    ("task", [("p2 town", "assign", {}), ("p1 grid_worker", "report_back", {}), ("p2 town", "call_off", {})]),
]  # fmt: skip
"""Ways told step by step, on which every guard says no once and yes once."""
