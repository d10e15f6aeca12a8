"""Brings the demo county into an empty store, by the importer's ops and its people's; accounts are made beside the log."""

from server import demo
from server.demo import life
from server.demo_life import WEEKS_MS, Life
from server.enter import hash_password
from server.exchange import IMPORTER, Placing
from server.parts import Parts
from server.store import log, meta, people
from server.store.disk import Conn
from server.store.people import Account, Person


def load_demo(parts: Parts) -> bool:
    """Loads it if nobody is known yet; returns whether it did."""
    password = hash_password(demo.PASSWORD)
    return parts.store.write_now(lambda conn: _load(conn, parts, password))


def _load(conn: Conn, parts: Parts, password: str) -> bool:
    meta.alone(conn)
    if people.count_people(conn):
        return False
    known = demo.people()
    people.add_people(conn, [Person(id=one.id, name=one.name, phone=one.phone) for one in known])
    people.add_accounts(conn, [Account(account=one.account, person=one.id, password=password) for one in known])
    for one in known:
        people.add_areas(conn, one.id, one.areas)
    log.add_grids(conn, demo.grids())
    now_ms, is_alive = parts.clock(), parts.settings.is_alive
    placing = Placing(conn, parts.county, now_ms - WEEKS_MS if is_alive else now_ms)
    placing.begin([grid.code for grid in demo.grids()], [])
    named: dict[str, str] = {}
    for household in demo.households():
        said = placing.say(IMPORTER, household.grid, "register", household.fields, kind="household")
        named[f"household:{household.fields['household_no']}"] = said.subject
    for mailbox in demo.mailboxes():
        said = placing.say(IMPORTER, mailbox.grid, "hang", mailbox.fields, kind="mailbox")
        named[f"mailbox:{mailbox.grid}"] = said.subject
    placing.finish()
    if is_alive:
        Life(conn, parts, named, now_ms).live()
    return True


def demo_accounts() -> list[tuple[str, str, str, str]]:
    """Account, name, what the person is in Chinese, and password, of the accounts made to be tried."""
    named = [one for one in demo.people() if one.account in demo.named()]
    return [(one.account, one.name, one.zh, one.password) for one in named]


def demo_link() -> str:
    """The token of the one resident's link that is made to be tried."""
    return life.LINK


def demo_workers() -> list[tuple[str, str]]:
    """Account and password of one grid worker for each grid."""
    by_grid = {area.code: one for one in reversed(demo.people()) for area in one.areas if area.role == "grid_worker"}
    return [(by_grid[grid.code].account, by_grid[grid.code].password) for grid in demo.grids()]
