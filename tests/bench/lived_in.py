"""A grid that has been lived in: 500 households, 2,000 issues with all that became of them, a month of visits. It measures nothing."""

import re
from functools import cache
from pathlib import Path

from server.book import CountyBook
from server.exchange import IMPORTER, Placing
from server.store import Store
from server.store.disk import Conn
from sync.clock import stamp_ms, tick
from sync.op import Json, Op, op_hash, subject_id, write_op
from tests.vectors.chance import Chance

DAY_MS = 86_400_000
CHUNK = 40
"""Issues that share one transaction's notes: each is compared with all of them."""
ROOT = Path(__file__).parents[2]
ROLES = {"dworker": "grid_worker", "dvisitor": "grid_worker", "dtown": "town", "dcaller": "resident"}
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "建国桂兰志强秀英德明玉珍文华海燕永福凤霞长根春生小军丽娟学文金花"


@cache
def _prose() -> list[str]:
    """Sentences of the county's own book: as hard to pack as what people write, since no two pieces are alike."""
    book = "".join(
        (ROOT / "server/book" / name).read_text("utf-8")
        for name in ("suggest.toml", "triage.toml", "categories.csv", "words/zh.toml")
    )
    return re.findall(r"[\u4e00-\u9fff]{2,9}", book)


class Resident:
    """Who lives in one house."""

    def __init__(self, chance: Chance, number: int) -> None:
        """Name, number and address as the importer would have brought them."""
        self.name = chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN)
        self.phone = f"154{chance.randint(0, 99_999_999):08d}"
        self.address = f"林园村{chance.randint(1, 12)}组{number}号"


