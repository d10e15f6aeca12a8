"""What any record shows, whatever its kind: values that wait for a person to look at them, and notes that were kept."""

from sync.fold import Note, Shape
from sync.law import SubjectLaw
from sync.merge import Held


def disputed(law: SubjectLaw, shape: Shape) -> dict[str, list[Held]]:
    """Per field the values besides the one in force: those that lost, and under `keep_both` those that stand beside."""
    found: dict[str, list[Held]] = {}
    for name, register in shape.fields.items():
        beside = register.beside if law.fields[name].merge == "keep_both" else []
        if register.lost or beside:
            found[name] = [*beside, *register.lost]
    return found


def notes_since(shape: Shape, place: int) -> list[Note]:
    """The notes kept after a place of the grid's log, oldest first; waiting ones (place 0) always."""
    return [note for note in shape.notes if note.place > place or note.place == 0]
