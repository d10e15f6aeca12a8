"""What a consultation or a mediation means for its issue: the clerk moves the issue in the same transaction, in words of the book."""

from collections.abc import Callable
from datetime import date

from server.book import CountyBook
from server.clerk import Said, clock
from sync.fold import Act, Shape, entered_stage, moves
from sync.guards import rows_in
from sync.law import LAW
from sync.op import Json
from sync.rules.due import named_due
from sync.rules.workdays import moment_ms
from sync.subjects.issue import due_in, text

ShapeOf = Callable[[str], Shape | None]
"""A subject as this transaction has it; None when it is not known here or lives in another grid."""


def carried(county: CountyBook, before: Shape, after: Shape, shape_of: ShapeOf) -> list[Said]:
    """What the clerk says to the issue that a consultation or mediation is about, if the law lets the clerk say it now."""
    if after.kind not in _MEANING or len(after.acts) == len(before.acts):
        return []
    act, subject = after.acts[-1], text(after, "issue")
    if not subject or (act.to_stage == act.from_stage and act.name != "prolong"):
        return []
    issue = shape_of(subject)
    if issue is None:
        return []
    return _prolonged(county, issue, after, act) if act.name == "prolong" else _meant(county, issue, after, act)


def _prolonged(county: CountyBook, issue: Shape, mediation: Shape, act: Act) -> list[Said]:
    """What both sides asked for in time moves the issue's date; once it has run out, nothing does."""
    old, day = due_in(issue, "due_mediate"), text(mediation, "prolong_to")
    if issue.stage != "mediating" or old is None or act.at_ms >= old.due_ms:
        return []
    until_ms = moment_ms(date.fromisoformat(day), county.book.clocks.office_to, county.book.clocks)
    when = named_due(county.calendar, county.book.clocks, until_ms, "prolonged")
    return [clock(county, "due_mediate", when, issue.subject)] if when.due_ms > old.due_ms else []


def released(county: CountyBook, before: Shape, after: Shape, talks: Callable[[str], list[Shape]]) -> list[Said]:
    """What a consultation or mediation could not say to its issue before: that the leader had not read yet (双交办), or
    that nobody had sorted. `talks` gives those that name the issue.
    """
    if after.kind != "issue" or len(after.acts) == len(before.acts):
        return []
    if after.stage == "in_grid" != before.stage:
        running = [one for one in talks(after.subject) if one.kind == "mediation" and one.stage in ("open", "unsigned")]
        begun = [(one, act) for one in running[-1:] if (act := entered_stage(one))]
        return [said for one, act in begun for said in _meant(county, after, one, act)]
    if after.acts[-1].name != "read":
        return []
    entered = [(act.place, shape, act) for shape in talks(after.subject) if (act := entered_stage(shape))]
    if not entered:
        return []
    _, latest, act = max(entered, key=lambda one: one[0])
    return _meant(county, after, latest, act)


def left_behind(county: CountyBook, mediation: Shape, issue: Shape) -> list[Said]:
    """What the clerk says to an issue that its grid still has in hand though a mediation of it, never begun before, has failed."""
    ended, sorted_ = entered_stage(mediation), entered_stage(issue)
    if issue.stage != "in_grid" or ended is None or sorted_ is None or ended.place < sorted_.place:
        return []
    said = _of_mediation(county.words_zh, mediation, ended)
    begun = Said("mediate", {"mediation": mediation.subject}, issue.subject)
    return [begun, Said(said.name, said.fields, issue.subject)] if said and said.name == "escalate" else []


def _meant(county: CountyBook, issue: Shape, talk: Shape, act: Act) -> list[Said]:
    said = _MEANING[talk.kind](county.words_zh, talk, act)
    if said is None or said.name not in moves(LAW["issue"], issue, "clerk"):
        return []
    return [Said(said.name, said.fields, issue.subject)]


def _of_consultation(words: dict[str, str], shape: Shape, act: Act) -> Said | None:
    topic = text(shape, "topic")
    if act.name == "propose":
        why = words["carry.consult"].format(scope=text(shape, "scope"))
        return Said("consult", {"topic": topic, "consult_why": why[:200]})
    if act.to_stage == "reported":
        answer = words["carry.reported"].format(
            topic=topic, no=text(shape, "file_no"), result=text(shape, "result_words"), day=text(shape, "done_on")
        )
        return Said("answer", {"conclusion": "supported", "answer": answer[:1000]})
    if act.to_stage == "explained":
        answer = words["carry.explained"].format(topic=topic, words=text(shape, "explanation"))
        basis = text(shape, "explain_basis")
        return Said("answer", {"conclusion": "explained", "answer": answer[:1000], "basis": basis})
    if act.to_stage in ("escalated", "refused"):
        why = text(shape, "escalate_words" if act.to_stage == "escalated" else "refuse_why")
        tried = words[f"carry.{act.to_stage}"].format(topic=topic)
        return Said("escalate", {"tried": tried[:500], "request": why[:200], "escalate_why": "other"})
    if act.to_stage == "invited":
        return Said("convene", {})
    return Said("mediate", {}) if act.to_stage == "mediating" else None


def _of_mediation(words: dict[str, str], shape: Shape, act: Act) -> Said | None:
    if act.to_stage in ("open", "unsigned"):
        return Said("mediate", {"mediation": shape.subject})
    if act.to_stage == "agreed":
        terms = "；".join(str(row.get("what", "")) for row in rows_in(shape, "terms"))
        measures = words["carry.agreed"].format(terms=terms)
        return Said("solve", {"measures": measures[:300], "result": "solved", "mediation": shape.subject})
    if act.to_stage in ("failed", "refused"):
        tried = words["carry.mediation_ended"].format(dispute=text(shape, "dispute"))
        fields: dict[str, Json] = {
            "tried": tried[:500],
            "request": words["carry.mediation_request"],
            "escalate_why": "party_disagrees",
            "mediation": shape.subject,
        }
        return Said("escalate", fields)
    return None


_MEANING = {"consultation": _of_consultation, "mediation": _of_mediation}
TALKS = tuple(_MEANING)
