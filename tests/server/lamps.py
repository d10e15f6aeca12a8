"""One lamp, registered twice: what the tests of joining begin with."""

from server.store import lists
from server.store.disk import Conn
from sync.fold import Shape
from sync.op import Json
from tests.server.house import House, Phone, lamp

PLACE = "村口老槐树下"
WHY: dict[str, Json] = {"join_why": "同一处路灯"}


async def shape_of(home: House, subject: str) -> Shape:
    def look(conn: Conn) -> Shape:
        return lists.records(conn, [subject])[subject].shape

    return await home.parts.store.read(look)


def said_of(shape: Shape) -> list[str]:
    return [act.name for act in shape.acts if act.name not in ("number", "propose", "clock")]


async def placed(who: Phone) -> None:
    reply = await who.sync()
    assert {receipt.fate for receipt in reply.receipts} <= {"placed"}, reply.receipts


async def two_lamps(home: House, *, place: str = PLACE) -> tuple[str, str, Phone]:
    """The same lamp, registered by two phones that had not heard of each other; then the town's desk."""
    one, two, town = await home.enter("wang"), await home.enter("li"), await home.enter("town")
    first = one.op("register", lamp(place=place, reporter={"name": "李长根", "phone": "15412345678"}))
    home.time.pass_(1)
    second = two.op("register", lamp(place=f" {place}。", reporter={"name": "孙秀", "phone": "15487654321"}))
    await placed(one)
    await placed(two)
    return first, second, town
