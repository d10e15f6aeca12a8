"""Counts a bulletin's rates again from an exported log: `python recount.py FILE`. The standard library alone, nothing of the server.

It reads what `sulaiban export` wrote, makes the hash over the logs anew, counts every rate and the plain numbers of the bulletin from
the acts that held (but for what is due and the period before), and tells each figure that differs. It shares no line with the code
that counted them first. Exit code: 0 when all agree, 1 when not.
"""

import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeAlias

DAY = 86_400_000
NEVER = 1 << 62
EPOCH = date(1970, 1, 1)
OUT = ("void", "joined", "referred")
DONE = ("closed", "archived")
ENDS = ("referred", "joined", "withdrawn", "void")
TURNS = ("closed", "reopened")
PLAIN = re.compile(r"registered\..+|new|closed|reopened|emergencies")
GLAD = ("satisfied", "basically_satisfied")

Count = tuple[int, int]
"""Hits and items."""


class Case:
    """One subject as its acts tell it."""

    def __init__(self, name: str, grid: str) -> None:
        self.name, self.kind, self.grid, self.stage = name, name.partition("/")[0], grid, ""
        self.fields: dict[str, Any] = {}
        self.acts: list[tuple[str, str, str, int, dict[str, Any]]] = []
        self.by_clerk: set[str] = set()

    def take(self, op: dict[str, Any], line: dict[str, Any]) -> None:
        """One op that held. What an edit that lost its field's rule wrote is not told apart: no rate reads such a field."""
        fields = dict(op["fields"])
        if op["name"] == "arrive":
            self._came(fields.pop("carried"))
        if op["name"] not in ("edit", "settle"):
            self.by_clerk |= {op["name"]} if line["role"] == "clerk" else set()
            self.acts.append((op["name"], self.stage, line["stage"], line["credited_ms"], fields))
        self.stage = line["stage"]
        self.fields |= fields

    def _came(self, carried: dict[str, Any]) -> None:
        """What it was in the log it came from: acts, and per field the number of an act or the values held."""
        acts, self.stage = carried["acts"], carried["stage"]
        self.acts = [(one["name"], one["from_stage"], one["to_stage"], one["at_ms"], one["fields"]) for one in acts]
        told: dict[str, Any] = carried["fields"]
        for name, one in told.items():
            now: Any = one if isinstance(one, int) else one["now"]
            self.fields[name] = acts[now]["fields"][name] if isinstance(now, int) else now["value"]

    @property
    def began(self) -> int:
        return self.acts[0][3]

    @property
    def counted(self) -> bool:
        return self.stage not in OUT and self.fields.get("category") != "1202"

    @property
    def closed(self) -> int:
        """When it was closed for good; -1 while it is open."""
        ends = [at for _, was, to, at, _ in self.acts if to == "closed" and was != "closed"]
        return ends[-1] if ends and self.stage in DONE else -1

    @property
    def answers(self) -> list[tuple[int, str, str]]:
        said = [(at, f) for name, _, _, at, f in self.acts if name in ("confirm", "call_back") and f.get("solved")]
        return [(at, f["solved"], f.get("satisfaction") or "") for at, f in said]

    @property
    def told_caller(self) -> str:
        """Whether anybody had been in touch, as its resident told the last caller."""
        return next((f["responded"] for name, _, _, _, f in reversed(self.acts) if name == "call_back"), "")

    def moved_to(self, *stages: str) -> list[int]:
        return [at for _, was, to, at, _ in self.acts if to in stages and was != to]


class Span:
    """The bulletin's period, and when whose door was knocked at."""

    def __init__(self, header: dict[str, Any], cases: dict[str, Case]) -> None:
        said = header["bulletin"]
        self.start, self.end, self.zone = said["from_ms"], said["to_ms"], 8 * 3_600_000
        self.contacted = {case.name: case.told_caller for case in cases.values() if case.told_caller}
        self.seen: dict[str, list[int]] = defaultdict(list)
        for case in cases.values():
            target = case.fields.get("household") or case.fields.get("mailbox")
            if case.kind in ("visit", "mailbox_opening") and isinstance(target, str) and case.began in self:
                self.seen[target].append(case.began)

    def __contains__(self, at: int) -> bool:
        return self.start <= at < self.end

    def day(self, at: int) -> int:
        return (at + self.zone) // DAY


Rate: TypeAlias = Callable[[Case, Span], Iterator[bool]]


