"""Lets the demo county have lived for some weeks: its people's acts through the exchange, the clerk's rounds in between."""

import logging

from server.bulletin.draft import draft_in
from server.bulletin.period import before
from server.demo import MAIN_GRID, Person, people
from server.demo.life import Act, Happening, Story, dates, filled, happenings
from server.exchange import IMPORTER, Placing
from server.exchange.take import Delivery, read_ops, take
from server.pages.steps import round_of
from server.parts import Parts
from server.problems import Problem
from server.replay.phone import LawRefusedError, Phone
from server.resident.answer import Answer, confirm
from server.rounds import one_round
from server.store import lists, log
from server.store.disk import Conn
from server.who import Who
from sync.op import Json
from sync.rules.workdays import DAY, date_at, moment_ms
from sync.subjects.issue import text

_log = logging.getLogger("sulaiban.demo")

WEEKS_MS = 60 * 24 * 3600 * 1000
"""How long before now the county begins."""
ROUND_AT = "18:00"
_REGISTERED: dict[str, Json] = {
    "channel": "visit",
    "nature": "help",
    "anonymous": False,
    "confidential": False,
    "households": 1,
    "danger": [],
}
_PROPOSED = ("track", "rule", "reason_zh", "reason_en", "book", "urgency")


class Life:
    """One transaction's life of the county."""

    def __init__(self, conn: Conn, parts: Parts, known: dict[str, str], now_ms: int) -> None:
        """`known` are the subjects that stories may name: the main grid's households and its mailbox."""
        self._conn = conn
        self._parts = parts
        self._known = known
        self._now_ms = now_ms
        self._people = {one.account: one for one in people()}
        self._phones: dict[str, Phone] = {}
        self._dates = dates(parts.county.calendar, parts.county.book.clocks, now_ms)

    def live(self) -> None:
        """Everything that happened, a clerk's round every evening, and at last the week's bulletin."""
        clocks = self._parts.county.book.clocks
        todo = happenings(self._dates, self._now_ms)
        day = date_at(todo[0].at_ms, clocks)
        for one in todo:
            while moment_ms(day, ROUND_AT, clocks) < one.at_ms:
                one_round(self._conn, self._parts.county, moment_ms(day, ROUND_AT, clocks))
                day += DAY
            self._do(one)
        one_round(self._conn, self._parts.county, self._now_ms)
        self._sign_bulletin()

    def _do(self, one: Happening) -> None:
        story, act = one.story, one.act
        subject = self._subject(story.on or story.key)
        fields = self._fields(act, subject)
        if act.who == "page":
            self._answer(subject, fields, one.at_ms)
        elif act.who == "importer":
            self._import(story, act, fields, one.at_ms)
        else:
            self._made(one, subject, fields)

    def _made(self, one: Happening, subject: str, fields: dict[str, Json]) -> None:
        """One act that the law refuses leaves the county poorer, not without a server."""
        try:
            self._known.setdefault(one.story.key, self._say(one, subject, fields))
        except LawRefusedError as fault:
            _log.warning("%s: %s", one.story.key, fault)

    def _subject(self, key: str) -> str:
        """The subject of a story that has begun, "" before that; of an order, by its issue and unit."""
        if not key.startswith("order:"):
            return self._known.get(key, "")
        _, story, unit = key.split(":")
        orders = lists.records(self._conn, lists.naming(self._conn, self._known.get(story, "")))
        return next((one.subject for one in orders.values() if text(one.shape, "unit") == unit), "")

    def _fields(self, act: Act, subject: str) -> dict[str, Json]:
        """The act's fields with all that a phone would have added by itself."""
        read = self._dates.read
        given = filled(dict(act.fields), lambda word: self._known.get(word[1:], "") if word[0] == "@" else read(word))
        fields = given if isinstance(given, dict) else {}
        if act.does == "register" and "title" in fields:
            author = self._people.get(act.who)
            responder: dict[str, Json] = {"responder": {"person": author.id, "name": author.name}} if author else {}
            return {**_REGISTERED, **responder, **fields}
        return {**self._proposed(subject), **fields} if act.does == "triage" else fields

    def _proposed(self, subject: str) -> dict[str, Json]:
        """What the clerk proposed of an issue: whoever sorts it here agrees."""
        shape = lists.records(self._conn, [subject])[subject].shape
        proposal = shape.fields["proposal"].now.value
        return {name: proposal[name] for name in _PROPOSED} if isinstance(proposal, dict) else {}

    def _say(self, one: Happening, subject: str, fields: dict[str, Json]) -> str:
        """Somebody's act, made on a phone and exchanged at once."""
        person = self._people[one.act.who]
        phone, now_ms = self._phone(person), one.at_ms
        grid = lists.records(self._conn, [subject])[subject].grid if subject else _grid_of(person)
        made = phone.make(now_ms, grid, one.act.does, fields, subject=subject, kind=one.story.kind)
        ask = phone.ask(now_ms)
        given = Delivery(brought=read_ops(ask.ops))
        who = Who(person.id, phone.device, 0)
        taken = take(self._conn, self._parts.county, lambda: now_ms, who, ask, given)
        if isinstance(taken, Problem):
            raise taken
        phone.outbox.clear()
        for receipt in taken.receipts:
            if receipt.fate != "placed":
                _log.warning("%s: %s was refused: %s", one.story.key, one.act.does, receipt.why)
        return made

    def _phone(self, person: Person) -> Phone:
        if person.account not in self._phones:
            device, since_ms = f"demo{person.account}", self._now_ms - WEEKS_MS
            enrolled = log.Device(id=device, person=person.id, contact_ms=since_ms, enrolled_ms=since_ms)
            log.put_devices(self._conn, [enrolled])
            self._phones[person.account] = Phone(device=device, person=person.id, areas=person.areas)
        return self._phones[person.account]

    def _answer(self, subject: str, fields: dict[str, Json], now_ms: int) -> None:
        """A resident's answer on the page, to the result that was told last."""
        shape = lists.records(self._conn, [subject])[subject].shape
        solved, satisfaction, comment = (str(fields.get(name, "")) for name in ("solved", "satisfaction", "comment"))
        said = Answer(round=round_of(shape), solved=solved, satisfaction=satisfaction, comment=comment)
        confirm(self._conn, self._parts.county, subject, said, lambda: now_ms)

    def _import(self, story: Story, act: Act, fields: dict[str, Json], now_ms: int) -> None:
        placing = Placing(self._conn, self._parts.county, now_ms)
        placing.begin([MAIN_GRID], [])
        self._known[story.key] = placing.say(IMPORTER, MAIN_GRID, act.does, fields, kind=story.kind).subject
        placing.finish()

    def _sign_bulletin(self) -> None:
        county = self._parts.county
        week = before("weekly", self._now_ms, county.calendar, county.book.clocks)
        bulletin = draft_in(self._conn, county, "", week, self._now_ms - 2)
        act = Act("0 00:00", "duban1", "sign", {"signer": {"name": "吕志远", "post": "县委督查室"}})
        if bulletin:
            self._say(Happening(self._now_ms - 1, Story(key="bulletin", acts=[act]), act), bulletin, act.fields)


def _grid_of(person: Person) -> str:
    """Where somebody's own subjects begin: the worker's grid, else the main one."""
    return next((area.code for area in person.areas if area.role == "grid_worker"), MAIN_GRID)
