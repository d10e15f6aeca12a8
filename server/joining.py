"""What the clerk says of records that may be the same or were joined: questions, both ends, every reporter's answer."""

from collections.abc import Callable

from server.book import CountyBook
from server.clerk import Said
from server.store.lists import Known
from sync.admit import Area, Refusal, roles_at
from sync.fold import Act, Shape
from sync.law import LAW
from sync.op import Change, Json, Op, kind_of
from sync.rules.duplicate import SAME_PERSON, Found, compare, may_be_alike, values_compared
from sync.subjects.issue import is_alarmed, is_open, text
from sync.subjects.same import LEADING_STAGES, joined_here, leader_of, may_lead, was_asked

Look = Callable[[str], Shape | None]
"""A subject as it stands now, in whichever log."""

_WHO = {role for row in LAW["issue"].rows if row.op == "join" for role in row.who}
"""Who may join matters."""

LEADS = ("take_in", "let_go")
"""What the clerk says on a leading record of those that join and leave it."""

_BEGINS = ("register", "take_out", "arrive")
_ANSWERS = ("solve", "answer", "relay")
_TOLD = ("conclusion", "answer", "basis", "measures", "result")
"""What of an answer goes on to those who joined."""


def into_of(op: Op) -> str:
    """The record that an op would join; "" when it joins none."""
    into = op.fields.get("into")
    return into if op.name == "join" and kind_of(op.subject) in LEADING_STAGES and isinstance(into, str) else ""


def may_reach(areas: list[Area], grid: str, at_ms: int) -> bool:
    """Whoever joins matters of two grids must answer for both ends: between towns that is the county."""
    return bool(_WHO.intersection(roles_at(areas, grid, at_ms)))


def refusal(op: Op, look: Look) -> Refusal | None:
    """Who joins must name one that stands, of its kind: else it would be joined to nothing, and be gone."""
    into = into_of(op)
    if not into or (into != op.subject and may_lead(look(into), kind_of(op.subject), op.grid)):
        return None
    return Refusal(why="cannot_lead", about=into)


def is_compared(before: Shape, after: Shape, change: Change) -> bool:
    """Whether a record has just begun, or changed in what tells it from others. What an importer brings is told by nobody twice."""
    if after.kind not in LEADING_STAGES or after.stage not in LEADING_STAGES[after.kind] or change.role == "importer":
        return False
    if len(after.acts) > len(before.acts):
        return after.acts[-1].name in _BEGINS
    return any(before.fields.get(name) != after.fields.get(name) for name in values_compared(after.kind))


def asked(county: CountyBook, record: Known, beside: list[Known]) -> list[Said]:
    """The questions about a record: one for each other that may be the same, of the oldest, and none a second time."""
    said: list[Said] = []
    shape, near = record.shape, _near(county, record, beside)
    for other in near:
        if other.stage not in LEADING_STAGES[shape.kind] or was_asked(shape, other.subject):
            continue
        found = None if was_asked(other, shape.subject) else compare(county.same, shape, other)
        if found and len(said) < county.same.most:
            said.append(Said("alike", {"alike": _question(county, other.subject, found)}))
    return [*said, *_again(county, shape, near)]


def _near(county: CountyBook, record: Known, beside: list[Known]) -> list[Shape]:
    """Those that could be the same at all: of many letters nearly none, and these are told at a glance."""
    if record.kind != "letter":
        return [one.shape for one in beside]
    near = may_be_alike(county.same, record.wording, [one.wording for one in beside])
    return [beside[number].shape for number in near]


def _again(county: CountyBook, shape: Shape, beside: list[Shape]) -> list[Said]:
    """The same person asks again after closing (A20): the new matter names the last one that was closed."""
    if shape.kind != "issue" or any(act.name == "again" for act in shape.acts):
        return []
    closed = [one for one in beside if one.stage == "closed" and compare(county.same, shape, one) == SAME_PERSON]
    return [Said("again", {"earlier": closed[-1].subject})] if closed else []


def _question(county: CountyBook, other: str, found: Found) -> dict[str, Json]:
    zh, en = words_of(county, found)
    return {"other": other, "rule": found.rule, "why_zh": zh, "why_en": en, "book": county.book.version}


def words_of(county: CountyBook, found: Found) -> tuple[str, str]:
    """Why two may be the same, in Chinese and in English."""
    blanks = {"metres": county.same.metres, "days": county.same.days, "percent": county.same.wording_percent}
    zh, en = (words[f"same.{found.why}"].format(**blanks) for words in (county.words_zh, county.words_en))
    return zh, en


