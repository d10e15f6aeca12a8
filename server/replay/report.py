"""The tables that a replay prints: how many, by which rule into which track, how fast, and where it differs from what happened."""

from collections import Counter

from server.replay.carrier import Carrier
from server.replay.play import Case, Played, by_rule_and_track, refused, still_waiting
from sync.fold import value_of
from sync.law import LAW
from sync.op import Json
from sync.rules.book import Book
from sync.rules.triage import explain

TRACKS = ("solved_in_grid", "escalate_to_town", "consult_mechanism")
TOLD = {"grid": "solved_in_grid", "escalate": "escalate_to_town", "consult": "consult_mechanism"}


def tables(played: Played, carriers: list[Carrier], book: Book) -> list[str]:
    """Everything a replay says, as lines."""
    lines = _counts(played, carriers, book) + _tracks(played) + _server_side(played, carriers)
    if any(case.message.track for case in played.cases):
        lines += agreement(played.cases, book)
    return lines


def _counts(played: Played, carriers: list[Carrier], book: Book) -> list[str]:
    total = len(played.cases)
    sorted_by_words = sum(case.typed.is_suggested for case in played.cases)
    hints = Counter(kind for case in played.cases for kind in set(case.typed.hints))
    per_second = total / played.seconds if played.seconds else 0.0
    return [
        f"messages registered      {total} (letters {played.letters}, told {total - played.letters})",
        f"book                     {book.version}",
        f"phones                   {len(carriers)}",
        f"offline                  {played.offline_batches} times, up to {played.most_waiting} ops waiting on one phone",
        f"exchanges                {played.exchanges}",
        f"time                     {played.seconds:.1f} s ({per_second:.0f} messages a second, one phone at a time)",
        f"still on a phone         {still_waiting(carriers)}",
        f"refused                  {dict(refused(carriers)) or 0}",
        f"category from the words  {sorted_by_words} of {total}",
        f"danger words to ask about {dict(sorted(hints.items())) or 0} (words only ask; nobody here answered yes)",
    ]


def _tracks(played: Played) -> list[str]:
    total = len(played.cases) or 1
    counted = by_rule_and_track(played)
    lines = ["", f"{'rule':<6}" + "".join(f"{track:>20}" for track in TRACKS) + f"{'share':>9}"]
    for rule in sorted({rule for rule, _ in counted}):
        row = [counted[rule, track] for track in TRACKS]
        lines.append(f"{rule:<6}" + "".join(f"{n:>20}" for n in row) + f"{sum(row) / total:>9.1%}")
    sums = [sum(n for (_, track), n in counted.items() if track == wanted) for wanted in TRACKS]
    return [*lines, f"{'all':<6}" + "".join(f"{n:>20}" for n in sums) + f"{1:>9.1%}"]


def _server_side(played: Played, carriers: list[Carrier]) -> list[str]:
    """What the clerk proposed when it saw the same matters, as it came back to the phones in their logs."""
    law = LAW["issue"]
    shapes = {subject: shape for carrier in carriers for subject, shape in carrier.phone.shapes.items()}
    stages: Counter[str] = Counter()
    saw_more: Counter[str] = Counter()
    same = missing = 0
    for case in played.cases:
        shape = shapes.get(case.subject)
        proposal: Json = value_of(law, shape, "proposal") if shape else None
        stages[shape.stage if shape else "nowhere"] += 1
        if not isinstance(proposal, dict):
            missing += 1
        elif proposal.get("track") == case.proposal.track:
            same += 1
        else:
            saw_more[f"{case.proposal.rule}->{proposal.get('rule')}"] += 1
    total = len(played.cases)
    return [
        "",
        f"back on the phones       {dict(stages.most_common())}",
        f"clerk agreed with phone  {same} of {total - missing} (not yet proposed: {missing})",
        f"clerk saw more           {dict(saw_more.most_common(6)) or 0} (it knows the county's other matters)",
    ]


def agreement(cases: list[Case], book: Book) -> list[str]:
    """Case by case: how it was really solved, what the rules say, and for each difference the reason."""
    lines = ["", f"{'case':<6}{'really':<20}{'proposed':<20}{'rule':<6}{'category':<9}reason"]
    agreed = 0
    for case in cases:
        really = TOLD.get(case.message.track, case.message.track)
        same = really == case.proposal.track
        agreed += same
        words = case.proposal.reason_zh if same else f"≠ {_why(case, book)}"
        rule, category = case.proposal.rule, case.typed.facts["category"]
        lines.append(f"{case.message.id:<6}{really:<20}{case.proposal.track:<20}{rule:<6}{category!s:<9}{words}")
    return [*lines, f"agreement {agreed} of {len(cases)}"]


def _why(case: Case, book: Book) -> str:
    """Which row gave the track, by which facts, and what the rows that would have agreed were missing."""
    wanted = TOLD.get(case.message.track, "")
    rules = {rule.id: rule for rule in book.triage}
    missing: list[str] = []
    for step in explain(book, case.typed.facts):
        rule = rules[step.rule]
        if rule.track == wanted and not rule.stop and step.outcome == "not_met":
            facts = sorted({failed.condition.fact for failed in step.failed})
            missing.append(f"{step.rule} lacked {', '.join(facts)}")
    return f"{case.proposal.reason_zh}; " + "; ".join(missing)
