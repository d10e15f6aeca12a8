"""What one types: run, migrate, rebuild, explain. Each command opens the parts it needs and nothing else."""

import argparse
import asyncio
import contextlib
import logging
import os
import socket
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import segno
import uvicorn

from server import __version__, explain, keep, rebuild, rounds, seal, slip
from server.app import make_app, make_parts, spare_the_collector
from server.book import BadBookError, load_book
from server.bulletin import draft_due
from server.bulletin.export import export
from server.demo_load import demo_accounts, demo_link, load_demo
from server.parts import Parts
from server.replay import command as replay
from server.settings import BadSetting, Settings, settings_from
from server.staff import command as staff
from server.store import Unfit, Unsafe, lists, open_store, read_once, sealed
from server.store.disk import Conn
from sync.subjects.issue import text


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; the answer is the process's exit code."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    for chatty in ("alembic", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        return int(asked.command(settings_from(os.environ), asked))
    except (Unsafe, BadBookError, BadSetting, Unfit, OSError) as fault:
        print(f"sulaiban: {fault}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sulaiban", description=f"速来办 Sulaiban {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, command, words in (
        ("run", _run, "migrate, load the demo county into an empty store, and serve"),
        ("migrate", _migrate, "bring the store to this version and stop"),
        ("rebuild", _rebuild, "make every cache again from the log"),
        (
            "check",
            _check,
            "read every log, photo and voice, beside a running server: whether each is still what was written",
        ),
        ("round", _round, "let the clerk say once what the clock calls for: urging, red lights, lapses, the archive"),
    ):
        commands.add_parser(name, help=words).set_defaults(command=command)
    one = commands.add_parser("explain", help="print why the book proposed what it did for one issue")
    one.add_argument("issue", help="its number, or its id")
    one.set_defaults(command=_explain)
    out = commands.add_parser("export", help="write the log of an area, or what a bulletin was counted from, to a file")
    out.add_argument("file", type=Path)
    out.add_argument("--area", default="", help="the beginning of its grids' codes; nothing is the whole county")
    out.add_argument("--bulletin", default="", help="a bulletin's id: its area, up to the places it was counted from")
    out.set_defaults(command=_export)
    shown = commands.add_parser(
        "receipt", help="check a receipt that a phone shows: whether it is the server's own word"
    )
    shown.add_argument("file", help="a file with its text, as its QR code holds it; - for the standard input")
    shown.set_defaults(command=_receipt)
    commands.add_parser("newkey", help="sign receipts with a new key from the next start on").set_defaults(
        command=_newkey
    )
    for name, command, words in (
        ("backup", _backup, "write the whole store to a new file, beside the running server"),
        ("drill", _drill, "restore a backup into nowhere, with every check: whether it counts as one"),
        ("restore", _restore, "restore a backup into an empty store; phones then bring back what they hold"),
    ):
        filed = commands.add_parser(name, help=words)
        filed.add_argument("file", type=Path)
        if command == _backup:
            filed.add_argument("--seal-to", default="", help="a public key: only its secret half opens the file again")
        else:
            filed.add_argument("--key", type=Path, help="the file of the secret key, for a backup that is sealed")
        filed.set_defaults(command=command)
    made = commands.add_parser(
        "backupkey", help="make a key for sealed backups: the secret half to a new file, the public half printed"
    )
    made.add_argument("file", type=Path)
    made.set_defaults(command=_backupkey)
    lost = commands.add_parser("missing", help="list what has not come back since a restore, by device and number")
    lost.set_defaults(command=_missing)
    staff.add_to(commands)
    replay.add_to(commands)
    return parser


def _run(settings: Settings, _asked: argparse.Namespace) -> int:
    parts = make_parts(settings)
    is_new = load_demo(parts)
    _greet(parts, is_new=is_new)
    spare_the_collector()
    config = uvicorn.Config(
        make_app(parts),
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=10,
        server_header=False,
    )
    with contextlib.suppress(KeyboardInterrupt):
        _Server(config, parts).run()
    return 0


class _Server(uvicorn.Server):
    """Ends the pages' open lines before it waits for the requests that still run: those lines never end by themselves."""

    def __init__(self, config: uvicorn.Config, parts: Parts) -> None:
        super().__init__(config)
        self._parts = parts

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._parts.store.pokes.close()
        await super().shutdown(sockets)


