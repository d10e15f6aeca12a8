"""The floor: rows and a cursor, over the same store, driver and group commit, with no conflict handling at all. A process of its own."""

import socket
import sys
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from litestar import Litestar, Request, Response, post
from litestar.config.compression import CompressionConfig
from sqlalchemy import text

from server.body import read_body
from server.store import Store, open_store
from server.store.disk import Conn
from sync.wire import MAX_ASK_BYTES

_TABLES = (
    "CREATE TABLE IF NOT EXISTS plain (id TEXT PRIMARY KEY, scope TEXT, seq INTEGER, body TEXT)",
    "CREATE INDEX IF NOT EXISTS plain_cursor ON plain (scope, seq)",
    "CREATE TABLE IF NOT EXISTS plain_head (scope TEXT PRIMARY KEY, seq INTEGER)",
)
_HEAD = text(
    "INSERT INTO plain_head VALUES (:scope, :rows) ON CONFLICT (scope) DO UPDATE SET seq = seq + :rows RETURNING seq"
)
_PUT = text("""
    INSERT INTO plain (id, scope, seq, body)
    SELECT value ->> 'id', :scope, :first + key, value ->> 'fields' FROM json_each(:rows) WHERE true ORDER BY key
    ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, body = json_patch(plain.body, excluded.body)
""")
_AFTER = text("SELECT id, seq, body FROM plain WHERE scope = :scope AND seq > :after ORDER BY seq LIMIT 1000")


class Ask(msgspec.Struct):
    """What a client brings: rows, its scope, and how far it has read."""

    scope: str
    after: int
    rows: msgspec.Raw
    count: int


def _put(conn: Conn, ask: Ask) -> None:
    head = conn.execute(_HEAD, {"scope": ask.scope, "rows": ask.count}).scalar_one()
    values = {"scope": ask.scope, "first": head - ask.count + 1, "rows": bytes(ask.rows).decode()}
    conn.execute(_PUT, values)


def _after(conn: Conn, ask: Ask) -> bytes:
    rows = conn.execute(_AFTER, {"scope": ask.scope, "after": ask.after}).all()
    return msgspec.json.encode([[row.id, row.seq, msgspec.Raw(row.body.encode())] for row in rows])


def make(store: Store) -> Litestar:
    """The app: push and pull in one round trip, as ours does."""

    @post("/sync", status_code=200)
    async def sync(request: Request[Any, Any, Any]) -> Response[bytes]:
        ask = msgspec.json.decode(await read_body(request, MAX_ASK_BYTES), type=Ask)
        if ask.count:
            await store.write(lambda conn: _put(conn, ask))
        answer = await store.read(lambda conn: _after(conn, ask))
        return Response(answer, media_type="application/json")

    packed = CompressionConfig(backend="brotli", brotli_quality=5, gzip_compress_level=6, minimum_size=500)
    return Litestar([sync], compression_config=packed, openapi_config=None, logging_config=None)


def main() -> None:
    """`plain FOLDER SOCKET`: serves until it is killed."""
    listening = socket.socket(fileno=int(sys.argv[2]))
    store = open_store(Path(sys.argv[1]))
    for statement in _TABLES:
        store.write_now(lambda conn, made=statement: conn.execute(text(made)).close())
    print("up", flush=True)
    config = uvicorn.Config(make(store), access_log=False, log_config=None)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
