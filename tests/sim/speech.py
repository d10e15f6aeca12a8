"""What people say on their phones, by chance but out of what they see there: registering, acting, editing, settling."""

from server.replay.phone import LawRefusedError, Phone
from sync.fold import Shape, moves
from sync.law import LAW
from sync.merge import Register, all_stamps_of, stamps_of
from sync.op import Json, kind_of
from sync.subjects.record import disputed
from tests.sim.album import taken_for
from tests.vectors.chance import Chance
from tests.vectors.values import good, good_fields

ENOUGH = 5
"""Issues a phone sees from which on people rather act on them than register more: so that they meet."""
SELDOM = ("refer", "set_aside", "leave", "consult")
"""Acts that take a subject off its way before much has happened to it."""
OFTEN = ("triage", "accept", "answer", "solve", "escalate", "give_back", "to_issue")
"""Acts that lead on."""
REPORTERS = ("15400000001", "15400000002", "")
CATEGORIES = ("0502", "0103", "0201")


def speak(phone: Phone, chance: Chance, now_ms: int, *, with_photos: bool = False) -> str:
    """Makes one op or a few; says in words which. "" when the law refused or there was nothing to say."""
    subjects = sorted({*phone.shapes, *(one.op.subject for one in phone.outbox)})
    shapes = [shape for one in subjects if (shape := phone.shape(one, now_ms)) is not None and _is_here(phone, shape)]
    issues = [shape for shape in shapes if shape.kind == "issue"]
    try:
        if chance.random() < (0.75 if len(issues) < 2 else 0.04 if len(issues) > ENOUGH else 0.2):
            return _begin(phone, chance, now_ms, with_photos=with_photos)
        shape = chance.choice(issues if issues and chance.random() < 0.85 else shapes) if shapes else None
        if shape is None:
            return ""
        return _about(phone, chance, shape, now_ms)
    except LawRefusedError:
        return ""


def _is_here(phone: Phone, shape: Shape) -> bool:
    return shape.stage != "" and any(shape.grid.startswith(area.code) for area in phone.areas)


def role_in(phone: Phone, grid: str) -> str:
    """The role a phone believes to hold in a grid."""
    return next((area.role for area in phone.areas if grid.startswith(area.code)), "grid_worker")


def _begin(phone: Phone, chance: Chance, now_ms: int, *, with_photos: bool) -> str:
    areas = [area for area in phone.areas if len(area.code) == 15]
    if not areas:
        return ""
    grid = chance.choice(areas).code
    kind = chance.choice(["issue"] * 6 + ["household", "letter", "visit"])
    if kind == "issue":
        taken = taken_for(phone) if with_photos else []
        photos: dict[str, Json] = {"photos": taken} if taken else {}
        issue = phone.make(now_ms, grid, "register", matter(phone, chance) | photos, kind="issue")
        if chance.random() < 0.5:
            phone.make(now_ms, grid, "triage", good_fields(LAW["issue"], "triage", chance), subject=issue)
        return f"register {issue}"
    name = next(row.op for row in LAW[kind].rows if row.from_ == [""])
    return f"{name} " + phone.make(now_ms, grid, name, good_fields(LAW[kind], name, chance, may=0.5), kind=kind)


def matter(phone: Phone, chance: Chance) -> dict[str, Json]:
    """An issue's fields. Few reporters and few categories, so that the clerk finds the same matter again."""
    number = chance.choice(REPORTERS)
    fields: dict[str, Json] = {
        "title": "村口三盏路灯不亮",
        "words": "村口的三盏路灯坏了半个月，晚上看不清路。",
        "channel": "visit",
        "nature": chance.choice(["help", "complaint"]),
        "category": chance.choice(CATEGORIES),
        "anonymous": number == "",
        "confidential": False,
        "households": chance.choice([1, 3, 40]),
        "danger": chance.choice([[], [], [], ["life"]]),
        "responder": {"person": phone.person, "name": "首问"},
    }
    if number:
        fields["reporter"] = {"name": "李长根", "phone": number}
    return fields


def _about(phone: Phone, chance: Chance, shape: Shape, now_ms: int) -> str:
    law, role = LAW[shape.kind], role_in(phone, shape.grid)
    open_here = [name for name in moves(law, shape, role) for _ in range(_weight(name, chance))]
    if disputed(law, shape) and chance.random() < 0.4:
        return _edit(phone, chance, shape, now_ms, settles=True)
    if open_here and chance.random() < 0.6:
        name = chance.choice(open_here)
    elif chance.random() < 0.15:
        name = chance.choice([name for name in law.ops if name not in SELDOM])
    else:
        return _edit(phone, chance, shape, now_ms, settles=False)
    fields = good_fields(law, name, chance)
    if name == "triage" and shape.stage == "registered" and chance.random() < 0.6:
        fields["track"] = "escalate_to_town"
    phone.make(now_ms, shape.grid, name, fields, subject=shape.subject)
    return f"{name} on {shape.subject}"


def _weight(name: str, chance: Chance) -> int:
    return int(chance.random() < 0.1) if name in SELDOM else 8 if name in OFTEN else 1


def _edit(phone: Phone, chance: Chance, shape: Shape, now_ms: int, *, settles: bool) -> str:
    law, role = LAW[shape.kind], role_in(phone, shape.grid)
    mine = [name for name, one in law.fields.items() if role in one.edit]
    contested = [name for name in disputed(law, shape) if name in mine] if settles else []
    few = [name for name in mine if name in ("title", "place", "demand", "households", "reporter", "danger", "remark")]
    chosen = contested or few or mine
    if not chosen:
        return ""
    names = chance.sample(chosen, k=min(len(chosen), chance.choice([1, 1, 2])))
    fields = {name: good(law.fields[name], chance) for name in names}
    seen = {name: _looked_at(chance, shape.fields.get(name), whole=bool(contested)) for name in names}
    word = "settle" if contested else "edit"
    phone.make(now_ms, shape.grid, word, fields, subject=shape.subject, seen=seen)
    return f"{word} {', '.join(names)} of {kind_of(shape.subject)} {shape.subject}"


def _looked_at(chance: Chance, register: Register | None, *, whole: bool) -> list[str]:
    """The stamps its author looked at: who settles saw all, others what stands, or an old form nothing."""
    if register is None:
        return []
    if whole:
        return all_stamps_of(register)
    return stamps_of(register) if chance.random() < 0.8 else []