def effects(county: CountyBook, before: Shape, after: Shape, look: Look) -> list[Said]:
    """What follows for others when an act has held."""
    if len(after.acts) == len(before.acts):
        return []
    act = after.acts[-1]
    if act.name == "join":
        return _joined(before, after, look)
    if act.name == "unjoin":
        return _left(before, after, look)
    if after.kind != "issue":
        return []
    members = [one for one in map(look, joined_here(after)) if one]
    if act.name == "take_in":
        return _taken_in(after, act, look)
    if act.name in _ANSWERS and after.stage == "pending_confirm":
        return [Said("relay", _told(act), one.subject) for one in members if _waits_for(one, act)]
    return _ended(county, before, after, members) if is_open(before) and not is_open(after) else []


def _waits_for(member: Shape, act: Act) -> bool:
    """Whether who joined has yet to hear this answer: nobody is asked twice about the same one."""
    if member.stage != "pending_confirm":
        return member.stage == "joined"
    heard = next((one for one in reversed(member.acts) if one.name == "relay"), None)
    return heard is not None and _told(heard) != _told(act)


def parted(county: CountyBook, sealed: Shape, look: Look) -> list[Said]:
    """A matter that was just sealed neither leads nor is joined any more: its answer is not for others, nor theirs for it."""
    why: dict[str, Json] = {"unjoin_why": county.words_zh["same.parted"]}
    members = [one for one in map(look, joined_here(sealed)) if one]
    return [Said("unjoin", why, one.subject) for one in (sealed, *members) if one.stage == "joined"]


def agreed(county: CountyBook, lead: Shape, look: Look) -> list[Said]:
    """After a restore, where one end came back without the other: what makes both say the same.

    Who joined it, nobody but the town can say: it lets go of one whose joining did not come back. Who left it has left, whoever said so.
    """
    named = joined_here(lead)
    said = [Said("let_go", {"left": one}, lead.subject) for one in named if not _is_led(look(one), lead.subject)]
    left = [str(act.fields.get("left", "")) for act in lead.acts if act.name == "let_go"]
    gone = [look(one) for one in dict.fromkeys(left) if one not in named]
    why: dict[str, Json] = {"unjoin_why": county.words_zh["same.not_named"]}
    return said + [Said("unjoin", why, one.subject) for one in gone if one and _waits_under(one, lead.subject)]


def _waits_under(member: Shape, lead: str) -> bool:
    return member.stage == "joined" and leader_of(member) == lead


def _is_led(member: Shape | None, lead: str) -> bool:
    """Whether it has joined this one, and waits for its answer or has heard it."""
    if member is None or leader_of(member) != lead:
        return False
    return member.stage == "joined" or any(act.name == "relay" for act in member.acts)


def _ended(county: CountyBook, before: Shape, after: Shape, members: list[Shape]) -> list[Said]:
    """What joined it stands for itself again; and what was itself joined has left its leading one."""
    why: dict[str, Json] = {"unjoin_why": county.words_zh["same.leader_ended"]}
    left = [Said("let_go", {"left": after.subject}, leader_of(after))] if before.stage == "joined" else []
    return [*left, *(Said("unjoin", why, one.subject) for one in members if one.stage == "joined")]


def _joined(before: Shape, after: Shape, look: Look) -> list[Said]:
    """The leading record names who joined it, and takes over an alarm: a danger must not vanish with a joining."""
    into = leader_of(after)
    lead = look(into)
    is_named = lead is not None and after.subject in joined_here(lead)
    said = [] if is_named else [Said("take_in", {"joined": after.subject}, into)]
    if lead and before.kind == "issue" and is_alarmed(before) and not is_alarmed(lead):
        said.append(Said("alarm", {}, into))
    return said


def _left(before: Shape, after: Shape, look: Look) -> list[Said]:
    lead = look(leader_of(before))
    is_named = lead is None or after.subject in joined_here(lead)
    said = [Said("let_go", {"left": after.subject}, leader_of(before))] if is_named else []
    issue = text(after, "issue")
    return [*said, Said("to_issue", {"issue": issue})] if after.kind == "letter" and issue else said


def _taken_in(lead: Shape, act: Act, look: Look) -> list[Said]:
    """Who joins a matter that is already answered hears the answer at once."""
    told = next((one for one in reversed(lead.acts) if one.name in _ANSWERS), None)
    member = look(str(act.fields.get("joined", "")))
    if told is None or member is None or lead.stage != "pending_confirm" or member.stage != "joined":
        return []
    return [Said("relay", _told(told), member.subject)]


def _told(act: Act) -> dict[str, Json]:
    return {name: act.fields[name] for name in _TOLD if name in act.fields}
