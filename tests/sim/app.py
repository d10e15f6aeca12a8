"""The whole server in a history: the real Litestar app by raw ASGI over SQLite, one request after the other, on the history's clock."""

import asyncio
import shutil
import sqlite3
import tempfile
from base64 import b64encode
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from argon2 import PasswordHasher
from litestar import Litestar
from sqlalchemy.exc import OperationalError

from server.app import make_app, make_parts
from server.enter import COOKIE
from server.problems import Problem
from server.resident.answer import Answer, confirm
from server.settings import Settings
from server.store import blobs, log, open_store, people
from server.store.disk import Conn
from server.store.people import Account
from server.store.writer import Writer
from sync.wire import Unreadable, read_ask, read_reply
from tests.sim.county import OTHERS, PAIR, REVIEWER, book
from tests.sim.inside import inside
from tests.sim.server import Answered, Entered, Request, Server, Task
from tests.sim.uploads import Come, Piece

T = TypeVar("T")

PASSWORD = "little-mailbox-3"
MEMORY = Path("/dev/shm")  # noqa: S108 - where there is one, a folder in memory


@dataclass
class Answers:
    """What the app sent back."""

    status: int = 0
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""


class File:
    """A store in a folder of its own, opened as the server opens it. Looked into only while nobody writes."""

    def __init__(self) -> None:
        """A copy of a store that was made and migrated once."""
        self._folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.data = Path(self._folder.name) / "data"
        shutil.copytree(_template(), self.data)
        self.store = open_store(self.data)
        self._backups = 0

    @property
    def _engine(self) -> Any:
        return inside(inside(self.store, "_writing"), "_engine")

    @contextmanager
    def transaction(self) -> Generator[Conn]:
        """A writing transaction past the app: the county's office."""
        with self._engine.begin() as conn:
            yield conn

    def look(self, body: Callable[[Conn], T]) -> T:
        """What is committed."""
        with self._engine.begin() as conn:
            return body(conn)

    def back_up(self) -> object:
        """A copy of the folder, while nobody writes."""
        self._backups += 1
        kept = self.data.with_name(f"backup{self._backups}")
        shutil.copytree(self.data, kept)
        return kept

    def put_back(self, backup: object) -> None:
        """Opens the store, which must be closed, anew over such a copy."""
        assert isinstance(backup, Path)
        shutil.rmtree(self.data)
        shutil.copytree(backup, self.data)
        self.store = open_store(self.data)

    def close(self) -> None:
        """Lets go of the folder."""
        self.store.close_now()
        self._folder.cleanup()


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
    store = open_store(folder)
    password = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    persons = {one.person for one in (*PAIR, REVIEWER, *OTHERS)}
    accounts = [Account(account=one, person=one, password=password) for one in sorted(persons)]
    store.write_now(lambda conn: people.add_accounts(conn, accounts))
    store.close_now()
    return folder


