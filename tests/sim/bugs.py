"""The list of planted bugs, and the hunt for each: after how many histories which oracle catches it. None may get away."""

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import pytest

from tests.sim import bugs_phone as phone
from tests.sim import bugs_photo as photo
from tests.sim import bugs_restore as restore
from tests.sim import bugs_server as server
from tests.sim import bugs_snapshot as snapshot
from tests.sim.oracles import BrokenError
from tests.sim.plan import Plan, plan_of
from tests.sim.world import run

Plant = Callable[[pytest.MonkeyPatch], None]

RECORDED = Path(__file__).with_name("caught.json")
"""By bug a seed that caught it: `python -m tests.sim --record` writes it anew."""

BUGS: dict[str, Plant] = {
    plant.__name__: plant
    for plant in (
        server.ack_before_commit,
        server.no_dedupe,
        server.clerk_speaks_again,
        server.place_before_commit,
        server.bad_op_fails_the_batch,
        server.phone_clock_counts,
        server.anybody_may,
        server.deadlines_are_fields,
        server.cache_beside_the_log,
        server.lost_grid_is_still_read,
        server.cursor_is_a_clock,
        server.refusal_is_not_kept,
        server.chain_not_looked_at,
        server.number_outside_the_transaction,
        server.lost_reply_locks_out,
        server.answered_when_asked,
        server.contact_goes_back,
        server.first_content_is_replaced,
        server.full_disk_acknowledged,
        server.body_keeps_state,
        phone.cleared_on_send,
        phone.cut_to_the_batch,
        phone.cursor_before_ops,
        phone.saved_before_durable,
        phone.two_counters,
        phone.dropped_on_401,
        phone.never_armed_again,
        phone.any_200_is_an_answer,
        phone.own_ops_skipped,
        phone.place_is_the_head,
        phone.refusal_is_silent,
        phone.expected_taken_for_received,
        phone.last_clock_wins,
        phone.everything_counts_as_seen,
        phone.higher_drops_the_loser,
        phone.note_dropped,
        phone.late_act_wins,
        phone.unknown_fields_fall_off,
        phone.full_disk_taken_for_saved,
        phone.outbox_dropped_with_the_grid,
        phone.wiped_phone_keeps_its_number,
        phone.settled_loser_dropped,
        restore.restored_without_an_epoch,
        restore.hands_count_on_after_a_restore,
        restore.restore_is_not_noticed,
        restore.earlier_life_is_served,
        restore.outbox_dropped_on_restore,
        restore.own_ops_alone_are_offered,
        restore.offers_need_no_mark,
        restore.sealed_words_go_to_all,
        restore.parked_and_placed,
        photo.photo_let_go_when_sent,
        photo.photo_dropped_before_its_op,
        photo.piece_goes_on_anywhere,
        photo.any_photo_is_taken,
        photo.hash_opens_the_photo,
        snapshot.snapshot_off_by_one,
        snapshot.log_folded_onto_the_snapshot,
        snapshot.snapshot_shows_what_is_sealed,
        snapshot.snapshot_of_an_earlier_life,
    )
}


class Catch(msgspec.Struct, frozen=True):
    """A bug that was caught."""

    bug: str
    seed: int
    histories: int
    oracle: str
    saw: str


def break_of(plan: Plan, bug: str = "", trace: list[str] | None = None) -> BrokenError | None:
    """What a history breaks, with a bug planted or none."""
    try:
        run(plan, plant=BUGS.get(bug), trace=trace)
    except BrokenError as broken:
        return broken
    return None


def hunt(bug: str, seeds: Iterable[int]) -> Catch | None:
    """Runs histories with the bug until one catches it, and holds without it; None if it got away."""
    for many, seed in enumerate(seeds, start=1):
        broken = break_of(plan_of(seed), bug)
        if broken and not break_of(plan_of(seed)):
            return Catch(bug, seed, many, broken.oracle, str(broken))
    return None


def hunt_recorded(bug: str, most: int) -> Catch | None:
    """Begins with the seed that caught it when the seeds were recorded, and searches `most` histories when that one does not any more."""
    return hunt(bug, [*_recorded(bug), *range(most)])


def record(catches: Iterable[Catch]) -> None:
    """Writes down which seed catches which bug."""
    seeds = {one.bug: one.seed for one in catches}
    RECORDED.write_bytes(msgspec.json.format(msgspec.json.encode(seeds), indent=2) + b"\n")


def _recorded(bug: str) -> list[int]:
    seeds = msgspec.json.decode(RECORDED.read_bytes(), type=dict[str, int])
    return [seeds[bug]] if bug in seeds else []
