"""The plain sums of a period: what was registered and where it stands, of what kinds, and how often people decided otherwise. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from server.rates.measures import Window, acts, begun_ms, is_counted, value
from sync.fold import Shape
from sync.op import Json

ENDS = {
    "closed": "closed",
    "archived": "closed",
    "referred": "referred",
    "joined": "joined",
    "withdrawn": "withdrawn",
    "void": "void",
}
"""By stage the end that it is counted as; every other stage is open."""


class Drift(msgspec.Struct, frozen=True):
    """A way in which people decided otherwise than a rule proposed: by role, never by person."""

    rule: str
    proposed: str
    """The track the rule proposed; "" where the log does not tell any more."""
    decided: str
    role: str
    cases: list[str]


def conserved(shapes: Iterable[Shape], window: Window) -> dict[str, int]:
    """Where the issues registered in the period stand now. The parts add up to `registered`: nothing vanishes."""
    found = dict.fromkeys(["registered", "open", *dict.fromkeys(ENDS.values())], 0)
    for shape in shapes:
        if shape.kind == "issue" and window.holds(begun_ms(shape)):
            found["registered"] += 1
            found[ENDS.get(shape.stage, "open")] += 1
    return found


class Sums:
    """Adds up one period issue by issue, keeping none of them."""

    def __init__(self, window: Window, earlier: Window) -> None:
        """`earlier`: the period before."""
        self._window, self._earlier = window, earlier
        self.conserved, self.before = conserved([], window), conserved([], earlier)
        """As `conserved` tells them; `before` is the period before."""
        self._said = {name: Counter[str]() for name in ("nature", "category", "track")}
        self._kinds: Counter[tuple[str, str]] = Counter()
        self._drift: dict[tuple[str, str, str, str], list[str]] = {}
        self._noted = dict.fromkeys(("new", "closed", "reopened", "emergencies"), 0)

    def take(self, shape: Shape) -> None:
        """Adds one subject. What is no issue counts nothing."""
        if shape.kind != "issue":
            return
        for found, window in ((self.conserved, self._window), (self.before, self._earlier)):
            for name, n in conserved([shape], window).items():
                found[name] += n
        self._note(shape)
        self._turned(shape)
        if self._window.holds(begun_ms(shape)):
            for name, said in self._said.items():
                word = value(shape, name)
                if isinstance(word, str) and word:
                    said[word] += 1
            category = value(shape, "category")
            if isinstance(category, str) and is_counted(shape):
                self._kinds[shape.grid, category] += 1

    def _note(self, shape: Shape) -> None:
        begun = self._window.holds(begun_ms(shape))
        self._noted["new"] += begun
        self._noted["emergencies"] += begun and bool(acts(shape, "alarm"))
        for act in shape.acts:
            if (
                act.to_stage in ("closed", "reopened")
                and act.to_stage != act.from_stage
                and self._window.holds(act.at_ms)
            ):
                self._noted[act.to_stage] += 1

    def _turned(self, shape: Shape) -> None:
        proposal: Json = None
        for act in acts(shape, "number", "propose", "triage"):
            if act.name != "triage":
                proposal = act.fields.get("proposal", proposal)
                continue
            overruled = act.fields.get("overrules")
            if isinstance(overruled, str) and overruled and self._window.holds(act.at_ms):
                proposed = proposal.get("track") if isinstance(proposal, dict) else ""
                way = (overruled, str(proposed or ""), str(act.fields.get("track")), act.role)
                self._drift.setdefault(way, []).append(shape.subject)

    def most(self, field: str) -> list[tuple[str, int]]:
        """The natures, categories or tracks of the issues registered, the most frequent first, of equals by their name."""
        return sorted(self._said[field].items(), key=lambda one: (-one[1], one[0]))

    def kinds(self, least: int) -> list[tuple[str, str, int]]:
        """Grids and categories of which so many matters were registered, by their codes. Accusations are left out."""
        return [(*pair, n) for pair, n in sorted(self._kinds.items()) if n >= least]

    def drift(self) -> list[Drift]:
        """Every decision of the period that overruled a proposal, the most frequent way first, of equals by their rule."""
        listed = [Drift(*way, cases=sorted(cases)) for way, cases in self._drift.items()]
        return sorted(listed, key=lambda one: (-len(one.cases), one.rule, one.decided, one.role, one.cases))

    def counts(self, now_ms: int, dues: Mapping[str, int]) -> dict[str, int]:
        """The plain numbers of a day's note. `dues`: by issue the moment its running clock is due."""
        day = self._window.day(now_ms)
        return {
            **self._noted,
            "due_tomorrow": sum(self._window.day(due_ms) == day + 1 for due_ms in dues.values()),
            "overdue": sum(due_ms < now_ms for due_ms in dues.values()),
        }
