"""The light of a due date as seen at a moment the caller names. Nothing is stored, so nothing needs a midnight sweep."""

from sync.rules.book import Clocks
from sync.rules.workdays import Calendar, count_working, date_at


def light(due_ms: int, now_ms: int, calendar: Calendar, clocks: Clocks) -> str:
    """`green`, `yellow` when the book's `yellow_days` or fewer working days are left after today, `red` once past."""
    if now_ms > due_ms:
        return "red"
    left = count_working(calendar, date_at(now_ms, clocks), date_at(due_ms, clocks))
    return "yellow" if left <= clocks.yellow_days else "green"
