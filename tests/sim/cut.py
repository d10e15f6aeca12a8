"""Power cuts: the server's disk is an image on a file system that clones in an instant; each clone is what a cut would have left.

ext4 in a file on XFS: what the server flushed lies in the file, what it only wrote does not. A clone is mounted like a disk after a cut.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import msgspec

from sync.wire import Receipt
from tests.sim.kill import Rig
from tests.sim.nursery import WAIT_S, Nursery
from tests.vectors.chance import Chance

HOST_MIB = 400
DISK_MIB = 64
SBIN = "/usr/sbin:/sbin"
CUTS_A_STORE = 10


class Cuts(msgspec.Struct):
    """What some cuts left."""

    cuts: int = 0
    promised: int = 0
    """Ops that were acknowledged before a cut, counted anew at each."""
    lost: int = 0
    """Of these, those that were gone after it."""


@cache
def can_cut() -> bool:
    """Whether this machine lets us: root, loop devices, the tools of both file systems."""
    tools = all(shutil.which(name, path=_path()) for name in ("mkfs.xfs", "mkfs.ext4", "mount", "umount"))
    if os.geteuid() != 0 or not tools or not Path("/dev/loop-control").exists():
        return False
    try:
        with tempfile.TemporaryDirectory() as folder, _disk(Path(folder)) as (image, _):
            _run("cp", "--reflink=always", str(image), f"{image}.clone")
    except subprocess.CalledProcessError:
        return False
    return True


def cut_often(many: int, seed: int, mode: str = "right") -> Cuts:
    """Cuts the power of a server under load so many times. `mode`: see `victim.BUGS`; a server that never flushes loses."""
    found = Cuts()
    nursery = Nursery()
    for first in range(0, many, CUTS_A_STORE):
        with tempfile.TemporaryDirectory() as folder, _disk(Path(folder)) as (image, mounted):
            rig = Rig(mounted / "data", seed + first, nursery, mode=mode)
            _run("sync", "-f", str(mounted))
            _cut_under_load(rig, image, min(CUTS_A_STORE, many - first), found)
    nursery.close()
    return found


def _cut_under_load(rig: Rig, image: Path, many: int, found: Cuts) -> None:
    chance = Chance(f"cut {rig.data}")
    with rig.nursery.server(rig.data, rig.mode) as victim, rig.pushing_into(victim):
        for _ in range(many):
            before = rig.promised()
            for _ in range(WAIT_S * 20):
                victim.is_gone(0.05 * chance.randint(1, 6))
                if rig.promised() > before:
                    break
            promised = [dict(one.promised) for one in rig.pushers]
            clone = image.with_name("clone.img")
            _run("cp", "--reflink=always", str(image), str(clone))
            found.cuts += 1
            found.promised += sum(len(one) for one in promised)
            found.lost += _missing(rig, clone, promised)


def _missing(rig: Rig, clone: Path, promised: list[dict[str, Receipt]]) -> int:
    """How many of these are not on the clone; that its store adds up is asserted on the way."""
    at = clone.with_suffix("")
    with mounted(clone, at):
        lost = rig.lost(at / rig.data.name, promised)
    clone.unlink()
    return lost


@contextmanager
def _disk(folder: Path) -> Generator[tuple[Path, Path]]:
    """An image in a host that can clone, and where it is mounted."""
    host, inner = folder / "host", folder / "disk"
    # Made only when the outer one is mounted: a generator does nothing before it is entered.
    outer = _mounted(folder / "host.img", HOST_MIB, ["mkfs.xfs", "-q", "-m", "reflink=1"], host)
    with outer, _mounted(host / "disk.img", DISK_MIB, ["mkfs.ext4", "-q"], inner):
        yield host / "disk.img", inner


@contextmanager
def _mounted(image: Path, mib: int, make: list[str], at: Path) -> Generator[None]:
    with image.open("wb") as file:
        file.truncate(mib * 1024 * 1024)
    _run(*make, str(image))
    with mounted(image, at):
        yield


@contextmanager
def mounted(image: Path, at: Path) -> Generator[None]:
    """An image, where it is mounted."""
    at.mkdir()
    _run("mount", "-o", "loop", str(image), str(at))
    try:
        yield
    finally:
        _run("umount", "--lazy", str(at))
        at.rmdir()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PATH": _path()})


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:{SBIN}"
