"""How a phone of each kind speaks over HTTP: ours, the plain floor's, Kinto's. Each returns once it has brought and got everything."""

import base64
import gzip
import http.client
import importlib
import json
from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeAlias

import msgspec

from server.replay.phone import Phone
from sync.wire import Placed, Reply, Unreadable, read_reply, write
from tests.bench.peers.work import Task
from tests.bench.work import NOW_MS, Hand

Say: TypeAlias = Callable[[str, str, bytes, dict[str, str]], tuple[int, bytes, dict[str, str]]]
"""Sends a request over the phone's one connection: status, body, headers."""

_brotli: Any = importlib.import_module("brotli")
PHONE = "gzip, deflate, br, zstd"
"""What the browser of a phone takes; the server chooses."""
KINTO_BATCH = 25
"""Kinto's own default: requests in one batch."""


def speak(port: int, whole: Callable[[Say], None]) -> None:
    """Gives `whole` one kept connection to this port."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=300)) as line:

        def say(method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
            line.request(method, path, body, {"Accept-Encoding": "br, gzip"} | headers)
            answer = line.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, _unpacked(answer.read(), found.get("content-encoding", "")), found

        whole(say)


def _unpacked(body: bytes, encoding: str) -> bytes:
    if encoding == "br":
        return bytes(_brotli.decompress(body))
    return gzip.decompress(body) if encoding == "gzip" else body


def ours(hand: Hand, phone: Phone) -> Callable[[Say], None]:
    """Exchanges until nothing waits here or there. It keeps the log's texts; what they add up to, no engine here computes."""
    kept: list[Placed] = []

    def whole(say: Say) -> None:
        more = True
        while more:
            body = gzip.compress(write(phone.ask(NOW_MS)), 6)
            headers = {"Authorization": f"Bearer {hand.token}", "Content-Encoding": "gzip", "Accept-Encoding": PHONE}
            _, answer, _ = say("POST", "/exchange", body, headers)
            reply = read_reply(answer)
            assert not isinstance(reply, Unreadable), answer[:200]
            more = _taken(phone, hand.grid, reply, kept)

    return whole


def _taken(phone: Phone, grid: str, reply: Reply, kept: list[Placed]) -> bool:
    hashes = {one.hash for one in reply.receipts if one.fate == "placed"}
    phone.outbox = [one for one in phone.outbox if one.hash not in hashes]
    changes = reply.changes[grid]
    kept.extend(changes.ops)
    phone.places[grid] = changes.ops[-1].place if changes.ops else phone.places[grid]
    return bool(phone.outbox) or phone.places[grid] < changes.head


def plain(task: Task, rows: list[dict[str, Any]]) -> Callable[[Say], None]:
    """Pushes all rows with the first request, and pulls until there is no more."""
    kept: dict[str, Any] = {}

    def whole(say: Say) -> None:
        after, mine = 0, rows
        while True:
            ask = {"scope": task.scope, "after": after, "rows": mine, "count": len(mine)}
            body = gzip.compress(msgspec.json.encode(ask), 6)
            status, answer, _ = say("POST", "/sync", body, {"Content-Encoding": "gzip"})
            assert status == 200, answer[:200]
            found: list[tuple[str, int, Any]] = msgspec.json.decode(answer)
            for name, seq, fields in found:
                kept[name] = fields
                after = seq
            mine = []
            if len(found) < 1000:
                return

    return whole


def rows_of(task: Task) -> list[dict[str, Any]]:
    """A phone's work as rows, in the order in which it was written: what stands in its outbox."""
    return [{"id": one.id, "fields": one.fields} for one in (*task.letters, *task.edits)]


KINTO = {"Authorization": "Basic " + base64.b64encode(b"phone:phone").decode(), "Content-Type": "application/json"}


def kinto(task: Task) -> Callable[[Say], None]:
    """Batches of Kinto's default size: its letters, then what they were corrected to; then everything since nothing."""
    base = f"/v1/buckets/bench/collections/s{task.scope}/records"
    made = [
        {"method": "PUT", "path": f"{base}/{_slug(one.id)}", "body": {"data": one.fields}, "headers": {}}
        for one in task.letters
    ]
    corrected = [
        {"method": "PATCH", "path": f"{base}/{_slug(one.id)}", "body": {"data": one.fields}} for one in task.edits
    ]
    requests = [*made, *corrected]

    def whole(say: Say) -> None:
        for at in range(0, len(requests), KINTO_BATCH):
            body = json.dumps({"requests": requests[at : at + KINTO_BATCH]}).encode()
            status, answer, _ = say("POST", "/v1/batch", body, KINTO)
            assert status == 200, answer[:300]
        after = base
        while after:
            status, answer, headers = say("GET", after, b"", KINTO)
            assert status == 200, answer[:300]
            after = headers.get("next-page", "").partition("127.0.0.1")[2].partition("/")[2]
            after = f"/{after}" if after else ""

    return whole


def _slug(name: str) -> str:
    return name.replace("/", "-").replace(".", "-")
