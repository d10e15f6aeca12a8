"""Backups that the server can write and not read: only their secret key opens them, and only as they were written."""

import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from server import keep
from server.cli import main
from server.store import Unfit, sealed
from tests.server.house import house, lamp
from tests.server.stores_kept import BOOK, empty_store, log_of, settings

pytestmark = pytest.mark.only("sqlite")
"""What is sealed is a file: the store behind it changes nothing."""

HEAD = len(sealed.MAGIC) + sealed.KEY
WHOLE = sealed.PIECE + sealed.TAG
MINUS = 62
"""What "-" stands for in URL-safe base64."""


def seal(content: bytes, key: X25519PrivateKey) -> bytes:
    out = io.BytesIO()
    with sealed.Sealing(out, key.public_key()) as sealing:
        for at in range(0, len(content), 40_000):
            sealing.write(content[at : at + 40_000])
    return out.getvalue()


def opened(content: bytes, key: X25519PrivateKey) -> bytes:
    return io.BufferedReader(sealed.Opening(io.BytesIO(content), key)).read()


@pytest.mark.parametrize("size", [0, 1, sealed.PIECE - 1, sealed.PIECE, sealed.PIECE + 1, 3 * sealed.PIECE])
def test_what_was_sealed_comes_out_again_and_nothing_of_it_if_it_was_cut(size: int) -> None:
    key, content = X25519PrivateKey.generate(), bytes(size)
    whole = seal(content, key)
    assert opened(whole, key) == content
    for length in (0, 5, HEAD - 1, HEAD, HEAD + 1, *range(HEAD + WHOLE, len(whole), WHOLE), len(whole) - 1):
        with pytest.raises(Unfit):
            opened(whole[:length], key)


def swapped(content: bytes) -> bytes:
    one, two = content[HEAD : HEAD + WHOLE], content[HEAD + WHOLE : HEAD + 2 * WHOLE]
    return content[:HEAD] + two + one + content[HEAD + 2 * WHOLE :]


def left_out(content: bytes) -> bytes:
    return content[: HEAD + WHOLE] + content[HEAD + 2 * WHOLE :]


def bent_at(at: int) -> Callable[[bytes], bytes]:
    def bend(content: bytes) -> bytes:
        place = at % len(content)
        return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]

    return bend


def longer(content: bytes) -> bytes:
    return content + b"x"


def key_of_zeros(content: bytes) -> bytes:
    return content[: len(sealed.MAGIC)] + bytes(sealed.KEY) + content[HEAD:]


@pytest.mark.parametrize(
    "spoil",
    [swapped, left_out, key_of_zeros, longer, *map(bent_at, (3, 20, HEAD, HEAD + WHOLE, -1))],
)
def test_one_byte_or_piece_that_is_not_in_its_place_is_found(spoil: Callable[[bytes], bytes]) -> None:
    key = X25519PrivateKey.generate()
    with pytest.raises(Unfit):
        opened(spoil(seal(bytes(range(256)) * 1000, key)), key)


async def test_a_sealed_backup_comes_back_by_its_key_alone_and_else_nothing_is_written(tmp_path: Path) -> None:
    folder, file = tmp_path / "data", tmp_path / "backup"
    key, other = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    async with house(folder) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        await phone.sync()
        before = await log_of(home)
        listed = keep.backup(settings(folder, ""), file, key.public_key())
        plain = keep.backup(settings(folder, ""), tmp_path / "plain")
    assert listed.rows == plain.rows
    assert b"tables/ops" not in file.read_bytes()
    assert not (tmp_path / ".backup.half").exists()
    empty_store(folder, "")
    bent = tmp_path / "bent"
    bent.write_bytes(bent_at(HEAD + 900)(file.read_bytes()))
    for source, by, why in (
        (file, None, "--key"),
        (file, other, "not its key"),
        (bent, key, "was changed"),
        (tmp_path / "plain", key, "not sealed"),
    ):
        with pytest.raises(Unfit, match=why):
            keep.restore(settings(folder, ""), source, BOOK, by)
        assert not folder.exists()
    keep.restore(settings(folder, ""), file, BOOK, key)
    async with house(folder) as home:
        assert await log_of(home) == before


def test_a_key_never_begins_like_an_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def begins(sign: bool) -> X25519PrivateKey:
        made = (generate() for _ in range(100_000))
        return next(key for key in made if (key.public_key().public_bytes_raw()[0] >> 2 == MINUS) is sign)

    generate = X25519PrivateKey.generate
    keys = [begins(sign) for sign in (True, True, False)]
    given = iter(keys)
    monkeypatch.setattr(sealed, "X25519PrivateKey", SimpleNamespace(generate=lambda: next(given)))
    public = sealed.new_key(tmp_path / "secret")
    monkeypatch.undo()
    assert next(given, None) is None
    assert sealed.public_key(public) == keys[-1].public_key()
    assert sealed.read_key(tmp_path / "secret").public_key() == keys[-1].public_key()


def test_whoever_types_it_makes_a_key_seals_and_tries_the_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SULAIBAN_DATA", str(tmp_path / "data"))
    secret, file = tmp_path / "secret", tmp_path / "backup"
    assert main(["migrate"]) == 0
    assert main(["backupkey", str(secret)]) == 0
    public = capsys.readouterr().out.strip()
    assert secret.stat().st_mode & 0o777 == 0o600
    assert main(["backup", str(file), "--seal-to", public]) == 0
    assert main(["drill", str(file), "--key", str(secret)]) == 0
    capsys.readouterr()
    assert main(["backupkey", str(secret)]) == 1
    assert main(["drill", str(file)]) == 1
    assert main(["drill", str(file), "--key", str(file)]) == 1
    assert main(["backup", str(tmp_path / "two"), "--seal-to", public[:-1]]) == 1
    said = capsys.readouterr().err
    assert "--key" in said
    assert "43 characters" in said
    assert not (tmp_path / "two").exists()