def closure_rate(c: Case, s: Span) -> Iterator[bool]:
    if c.counted and c.began in s:
        yield c.stage in DONE


def resolution_rate(c: Case, s: Span) -> Iterator[bool]:
    if c.counted and c.answers and c.answers[0][0] in s and c.answers[0][1] != "not_needed":
        yield c.answers[0][1] == "solved"


def satisfaction_rate(c: Case, s: Span) -> Iterator[bool]:
    if c.counted and c.answers and c.answers[-1][0] in s and c.answers[-1][2] not in ("", "not_rated"):
        yield c.answers[-1][2] in GLAD


def why_silent(c: Case) -> str:
    """Why there is no answer to a closed matter; "" when there is one."""
    if c.answers:
        return ""
    ends = [f["lapse_why"] for name, _, _, _, f in c.acts if name == "lapse"]
    return "exempt" if ends[-1:] == ["nobody_to_ask"] else "silent"


CLOSED: dict[str, Callable[[Case, Span], bool]] = {
    "instant_close_rate": lambda c, s: s.day(c.closed) == s.day(c.began),
    "in_grid_rate": lambda c, _: not any(to in ("work_order", "consulting") for _, _, to, _, _ in c.acts),
    "satisfied_of_closed": lambda c, _: bool(c.answers) and c.answers[-1][2] in GLAD,
    "answered_rate": lambda c, _: bool(c.answers),
    "silent_rate": lambda c, _: why_silent(c) == "silent",
    "exempt_rate": lambda c, _: why_silent(c) == "exempt",
}
"""What is asked of each matter that was closed in the period."""


def of_closed(asked: Callable[[Case, Span], bool]) -> Rate:
    """The rate that asks it."""

    def rate(c: Case, s: Span) -> Iterator[bool]:
        if c.counted and c.closed in s:
            yield asked(c, s)

    return rate


def reopened_rate(c: Case, s: Span) -> Iterator[bool]:
    if c.counted and (told := c.moved_to("pending_confirm")) and told[0] in s:
        yield bool(c.moved_to("reopened"))


def repeat_rate(c: Case, s: Span) -> Iterator[bool]:
    if c.stage != "void" and c.began in s:
        proposal: dict[str, Any] = c.fields.get("proposal") or {}
        yield "repeat" in proposal.get("flags", [])


def triage_accuracy(c: Case, s: Span) -> Iterator[bool]:
    decided = [(at, f["track"]) for name, _, _, at, f in c.acts if name == "triage"]
    if c.counted and decided and decided[0][0] in s:
        moved = any(name in ("escalate", "consult", "give_back") for name, *_ in c.acts)
        yield not moved and len({track for _, track in decided}) == 1


def mediation_success_rate(c: Case, s: Span) -> Iterator[bool]:
    ended = c.moved_to("agreed", "effective", "failed", "refused")
    if ended and ended[-1] in s:
        yield c.fields.get("outcome") in ("written", "oral")


