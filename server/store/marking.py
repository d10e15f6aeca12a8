"""Spreads a seal: the letter of a sealed issue, the visit that found it and its mediation hold its words, and are sealed with it.

Within one log alone: what stands in another has no order to this one, so no two servers could agree on when it was sealed.
"""

from collections.abc import Callable, Iterable

import msgspec

from server.store.lists import Known, refs_of
from sync.op import kind_of
from sync.sight import BESIDE, Mark, beside

Find = Callable[[Iterable[str]], list[Known]]
"""These subjects' records of one log as they stand now; those that are not known in it are left out."""


def sealed_beside(
    record: Known, find: Find, naming: Callable[[str], Iterable[str]], placed_ms: int, *, is_first: bool
) -> list[Known]:
    """The records whose marks follow from a change of this one, itself among them.

    `naming` tells who names a subject; `is_first`: the change began the record, so that nobody has read it before.
    """
    if record.kind in BESIDE:
        named = {ref.target for ref in refs_of(record.shape) if kind_of(ref.target) == "issue"}
        pairs = [(record, issue, is_first) for issue in find(sorted(named))]
    elif record.mark and record.mark.changed_ms == placed_ms:
        around = {*(ref.target for ref in refs_of(record.shape)), *naming(record.subject)}
        pairs = [(one, record, False) for one in find(sorted(one for one in around if kind_of(one) in BESIDE))]
    else:
        return []
    return [
        _beside(one, issue.mark, placed_ms, placed_ms if first else 0)
        for one, issue, first in pairs
        if issue.mark and (issue.mark.seal or one.mark)
    ]


def _beside(record: Known, issue: Mark, placed_ms: int, begun_ms: int) -> Known:
    return msgspec.structs.replace(record, mark=beside(record.mark, issue, record.shape, placed_ms, begun_ms))