class LivedIn:
    """Fills one grid of a store by its worker's, its town's and the server's own ops, at their times."""

    def __init__(self, book: CountyBook, grid: str, worker: str, now_ms: int, chance: Chance) -> None:
        """`worker` is the person who registered its issues; `now_ms` is when the last of it has happened."""
        self.book = book
        self.grid = grid
        self.worker = worker
        self.now_ms = now_ms
        self.chance = chance
        self.chains: dict[str, tuple[int, str, str]] = {}
        self.people: list[Resident] = []
        self.houses: list[str] = []

    def words(self, characters: int) -> str:
        """About so many characters of prose."""
        said = ""
        while len(said) < characters:
            said += self.chance.choice(_prose())[: self.chance.randint(2, 5)] + (
                "，" if self.chance.random() < 0.15 else ""
            )
        return said[:characters]

    def fill(self, store: Store, households: int, issues: int, days: int) -> None:
        """So many households, and issues spread over so many days; two in ten are still open."""
        store.write_now(lambda conn: self._settle(conn, households))
        for first in range(0, issues, CHUNK):
            numbers = range(first, min(first + CHUNK, issues))
            store.write_now(lambda conn, numbers=numbers: self._issues(conn, numbers, issues, days))

    def _placing(self, conn: Conn) -> Placing:
        placing = Placing(conn, self.book, self.now_ms)
        placing.begin([self.grid], [])
        return placing

    def _settle(self, conn: Conn, households: int) -> None:
        placing = self._placing(conn)
        placing.now_ms = self.now_ms - 500 * DAY_MS
        box: dict[str, Json] = {
            "box_no": "SLB-1",
            "place": "村部门口",
            "schedule": "每个工作日 09:00",
            "keyholders": ["王一"],
        }
        placing.say(IMPORTER, self.grid, "hang", box, kind="mailbox")
        for number in range(1, households + 1):
            one = Resident(self.chance, number)
            self.people.append(one)
            self.houses.append(
                placing.say(IMPORTER, self.grid, "register", self._household(one, number), kind="household").subject
            )
        for number, house in enumerate(self.houses):
            placing.now_ms = self.now_ms - 30 * DAY_MS + 30 * DAY_MS * number // households
            self._say(placing, "dvisitor", "record", self._visit(house, placing.now_ms), kind="visit")
        placing.finish()

    def _household(self, one: Resident, number: int) -> dict[str, Json]:
        members: list[Json] = [
            {
                "name": one.name,
                "relation": "head",
                "sex": "m",
                "born": f"{self.chance.randint(1938, 1990)}",
                "home": "lives_here",
            }
        ]
        kin: list[Json] = [
            {
                "name": one.name[0] + self.chance.choice(GIVEN) + self.chance.choice(GIVEN),
                "relation": relation,
                "born": f"{self.chance.randint(1940, 2020)}",
                "home": self.chance.choice(["lives_here", "works_away"]),
            }
            for relation in ("spouse", "child")[: self.chance.randint(0, 2)]
        ]
        members += kin
        return {
            "household_no": f"{self.grid}{number:05d}",
            "address": one.address,
            "household_type": "registered",
            "head_name": one.name,
            "phone": one.phone,
            "members": members,
            "consent": {"notice": "2026-1", "way": "spoken", "at_ms": self.now_ms - 400 * DAY_MS, "told_by": "王一"},
            "care_tags": ["living_alone"] if number % 9 == 0 else [],
        }

    def _visit(self, house: str, at_ms: int) -> dict[str, Json]:
        planned: dict[str, Json] = {"next_visit_on": "2026-03-04"} if self.chance.random() < 0.04 else {}
        return {
            "visit_type": "daily",
            "household": house,
            "started_ms": at_ms - 900_000,
            "ended_ms": at_ms,
            "met": "head",
            "base_changed": False,
            "findings": [{"kind": "none"}],
            "content": self.words(18),
            **planned,
        }

    def _issues(self, conn: Conn, numbers: range, issues: int, days: int) -> None:
        placing = self._placing(conn)
        for number in numbers:
            begun_ms = self.now_ms - days * DAY_MS + days * DAY_MS * number // issues
            self._issue(
                placing,
                begun_ms + self.chance.randint(0, 3_600_000),
                is_open=self.chance.random() < 0.05 or (number > issues * 0.85 and self.chance.random() < 0.9),
            )
        placing.finish()

    def _issue(self, placing: Placing, at_ms: int, *, is_open: bool) -> None:
        placing.now_ms = at_ms
        issue = self._say(placing, "dworker", "register", self._registered(), kind="issue")
        if is_open and self.chance.random() < 0.3:
            return
        is_sent_up = self.chance.random() < 0.3
        placing.now_ms += self.chance.randint(60_000, 7_200_000)
        self._say(placing, "dworker", "triage", self._triage(is_sent_up=is_sent_up), issue)
        if is_open and self.chance.random() < 0.6:
            return
        placing.now_ms += self.chance.randint(1, 3) * DAY_MS // 2 + self.chance.randint(0, 3_600_000)
        if is_sent_up:
            self._say(
                placing,
                "dtown",
                "accept",
                {"handler_unit": "镇村镇建设服务中心", "handler_name": "赵建国", "handler_phone": "15490001234"},
                issue,
            )
            placing.now_ms += DAY_MS + self.chance.randint(0, 3_600_000)
            self._say(placing, "dtown", "answer", {"conclusion": "supported", "answer": self.words(50)}, issue)
        else:
            photos: dict[str, Json] = (
                {"photos": [op_hash(str(self.chance.random()))]} if self.chance.random() < 0.2 else {}
            )
            self._say(placing, "dworker", "solve", {"measures": self.words(30), "result": "solved", **photos}, issue)
        if is_open:
            return
        placing.now_ms += self.chance.randint(1, DAY_MS)
        self._say(
            placing,
            "dcaller",
            "confirm",
            {"solved": "solved", "satisfaction": self.chance.choice(["satisfied", "basically_satisfied"])},
            issue,
        )

    def _registered(self) -> dict[str, Json]:
        one = self.chance.choice(self.people)
        link: dict[str, Json] = {"link_hash": op_hash(str(self.chance.random()))} if self.chance.random() < 0.3 else {}
        return {
            "title": self.words(14),
            "words": self.words(42),
            "channel": "visit",
            "nature": "help",
            "category": f"{self.chance.randint(1, 8):02d}{self.chance.randint(1, 4):02d}",
            "anonymous": False,
            "confidential": False,
            "households": self.chance.choice([1, 1, 1, 3]),
            "danger": [],
            "place": one.address,
            "responder": {"person": self.worker, "name": "王一"},
            "reporter": {"name": one.name, "phone": one.phone},
            **link,
        }

    def _triage(self, *, is_sent_up: bool) -> dict[str, Json]:
        track = "escalate_to_town" if is_sent_up else "solved_in_grid"
        return {
            "track": track,
            "rule": "T20",
            "reason_zh": "超出网格能力，需镇级部门处理。",
            "reason_en": "Beyond what the grid can do.",
            "book": self.book.book.version,
            "urgency": "normal",
        }

    def _say(
        self, placing: Placing, device: str, name: str, fields: dict[str, Json], subject: str = "", kind: str = ""
    ) -> str:
        seq, head, last = self.chains.get(device, (0, "", ""))
        stamp = tick(last, placing.now_ms - self.chance.randint(1000, 40_000), device)
        about = subject or subject_id(kind, device, seq + 1)
        op = Op(
            device=device,
            seq=seq + 1,
            prev=head,
            stamp=stamp,
            actor=self.worker if device == "dworker" else "p" + device[1:],
            grid=self.grid,
            subject=about,
            name=name,
            fields=fields,
        )
        text = write_op(op)
        self.chains[device] = (seq + 1, op_hash(text), stamp)
        placing.place(op, text, ROLES[device], min(stamp_ms(stamp), placing.now_ms))
        return about
