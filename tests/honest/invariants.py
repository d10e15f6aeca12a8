"""H1 to H14: what holds of every honest county, each asked of what an outsider can read. A breach is told in words."""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from server import recount
from server.rates.measures import closed_ms, is_counted, last_answer, value
from sync.fold import Act, Shape
from sync.law import LAW, ROLES
from tests.honest.county import FIRST, LATER, MARKER, Told

HANDS = ("solve", "accept", "answer", "reply", "check", "sign", "give_back")
SATISFIED = ("satisfied", "basically_satisfied")
GONE = ("void", "joined", "withdrawn")


def issues(told: Told) -> list[Shape]:
    """Every issue of the county."""
    return [shape for shape in told.shapes.values() if shape.kind == "issue"]


def h1(told: Told) -> Iterator[str]:
    """Only the resident's channel, or a caller of another unit, makes an answer."""
    channel = {"confirm": "resident", "call_back": "caller"}
    for shape in issues(told):
        answers = {act.stamp: act for act in shape.acts if act.name in channel}
        for name in ("solved", "satisfaction"):
            register = shape.fields.get(name)
            if register and register.now.stamp not in answers:
                yield f"{shape.subject}: {name} was set by {register.now.actor}, who answered nothing"
        for act in answers.values():
            own = {one.actor for one in shape.acts if one.name in HANDS}
            if act.role != channel[act.name] or (act.name == "call_back" and act.actor in own):
                yield f"{shape.subject}: {act.actor} answered as {act.role}"
    if ROLES["caller"].of != "other_unit":
        yield "a caller may be of the handling unit"


def h2(told: Told) -> Iterator[str]:
    """The rate of satisfaction counts such answers only, over all that was closed."""
    (figure,) = (one for one in told.figures if (one.id, one.group) == ("satisfied_of_closed", ""))
    closed = [shape for shape in issues(told) if is_counted(shape) and closed_ms(shape) is not None]
    glad = [one for one in closed if (said := last_answer(one)) and said.fields.get("satisfaction") in SATISFIED]
    if (figure.n, figure.of) != (len(glad), len(closed)):
        yield f"published {figure.n}/{figure.of}, the answers say {len(glad)}/{len(closed)}"
    parts = [
        next(one.n for one in told.figures if (one.id, one.group) == (f"{name}_rate", ""))
        for name in ("answered", "silent", "exempt")
    ]
    if sum(parts) != len(closed):
        yield f"answered, silent and exempt are {parts}, closed are {len(closed)}"


def h3(told: Told) -> Iterator[str]:
    """Closed means that the result was told before and answered, or tried on three days by others, or that nobody ever gave a number."""
    for shape in issues(told):
        for at, act in enumerate(shape.acts):
            if act.to_stage == "closed" != act.from_stage:
                yield from (f"{shape.subject}: {why}" for why in _closed_badly(shape.acts[:at], act))


def _closed_badly(before: list[Act], act: Act) -> Iterator[str]:
    told = [n for n, one in enumerate(before) if one.to_stage == "pending_confirm" != one.from_stage]
    if not told:
        yield "closed before anybody was told"
        return
    tries = [one for one in before[told[-1] :] if one.name == "try_call"]
    days = {str(one.fields["tried_on"]) for one in before[told[-1] :] if one.name == "count_try"}
    if act.name == "lapse" and act.fields["lapse_why"] == "not_reached":
        own = {one.actor for one in before if one.name in HANDS}
        if len(days) < 3 or len(tries) < 3 or own & {one.actor for one in tries}:
            yield f"tried {len(tries)} times on {len(days)} days"
    elif act.name == "lapse":
        first = before[0].fields.get("reporter")
        if isinstance(first, dict) and first.get("phone"):
            yield "nobody asked, though a number was given"
    elif act.name == "explain":
        if len(told) < 2:
            yield "explained once only"
    elif act.name not in ("confirm", "call_back"):
        yield f"closed by {act.name}"


def h4(told: Told) -> Iterator[str]:
    """Credited time lies between the device's last contact and the moment of placing, whatever the phone's clock said."""
    contacts: dict[str, list[int]] = {}
    for one in sorted(told.entries, key=lambda one: (one["placed_ms"], one["device"], one["seq"])):
        earlier = [ms for ms in contacts.get(one["device"], []) if ms < one["placed_ms"]]
        if not max(earlier, default=0) <= one["credited_ms"] <= one["placed_ms"]:
            yield f"{one['grid']} {one['place']}: credited {one['credited_ms']}, placed {one['placed_ms']}"
        contacts.setdefault(one["device"], []).append(one["placed_ms"])


