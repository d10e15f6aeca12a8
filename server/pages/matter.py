"""What a resident reads of one matter: before the second step its kind, village, month and stage; after it, everything owed to him."""

import msgspec

from server.pages.frame import section, written
from server.pages.html import Html, el, together
from server.pages.look import Look, clock_time, day, either, month, say, tel
from server.pages.steps import STEPS, answered_by, confirmed_by, steps
from sync.fold import Act, Shape
from sync.subjects.issue import accepted, holder, is_sealed, part, phones, running_due, text


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """An issue, and what its log does not hold: the names of places, of its category, of the office to call."""

    shape: Shape
    lead: Shape | None = None
    """The matter it has joined, while it waits for that one's answer."""
    before: Shape | None = None
    """The same person's matter of the same kind that was closed before."""
    village: str
    kind_zh: str
    kind_en: str
    help_zh: str
    help_en: str
    help_phone: str
    beside: list[Shape] = []
    """Its consultations and promises."""


def summary(look: Look, matter: Matter, *, is_open: bool = False) -> Html:
    """What anybody may read who holds the link: no names, no words; of a confidential matter not even its kind."""
    shape = matter.shape
    begun_ms = shape.acts[0].at_ms if shape.acts else look.now_ms
    is_kept = not is_open and (is_sealed(shape) or _is_confidential(shape))
    kind = say(look, "private_kind") if is_kept else _short(either(look, matter.kind_zh, matter.kind_en))
    line = [el("span", one, " ") for one in (kind, matter.village, month(look, begun_ms)) if one]
    return together(el("p", *line, class_="kind"), el("h1", say(look, f"stage_{_standing(shape)}")))


def _short(kind: str) -> str:
    """A category's name without the examples in its brackets."""
    return kind.split("（", 1)[0].split(" (", 1)[0]


def _is_confidential(shape: Shape) -> bool:
    register = shape.fields.get("confidential")
    return register is not None and register.now.value is True


def _standing(shape: Shape) -> str:
    return "handler" if accepted(shape) else shape.stage


def bar(look: Look, shape: Shape, *, with_days: bool) -> Html:
    """The six steps; a matter sent another legal way has none to come."""
    if shape.stage in ("referred", "withdrawn", "void"):
        return Html("")
    rows: list[Html] = []
    six = steps(shape)
    for number, step in enumerate(six, 1):
        when = day(look, step.at_ms) if with_days and step.at_ms else ""
        state = say(look, f"step_{step.state}")
        rows.append(
            el(
                "li", el("span", say(look, f"step_{step.name}")), el("span", when or state, class_="small"),
                class_=step.state, data_n=str(number), aria_current="step" if step.state == "now" else "",
            )
        )  # fmt: skip
    here = next((number for number, step in enumerate(six, 1) if step.state == "now"), 0)
    title = say(look, "steps_at", n=here, all=len(STEPS)) if here else say(look, "steps_done", all=len(STEPS))
    return section(title, el("ol", *rows))


def who(look: Look, matter: Matter) -> Html:
    """Who has it now, and the telephone to reach him; the office's where he has none of his own here."""
    shape = matter.shape
    has_it = holder(shape)
    if has_it.who in ("resident", "nobody") or matter.lead:
        return Html("")
    office, phone = either(look, matter.help_zh, matter.help_en), has_it.phone or matter.help_phone
    name = {
        "grid_worker": say(look, "who_grid_worker", name=has_it.name),
        "handler": has_it.name,
    }.get(has_it.who, office)
    lines = [el("p", name, class_="lead", dir="auto")]
    if has_it.unit:
        lines.append(el("p", has_it.unit, dir="auto"))
    if has_it.phone or has_it.who != "grid_worker":
        lines.append(tel(look, phone))
    backup = text(shape, "backup_name")
    if has_it.who == "handler" and backup:
        lines.append(el("p", say(look, "who_backup", name=backup), class_="small"))
    first = part(shape, "responder", "name")
    if first and has_it.who != "grid_worker":
        lines.append(el("p", say(look, "who_first", name=first), class_="small"))
    return section(say(look, "who_title"), *lines)


def together_with(look: Look, matter: Matter) -> Html:
    """That it is handled with another matter of the same kind: how far that is, and who has it. Nothing personal of that one shows."""
    lead = matter.lead
    if lead is None:
        return Html("")
    has_it = holder(lead)
    named = el("p", has_it.name, class_="lead", dir="auto") if has_it.who == "handler" else ""
    office = el("p", has_it.unit or either(look, matter.help_zh, matter.help_en), dir="auto")
    return together(
        section(
            say(look, "joined_title"),
            el("p", say(look, "joined_words"), class_="lead"),
            el("p", say(look, f"stage_{_standing(lead)}")),
        ),
        section(say(look, "who_title"), named, office, tel(look, has_it.phone or matter.help_phone)),
        until(look, lead),
    )


