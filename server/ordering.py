"""What the clerk says between an issue and its departments' orders, in the transaction of the act that calls for it."""

from collections.abc import Callable

import msgspec

from server.book import CountyBook
from server.clerk import Said, clock
from sync.fold import TRIES, Act, Shape, acts_since_entry, moves
from sync.law import LAW
from sync.op import Change, Json
from sync.rules.due import Due, answer_due, due, last_day
from sync.rules.workdays import date_at, is_working
from sync.subjects import order as orders
from sync.subjects.issue import due_in, text

ENDED = ("closed", "referred", "withdrawn", "void", "in_grid", "consulting", "joined", "moved")
"""Stages of an issue in which no department owes it anything any more."""
CONDUCT = "1201"


class Around(msgspec.Struct, frozen=True):
    """What may be asked beside the subject at hand, as this transaction has it."""

    shape_of: Callable[[str], Shape | None]
    orders_of: Callable[[str], list[Shape]]
    number: Callable[[str], int]
    """The next number under a name."""


def effects(county: CountyBook, before: Shape, after: Shape, change: Change, around: Around) -> list[Said]:
    """What follows from one placed change."""
    if len(after.acts) == len(before.acts):
        return []
    act = after.acts[-1]
    start_ms = max(act.at_ms, change.placed_ms - county.book.clocks.grace_hours * 3600 * 1000)
    if after.kind == "order":
        return _OF_ORDER.get(act.name, _nothing)(_Step(county, after, act, start_ms, around))
    if after.kind == "issue":
        return _of_issue(_Step(county, after, act, start_ms, around), change)
    return []


class _Step(msgspec.Struct, frozen=True):
    county: CountyBook
    shape: Shape
    act: Act
    start_ms: int
    around: Around

    def due(self, days: int, what: str) -> Due:
        return due(self.county.calendar, self.county.book.clocks, self.start_ms, days, what)

    def issue(self) -> Shape | None:
        return self.around.shape_of(text(self.shape, "issue"))

    def siblings(self) -> list[Shape]:
        """The orders of this order's issue that were not taken back."""
        return self.orders_of(text(self.shape, "issue"))

    def orders_of(self, issue: str) -> list[Shape]:
        """The orders of an issue that were not taken back."""
        return [one for one in self.around.orders_of(issue) if one.stage != "cancelled"]


def _nothing(_step: _Step) -> list[Said]:
    return []


def _of_issue(step: _Step, change: Change) -> list[Said]:
    act, shape = step.act, step.shape
    if act.name in ("dispatch", "add_unit"):
        return _sent(step)
    if act.name == "read":
        return _answered(shape, step.orders_of(shape.subject))
    if act.name == "try_call":
        return _counted(step, change.placed_ms)
    if act.name == "count_try":
        tried = sum(1 for one in acts_since_entry(shape) if one.name == "count_try")
        return [Said("lapse", {"lapse_why": "not_reached"})] if tried >= TRIES else []
    said = _orders_follow(step) if act.to_stage != act.from_stage else []
    if act.name == "call_back" and act.fields.get("attitude") == "dissatisfied":
        said.append(_conduct_note(step))
    if act.name == "register" and act.role == "clerk":
        register = shape.fields.get("linked")
        linked = register.now.value if register else []
        said += (
            [Said("conduct", {"conduct": shape.subject}, one) for one in linked if isinstance(one, str)]
            if isinstance(linked, list)
            else []
        )
    return said


def _sent(step: _Step) -> list[Said]:
    """One order for each unit named."""
    act = step.act
    lead, helping = act.fields.get("lead"), act.fields.get("co_units", [])
    named = [(lead, True), *((one, False) for one in (helping if isinstance(helping, list) else []))]
    return [
        _order(step.shape, unit, leads=leads, by=act, opinion=act.fields["order_opinion"])
        for unit, leads in named
        if isinstance(unit, dict)
    ]


def _order(
    issue: Shape, unit: dict[str, Json], *, leads: bool, by: Act, opinion: Json, no_return: bool = False
) -> Said:
    secret = issue.fields.get("confidential")
    fields: dict[str, Json] = {
        "issue": issue.subject,
        "title": text(issue, "title"),
        "unit": unit["unit"],
        "unit_name": unit["name"],
        "lead": leads,
        "order_opinion": opinion,
        "urgency": text(issue, "urgency") or "normal",
        "confidential": secret is not None and secret.now.value is True,
        "no_return": no_return,
        "ordered_by": {"person": by.actor, "role": by.role},
    }
    return Said("dispatch", fields, kind="order")


