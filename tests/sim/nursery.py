"""Starts servers that are to die: forked from a process that has everything imported, traced so that they die where they should."""

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
WAIT_S = 60

STRIKES = {
    "kill": "inject=pwrite64,fdatasync,ftruncate,unlink:signal=KILL:when={nth}",
    "full": "inject=pwrite64:error=ENOSPC:when={nth}..{last}",
    "disk": "inject=fdatasync:error=EIO:when={nth}",
}
"""What strace does at the nth call of the thread that writes: the process is killed, the disk is full for a while, a flush fails."""
FULL_FOR = 4
"""How many writes in a row find the disk full."""


@cache
def can_trace() -> bool:
    """Whether a process can be struck at a chosen write here; if not, it is killed at a chosen moment."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", os.devnull, "true"], check=False, capture_output=True).returncode == 0


@dataclass
class Victim:
    """A server that will die."""

    pid: int
    port: int

    def __post_init__(self) -> None:
        self._handle = os.pidfd_open(self.pid)
        self._tracer: subprocess.Popen[bytes] | None = None

    def strike(self, how: str, nth: int) -> None:
        """From here on it meets a strike of `STRIKES` at its nth write; returns once that is certain."""
        self._tracer = _tracer(self.pid, how, nth)

    def is_gone(self, within_s: float) -> bool:
        """Whether it died within so many seconds."""
        return bool(select.select([self._handle], [], [], within_s)[0])

    def end(self) -> None:
        """Kills it, if it lives."""
        if self._handle < 0:
            return
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, signal.SIGKILL)
        assert self.is_gone(WAIT_S)
        os.close(self._handle)
        self._handle = -1
        if self._tracer:
            self._tracer.wait(WAIT_S)
            assert self._tracer.stderr
            self._tracer.stderr.close()


class Nursery:
    """One process with the app imported, and the servers it forks."""

    def __init__(self) -> None:
        """Imports the app: about a second."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.sim.victim"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """No more servers."""
        self._process.communicate(timeout=WAIT_S)

    @contextmanager
    def server(self, data: Path, mode: str = "right", born_to: str = "", nth: int = 0) -> Generator[Victim]:
        """A server over a data folder, dead behind the block. `born_to`: the strike it meets at its nth write ever."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{data} {mode}\n")
        self._process.stdin.flush()
        pid, port = self._process.stdout.readline().split()
        victim = Victim(int(pid), int(port))
        try:
            if born_to:
                victim.strike(born_to, nth)
            os.kill(victim.pid, signal.SIGUSR1)
            yield victim
        finally:
            victim.end()


def _tracer(pid: int, strike: str, nth: int) -> "subprocess.Popen[bytes]":
    """Watches a process; returns once it does."""
    inject = STRIKES[strike].format(nth=nth, last=nth + FULL_FOR)
    calls = inject.removeprefix("inject=").partition(":")[0]
    command = ["strace", "-f", "-o", os.devnull, "-p", str(pid), "-e", f"trace={calls}", "-e", inject]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE)
    assert tracer.stderr
    said = tracer.stderr.readline()
    assert b"attached" in said, said
    return tracer
