"""Joined sets under chance: two desks that do not hear of each other, residents, handlers, seals; in whatever order it arrives."""

from pathlib import Path

from server.exchange import PAGE, Placing
from server.rebuild import rebuild
from server.store import lists, log
from server.store.disk import Conn
from sync.fold import Shape
from sync.op import Json
from sync.subjects.issue import text
from sync.subjects.same import joined_here, leader_of
from tests.server.house import EAST, WEST, House, Phone, house, lamp
from tests.server.lamps import WHY
from tests.server.matter import ANSWER, HANDLER, TRIAGE
from tests.vectors.chance import Chance

ISSUES = 6
STEPS = 14
HISTORIES = 5
ACTS = (*["join"] * 9, *["answer"] * 3, "unjoin", "void", "refer", "withdraw", "seal")
VOID: dict[str, Json] = {"void_why": "test", "void_words": "演练时登记的"}


class Town:
    """Six matters on the border of two grids, and two desks that speak at will and are heard at will."""

    def __init__(self, home: House, desks: list[Phone], issues: dict[str, str], chance: Chance) -> None:
        self.home = home
        self.desks = desks
        self.issues = issues
        """By subject its grid."""
        self.chance = chance

    async def live(self) -> None:
        for step in range(STEPS):
            self.home.time.pass_(60_000)
            desk, issue = self.chance.choice(self.desks), self.chance.choice(list(self.issues))
            act = self.chance.choice(list(ACTS))
            if act == "withdraw":
                await self.withdraw(issue)
            else:
                self.say(desk, act, issue, step)
            if self.chance.random() < 0.5:
                await self.chance.choice(self.desks).sync()
        for desk in self.desks:
            await desk.sync()

    def say(self, desk: Phone, act: str, issue: str, step: int) -> None:
        grid = self.issues[issue]
        if act == "join":
            desk.op("join", {"into": self.chance.choice(list(self.issues)), **WHY}, subject=issue, grid=grid)
        elif act == "answer":
            answer: dict[str, Json] = {**ANSWER, "answer": f"{ANSWER['answer']}（{step}）"}
            for name, fields in (("triage", TRIAGE), ("accept", HANDLER), ("answer", answer)):
                desk.op(name, fields, subject=issue, grid=grid)
        elif act == "seal":
            desk.op("edit", {"danger": ["minor"]}, subject=issue, grid=grid)
        else:
            route: dict[str, Json] = {"route": "法院", "route_words": "已在诉讼中，请按该途径"}
            fields = {"unjoin": {"unjoin_why": "另一盏灯"}, "void": VOID, "refer": route}[act]
            desk.op(act, dict(fields), subject=issue, grid=grid)

    async def withdraw(self, issue: str) -> None:
        """Its reporter takes it back on the page."""
        grid = self.issues[issue]

        def take_back(conn: Conn) -> None:
            placing = Placing(conn, self.home.parts.county, self.home.time())
            placing.begin([grid], [issue])
            placing.say(PAGE, grid, "withdraw", {"withdraw_why": "已经自己修好了"}, subject=issue)
            placing.finish()

        await self.home.parts.store.write(take_back, grids=[grid])

    async def shapes(self) -> dict[str, Shape]:
        known = await self.home.parts.store.read(lambda conn: lists.records(conn, self.issues))
        return {subject: record.shape for subject, record in known.items()}


def check(shapes: dict[str, Shape]) -> int:
    """What must hold of joined matters whatever happened; how many of them were joined or told."""
    members = [shape for shape in shapes.values() if shape.stage == "joined"]
    for member in members:
        way = [member.subject]
        while shapes[way[-1]].stage == "joined":
            way.append(leader_of(shapes[way[-1]]))
            assert len(way) == len(set(way)), f"a circle: {way}"
        lead = shapes[leader_of(member)]
        assert member.subject in joined_here(lead), "its leader knows of it"
        assert lead.stage in ("registered", "in_grid", "mediating", "work_order", "consulting", "reopened", "joined")
    for lead in shapes.values():
        for one in joined_here(lead):
            assert leader_of(shapes[one]) == lead.subject, "who is within it has joined it"
    told = 0
    for shape in shapes.values():
        heard = [str(act.fields.get("answer")) for act in shape.acts if act.name == "relay"]
        assert len(heard) == len(set(heard)), "nobody is told one answer twice"
        if heard and shape.stage == "pending_confirm" and leader_of(shape):
            assert text(shape, "answer") == text(shapes[leader_of(shape)], "answer"), "it is told what its leader was"
        told += len(heard)
        noted = [note.name for note in shape.notes if note.role == "clerk"]
        assert noted == [], "the clerk says nothing that does not fit"
    return len(members) + told


async def test_joined_matters_are_a_forest_and_each_reporter_hears_each_answer_once(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        worker = await home.enter("both")
        desks = [await home.enter("town") for _ in range(2)]
        everything: dict[str, Shape] = {}
        met = 0
        for seed in range(HISTORIES):
            chance = Chance(f"joined {seed}")
            grids = [chance.choice([EAST, WEST]) for _ in range(ISSUES)]
            issues = {
                worker.op("register", lamp(place=f"{seed} {n} 号"), grid=grid): grid for n, grid in enumerate(grids)
            }
            await worker.sync()
            town = Town(home, desks, issues, chance)
            await town.live()
            shapes = await town.shapes()
            met += check(shapes)
            everything |= shapes
        assert met >= HISTORIES, "it was tried"
        assert await home.parts.store.read(log.count_alarms) == 0
        await home.parts.store.write(rebuild)
        again = await home.parts.store.read(lambda conn: lists.records(conn, everything))
        assert {subject: record.shape for subject, record in again.items()} == everything
