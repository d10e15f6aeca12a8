"""Questions about snapshots: histories cut in two and carried over, parts that are torn or bent, how long records stay on phones."""

from collections.abc import Callable, Iterator

from sync.op import Json
from tests.vectors.cases import Case
from tests.vectors.chance import Chance
from tests.vectors.histories import START_MS, as_json, mixed

HISTORIES = 24
FIRST_SEED = 500_000
DAY_MS = 86_400_000
DAYS: list[Json] = [START_MS + days * DAY_MS for days in (-200, 0, 89, 91, 400)]

PART = (
    '{"v":1,"law":1,"epoch":"e1","grid":"329924101201001","place":41,"part":0,"parts":2,"total":1,"shapes":[{"subject":"letter/d1.1",'
    '"stage":"taken_out","fields":{"summary":0,"writer":{"now":1,"beside":[0,{"value":{"name":"李某"},"stamp":"s3","actor":"p3",'
    '"role":"town","at_ms":3,"place":3}],"lost":[]}},"acts":[{"row":"L1","name":"take_out","from_stage":"","to_stage":"taken_out","stamp":"s1",'
    '"actor":"p1","role":"grid_worker","at_ms":1,"place":1,"fields":{"summary":"信","writer":{"name":"王某"}}},{"row":"L9","name":"x",'
    '"from_stage":"taken_out","to_stage":"taken_out","stamp":"s2","actor":"p1","role":"grid_worker","at_ms":2,"place":2,'
    '"fields":{"writer":{"name":"张某"}}}],"notes":[]}],"later":true}'
)
BENT = {
    '"v":1': '"v":2',
    '"law":1': '"law":2',
    '"epoch":"e1"': '"epoch":1',
    '"place":41': '"place":"41"',
    '"summary":0': '"summary":2',
    '"now":1': '"now":-1',
    '"now":1,': "",
    '"beside":[0': '"beside":[7',
    '"lost":[]': '"lost":{}',
    '"notes":[]': '"notes":null',
    '"subject":"letter/d1.1",': "",
    '"stage":"taken_out","fields"': '"fields"',
    '{"summary":"信"': '{"summery":"信"',
}


def carried() -> Iterator[Case]:
    """Histories cut at some change: the first half as a part, the second folded behind it."""
    chance = Chance(FIRST_SEED)
    for seed in range(FIRST_SEED, FIRST_SEED + HISTORIES):
        changes = mixed(seed)
        yield "carried", [as_json(changes), chance.randint(0, len(changes))]


def parts() -> Iterator[Case]:
    """Parts whole, torn, bent, and what a portal sends instead."""
    yield "read_part", [PART]
    for old, new in BENT.items():
        assert old in PART, old
        yield "read_part", [PART.replace(old, new, 1)]
    for body in (PART[:-1], "", "<html><title>认证</title></html>", "null", "[]", "{}"):
        yield "read_part", [body]


def stays() -> Iterator[Case]:
    """How long the records of some histories stay."""
    for seed in range(FIRST_SEED + HISTORIES, FIRST_SEED + HISTORIES + 6):
        yield "kept", [as_json(mixed(seed)), DAYS]


ALL: dict[str, Callable[[], Iterator[Case]]] = {"carried": carried, "parts": parts, "stays": stays}