def _greet(parts: Parts, *, is_new: bool) -> None:
    url = parts.settings.url
    words = parts.county.words_zh
    print(f"\n  {words['home.title']} Sulaiban {__version__}   {parts.settings.data}")
    if is_new:
        print("  " + words["cli.loaded"])
    for path, key in (("/app/", "phone"), ("/desk/", "desk")):
        print(f"  {words[f'home.{key}']}  {url}{path}")
    if parts.settings.is_alive:
        print(f"  {words['cli.resident']}  {url}/r/{demo_link()}")
    print()
    for account, name, what, password in demo_accounts():
        print(f"    {account:<12}{password:<16}{name}  {what}")
    print()
    segno.make(f"{url}/app/", error="m").terminal(compact=True)
    sys.stdout.flush()


def _migrate(settings: Settings, _asked: argparse.Namespace) -> int:
    open_store(settings.data, settings.database).close_now()
    return 0


def _rebuild(settings: Settings, _asked: argparse.Namespace) -> int:
    store = open_store(settings.data, settings.database)
    print(f"{store.write_now(rebuild.rebuild)} subjects")
    store.close_now()
    return 0


def _check(settings: Settings, _asked: argparse.Namespace) -> int:
    wrong = keep.look_over(settings)
    print("\n".join(wrong) or "all is as it was written")
    return 1 if wrong else 0


def _export(settings: Settings, asked: argparse.Namespace) -> int:
    def look(conn: Conn) -> bool:
        bulletin = lists.records(conn, [asked.bulletin]).get(asked.bulletin)
        if asked.bulletin and bulletin is None:
            return False
        area = text(bulletin.shape, "area") if bulletin else asked.area
        with asked.file.open("wb") as file:
            file.writelines(export(conn, area, bulletin))
        return True

    done = read_once(settings.data, look, settings.database)
    print(asked.file if done else load_book().words_zh["cli.no_bulletin"].format(bulletin=asked.bulletin))
    return 0 if done else 1


def _round(settings: Settings, _asked: argparse.Namespace) -> int:
    parts = make_parts(settings)
    print(f"{rounds.go(parts.store, parts.county, parts.clock())} ops")
    year = rounds.missing_year(parts.county.calendar, parts.county, parts.clock())
    if year:
        print(parts.county.words_zh["cli.missing_year"].format(year=year))

    async def bulletins() -> None:
        await draft_due(parts.store, parts.county, parts.clock(), {})
        await parts.store.close()

    asyncio.run(bulletins())
    return 0


def _explain(settings: Settings, asked: argparse.Namespace) -> int:
    county = load_book()

    def look(conn: Conn) -> str:
        return explain.explain(conn, county, asked.issue)

    print(read_once(settings.data, look, settings.database))
    return 0


def _receipt(settings: Settings, asked: argparse.Namespace) -> int:
    text = sys.stdin.read() if asked.file == "-" else Path(asked.file).read_text(encoding="utf-8")
    words = load_book().words_zh
    told = read_once(settings.data, partial(slip.told, text=text, words=words), settings.database)
    print(told.words)
    return 0 if told.is_genuine else 1


def _backup(settings: Settings, asked: argparse.Namespace) -> int:
    listed = keep.backup(settings, asked.file, sealed.public_key(asked.seal_to) if asked.seal_to else None)
    photos = sum(name.startswith("photos/") for name in listed.files)
    print(f"{asked.file}: {listed.rows['ops']} ops, {photos} photos")
    return 0


def _restore(settings: Settings, asked: argparse.Namespace) -> int:
    print(keep.told_life(keep.restore(settings, asked.file, load_book(), _key(asked))))
    return 0


def _key(asked: argparse.Namespace) -> keep.Key | None:
    return sealed.read_key(asked.key) if asked.key else None


def _backupkey(_settings: Settings, asked: argparse.Namespace) -> int:
    print(sealed.new_key(asked.file))
    return 0


def _drill(_settings: Settings, asked: argparse.Namespace) -> int:
    keep.drill(asked.file, load_book(), _key(asked))
    print(f"{asked.file}: can be restored")
    return 0


def _missing(settings: Settings, _asked: argparse.Namespace) -> int:
    found = read_once(settings.data, keep.missing, settings.database)
    print("\n".join(keep.told_missing(found)) or "nothing is missing")
    return 1 if found else 0


def _newkey(settings: Settings, _asked: argparse.Namespace) -> int:
    store = open_store(settings.data, settings.database)
    print(store.write_now(seal.renew))
    store.close_now()
    return 0


if __name__ == "__main__":
    sys.exit(main())