def h5(told: Told) -> Iterator[str]:
    """A promised date moves only by an extension said before it, or because the matter began anew."""
    for shape in told.shapes.values():
        due_ms, may_move = 0, True
        for act in shape.acts:
            began_anew = act.to_stage in ("redo", "reopened") and act.from_stage != act.to_stage
            may_move = may_move or began_anew or (act.name in ("grant", "extend") and act.at_ms <= due_ms)
            said = act.fields.get("due_answer") if act.name == "clock" else None
            if isinstance(said, dict) and isinstance(said["due_ms"], int):
                if not may_move:
                    yield f"{shape.subject}: due {due_ms} became {said['due_ms']}"
                due_ms, may_move = said["due_ms"], False


def h6(told: Told) -> Iterator[str]:
    """The resident's words are as they were first written."""
    if LAW["issue"].fields["words"].merge != "once" or LAW["issue"].fields["words"].edit:
        yield "the law lets somebody edit them"
    for shape in issues(told):
        first = shape.acts[0].fields.get("words")
        if value(shape, "words") != first:
            yield f"{shape.subject}: {first} became {value(shape, 'words')}"


def h7(told: Told) -> Iterator[str]:
    """What was void, joined or withdrawn can still be looked up by its own code."""
    for shape in issues(told):
        page = told.pages.get(shape.subject)
        if shape.stage in GONE and (page is None or page == told.pages.get("")):
            yield f"{shape.subject} is {shape.stage} and its page is gone"


def h8(told: Told) -> Iterator[str]:
    """A changed number is told to whoever has the first one, on the page which that one goes on opening; it is called first."""
    called = [one for one in told.calls if one["subject"] == told.changed]
    if [(one["phone"], one["other_phones"]) for one in called] != [(FIRST, [LATER])]:
        yield f"{told.changed}: the caller is given {called}"
    if not all(end in told.opened for end in (FIRST[-4:], LATER[-4:])):
        yield f"{told.changed}: the first number is not told of the later one"


def h9(told: Told) -> Iterator[str]:
    """Every code that was given out opens its matter, or says that it has not come, which is on the town's list then."""
    unknown = told.pages.get("", "")
    given = [shape for shape in issues(told) if value(shape, "link_hash")]
    for shape in given:
        if told.pages.get(shape.subject, unknown) == unknown:
            yield f"{shape.subject}: its code opens nothing"
    if not unknown or any(str(value(shape, "issue_no")) in unknown for shape in given):
        yield "a code that nobody gave out shows a matter, or nothing at all"
    for number, page in told.withheld.items():
        if page == unknown or "还没有送到" not in page:
            yield f"{number}: its slip is not known"
        if number not in told.absent:
            yield f"{number}: asked for in vain, and the town is not told"


def h10(told: Told) -> Iterator[str]:
    """Behind a missing op nothing is taken, and the town is told of it until it comes or is accounted for."""
    held: dict[str, set[int]] = {}
    for one in told.entries:
        held.setdefault(one["device"], set()).add(one["seq"])
    for device, seqs in held.items():
        if len(seqs) != max(seqs):
            yield f"{device}: {max(seqs) - len(seqs)} of {max(seqs)} are missing"
    if len(told.withheld) != len(told.absent):
        yield f"missing are {sorted(told.withheld)}, the town is told of {told.absent}"


def h11(told: Told) -> Iterator[str]:
    """A stranger counts every published figure again from the exported log."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "log.jsonl")
        file.write_bytes(b"".join(told.exported))
        yield from recount.differences(file)


def h12(told: Told) -> Iterator[str]:
    """What somebody asked to keep to himself is in no byte sent to those who may not see it."""
    if MARKER.encode() in told.sent:
        yield "a protected number was sent"
    if not told.sent:
        yield "nothing was sent, so nothing was asked"


def h13(told: Told) -> Iterator[str]:
    """Registered is open and closed and referred and joined and withdrawn and void: nothing vanishes."""
    whole = len(issues(told))
    parts = sum(count for name, count in told.conserved.items() if name != "registered")
    if not whole == told.conserved["registered"] == parts:
        yield f"{whole} issues, {told.conserved['registered']} registered, {parts} counted apart"


def h14(told: Told) -> Iterator[str]:
    """No output orders people by what they did: figures are of areas and units, in the order of their codes."""
    groups = Counter(one.group.split(":")[0] for one in told.figures)
    if set(groups) - {"", "town", "unit"}:
        yield f"figures are grouped by {sorted(groups)}"
    for name in {one.id for one in told.figures}:
        mine = [one.group for one in told.figures if one.id == name]
        if mine != sorted(mine):
            yield f"{name} is ordered by something else than the groups' codes"
    said = json.dumps(json.loads(told.exported[0])["bulletin"], ensure_ascii=False)
    yield from (
        f"the bulletin names {name}"
        for name in told.people
        if f'"{name}"' in said or (len(name) > 1 and not name.isascii() and name in said)
    )


ALL: dict[str, Callable[[Told], Iterator[str]]] = {
    check.__name__.upper(): check for check in (h1, h2, h3, h4, h5, h6, h7, h8, h9, h10, h11, h12, h13, h14)
}
