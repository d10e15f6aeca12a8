"""Random histories of one grid: several people on several devices, late and concurrent, some with newer apps. Seeded by its caller."""

import msgspec

from sync.clock import credit, tick
from sync.fold import Shape, empty, moves, step
from sync.law import GENERIC_OPS, LAW, Row, SubjectLaw, law_of
from sync.merge import Register, all_stamps_of, stamps_of
from sync.op import OP_VERSION, Change, Json, Op, kind_of, subject_id
from tests.vectors.chance import Chance
from tests.vectors.values import edges, good, good_fields
from tests.vectors.ways import DAY_MS, START_MS, WAYS, Told, opinion

GRID = "329924101201001"
YEAR_MS = 365 * DAY_MS
WALK = 30


class Device:
    """A person on a device: what it last saw, what it holds back, how wrong its clock runs."""

    def __init__(self, name: str, role: str, chance: Chance) -> None:
        self.name = name
        self.role = role
        self.skew_ms = chance.choice([0, 0, 0, 700, -3_600_000, YEAR_MS, -YEAR_MS])
        self.last = ""
        self.seq = 0
        self.contact_ms = START_MS
        self.seen: dict[str, Shape] = {}
        self.waiting: list[tuple[int, Op]] = []


class History:
    """One grid while it happens."""

    def __init__(self, chance: Chance, kinds: list[str]) -> None:
        self.chance = chance
        self.kinds = kinds
        self.now_ms = START_MS
        self.shapes: dict[str, Shape] = {}
        self.changes: list[Change] = []
        above = chance.choice(["dispatcher", "county_leader"])
        cast = ["grid_worker", "grid_worker", "town", above, "clerk", "resident"]
        if "mailbox" in kinds:
            cast.append("importer")
        self.devices = [Device(f"d{'abcdefg'[i]}", role, chance) for i, role in enumerate(cast)]

    def run(self, ops: int) -> list[Change]:
        """Lets `ops` ops be made; some are placed at once, some late, some still wait at the end (place 0)."""
        for turn in range(ops):
            self.now_ms += self.chance.choice([0, 1, 1000, 3_600_000])
            device = self.chance.choice(self.wanted() if self.chance.random() < 0.7 else self.devices)
            if self.chance.random() < (0.5 if device.seen else 0.9):
                self.exchange(device)
            self.say(device)
            if turn == 0 or self.chance.random() < 0.6:
                self.exchange(device)
        for device in self.devices:
            if self.chance.random() < 0.8:
                self.exchange(device)
        for device in self.devices:
            for claimed_ms, op in device.waiting:
                self.keep(device, op, place=0, placed_ms=0, credited_ms=claimed_ms)
        return self.changes

    def wanted(self) -> list[Device]:
        """The devices whose people could move something on now; all of them if nothing can be moved."""
        able = [
            device
            for device in self.devices
            for shape in self.shapes.values()
            if any(_moves_on(LAW[shape.kind], name) for name in moves(LAW[shape.kind], shape, device.role))
        ]
        return able or self.devices

    def exchange(self, device: Device) -> None:
        """Places what the device holds back, then shows it everything."""
        for claimed_ms, op in device.waiting:
            credited_ms = credit(claimed_ms, device.contact_ms, self.now_ms)
            self.keep(device, op, place=len(self.changes) + 1, placed_ms=self.now_ms, credited_ms=credited_ms)
        device.waiting = []
        device.contact_ms = self.now_ms
        device.seen = dict(self.shapes)

    def keep(self, device: Device, op: Op, *, place: int, placed_ms: int, credited_ms: int) -> None:
        role = device.role if self.chance.random() < 0.98 else "retired_role"
        change = Change(place=place, placed_ms=placed_ms, credited_ms=credited_ms, role=role, op=op)
        self.changes.append(change)
        law = law_of(op.subject)
        if law:
            self.shapes[op.subject] = step(law, self.shapes.get(op.subject) or empty(op.subject, GRID), change)

    def say(self, device: Device) -> None:
        """One op out of what the device last saw."""
        device.seq += 1
        claimed_ms = self.now_ms + device.skew_ms
        device.last = tick(device.last, claimed_ms, device.name)
        subject, law, shape = self.subject_for(device)
        name, fields, seen, v = self.words(device, law, shape)
        op = Op(
            device=device.name, seq=device.seq, prev="", stamp=device.last, actor=f"p_{device.name}", grid=GRID,
            subject=subject, name=name, fields=fields, seen=seen, v=v,
        )  # fmt: skip
        device.waiting.append((claimed_ms, op))

    def subject_for(self, device: Device) -> tuple[str, SubjectLaw, Shape]:
        """A subject it knows, mostly one where its role has something to do, or, while there are few, a new one."""
        known = list(device.seen)
        if known and self.chance.random() < (0.7 if len(known) < len(self.kinds) else 0.97):
            busy = [one for one in known if moves(LAW[kind_of(one)], device.seen[one], device.role)]
            subject = self.chance.choice(busy if busy and self.chance.random() < 0.9 else known)
            return subject, LAW[kind_of(subject)], device.seen[subject]
        kind = self.chance.choice(self.kinds)
        subject = subject_id(kind, device.name, device.seq)
        return subject, LAW[kind], empty(subject, GRID)

    def words(
        self, device: Device, law: SubjectLaw, shape: Shape
    ) -> tuple[str, dict[str, Json], dict[str, list[str]], int]:
        """Name, fields, `seen` and version of an op."""
        chance = self.chance
        open_here = [name for name in moves(law, shape, device.role) for _ in range(_weight(law, name))]
        if chance.random() < 0.06:
            fields: dict[str, Json] = {"later_field": chance.choice([1, "新", ["x"], {"a": True}])}
            name = chance.choice(["later_act", "edit", *open_here])
            known = good_fields(law, name, chance) if name in law.ops else {}
            return name, {**known, **fields}, {}, OP_VERSION + 1
        if shape.stage and chance.random() < (0.3 if open_here else 0.8):
            return self.edit(device, law, shape)
        blindly = [row.op for row in law.rows if shape.stage in row.from_ and chance.random() < 0.7] or list(law.ops)
        name = chance.choice(open_here if open_here and chance.random() < 0.8 else blindly)
        if not shape.stage and chance.random() < 0.95:
            name = next(row.op for row in law.rows if row.from_ == [""])
        fields = good_fields(law, name, chance)
        seen = {one: self.looked_at(shape.fields.get(one)) for one in fields if chance.random() < 0.1}
        return name, fields, seen, OP_VERSION

    def edit(
        self, device: Device, law: SubjectLaw, shape: Shape
    ) -> tuple[str, dict[str, Json], dict[str, list[str]], int]:
        """Sets one to three fields, mostly such as the role may, having looked at all, some or none of what stood."""
        chance = self.chance
        mine = [name for name, field in law.fields.items() if device.role in field.edit]
        names = mine if mine and chance.random() < 0.9 else list(law.fields)
        contested = [name for name in names if name in shape.fields]
        chosen = chance.sample(contested or names, k=min(len(contested or names), chance.choice([1, 1, 2, 3])))
        fields = {name: good(law.fields[name], chance) for name in chosen}
        if chance.random() < 0.03:
            fields = {name: chance.choice(edges(law.fields[name])) for name in chosen}
        seen = {name: self.looked_at(shape.fields.get(name)) for name in chosen}
        return chance.choice(GENERIC_OPS), fields, seen, OP_VERSION

    def looked_at(self, register: Register | None) -> list[str]:
        """The stamps an author looked at: what stood, that and the losers, some of it, or nothing."""
        if register is None:
            return []
        every = all_stamps_of(register)
        some = self.chance.sample(every, k=self.chance.randint(0, len(every)))
        return self.chance.choice([stamps_of(register), stamps_of(register), every, some, []])