def _counted(step: _Step, placed_ms: int) -> list[Said]:
    """A try counts once a working day, by the day on which it was placed: ten of one batch are one."""
    day = date_at(placed_ms, step.county.book.clocks)
    counted = [one.fields.get("tried_on") for one in acts_since_entry(step.shape) if one.name == "count_try"]
    new = is_working(step.county.calendar, day) and [day.isoformat()] not in counted
    return [Said("count_try", {"tried_on": [day.isoformat()]})] if new else []


def _orders_follow(step: _Step) -> list[Said]:
    """What becomes of the orders when their issue moved."""
    if not any(act.name == "dispatch" for act in step.shape.acts):
        return []
    said: list[Said] = []
    stage = step.act.to_stage
    for order in step.around.orders_of(step.shape.subject):
        if order.stage == "replied" and stage == "reopened":
            said.append(Said("not_ok", {"redo_why": _why(step)}, order.subject))
        elif order.stage == "replied" and stage in ENDED:
            said.append(Said("finish", {}, order.subject))
        elif orders.is_open(order) and stage in ENDED:
            words = step.county.words_zh["order.matter_left"]
            said.append(Said("recall", {"recall_why": words}, order.subject))
    return said


def _why(step: _Step) -> str:
    comment = step.act.fields.get("comment")
    return comment if isinstance(comment, str) and len(comment) > 1 else step.county.words_zh["order.not_solved"]


def _conduct_note(step: _Step) -> Said:
    """A matter of its own about how people were treated (domain 4d, category 1201)."""
    words, issue = step.county.words_zh, step.shape
    comment = step.act.fields.get("comment")
    said = comment if isinstance(comment, str) and comment else words["order.conduct_words"]
    fields: dict[str, Json] = {
        "title": words["order.conduct_title"].format(no=text(issue, "issue_no"))[:50],
        "words": said,
        "channel": "phone",
        "nature": "complaint",
        "category": CONDUCT,
        "anonymous": False,
        "confidential": True,
        "households": 1,
        "danger": [],
        "responder": {"person": step.act.actor, "name": words["order.caller"]},
        "linked": [issue.subject],
    }
    reporter = issue.fields.get("reporter")
    return Said("register", fields | ({"reporter": reporter.now.value} if reporter else {}), kind="issue")


def _dispatched(step: _Step) -> list[Said]:
    issue = step.issue()
    when = step.due(step.county.book.clocks.accept_days, "assigned")
    no = text(issue, "issue_no") if issue else ""
    number = step.around.number(f"order {text(step.shape, 'issue')}")
    said = [Said("number", {"order_no": f"{no or 'SL'}-{number}"[:30]}), clock(step.county, "due_accept", when)]
    if issue and orders.leads(step.shape) and _waits_for_a_clock(issue):
        said.append(clock(step.county, "due_accept", when, issue.subject))
    return said


def _waits_for_a_clock(issue: Shape) -> bool:
    """Only the first hand-over starts the unit's clock on the issue: sending it again buys nobody time."""
    here = acts_since_entry(issue)
    sent = [at for at, act in enumerate(here) if act.name == "dispatch"]
    return len(sent) == 1 and not any(act.name in ("clock", "accept") for act in here[sent[0] :])


def _accepted(step: _Step) -> list[Said]:
    order, clocks = step.shape, step.county.book.clocks
    old = due_in(order, "due_answer")
    if step.act.from_stage == "redo":
        again = step.due(clocks.redo_days, "redone")
        said = [clock(step.county, "due_answer", again)] if old is None or again.due_ms > old.due_ms else []
    else:
        assigned = order.fields["due_accept"].now.value if "due_accept" in order.fields else None
        assigned_ms = assigned.get("start_ms") if isinstance(assigned, dict) else None
        since_ms = assigned_ms if isinstance(assigned_ms, int) else step.start_ms
        said = [clock(step.county, "due_answer", answer_due(step.county.calendar, clocks, since_ms, step.start_ms))]
    issue = step.issue()
    if issue and text(issue, "channel") == "petition" and "due_outer" not in order.fields:
        said.append(
            clock(step.county, "due_outer", last_day(step.county.calendar, clocks, step.start_ms, clocks.outer_days))
        )
    return said + (_accepted_on(step, issue, said) if issue and orders.leads(order) else [])


