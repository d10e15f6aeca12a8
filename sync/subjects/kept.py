"""How long a phone needs a record: it holds the least it can, and asks for what has left when it comes alive again."""

from datetime import UTC, datetime

from sync.fold import Shape
from sync.law import SubjectLaw
from sync.op import Json
from sync.subjects.record import disputed

KEPT_MS = 90 * 24 * 3600 * 1000
"""How long a record that owes nothing any more stays on phones after it was last touched."""


def touched_ms(shape: Shape) -> int:
    """When it was last touched: the latest credited time of all that it holds."""
    held = [one for register in shape.fields.values() for one in (register.now, *register.beside, *register.lost)]
    return max((one.at_ms for one in [*shape.acts, *shape.notes, *held]), default=0)


def is_kept(law: SubjectLaw, shape: Shape, now_ms: int) -> bool:
    """Whether phones hold it: it is not over, was touched lately, waits for a person to look, or names a day not long past."""
    since_ms = now_ms - KEPT_MS
    if shape.stage not in law.over or shape.notes or disputed(law, shape) or touched_ms(shape) > since_ms:
        return True
    days = [name for name, field in law.fields.items() if field.type == "date" and name in shape.fields]
    return any(_day_ms(shape.fields[name].now.value) > since_ms for name in days)


def _day_ms(day: Json) -> int:
    """The beginning of a day such as `2026-03-04`, in UTC."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000) if isinstance(day, str) else 0