def _weight(law: SubjectLaw, name: str) -> int:
    """How often an act is chosen: seldom what ends a subject for good, often what leads on."""
    weights = {"refer": 1, "set_aside": 1, "retire": 1, "leave": 1, "join": 1, "mediate": 2, "consult": 1, "dual": 1, "alike": 4}
    weights |= {"accept": 16, "answer": 16, "confirm": 12, "triage": 10}
    return weights.get(name, 4 if _moves_on(law, name) else 1)


def _moves_on(law: SubjectLaw, name: str) -> bool:
    """Whether an act moves its subject to another stage, or opens the way there."""
    return any(row.to or row.op in ("accept", "read") for row in law.rows if row.op == name)


def history(seed: int, kinds: list[str], ops: int) -> list[Change]:
    """The changes of one random history, in the order their readers fold them."""
    return History(Chance(seed), kinds).run(ops)


WALKED = ("consultation", "mediation", "promise")
"""Kinds whose ways are long: one subject is walked from act to act, each by a role that may."""
SALT = "walk 23"
"""Chosen so that every row of these kinds takes effect in some walk."""
ENDS = ("refuse", "to_mediation", "give_up", "break", "break_off", "escalate", "explain", "postpone")
"""Acts that cut a way short, chosen seldom."""


def walk(seed: int) -> list[Change]:
    """One subject of such a kind, step by step, seldom with a step that does not fit."""
    chance = Chance(f"{SALT} {seed}")
    kind = WALKED[0 if seed % 10 < 6 else 1 if seed % 10 < 8 else 2]
    law, subject = LAW[kind], subject_id(kind, "da", 1)
    shape, changes, now_ms, last = empty(subject, GRID), list[Change](), START_MS, ""
    for seq in range(1, chance.choice([9, 30]) + 1):
        now_ms += chance.choice([1000, 3_600_000, 6 * 86_400_000])
        last = tick(last, now_ms, "da")
        name, role = _step(law, shape, chance)
        fields = good_fields(law, name, chance, may=0.5)
        if "meets_ms" in fields:
            fields["meets_ms"] = now_ms + chance.choice([4, 11, 11, 11, 80]) * 86_400_000
        if "sides" in fields:
            fields["sides"] = ["东头", "西头"]
        if "opinions" in fields:
            fields["opinions"] = [opinion(number) for number in range(1, chance.choice([1, 2, 2]) + 1)]
        op = Op(
            device="da", seq=seq, prev="", stamp=last, actor="p_da", grid=GRID, subject=subject, name=name,
            fields=fields, seen={}, v=OP_VERSION,
        )  # fmt: skip
        change = Change(place=seq, placed_ms=now_ms, credited_ms=now_ms, role=role, op=op)
        changes.append(change)
        shape = step(law, shape, change)
    return changes