def _accepted_on(step: _Step, issue: Shape, clocks: list[Said]) -> list[Said]:
    """The issue names the handler, whom its resident may call, and promises the lead unit's date."""
    order = step.shape
    said = [Said("back_to_work", {}, issue.subject)] if issue.stage in ("reopened", "pending_confirm") else []
    fields: dict[str, Json] = {
        name: step.act.fields[name] for name in ("handler_name", "handler_phone", "backup_name", "told_how")
    }
    said.append(Said("accept", {"handler_unit": text(order, "unit_name"), **fields}, issue.subject))
    if issue.stage == "work_order" and any(act.name == "accept" for act in acts_since_entry(issue)):
        # What was promised to the resident stands: handing it on buys nobody time.
        return said
    return said + [msgspec.structs.replace(one, subject=issue.subject) for one in clocks if "due_answer" in one.fields]


def _redone(step: _Step) -> list[Said]:
    said = [clock(step.county, "due_accept", step.due(step.county.book.clocks.accept_days, "redone"))]
    issue = step.issue()
    if step.act.name == "fail" and issue and issue.stage == "pending_confirm":
        said.append(Said("back_to_work", {}, issue.subject))
    return said


def _granted(step: _Step) -> list[Said]:
    """The days are counted on from the date that stood, never past the petition rules' outer limit."""
    order, clocks, days = step.shape, step.county.book.clocks, step.act.fields["grant_days"]
    old = due_in(order, "due_answer")
    if old is None or not isinstance(days, int):
        return []
    when = due(step.county.calendar, clocks, old.due_ms, days, "extended")
    outer = due_in(order, "due_outer")
    if outer:
        limit = last_day(step.county.calendar, clocks, outer.due_ms, clocks.outer_more_days)
        when = limit if limit.due_ms < when.due_ms else when
    if when.due_ms <= old.due_ms:
        return []
    said = [clock(step.county, "due_answer", when)]
    issue = step.issue()
    if issue and orders.leads(order):
        until = date_at(when.due_ms, clocks).isoformat()
        said += [
            Said("extend", {"extend_why": text(order, "ext_why"), "extend_until": until}, issue.subject),
            clock(step.county, "due_answer", when, issue.subject),
        ]
    return said


def _redirected(step: _Step) -> list[Said]:
    issue = step.issue()
    if issue is None:
        return []
    unit: dict[str, Json] = {"unit": step.act.fields["to_unit"], "name": step.act.fields["to_unit_name"]}
    lead, opinion = orders.leads(step.shape), step.act.fields["ruling"]
    return [_order(issue, unit, leads=lead, by=step.act, opinion=opinion, no_return=True)]


def _recalled(step: _Step) -> list[Said]:
    issue = step.issue()
    return [Said("orders_ended", {}, issue.subject)] if issue and not step.siblings() else []


def _signed(step: _Step) -> list[Said]:
    issue = step.issue()
    return _answered(issue, step.siblings()) if issue else []


def _answered(issue: Shape, sent: list[Shape]) -> list[Said]:
    """Once every unit has answered and the lead's answer is signed, the resident is told; what waits for its leader's
    reading is told when that is there.
    """
    lead = next((one for one in sent if orders.leads(one)), None)
    may_tell = issue.stage == "work_order" and "answer" in moves(LAW["issue"], issue, "clerk")
    if lead is None or not may_tell or any(one.stage not in orders.ANSWERED for one in sent):
        return []
    basis = text(lead, "basis")
    fields: dict[str, Json] = {"conclusion": text(lead, "conclusion"), "answer": text(lead, "answer")}
    return [Said("answer", fields | ({"basis": basis} if basis else {}), issue.subject)]


_OF_ORDER: dict[str, Callable[[_Step], list[Said]]] = {
    "dispatch": _dispatched,
    "accept": _accepted,
    "not_ok": _redone,
    "fail": _redone,
    "grant": _granted,
    "redirect": _redirected,
    "recall": _recalled,
    "sign": _signed,
}
