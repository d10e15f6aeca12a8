"""A third client: one phone that keeps logs, written from sync/PROTOCOL.md without a look at the other two."""

import base64
import gzip
import hashlib
import json
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import httpx

from tests.road.third.fold import fold
from tests.road.third.law import Json, as_int, as_list, as_map, as_text
from tests.road.third.mend import Change, Made, mend
from tests.road.third.ops import Clock, Op, Unreadable, hash_of, read, with_prev, write
from tests.road.third.proof import slips
from tests.road.third.shape import Placed, Shape, shape_of

MOST_OPS: Final = 500
VERSION: Final = 1
TUS: Final = {"Tus-Resumable": "1.0.0"}


class Problem(Exception):  # noqa: N818 - the protocol's own word
    """The server said no to a request."""

    def __init__(self, answer: httpx.Response) -> None:
        told = as_map(json.loads(answer.text))
        self.status, self.why = as_int(told["status"]), as_text(told["why"])
        super().__init__(f"{self.status} {self.why}: {told['detail']}")


class OtherEpoch(Exception):  # noqa: N818 - no error of ours: the store is another one
    """The server has lived another life than this phone knows."""


class Gap(Exception):  # noqa: N818 - as above
    """A log's next place is not the one after the last."""


@dataclass(frozen=True)
class Receipt:
    """What became of one op."""

    seq: int
    hash: str
    fate: str
    grid: str
    place: int
    why: str
    about: str


def _receipt(given: dict[str, Json]) -> Receipt:
    return Receipt(
        as_int(given["seq"]),
        as_text(given["hash"]),
        as_text(given["fate"]),
        as_text(given.get("grid", "")),
        as_int(given.get("place", 0)),
        as_text(given.get("why", "")),
        as_text(given.get("about", "")),
    )


def _changes(given: list[Json]) -> list[Change]:
    """The changes of one log, each with its text as its author wrote it."""
    found: list[Change] = []
    for one in map(as_list, given):
        place, placed_ms, credited_ms, role, text, mark = one[:6]
        placed = as_int(place), as_int(placed_ms), as_int(credited_ms)
        back = as_int(one[6]) if len(one) > 6 else 0
        whole = with_prev(as_text(text), found[-back].text) if back else as_text(text)
        found.append(Change(*placed, as_text(role), whole, as_text(mark)))
    return found


