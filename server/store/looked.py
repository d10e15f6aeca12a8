"""What a transaction asks of the tables beside the subjects at hand: each thing once, and what it changed itself as changed."""

from bisect import insort
from collections.abc import Iterable, Sequence
from operator import is_

import msgspec

from server.store import beside, log
from server.store.beside import Brief
from server.store.disk import Conn
from sync.fold import Shape
from sync.op import Json, same
from sync.rules.duplicate import looks_for, marks_of, values_marked

MOST_BESIDE = 40
"""With so many others a record is compared: a grid's box holds a handful of letters a day."""


class _Looks(msgspec.Struct, frozen=True):
    """What a record bears and looks for while it says the same."""

    said: list[Json]
    marks: list[str]
    wanted: list[str]


class Looked:
    """Made anew for each transaction's body; nothing of it outlives the transaction."""

    def __init__(self, conn: Conn) -> None:
        """Asks nothing yet."""
        self._conn = conn
        self._numbers: dict[str, int] = {}
        self._counted: dict[str, int] = {}
        self._bearing: dict[str, list[tuple[int, str]]] = {}
        self._borne: dict[str, dict[tuple[int, str], None]] = {}
        self._looks: dict[str, list[_Looks]] = {}
        self._from: dict[str, list[Brief]] = {}
        self._alike: dict[tuple[str, str], tuple[int, list[Brief]]] = {}
        self._fresh: dict[str, Brief] = {}
        self._fresh_from: dict[str, dict[str, None]] = {}
        self._fresh_alike: dict[tuple[str, str], dict[str, None]] = {}

    def number(self, name: str) -> int:
        """The next number under a name. The first one locks the counter; the others are written by `finish`."""
        if name in self._numbers:
            self._numbers[name] += 1
            self._counted[name] = self._counted.get(name, 0) + 1
        else:
            self._numbers[name] = log.next_number(self._conn, name)
        return self._numbers[name]

    def town_of(self, grid: str) -> str:
        """The name of the town that a grid lies in; "" for one that is not known."""
        return next((one.town for one in log.grids_under(self._conn, [grid])), "")

    def expect(self, shapes: Sequence[Shape], since_ms: int) -> list[str]:
        """Asks at once what would else be asked one by one when these are begun or changed; who may stand beside them.

        A guess costs an answer that nobody needs, never a wrong one. `since_ms` as in `issues_alike`.
        """
        looks = [(shape, self._looks_of(shape).wanted) for shape in shapes]
        self._load(sorted({mark for _, wanted in looks for mark in wanted}))
        mine = [beside.brief_of(shape) for shape in shapes if shape.kind == "issue"]
        reporters = sorted({one.reporter for one in mine if one.reporter})
        self._from |= {reporter: [] for reporter in reporters}
        for one in beside.issues_from(self._conn, reporters):
            self._from[one.reporter].append(one)
        pairs = sorted({(one.grid, one.category) for one in mine})
        self._alike |= {pair: (since_ms, []) for pair in pairs}
        for one in beside.issues_alike(self._conn, pairs, since_ms):
            self._alike[one.grid, one.category][1].append(one)
        return sorted({subject for shape, wanted in looks for subject in self._newest(shape, wanted)})

    def beside(self, shape: Shape) -> list[str]:
        """Who else of its grid bears a mark of these looks, oldest first; of many only the newest.

        A flood of letters in one day must not be compared each with each.
        """
        return self._newest(shape, self._looks_of(shape).wanted)

    def marks_of(self, shape: Shape) -> list[str]:
        """The marks that a record bears."""
        return self._looks_of(shape).marks

    def _looks_of(self, shape: Shape) -> "_Looks":
        """Asked for before an op is judged, and again when it is placed: found once for whatever it said at a time."""
        fields = shape.fields
        said: list[Json] = [fields[name].now.value if name in fields else None for name in values_marked(shape.kind)]
        known = self._looks.setdefault(shape.subject, [])
        for one in known:
            # Mostly the very same values: looking into them costs more than what is saved.
            if all(map(is_, one.said, said)) or same(one.said, said):
                return one
        marks = marks_of(shape)
        known.append(_Looks(said, marks, looks_for(shape, marks)))
        return known[-1]

    def _newest(self, shape: Shape, wanted: Sequence[str]) -> list[str]:
        self._load([mark for mark in wanted if mark not in self._bearing])
        # Each list is in order, so sorting them one behind the other is hardly more than a walk.
        found = dict.fromkeys(sorted([one for mark in wanted for one in self._bearing[mark]]))
        others = [subject for _, subject in found if subject != shape.subject]
        return others[-MOST_BESIDE:]

    def _load(self, wanted: Sequence[str]) -> None:
        if not wanted:
            return
        stored = beside.bearing(self._conn, wanted, MOST_BESIDE + 1)  # whoever looks is among them
        for mark in wanted:
            found = {*stored.get(mark, ()), *self._borne.get(mark, ())}
            self._bearing[mark] = sorted(found)[-MOST_BESIDE - 1 :]

    def bears(self, shape: Shape, marks: Iterable[str]) -> None:
        """A record bears these marks from now on."""
        one = (_begun_ms(shape), shape.subject)
        for mark in marks:
            self._borne.setdefault(mark, {})[one] = None
            known = self._bearing.get(mark)
            if known is not None and one not in known:
                insort(known, one)
                del known[: -MOST_BESIDE - 1]

    def changed(self, before: Shape, after: Shape) -> None:
        """An issue as it is now, for whoever asks for its reporter's or its category's others."""
        if after.kind != "issue" or (after.subject in self._fresh and not _is_another(before, after)):
            return
        one = self._fresh[after.subject] = beside.brief_of(after)
        self._fresh_from.setdefault(one.reporter, {})[one.subject] = None
        self._fresh_alike.setdefault((one.grid, one.category), {})[one.subject] = None

    def issues_from(self, reporter: str) -> list[Brief]:
        """The issues this phone number reported, oldest first."""
        if reporter not in self._from:
            self._from[reporter] = beside.issues_from(self._conn, [reporter])
        fresh = self._fresh_from.get(reporter, {})
        return [one for one in self._standing(self._from[reporter], fresh) if one.reporter == reporter]

    def issues_alike(self, grid: str, category: str, since_ms: int) -> list[Brief]:
        """The issues of one grid and one category that began since then, oldest first."""
        pair = (grid, category)
        known_since_ms, stored = self._alike.get(pair, (since_ms + 1, []))
        if known_since_ms > since_ms:
            stored = beside.issues_alike(self._conn, [pair], since_ms)
            self._alike[pair] = (since_ms, stored)
        standing = self._standing(stored, self._fresh_alike.get(pair, {}))
        return [one for one in standing if (one.grid, one.category) == pair and one.begun_ms >= since_ms]

    def _standing(self, stored: Iterable[Brief], fresh: Iterable[str]) -> list[Brief]:
        """What is stored as this transaction has changed it, and what it has begun."""
        known = {one.subject: self._fresh.get(one.subject, one) for one in stored}
        known |= {subject: self._fresh[subject] for subject in fresh}
        standing = [one for one in known.values() if one.stage != "moved"]
        return sorted(standing, key=lambda one: (one.begun_ms, one.subject))

    def finish(self) -> None:
        """Writes what was counted and which marks are borne."""
        for name, by in self._counted.items():
            log.count_on(self._conn, name, by)
        beside.bear(self._conn, [(mark, subject) for mark, many in self._borne.items() for _, subject in many])


def _begun_ms(shape: Shape) -> int:
    return shape.acts[0].at_ms if shape.acts else 0


def _is_another(before: Shape, after: Shape) -> bool:
    """Whether its brief may have changed."""
    return before.stage != after.stage or any(
        before.fields.get(name) is not after.fields.get(name)
        for name in ("category", "reporter", "confidential", "proposal")
    )
