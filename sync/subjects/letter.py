"""A letter out of the box as people speak of it: until when it must have an end. Read from its shape alone."""

from sync.fold import Shape
from sync.subjects.issue import Due, due_in


def running_due(shape: Shape) -> Due | None:
    """The moment by which it must be an issue or set aside; None once it is, or when the clerk has said none."""
    return due_in(shape, "due_letter") if shape.stage == "taken_out" else None