class AppServer(Server):
    """The app, killed by closing it and by putting back what was committed before."""

    def __post_init__(self) -> None:
        """Starts it over the base."""
        self._loop = asyncio.new_event_loop()
        self._asked: list[tuple[Request, Answered]] = []
        self._run()

    @property
    def _file(self) -> File:
        assert isinstance(self.base, File)
        return self.base

    def _run(self) -> None:
        base = self._file
        parts = make_parts(Settings(data=base.data, apps=base.data), store=base.store, clock=self.clock)
        self.tokens, self._app = parts.tokens, make_app(parts)

    def arrive(self, request: Request, answer: Answered) -> bool:
        """Everything waits for its turn."""
        self._asked.append((request, answer))
        self.waiting.append(Task(lambda _: None, lambda _: (0, b""), answer))
        return True

    def commit(self, *, dies: str = "", twice: bool = False) -> bool:
        """Serves what waits. `twice` means nothing here: one process, one writer."""
        del twice
        asked, self._asked, self.waiting = self._asked, [], []
        before = self._copy() if dies == "before" else None
        with pytest.MonkeyPatch.context() as patch:
            if dies in ("full", "disk"):
                word = "database or disk is full" if dies == "full" else "disk I/O error"
                patch.setattr(Writer, "_commit", _failing(word))
            answers = [(request, answer, self._serve(request)) for request, answer in asked]
        if dies in ("", "full", "disk"):
            for request, answer, (status, body) in answers:
                self._watched(request, status, body)
                answer(status, body)
        if dies in ("before", "after", "disk"):
            self.stop(before)
        return self.is_up

    def _copy(self) -> Path:
        kept = self._file.data.with_name("kept")
        self.base.look(lambda conn: conn.exec_driver_sql("SELECT 1"))
        shutil.copytree(self._file.data, kept)
        return kept

    def stop(self, before: Path | None = None) -> None:
        """The process is gone; `before`: and with it what it had not committed."""
        self.is_up = False
        self._loop.run_until_complete(self._file.store.close())
        if before:
            shutil.rmtree(self._file.data)
            before.rename(self._file.data)
        self._file.store = open_store(self._file.data)

    def start(self) -> None:
        """A new process over what was committed."""
        self.is_up = True
        self._asked, self.waiting = [], []
        self._run()

    def restore(self, backup: object, made_ms: int) -> None:
        """The process is gone, its store another one, which begins a new life; and a new process over that."""
        self.is_up = False
        self._loop.run_until_complete(self._file.store.close())
        self._file.put_back(backup)
        self._begin_life(made_ms)
        self._file.store.close_now()
        self._file.store = open_store(self._file.data)
        self.start()

    def close(self) -> None:
        """The history is over."""
        self._loop.run_until_complete(self._file.store.close())
        self._file.close()
        self._loop.close()

    def _serve(self, request: Request) -> tuple[int, bytes]:
        match request.path:
            case "exchange":
                return self._plain(self._call("/exchange", request.body, {"authorization": f"Bearer {request.token}"}))
            case "upload":
                return self._upload(msgspec.json.decode(request.body, type=Piece), request.token)
            case "snapshot":
                path = "/".join(["/snapshots", *request.body.decode().split()])
                return self._plain(self._call(path, b"", {"authorization": f"Bearer {request.token}"}, "GET"))
            case "confirm":
                subject, said = msgspec.json.decode(request.body, type=tuple[str, Answer])
                body = partial(confirm, county=book(), subject=subject, answer=said, clock=self.clock)
                try:
                    return 200, self._file.store.write_now(body).encode()
                except Exception:  # noqa: BLE001 - the page would say that it was not kept
                    return 503, b""
            case "enter":
                person, device = request.body.decode().split()
                ask = {"account": person, "password": PASSWORD, "device": device}
                return self._of_door(self._call("/enter", msgspec.json.encode(ask), {}))
            case _:
                device, _, token = request.body.decode().partition(" ")
                cookie = {"cookie": f"{COOKIE}{device}={token}"}
                return self._of_door(self._call("/enter/again", msgspec.json.encode({"device": device}), cookie))

    def _upload(self, piece: Piece, token: str) -> tuple[int, bytes]:
        """By tus 1.0, as PROTOCOL.md 11 has it."""
        headers = {"authorization": f"Bearer {token}", "tus-resumable": "1.0.0"}
        if piece.method == "POST":
            named = {"sha256": piece.name, "kind": "voice"}
            told = ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in named.items())
            headers |= {"upload-length": str(piece.offset), "upload-metadata": told}
            answers = self._call("/uploads", b"", headers)
        else:
            patch = {"upload-offset": str(piece.offset), "content-type": "application/offset+octet-stream"}
            headers |= patch if piece.method == "PATCH" else {}
            answers = self._call(f"/uploads/{piece.name}", piece.content, headers, piece.method)
        told_of = {name.decode().lower(): value.decode() for name, value in answers.headers}
        if "upload-offset" not in told_of:
            return answers.status, answers.body
        name = told_of.get("location", piece.name).rpartition("/")[2]
        return answers.status, msgspec.json.encode(Come(name, int(told_of["upload-offset"])))

    def file_of(self, name: str) -> bytes | None:
        """As it lies in the folder."""
        return blobs.get_file(self._file.data, name)

    def _plain(self, answers: Answers) -> tuple[int, bytes]:
        return answers.status, answers.body

    def _of_door(self, answers: Answers) -> tuple[int, bytes]:
        """What a history's phone reads: the access token, and the refresh token out of its cookie."""
        if answers.status != 200:
            return answers.status, answers.body
        access = msgspec.json.decode(answers.body)["access"]
        jar: SimpleCookie = SimpleCookie()
        for name, value in answers.headers:
            if name == b"set-cookie":
                jar.load(value.decode())
        refresh = next(one.value for name, one in jar.items() if name.startswith(COOKIE))
        return 200, msgspec.json.encode(Entered(access, refresh))

    def _call(self, path: str, body: bytes, headers: dict[str, str], method: str = "POST") -> Answers:
        return self._loop.run_until_complete(_ask(self._app, method, path, body, headers))

    def _watched(self, request: Request, status: int, body: bytes) -> None:
        if status != 200 or request.path not in ("exchange", "snapshot"):
            return
        if request.path == "snapshot":
            self.base.look(partial(self._gave, who=self.tokens.read(request.token), body=body))
            return
        ask, reply = read_ask(request.body), read_reply(body)
        assert not isinstance(ask, Unreadable)
        assert not isinstance(reply, Unreadable)
        try:
            who = self.tokens.read(request.token)
        except Problem:
            return
        self.watch.replied(who, ask, reply, reply.now_ms)
        self.watch.kept_from(who, reply, self.mark_of)
        device = self.base.look(partial(log.device_of, device=who.device))
        self.watch.proved(who, device.contact_ms if device else 0)


def _failing(word: str) -> Callable[[Any, Callable[[], None]], None]:
    """The writer's commit on a disk that fails: it rolls back, and the writer judges the word."""

    def fail() -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError(word))

    right = inside(Writer, "_commit")
    return lambda self, _commit: right(self, fail)


async def _ask(app: Litestar, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answers:
    """One request by ASGI, without a socket."""
    found = Answers()
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            found.status, found.headers = message["status"], tuple(message["headers"])
        elif message["type"] == "http.response.body":
            found.body += message.get("body", b"")

    await app(scope, receive, send)
    return found