def mailbox_opened_rate(c: Case, s: Span) -> Iterator[bool]:
    start = max(s.start, c.began)
    for week in range((s.end - start) // (7 * DAY) if c.stage == "in_use" else 0):
        since = start + week * 7 * DAY
        yield any(since <= at < since + 7 * DAY for at in s.seen[c.name])


def visit_coverage(c: Case, s: Span) -> Iterator[bool]:
    if c.stage == "living" and c.began < s.end:
        yield bool(s.seen[c.name])


def care_visit_rate(c: Case, s: Span) -> Iterator[bool]:
    if c.stage == "living" and c.began < s.end and c.fields.get("care_tags"):
        yield bool(s.seen[c.name])


class Tale:
    """An order told from its beginning: when each thing first happened, and what its first answer was due for."""

    def __init__(self, c: Case) -> None:
        self.at: dict[str, int] = {}
        self.began = c.began
        self.accept_due = self.answer_due = -1
        for name, was, to, at, fields in c.acts:
            if name == "clock" and "redo" not in self.at:
                due: int = fields.get("due_accept", {}).get("due_ms", -1)
                self.accept_due = self.accept_due if self.accept_due > 0 else due
                self.answer_due = fields.get("due_answer", {}).get("due_ms", self.answer_due)
            for happened in (name, to if to != was else name):
                self.at.setdefault(happened, at)
        self.red = "supervise" in c.by_clerk
        self.contact = min(self.when("contact"), self.when("reply"))

    def when(self, happened: str) -> int:
        return self.at.get(happened, NEVER)

    def owed(self, due: int) -> int:
        """When it is due; never once it was cancelled."""
        return due if self.when("cancelled") > due else NEVER


def response_rate(c: Case, s: Span) -> Iterator[bool]:
    tale = Tale(c)
    limit = tale.when("accept") + (24 if c.fields["urgency"] == "normal" else 4) * 3_600_000
    if tale.owed(limit) in s:
        yield tale.contact <= limit and s.contacted.get(c.fields["issue"]) != "no"


ORDERS: dict[str, tuple[Callable[[Tale], int], Callable[[Tale], bool]]] = {
    "accept_on_time_rate": (lambda t: t.owed(t.accept_due), lambda t: t.when("accept") <= t.accept_due),
    "on_time_rate": (lambda t: t.owed(t.answer_due), lambda t: t.when("replied") <= t.answer_due),
    "reply_rate": (lambda t: t.owed(t.answer_due), lambda t: "replied" in t.at),
    "red_light_rate": (lambda t: t.owed(t.answer_due), lambda t: t.red),
    "return_rate": (lambda t: t.began, lambda t: "ask_return" in t.at),
    "redo_rate": (lambda t: t.when("replied"), lambda t: "redo" in t.at),
    "extension_rate": (lambda t: t.when("accept"), lambda t: "grant" in t.at),
}
"""When an order counts, and whether it is a hit."""


def of_orders(moment: Callable[[Tale], int], hit: Callable[[Tale], bool]) -> Rate:
    """The rate of those that count in the period."""

    def rate(c: Case, s: Span) -> Iterator[bool]:
        if moment(tale := Tale(c)) in s:
            yield hit(tale)

    return rate


def letter_rate(c: Case, s: Span) -> Iterator[bool]:
    due: list[int] = [fields["due_letter"]["due_ms"] for name, *_, fields in c.acts if name == "clock"]
    if due and due[0] in s:
        yield any(at <= due[0] for at in c.moved_to("became_issue", "set_aside", "joined"))


def ended_in(day: str, s: Span) -> bool:
    """Whether a day such as 2026-03-04 was over within the period."""
    midnight = (date.fromisoformat(day) - EPOCH).days * DAY - s.zone
    return s.start <= midnight + DAY - 1 and midnight + DAY <= s.end


def performance_rate(c: Case, s: Span) -> Iterator[bool]:
    agreed = c.moved_to("agreed")
    said: dict[int, str] = {}
    for name, _, _, _, fields in c.acts:
        said |= {row["term"]: row["state"] for row in fields["performance"]} if name == "perform" else {}
    terms: list[dict[str, Any]] = c.fields.get("terms") or []
    for number, term in enumerate(terms if agreed else [], 1):
        day: str = term.get("by") or (EPOCH + timedelta(days=s.day(agreed[0]))).isoformat()
        if ended_in(day, s):
            yield bool(term["done"]) or said.get(number) == "kept"


def consultation_met_rate(c: Case, s: Span) -> Iterator[bool]:
    if c.began in s:
        yield any(name == "meet" for name, *_ in c.acts)


def consultation_rate(c: Case, s: Span) -> Iterator[bool]:
    if (met := [at for name, _, _, at, _ in c.acts if name == "meet"]) and met[0] in s:
        yield bool(c.moved_to("implemented"))


def consultation_told_rate(c: Case, s: Span) -> Iterator[bool]:
    if (done := c.moved_to("implemented")) and done[0] in s:
        yield c.stage == "reported"


def promise_rate(c: Case, s: Span) -> Iterator[bool]:
    if ended_in(c.fields["by"], s):
        day = (date.fromisoformat(c.fields["by"]) - EPOCH).days
        yield any(s.day(at) <= day for at in c.moved_to("kept"))


RATES: dict[str, tuple[str, Rate]] = {
    rate.__name__: (kind, rate)
    for kind, rates in {
        "issue": (closure_rate, resolution_rate, satisfaction_rate, reopened_rate, repeat_rate, triage_accuracy),
        "order": (response_rate,),
        "mediation": (mediation_success_rate, performance_rate),
        "consultation": (consultation_met_rate, consultation_rate, consultation_told_rate),
        "promise": (promise_rate,),
        "letter": (letter_rate,),
        "mailbox": (mailbox_opened_rate,),
        "household": (visit_coverage, care_visit_rate),
    }.items()
    for rate in rates
}
RATES.update({name: ("issue", of_closed(asked)) for name, asked in CLOSED.items()})
RATES.update({name: ("order", of_orders(*asked)) for name, asked in ORDERS.items()})


def read(path: Path) -> tuple[dict[str, Any], dict[str, Case], str]:
    """The header, the cases by subject, and the root over the logs' hashes. Raises ValueError when a place is missing or a line is none."""
    cases: dict[str, Case] = {}
    places: dict[str, int] = defaultdict(int)
    hashes: dict[str, Any] = defaultdict(hashlib.sha256)
    with path.open(encoding="utf-8") as file:
        header = json.loads(next(file))
        for number, text in enumerate(file, 2):
            line = _line(text, number)
            places[line["grid"]] += 1
            if line["place"] != places[line["grid"]]:
                raise ValueError(f"{line['grid']}: place {places[line['grid']]} is missing")
            hashes[line["grid"]].update(hashlib.sha256(line["text"].encode()).hexdigest().encode() + b"\n")
            if line["held"] == "held":
                op = json.loads(line["text"])
                cases.setdefault(op["subject"], Case(op["subject"], line["grid"])).take(op, line)
    root = hashlib.sha256()
    for pair in header["bulletin"]["cut"]["places"].split(","):
        grid = pair.split(" ")[0]
        root.update(f"{grid} {places[grid]} {hashes[grid].hexdigest()}\n".encode())
    return header, cases, root.hexdigest()


def _line(text: str, number: int) -> dict[str, Any]:
    try:
        line = json.loads(text)
        return {name: line[name] for name in line.keys() | {"grid", "place", "text", "held"}}
    except (ValueError, KeyError, AttributeError) as fault:
        raise ValueError(f"line {number} is not what was exported") from fault


def recount(cases: dict[str, Case], span: Span) -> dict[tuple[str, str], Count]:
    """Every rate for every group, by rate and group."""
    found: dict[tuple[str, str], Count] = defaultdict(lambda: (0, 0))
    for case in (one for one in cases.values() if one.stage != "moved"):
        unit = case.fields.get("unit") or case.fields.get("lead", {}).get("unit") or case.fields.get("handler_unit")
        groups = ["", f"town:{case.grid[:9]}", *([f"unit:{unit}"] if unit else [])]
        for name, (kind, rate) in RATES.items():
            for hit in rate(case, span) if kind == case.kind else ():
                for group in groups:
                    hits, items = found[name, group]
                    found[name, group] = (hits + hit, items + 1)
    return found


def counts(cases: dict[str, Case], s: Span) -> Counter[str]:
    """The plain numbers: what was registered in the period and where it stands, and what happened in it."""
    found = Counter[str]()
    for case in (one for one in cases.values() if one.kind == "issue" and one.stage != "moved"):
        if case.began in s:
            stands = "closed" if case.stage in DONE else case.stage if case.stage in ENDS else "open"
            found.update(["new", "registered.registered", f"registered.{stands}"])
            found["emergencies"] += any(act[0] == "alarm" for act in case.acts)
        found.update(to for _, was, to, at, _ in case.acts if at in s and was != to in TURNS)
    return found


def differences(path: Path) -> list[str]:
    """What in the bulletin is not what its log says; empty when all agrees."""
    header, cases, root = read(path)
    said = header["bulletin"]
    cut = said["cut"]["root"]
    wrong = [] if root == cut else [f"the log's hash is {root}, the bulletin says {cut}"]
    span = Span(header, cases)
    found, plain = recount(cases, span), counts(cases, span)
    for figure in said["figures"]:
        hits, items = found[figure["id"], figure["group"]]
        if (hits, items) != (figure["n"], figure["of"]):
            name = f"{figure['id']} {figure['group']}".strip()
            wrong.append(f"{name}: counted {hits}/{items}, the bulletin says {figure['n']}/{figure['of']}")
    for name, n in ((one["id"], one["n"]) for one in said["counts"] if PLAIN.fullmatch(one["id"])):
        wrong += [] if plain[name] == n else [f"{name}: counted {plain[name]}, the bulletin says {n}"]
    return wrong


def main() -> int:
    """Prints what differs."""
    try:
        wrong = differences(Path(sys.argv[1]))
    except ValueError as fault:
        wrong = [str(fault)]
    print("\n".join(wrong) or "the same")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
