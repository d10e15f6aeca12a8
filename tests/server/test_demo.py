"""The demo county: fictional, the same every time, and made of records the law takes."""

from itertools import pairwise

from server import demo
from sync.check import bad
from sync.law import LAW, ROLES


def test_one_grid_has_a_pair_of_workers_and_every_other_grid_one() -> None:
    workers = [area.code for person in demo.people() for area in person.areas if area.role == "grid_worker"]
    assert sorted(workers) == sorted([*(grid.code for grid in demo.grids()), demo.MAIN_GRID])
    assert len(demo.grids()) == 36


def test_every_station_of_the_road_has_an_account() -> None:
    roles = {area.role for person in demo.people() for area in person.areas}
    assert {"grid_worker", "town", "dispatcher", "supervisor"} <= roles <= set(ROLES)
    assert {"wg1", "wg2", "wg3", "zhen1", "xian1", "duban1"} <= {person.account for person in demo.people()}


def test_accounts_ids_grids_and_households_are_named_once() -> None:
    for names in (
        [person.account for person in demo.people()],
        [person.id for person in demo.people()],
        [grid.code for grid in demo.grids()],
        [str(begun.fields["household_no"]) for begun in demo.households()],
        [str(begun.fields["box_no"]) for begun in demo.mailboxes()],
    ):
        assert all(one != other for one, other in pairwise(sorted(names)))


def test_households_and_mailboxes_are_what_the_law_takes() -> None:
    for subject, act, records in (
        ("household", "register", demo.households()),
        ("mailbox", "hang", demo.mailboxes()),
    ):
        law = LAW[subject]
        for record in records:
            assert set(law.ops[act].need) <= set(record.fields)
            assert [name for name, value in record.fields.items() if bad(law.fields[name], value)] == []


def test_no_number_belongs_to_a_real_phone() -> None:
    phones = [person.phone for person in demo.people()] + [str(begun.fields["phone"]) for begun in demo.households()]
    assert all(len(phone) == 11 and phone.startswith("154") for phone in phones)


def test_the_county_is_the_same_every_time() -> None:
    assert (demo.people(), demo.households()) == (demo.people(), demo.households())