class Phone:
    """One device in one person's hand."""

    def __init__(self, url: str, account: str, password: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30)
        self._account, self._password = account, password
        self.device = self.mark = self.person = self.name = self.access = self.epoch = self.book = ""
        self.scope: dict[str, dict[str, Json]] = {}
        self.made: list[Made] = []
        self.receipts: dict[int, Receipt] = {}
        self.told: dict[int, dict[str, Json]] = {}
        self.parked: dict[int, dict[str, Json]] = {}
        self.slips: dict[int, str] = {}
        self.keys: dict[str, str] = {}
        self.heard = ""
        self.logs: dict[str, list[Change]] = {}
        self.views: dict[str, str] = {}
        self.laid_aside: list[list[Json]] = []
        self.given_back: list[list[Json]] = []
        self.ahead_ms = 0
        self.enter()
        self.clock = Clock(self.device)

    def close(self) -> None:
        """Hangs up."""
        self.http.close()

    # ---- entering

    def enter(self) -> None:
        """By password; as the same device if this phone has been one before."""
        body = {"account": self._account, "password": self._password}
        self._entered(
            self.http.post("/enter", json=body | ({"device": self.device, "mark": self.mark} if self.device else {}))
        )

    def renew(self) -> None:
        """By the refresh token, which is good once."""
        self._entered(self.http.post("/enter/again", json={"device": self.device}))

    def renew_in_vain(self, token: str) -> None:
        """By a refresh token; the answer never comes to the phone."""
        body, headers = {"device": self.device}, {"Cookie": f"enter-{self.device}={token}"}
        answer = httpx.post(self.http.base_url.join("/enter/again"), json=body, headers=headers)
        if answer.status_code != 200:
            raise Problem(answer)

    def leave(self) -> None:
        """Ends this device's tokens."""
        answer = self.http.post("/enter/leave", json={"device": self.device})
        if answer.status_code != 204:
            raise Problem(answer)

    @property
    def cookie(self) -> str:
        """The refresh token this phone holds."""
        return self.http.cookies.get(f"enter-{self.device}") or ""

    def _entered(self, answer: httpx.Response) -> None:
        if answer.status_code != 200:
            raise Problem(answer)
        told = as_map(json.loads(answer.text))
        self.access, self.device = as_text(told["access"]), as_text(told["device"])
        self.mark = as_text(told["mark"])
        self.person, self.name = as_text(told["person"]), as_text(told["name"])
        # What is told on entering begins nothing: the next exchange does.
        self.epoch = self.epoch or as_text(told["epoch"])
        self.next_seq, self.head_hash = as_int(told["next_seq"]), as_text(told["head_hash"])
        self.keys = {as_text(as_map(key)["id"]): as_text(as_map(key)["public"]) for key in as_list(told["keys"])}
        self._scope(told["scope"])

    def _scope(self, given: Json) -> None:
        self.scope = {as_text(as_map(one)["grid"]): as_map(one) for one in as_list(given)}
        for grid in self.scope:
            self.logs.setdefault(grid, [])
        for grid in set(self.logs) - set(self.scope):
            if not self.waiting():
                del self.logs[grid]

    # ---- making ops

    def now_ms(self) -> int:
        """What this phone's clock shows."""
        return time.time_ns() // 1_000_000 + self.ahead_ms

    def next_id(self, kind: str) -> str:
        """The id of the subject that this phone's next op begins."""
        return f"{kind}/{self.device}.{len(self.made) + 1}"

    def make(
        self,
        grid: str,
        subject: str,
        name: str,
        fields: dict[str, Json],
        seen: dict[str, tuple[str, ...]] | None = None,
        v: int = 1,
    ) -> Op:
        """Writes the next op of the chain and lays it in the outbox."""
        prev = self.made[-1].hash if self.made else ""
        stamp = self.clock.tick(self.now_ms())
        seq = len(self.made) + 1
        op = Op(self.device, seq, prev, stamp, self.person, grid, subject, name, fields, seen or {}, v)
        self.keep(write(op))
        return op

    def begin(self, grid: str, kind: str, name: str, fields: dict[str, Json]) -> str:
        """Begins a subject and tells its id."""
        return self.make(grid, self.next_id(kind), name, fields).subject

    def keep(self, text: str) -> None:
        """Takes a text, sound or not, as the next of the chain."""
        self.made.append(Made(len(self.made) + 1, hash_of(text), text))

    def waiting(self) -> list[Made]:
        """Ops without a receipt for their very hash."""
        return [made for made in self.made if made.seq not in self.receipts]

    def waiting_for_the_town(self) -> list[Made]:
        """Parked ops of which it has said nothing yet: shown apart, and folded nowhere."""
        return [self.made[seq - 1] for seq, told in sorted(self.told.items()) if told.get("why") == "parked"]

    def send_again(self, seq: int) -> None:
        """Has the receipt of an op anew, of this day and signed."""
        self.apply(self.post(self.ask([self.made[seq - 1].text])))

    # ---- the exchange

    def ask(self, texts: list[str]) -> dict[str, Json]:
        """An Ask with these texts."""
        return {
            "v": VERSION,
            "device": self.device,
            "epoch": self.epoch,
            "clock_ms": self.now_ms(),
            "places": {grid: len(log) for grid, log in self.logs.items()},
            "heard": self.heard,
            "ops": list(texts),
        }

    def post(self, ask: dict[str, Json]) -> dict[str, Json]:
        """One round trip; what it brings is not applied yet."""
        body = gzip.compress(json.dumps(ask, ensure_ascii=False).encode())
        answer = self._with_access("POST", "/exchange", body, {"Content-Encoding": "gzip"})
        if answer.status_code != 200:
            raise Problem(answer)
        return as_map(json.loads(answer.text))

    def exchange(self, most: int = MOST_OPS) -> None:
        """Hands over all that waits and fetches all there is."""
        more = True
        while more or self.waiting():
            first = min([made.seq for made in self.waiting()] or [self.next_seq])
            texts = [made.text for made in self.made[min(first, self.next_seq) - 1 :][:most]]
            try:
                reply = self.post(self.ask(texts))
                if as_text(reply["epoch"]) != self.epoch:
                    mend(self, reply)
                    continue
                more = self.apply(reply)
            except Problem as no:
                if no.status != 413 or most == 1:
                    raise
                most //= 2

    def apply(self, reply: dict[str, Json]) -> bool:
        """Applies a Reply wholly or not at all; says whether a log holds more."""
        if as_int(reply["v"]) != VERSION:
            raise ValueError("this server speaks another version")
        if as_text(reply["epoch"]) != self.epoch:
            raise OtherEpoch(reply["epoch"])
        receipts = [_receipt(as_map(one)) for one in as_list(reply["receipts"])]
        proofs = slips(reply, self.device, self.keys)
        fresh: dict[str, list[Change]] = {}
        more = False
        anew = self._seen_otherwise(reply["scope"])
        for grid, told in as_map(reply["changes"]).items():
            if grid in anew:
                continue
            fresh[grid] = _changes(as_list(as_map(told)["ops"]))
            last = len(self.logs[grid])
            for change in fresh[grid]:
                if change.place != last + 1:
                    raise Gap(f"{grid}: {change.place} after {last}")
                last = change.place
            more = more or as_int(as_map(told)["head"]) > last
        self._scope(reply["scope"])
        raw = [as_map(one) for one in as_list(reply["receipts"])]
        for receipt, slip, whole in zip(receipts, proofs, raw, strict=True):
            if receipt.seq <= len(self.made) and self.made[receipt.seq - 1].hash == receipt.hash:
                self.receipts[receipt.seq] = receipt
                self.slips[receipt.seq] = slip
                self.told[receipt.seq] = whole
                self.heard = receipt.hash
        self._hear_of_parked(as_list(reply.get("settled", [])))
        for grid, changes in fresh.items():
            if grid in self.logs:
                self.logs[grid] += changes
            for change in changes:
                self._witness(change.text)
        self.next_seq, self.book = as_int(reply["next_seq"]), as_text(reply["book"])
        return more or bool(anew)

    def _hear_of_parked(self, settled: list[Json]) -> None:
        """Takes the town's word on ops that waited for it, and keeps what was told of them before."""
        for whole in map(as_map, settled):
            seq = as_int(whole["seq"])
            before = self.told.get(seq, {})
            if before.get("why") == "parked" and whole["hash"] == before["hash"]:
                self.parked[seq], self.told[seq] = before, whole

    def _seen_otherwise(self, scope: Json) -> set[str]:
        """Forgets the logs that were fetched under another view."""
        views = {as_text(as_map(one)["grid"]): as_text(as_map(one).get("view", "")) for one in as_list(scope)}
        anew = {grid for grid, view in views.items() if self.logs.get(grid) and self.views[grid] != view}
        for grid in anew:
            self.logs[grid] = []
        # A grid that may be read no more keeps its view for as long as its log is held.
        self.views |= views
        return anew

    def _witness(self, text: str) -> None:
        try:
            self.clock.witness(read(text).stamp, self.now_ms())
        except Unreadable:
            return

    def _with_access(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
        def send() -> httpx.Response:
            bearer = {"Authorization": f"Bearer {self.access}"}
            return self.http.request(method, path, content=body, headers=headers | bearer)

        answer = send()
        if answer.status_code == 401 and Problem(answer).why == "token_expired":
            self.renew()
            answer = send()
        return answer

    # ---- beside the log

    def upload(self, file: bytes, kind: str) -> httpx.Response:
        """Begins an upload; nothing of the file goes yet."""
        named = {"sha256": hashlib.sha256(file).hexdigest(), "kind": kind}
        metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in named.items())
        headers = {**TUS, "Upload-Length": str(len(file)), "Upload-Metadata": metadata}
        return self._with_access("POST", "/uploads", b"", headers)

    def send(self, where: str, file: bytes, most: int) -> httpx.Response:
        """Sends at most so many bytes of it, from where the server says that it ends."""
        told = self._with_access("HEAD", where, b"", dict(TUS))
        offset = int(told.headers["Upload-Offset"])
        headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return self._with_access("PATCH", where, file[offset : offset + most], headers)

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """Reads what stands beside the log."""
        return self._with_access("GET", path, b"", headers or {})

    @contextmanager
    def listening(self) -> Generator[Iterator[dict[str, Json]]]:
        """Which logs have grown, from the moment the line stands."""
        bearer = {"Authorization": f"Bearer {self.access}"}
        with self.http.stream("GET", "/pokes", headers=bearer) as answer:
            lines = answer.iter_lines()
            next(lines)
            yield (as_map(json.loads(line.removeprefix("data: "))) for line in lines if line.startswith("data: "))

    def snapshot(self, grid: str) -> tuple[dict[str, Shape], int]:
        """A grid's newest snapshot, all its parts, and the place that it stands for."""
        first = as_map(self.get(f"/snapshots/{grid}").json())
        place, parts = as_int(first["place"]), as_int(first["parts"])
        rest = [as_map(self.get(f"/snapshots/{grid}/{place}/{number}").json()) for number in range(1, parts)]
        told = [as_map(one) for part in (first, *rest) for one in as_list(part["shapes"])]
        return {as_text(one["subject"]): shape_of(one) for one in told}, place

    def forget(self, seq: int) -> None:
        """Takes a receipt of an earlier life for none."""
        del self.told[seq], self.receipts[seq]

    # ---- what the phone shows

    def placed(self, grid: str) -> list[Placed]:
        """A log's ops, with those that still wait behind them."""
        found: list[Placed] = []
        for change in self.logs[grid]:
            try:
                found.append(Placed(read(change.text), change.place, change.credited_ms, change.role))
            except Unreadable:
                continue
        highest = as_text(self.scope[grid]["role"])
        for made in self.waiting():
            try:
                op = read(made.text)
            except Unreadable:
                continue
            if op.grid == grid:
                found.append(Placed(op, 0, op.claimed_ms, highest))
        return found

    def shapes(self, grid: str) -> dict[str, Shape]:
        """Every subject of a grid, as this phone shows it now."""
        return fold(self.placed(grid))
