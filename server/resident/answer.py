"""A resident's answer, or word to take a matter back, becomes an op by the one door. What the page then says is not here."""

import msgspec

from server.book import CountyBook
from server.exchange import PAGE, Placing
from server.now import Clock
from server.pages.steps import answered_by, closed_by, confirmed_by, may_withdraw, round_of
from server.store import lists
from server.store.disk import Conn
from sync.fold import Shape
from sync.op import Json


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the resident says of one result."""

    round: int
    """Which result it speaks of, see `pages.steps.round_of`."""
    instead: int = 0
    """When the act was by which the matter is closed and which this says otherwise, see `pages.steps.closed_by`; 0 for none."""
    solved: str
    satisfaction: str
    comment: str

    def fields(self) -> dict[str, Json]:
        """The op's fields."""
        said: dict[str, Json] = {"solved": self.solved, "satisfaction": self.satisfaction}
        return said | ({"comment": self.comment} if self.comment else {})


def confirm(conn: Conn, county: CountyBook, subject: str, answer: Answer, clock: Clock) -> str:
    """Places the answer. Returns "" when it stands in the log, else the word why it does not.

    The same answer sent twice stands once. `answered_before`: another answer stands. `moved_on`: the result it
    speaks of is no longer the one to be confirmed. The clock is read here, like in every transaction that places:
    the page was asked for before, and what was placed meanwhile must not come out later than this.
    """
    record = lists.records(conn, [subject])[subject]
    if round_of(record.shape) != answer.round or closed_by(record.shape) != answer.instead:
        return _why_not(record.shape, answer)
    placing = Placing(conn, county, clock())
    placing.begin([record.grid], [subject])
    spoken = placing.say(PAGE, record.grid, "confirm", answer.fields(), subject=subject)
    placing.finish()
    if spoken.refusal:
        return "not_kept"
    return "moved_on" if spoken.is_note else ""


def withdraw(conn: Conn, county: CountyBook, subject: str, why: str, clock: Clock) -> str:
    """Takes a matter back; "" when it is, else the word why it is not. Sent twice it is taken back once."""
    record = lists.records(conn, [subject])[subject]
    if record.stage == "withdrawn":
        return ""
    if not may_withdraw(record.shape):
        return "withdraw_too_late"
    placing = Placing(conn, county, clock())
    placing.begin([record.grid], [subject])
    spoken = placing.say(PAGE, record.grid, "withdraw", {"withdraw_why": why}, subject=subject)
    placing.finish()
    return "not_kept" if spoken.refusal else "withdraw_too_late" if spoken.is_note else ""


def _why_not(shape: Shape, answer: Answer) -> str:
    told, said = answered_by(shape), confirmed_by(shape)
    if answer.instead:
        # Sent twice, or by two of one household: the first one stands.
        if said is None or said.at_ms <= answer.instead:
            return "moved_on"
        return "" if said.fields == answer.fields() else "answered_before"
    if told is None or said is None or told.at_ms != answer.round or said.place < told.place:
        return "moved_on"
    return "" if said.fields == answer.fields() else "answered_before"
