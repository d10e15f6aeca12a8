"""Stock clients of tus 1.0, which know nothing of us, bring photos whole: cut off and resumed, and through a server that is killed."""

import contextlib
import hashlib
import io
import json
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tusclient.client import TusClient

from sync.clock import tick
from sync.op import Op, subject_id, write_op
from sync.wire import Ask, write
from tests.server.house import ROOT, lamp
from tests.server.test_crash import GRID, free_port, server
from tests.server.test_uploads import noise

STEP = 64 * 1024


@dataclass
class Sent:
    """Somebody whose issue names a photo."""

    url: str
    access: str
    content: bytes

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access}"}

    def uploader(self, **more: Any) -> Any:
        # Its own types are half told.
        client: Any = TusClient(f"{self.url}/uploads", headers=self.headers)
        named = {"sha256": self.hash, "kind": "photo"}
        return client.uploader(file_stream=io.BytesIO(self.content), metadata=named, **more)

    def is_here(self) -> bool:
        return httpx.get(f"{self.url}/files/{self.hash}", headers=self.headers).status_code == 200


def named(url: str, content: bytes) -> Sent:
    """Enters on a new device and registers an issue that names the photo."""
    said = httpx.post(f"{url}/enter", json={"account": "wg1", "password": "sulaiban2026"}).json()
    sent = Sent(url, said["access"], content)
    device = said["device"]
    op = Op(
        device=device,
        seq=1,
        prev="",
        stamp=tick("", 1, device),
        actor=said["person"],
        grid=GRID,
        subject=subject_id("issue", device, 1),
        name="register",
        fields=lamp(photos=[{"hash": sent.hash, "bytes": len(content)}]),
    )
    ask = Ask(v=1, device=device, clock_ms=1, ops=[write_op(op)])
    told = httpx.post(f"{url}/exchange", content=write(ask), headers=sent.headers).json()
    assert told["receipts"][0]["fate"] == "placed", told
    return sent


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.mark.only("sqlite")
def test_stock_clients_are_cut_off_and_resume(data: Path, address: str) -> None:
    port = free_port()
    with server(data, port):
        url = f"http://127.0.0.1:{port}"
        python = named(url, noise(900_000))
        first = python.uploader(chunk_size=STEP, upload_checksum=True)
        first.upload(stop_at=5 * STEP)
        again = python.uploader(url=first.url, chunk_size=STEP, upload_checksum=True)
        assert again.offset == 5 * STEP
        again.upload()
        assert python.is_here()

        script = named(url, noise(700_000))
        told = _by_script(script, data.parent / "photo", cut=7 * STEP)
        assert told["cut"]
        assert told["whole"]
        assert script.is_here()
        # Once more: it is here already, which the stock client finds out by asking.
        assert _by_script(script, data.parent / "photo", cut=0)["whole"]


def _by_script(sent: Sent, file: Path, cut: int) -> dict[str, object]:
    file.write_bytes(sent.content)
    words = ["node", "tests/server/tus.mjs", sent.url, sent.access, str(file), sent.hash, str(STEP), str(cut)]
    ran = subprocess.run(words, check=True, cwd=ROOT, capture_output=True, text=True, timeout=120)
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.mark.only("sqlite")
def test_a_server_killed_inside_a_piece_goes_on_where_the_disk_ends(data: Path, address: str) -> None:
    port = free_port()
    with server(data, port) as process:
        sent = named(f"http://127.0.0.1:{port}", noise(2_000_000))
        uploader = sent.uploader(chunk_size=STEP)
        uploader.upload(stop_at=4 * STEP)
        half = uploader.url
        brought = 4 * STEP + 300_000
        with _half_sent(half, sent, 4 * STEP, brought):
            part = data / "uploads" / half.rsplit("/", 1)[1]
            _until(lambda: part.stat().st_size == brought)
            process.send_signal(signal.SIGKILL)
            process.wait()
    with server(data, port):
        again = sent.uploader(url=half, chunk_size=8 * STEP)
        assert again.offset == brought
        again.upload()
        assert sent.is_here()


@contextlib.contextmanager
def _half_sent(where: str, sent: Sent, offset: int, until: int) -> Generator[None]:
    """A PATCH whose sender has brought so much, and neither goes on nor goes away."""
    address = httpx.URL(where)
    words = (
        f"PATCH {address.path} HTTP/1.1\r\nHost: {address.host}\r\nAuthorization: Bearer {sent.access}\r\n"
        f"Tus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\nContent-Type: application/offset+octet-stream\r\n"
        f"Content-Length: {len(sent.content) - offset}\r\n\r\n"
    )
    with socket.create_connection((address.host, address.port or 80)) as line:
        line.sendall(words.encode() + sent.content[offset:until])
        yield


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError):
            if holds():
                return
        time.sleep(0.02)
    raise AssertionError("it never came")
