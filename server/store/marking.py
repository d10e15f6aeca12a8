"""Spreads a seal: the letter of a sealed issue, the visit that found it and its mediation hold its words, and are sealed with it."""

from collections.abc import Callable, Iterable

import msgspec

from server.store.lists import Record, refs_of
from sync.op import kind_of
from sync.sight import BESIDE, beside

Find = Callable[[Iterable[str]], list[Record]]
"""These subjects' records as they stand now; those that are not known are left out."""


def sealed_beside(
    record: Record, find: Find, naming: Callable[[str], Iterable[str]], placed_ms: int, fresh: Callable[[str], bool]
) -> list[Record]:
    """The records whose marks follow from a change of this one, itself among them.

    `naming` tells who names a subject; `fresh` whether a subject began in this very transaction, so that nobody has read it.
    """
    if record.kind in BESIDE:
        named = {ref.target for ref in refs_of(record.shape) if kind_of(ref.target) == "issue"}
        pairs = [(record, issue) for issue in find(sorted(named))]
    elif record.mark and record.mark.changed_ms == placed_ms:
        around = {*(ref.target for ref in refs_of(record.shape)), *naming(record.subject)}
        pairs = [(one, record) for one in find(sorted(one for one in around if kind_of(one) in BESIDE))]
    else:
        return []
    return [
        _beside(one, issue, placed_ms, fresh) for one, issue in pairs if issue.mark and (issue.mark.seal or one.mark)
    ]


def _beside(record: Record, issue: Record, placed_ms: int, fresh: Callable[[str], bool]) -> Record:
    if issue.mark is None:
        return record
    begun_ms = placed_ms if fresh(record.subject) else 0
    return msgspec.structs.replace(record, mark=beside(record.mark, issue.mark, record.shape, placed_ms, begun_ms))