def _step(law: SubjectLaw, shape: Shape, chance: Chance) -> tuple[str, str]:
    """An act and a role, mostly such as are open here and lead on."""
    if chance.random() < 0.05:
        return chance.choice([(row.op, role) for row in law.rows for role in row.who])
    here = [row for row in law.rows if shape.stage in row.from_]
    if here and chance.random() < 0.2:
        blindly = chance.choice([row for row in here if row.guard] or here)
        return blindly.op, chance.choice(blindly.who)
    order = ["", *law.stages]
    pulls: dict[str, int] = {}
    for row in here:
        pull = _pull(row, order.index(row.to or shape.stage) - order.index(shape.stage))
        if row.op in moves(law, shape, row.who[0]):
            pulls[row.op] = max(pull, pulls.get(row.op, 0))
    name = chance.choice([op for op, pull in pulls.items() for _ in range(pull)] or [row.op for row in law.rows])
    return name, chance.choice(next(row.who for row in law.rows if row.op == name))


def _pull(row: Row, ahead: int) -> int:
    """How often a row is chosen, by how many stages it leads ahead: what cuts a way short or leads back, seldom."""
    return 1 if row.op in ENDS or ahead < 0 else 12 if ahead else 6


def mixed(seed: int) -> list[Change]:
    """A history of a mix that the seed decides: ways told step by step, long walks of one subject, and mixes of whatever there is."""
    if seed < len(WAYS):
        return told(*WAYS[seed])
    if seed % 4 == 2:
        return walk(seed // 4)
    if seed % 6 < 2:
        return stroll(seed, ("order", "issue")[seed % 6])
    chance = Chance(f"mixed {seed}")
    others = [kind for kind in LAW if kind not in ("issue", *WALKED)]
    kinds = ["issue"] if seed % 2 else chance.sample([*others, "issue"], k=chance.choice([1, 2, 3]))
    return history(seed, kinds, chance.randint(6, 32 if kinds == ["issue"] else 20))


def told(kind: str, steps: list[Told]) -> list[Change]:
    """The changes of one such way."""
    chance = Chance(kind)
    changes: list[Change] = []
    for seq, (who, name, fields) in enumerate(steps, start=1):
        actor, role = who.split()
        at_ms = START_MS + seq * 60_000
        op = Op(
            device="da", seq=seq, prev="", stamp=tick("", at_ms, "da"), actor=actor, grid=GRID,
            subject=f"{kind}/da.1", name=name, fields={**_plain(kind, name, chance), **fields}, seen={},
        )  # fmt: skip
        changes.append(Change(place=seq, placed_ms=at_ms, credited_ms=at_ms, role=role, op=op))
    return changes


def _plain(kind: str, name: str, chance: Chance) -> dict[str, Json]:
    return good_fields(LAW[kind], name, chance) if name in LAW[kind].ops else {}


def stroll(seed: int, kind: str) -> list[Change]:
    """One subject on a long way: at each step somebody who may do something does it, rather what leads on."""
    chance = Chance(f"walk {seed}")
    law, shape, changes = LAW[kind], empty(f"{kind}/da.1", GRID), list[Change]()
    for seq in range(1, WALK + 1):
        at_ms = START_MS + seq * 3_600_000
        ways = [row for row in law.rows if shape.stage in row.from_]
        tries = [_stride(law, shape, row, seq, at_ms, chance) for row in chance.sample(ways, k=min(len(ways), 8))]
        steps = [(change, step(law, shape, change)) for change in tries for _ in range(_appeal(law, shape, change))]
        fitting = [one for one in steps if len(one[1].acts) > len(shape.acts)]
        if not steps:
            break
        change, shape = chance.choice(fitting if fitting and chance.random() < 0.9 else steps)
        changes.append(change)
    return changes


def _stride(law: SubjectLaw, shape: Shape, row: Row, seq: int, at_ms: int, chance: Chance) -> Change:
    """What a row of the law asks for, by one of four people in a role that may."""
    branch: dict[str, Json] = {name: chance.choice(values) for name, values in row.if_.items()}
    op = Op(
        device="da", seq=seq, prev="", stamp=tick("", at_ms, "da"), actor=f"p{chance.randint(1, 4)}", grid=GRID,
        subject=shape.subject, name=row.op, fields={**good_fields(law, row.op, chance), **branch}, seen={},
    )  # fmt: skip
    return Change(place=seq, placed_ms=at_ms, credited_ms=at_ms, role=chance.choice(row.who), op=op)


def _appeal(law: SubjectLaw, shape: Shape, change: Change) -> int:
    """Seldom what was done at this stage already, or ends the way; often what is new."""
    rows = [row for row in law.rows if row.op == change.op.name and shape.stage in row.from_]
    ends = any(row.to and not any(row.to in other.from_ and other.to for other in law.rows) for row in rows)
    done = sum(1 for act in shape.acts if act.name == change.op.name and act.from_stage == shape.stage)
    return 1 if ends or done > 2 else 8 - 2 * done


def as_json(changes: list[Change]) -> Json:
    """The changes as plain JSON."""
    return [msgspec.to_builtins(change) for change in changes]
