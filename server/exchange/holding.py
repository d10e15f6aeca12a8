"""What one transaction holds of the logs and subjects it works on: locked, read once, and as it has changed them itself."""

from collections.abc import Iterable

from server import clerk
from server.book import CountyBook
from server.exchange.hands import CLERK
from server.store import lists, log, sources, tasks
from server.store.disk import Conn
from server.store.lists import Known, Ref
from server.store.log import Device
from server.store.looked import Looked
from sync.admit import Refusal
from sync.clock import DAY_MS
from sync.fold import Shape, empty
from sync.op import Change, Op, kind_of
from sync.rules.duplicate import values_marked
from sync.subjects.issue import text


class Holding:
    """Reads each subject at most once; what was changed here takes the place of what was read."""

    def __init__(self, conn: Conn, county: CountyBook, now_ms: int) -> None:
        """`now_ms` is when everything here is placed."""
        self._conn = conn
        self._county = county
        self.now_ms = now_ms
        self._heads: dict[str, int] = {}
        self._records: dict[str, Known] = {}
        self._touched: dict[str, Known] = {}
        self._looked = Looked(conn)
        self._named: dict[str, set[str]] = {}
        self._refs: dict[Ref, None] = {}
        self._sealed_late: set[str] = set()
        self._devices: dict[str, Device] = {}

    def begin(self, grids: Iterable[str], subjects: Iterable[str]) -> None:
        """Locks the logs of these grids and reads these subjects: once, before anything is placed."""
        self._lock(grids)
        self._records |= lists.known(self._conn, subjects)

    def expect(self, ops: Iterable[tuple[Op, int]]) -> None:
        """Asks at once what the clerk will ask about these ops, each with the time it is credited with."""
        latest: dict[str, Shape] = {}
        shapes: list[Shape] = []
        since_ms = self.now_ms
        for op, credited_ms in ops:
            known = self._records.get(op.subject)
            if clerk.is_looked_at(op) and (known is None or known.grid == op.grid):
                before = latest.get(op.subject) or (known.shape if known else empty(op.subject, op.grid))
                latest[op.subject] = clerk.guessed(before, op)
                shapes.append(latest[op.subject])
                since_ms = min(since_ms, credited_ms, *(act.at_ms for act in before.acts[:1]))
        self._known(self._looked.expect(shapes, since_ms - self._county.same.kind_days * DAY_MS))

    def _lock(self, grids: Iterable[str]) -> None:
        """Locks logs that are not locked here yet. A later one may meet another writer's order; then both try again."""
        fresh = log.lock_heads(self._conn, [grid for grid in grids if grid not in self._heads])
        self._heads |= fresh
        self._devices |= log.devices_of(self._conn, [CLERK.prefix + grid for grid in fresh])

    def shape_of(self, subject: str) -> Shape | None:
        """A subject as this transaction has it; None if there is none, or in a log that is not locked here."""
        if subject not in self._records:
            found = lists.known(self._conn, [subject]).get(subject)
            if found is None or found.grid not in self._heads:
                return None
            self._records[subject] = found
        return self._records[subject].shape

    def _reached(self, subject: str) -> Shape | None:
        """The same of whichever log: that one is locked too."""
        found = next(iter(self._known([subject])), None)
        if found:
            self._lock([found.grid])
        return found.shape if found else None

    def _hold(self, record: Known) -> None:
        before = self._records.get(record.subject)
        if record.mark and record.mark.is_late and (before is None or before.mark != record.mark):
            self._sealed_late.add(record.grid)
        self._records[record.subject] = self._touched[record.subject] = record

    def _watch(self, before: Shape, after: Shape, change: Change) -> None:
        """Notes what a change has added: whom the record names, which marks it bears. All else it named and bore before."""
        is_new = not before.acts
        for ref in lists.refs_of(after) if is_new else lists.refs_in(after, change.op.fields):
            self._refs[ref] = None
            self._named.setdefault(ref.target, set()).add(after.subject)
        if is_new or any(before.fields.get(one) is not after.fields.get(one) for one in values_marked(after.kind)):
            self._looked.bears(after, self._looked.marks_of(after))
        self._looked.changed(before, after)

    def _naming(self, subject: str) -> set[str]:
        """Who names a subject, in the tables or in this transaction."""
        return {*self._named.get(subject, ()), *lists.naming(self._conn, subject)}

    def _known(self, subjects: Iterable[str]) -> list[Known]:
        wanted = list(subjects)
        self._records |= lists.known(self._conn, [one for one in wanted if one not in self._records])
        return [self._records[one] for one in wanted if one in self._records]

    def _known_in(self, grid: str, subjects: Iterable[str]) -> list[Known]:
        return [one for one in self._known(subjects) if one.grid == grid]

    def orders_of(self, issue: str) -> list[Shape]:
        """The department orders of an issue, as this transaction has them."""
        stored = [one for one in lists.naming(self._conn, issue) if kind_of(one) == "order"]
        fresh = [one.subject for one in self._touched.values() if one.kind == "order"]
        found = [self.shape_of(one) for one in dict.fromkeys([*stored, *fresh])]
        return [one for one in found if one and text(one, "issue") == issue]

    def _begun_before(self, op: Op) -> Refusal | None:
        """`begun_before` for what may be begun once, whoever begins it, however many at the same moment.

        That is a matter with a number of another system (about its hash), and a task sent for a ground to a grid where one
        is open or began lately (about that task): the log is locked already, the number is locked here for all logs.
        """
        source, ground = op.fields.get(sources.FIELD), op.fields.get("ground")
        if op.name == "register" and isinstance(source, str):
            self._looked.number(f"source {source}")
            here = self._known(one for one in self._naming(source) if kind_of(one) == "issue")
            if any(text(one.shape, sources.FIELD) == source for one in here):
                return Refusal(why="begun_before", about=source)
        if op.name == "assign" and isinstance(ground, str):
            since_ms = self.now_ms - self._county.same.kind_days * DAY_MS
            stored = {one.subject: one.shape for one in tasks.since(self._conn, [op.grid], since_ms)}
            fresh = {one.subject: one.shape for one in self._touched.values() if one.grid == op.grid}
            for task in (stored | fresh).values():
                if task.kind == "task" and task.stage != "dropped" and text(task, "ground") == ground:
                    return Refusal(why="begun_before", about=task.subject)
        return None

    def _number(self, name: str) -> int:
        return self._looked.number(name)
