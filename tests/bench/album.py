"""The photos that a worker's phone brings home: as large as phones make them, no two alike, sent in pieces as phones do."""

import contextlib
import hashlib
import http.client
import io
from base64 import b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from http import HTTPStatus
from time import perf_counter

from PIL import Image, ImageFilter, ImageOps

from sync.op import Json
from tests.bench.figures import Run
from tests.bench.work import Hand

EACH = 3
"""Photos of one phone."""
SIDES = (1600, 1200)
QUALITY = 82
FIRST_PIECE = 64 * 1024
"""A phone's first piece; each next one is twice as long."""
_GRAIN = 40
_TUS = {"Tus-Resumable": "1.0.0"}


def photos_of(hand: Hand) -> list[Json]:
    """The photos of one phone as its ops name them."""
    return [{"hash": _hash(hand, number), "bytes": len(_content(hand, number))} for number in range(EACH)]


def bring(port: int, hands: Sequence[Hand], clients: int) -> Run:
    """Sends every phone's photos over this many connections. A wait is one photo, from asking to the word that it is kept."""
    waits: list[float] = []

    def client(mine: Sequence[Hand]) -> None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as line:
            for hand in mine:
                for number in range(EACH):
                    at = perf_counter()
                    _send(line, hand.token, _content(hand, number), _hash(hand, number))
                    waits.append(perf_counter() - at)

    begun = perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(client, [hands[n::clients] for n in range(clients)]))
    return Run(len(hands) * EACH, perf_counter() - begun, waits)


def names_of(hands: Sequence[Hand]) -> list[str]:
    """The hashes of all of them."""
    return [_hash(hand, number) for hand in hands for number in range(EACH)]


def _send(line: http.client.HTTPConnection, token: str, content: bytes, name: str) -> None:
    said = ",".join(
        f"{key} {b64encode(value.encode()).decode()}" for key, value in (("sha256", name), ("kind", "photo"))
    )
    head = {**_TUS, "Authorization": f"Bearer {token}"}
    length = {"Upload-Length": str(len(content)), "Upload-Metadata": said}
    answer = _ask(line, "POST", "/uploads", b"", head | length)
    assert answer.status == HTTPStatus.CREATED.value, answer.status
    where = answer.headers["Location"]
    at, size = 0, FIRST_PIECE
    while at < len(content):
        headers = head | {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
        answer = _ask(line, "PATCH", where, content[at : at + size], headers)
        assert answer.status == HTTPStatus.NO_CONTENT.value, answer.status
        at, size = int(answer.headers["Upload-Offset"]), size * 2


def _ask(
    line: http.client.HTTPConnection, method: str, path: str, body: bytes, headers: dict[str, str]
) -> http.client.HTTPResponse:
    line.request(method, path, body, headers)
    answer = line.getresponse()
    answer.read()
    return answer


def _content(hand: Hand, number: int) -> bytes:
    """A picture that others have too, with a comment that nobody else's has: making thousands would take longer than sending them."""
    picture, remark = _pictures()[number], f"{hand.who.device} {number}".encode()
    return picture[:2] + b"\xff\xfe" + (len(remark) + 2).to_bytes(2, "big") + remark + picture[2:]


def _hash(hand: Hand, number: int) -> str:
    return hashlib.sha256(_content(hand, number)).hexdigest()


@cache
def _pictures() -> list[bytes]:
    return [_picture(4 + 2 * number) for number in range(EACH)]


def _picture(grain: int) -> bytes:
    """A landscape of noise: soft shapes with as much detail as makes a photo's size."""
    coarse = ImageOps.scale(Image.effect_noise((SIDES[0] // _GRAIN, SIDES[1] // _GRAIN), 120), _GRAIN)
    fine = Image.effect_noise(SIDES, grain).filter(ImageFilter.GaussianBlur(1))
    made = io.BytesIO()
    Image.merge("RGB", (coarse, fine, coarse)).save(made, "JPEG", quality=QUALITY)
    return made.getvalue()