def earlier(look: Look, matter: Matter) -> Html:
    """What was answered when the same person asked before; of a sealed matter nothing."""
    is_shown = matter.before is not None and not is_sealed(matter.before)
    told = answered_by(matter.before) if matter.before and is_shown else None
    if told is None:
        return Html("")
    return section(
        say(look, "earlier_title"),
        el("p", say(look, "earlier_on", day=day(look, told.at_ms)), class_="small"),
        written(_field(told, "answer") or _field(told, "measures")),
    )


def until(look: Look, shape: Shape) -> Html:
    """Until when what must have happened, and how that day was counted."""
    due = running_due(shape)
    if due is None:
        return Html("")
    when = say(look, "until", day=day(look, due.due_ms), time=clock_time(look, due.due_ms))
    late = el("p", say(look, "late"), class_="late") if look.now_ms > due.due_ms else ""
    proof = el(
        "details", el("summary", say(look, "proof_title")), el("p", either(look, due.proof_zh, due.proof_en), class_="small")
    )  # fmt: skip
    why = text(shape, "extend_why") if due.clock == "due_answer" else ""
    more = el("p", say(look, "extended", why=why), class_="small", dir="auto") if why else ""
    return section(
        say(look, "until_title"), el("p", when, class_="lead"), el("p", say(look, due.clock)), more, late, proof
    )  # fmt: skip


def answer(look: Look, matter: Matter) -> Html:
    """The result that was told last, in the words of who told it."""
    shape = matter.shape
    told = answered_by(shape)
    if told is None:
        return Html("")
    again = any(act.name == "confirm" and act.to_stage == "reopened" for act in shape.acts[shape.acts.index(told) :])
    title = "answer_before" if again else "answer_title"
    verdict = _field(told, "conclusion") or _field(told, "result")
    basis = _field(told, "basis")
    return section(
        say(look, title),
        el("p", say(look, f"verdict_{verdict}"), class_="lead") if verdict else "",
        written(_field(told, "answer") or _field(told, "measures")),
        el("p", say(look, "basis", text=basis), class_="small", dir="auto") if basis else "",
        el("p", say(look, "answered_on", day=day(look, told.at_ms), who=_who_told(look, matter, told)), class_="small"),
    )


def _who_told(look: Look, matter: Matter, told: Act) -> str:
    if told.role == "grid_worker":
        return say(look, "who_grid_worker", name=part(matter.shape, "responder", "name"))
    named = " ".join(one for one in (text(matter.shape, "handler_unit"), text(matter.shape, "handler_name")) if one)
    return named or either(look, matter.help_zh, matter.help_en)


def route(look: Look, shape: Shape) -> Html:
    """The other legal way, when it was sent that way."""
    if shape.stage != "referred":
        return Html("")
    return section(
        say(look, "route_title"), el("p", text(shape, "route"), class_="lead"), written(text(shape, "route_words"))
    )  # fmt: skip


def own_answer(look: Look, shape: Shape) -> Html:
    """What the resident said last, and what came of it."""
    said = confirmed_by(shape)
    if said is None or shape.stage == "pending_confirm":
        return Html("")
    solved, content = _field(said, "solved"), _field(said, "satisfaction")
    line = say(look, f"you_said_{solved}", day=day(look, said.at_ms), satisfaction=say(look, content))
    came = say(look, "came_closed" if said.to_stage == "closed" else "came_reopened")
    comment = _field(said, "comment")
    return el(
        "div", el("p", line, class_="lead"), written(comment) if comment else "", el("p", came), class_="box good", role="status"
    )  # fmt: skip


def own_words(look: Look, matter: Matter) -> Html:
    """What was reported, as it was first written down; a sealed matter without a known phone keeps its words closed."""
    shape = matter.shape
    number = text(shape, "issue_no")
    lines = [el("p", text(shape, "title"), class_="lead", dir="auto")]
    if not (is_sealed(shape) and not phones(shape)):
        lines.append(el("details", el("summary", say(look, "words_title")), written(text(shape, "words"))))
    if number:
        lines.append(el("p", say(look, "number", no=number), class_="small"))
    return section(say(look, "own_title"), *lines)


def number_changed(look: Look, shape: Shape) -> Html:
    """To whoever gave the first number: that another one was put in its place, and when. The first one goes on opening this page."""
    first, *others = phones(shape) or [""]
    standing = shape.fields.get("reporter")
    if not others or standing is None or not isinstance(shape.acts[0].fields.get("reporter"), dict):
        return Html("")
    told = say(
        look,
        "number_changed",
        day=day(look, standing.now.at_ms),
        old=first[-4:],
        new="、".join(one[-4:] for one in others),
    )
    return el("p", told, class_="box told", role="note")


def _field(act: Act, name: str) -> str:
    value = act.fields.get(name, "")
    return value if isinstance(value, str) else ""
