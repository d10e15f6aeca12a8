"""A person enters on a device, and stays known there: password, device, access token, refresh token. No rights are judged."""

import asyncio
import base64
import hashlib
import secrets
from functools import partial
from typing import Any

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from litestar import Request, Response, Router, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from server.body import read_json
from server.parts import Parts
from server.problems import Problem
from server.seal import Key, device_text
from server.store import log, people
from server.store.disk import Conn
from server.store.people import Refresh
from server.who import Standing, Who, address_of, scopes_now, standing
from sync.wire import Scope

REFRESH_MS = 30 * 24 * 3600 * 1000
"""How long a device stays known without being used."""
STAFF_COOKIE_S = 400 * 24 * 3600
COOKIE = "enter-"
MOST_PER_ACCOUNT = 10
MOST_PER_ADDRESS = 60

_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_hex(16))


class EnterAsk(msgspec.Struct, frozen=True):
    """What a person types, and the device id this phone was given before with its mark ("" for none)."""

    account: str
    password: str
    device: str = ""
    mark: str = ""


class DeviceAsk(msgspec.Struct, frozen=True):
    """Which device asks; may be left out when the browser holds one device only."""

    device: str = ""


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a device must know to begin."""

    access: str
    expires_ms: int
    person: str
    name: str
    device: str
    mark: str
    """By it the device is known for this person's own where a restore has lost it."""
    next_seq: int
    head_hash: str
    epoch: str
    now_ms: int
    roles: list[str]
    scope: list[Scope]
    book: str
    """The version of the county's book."""
    keys: list[Key]
    """The public keys that check receipts, the present one first."""


class _Renewed(msgspec.Struct, frozen=True):
    who: Who
    token: str


def hash_password(password: str) -> str:
    """argon2id, with the library's parameters (RFC 9106, low memory)."""
    return _hasher.hash(password)


@post("/enter", status_code=200)
async def enter(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[bytes]:
    """Takes a password, gives a device."""
    ask = await read_json(request, EnterAsk)
    account = await parts.store.read(partial(people.account_of, account=ask.account))
    async with parts.throttle.turns:
        person = await _checked(parts, ask, account, address_of(request))
    is_marked = parts.seal.knows(device_text(ask.device, person), ask.mark)
    enrol = partial(_enrol, person=person, offered=ask.device, is_marked=is_marked, now_ms=parts.clock())
    return await _entered(parts, await parts.store.write(enrol))


async def _checked(parts: Parts, ask: EnterAsk, account: people.Account | None, address: str) -> str:
    """The person, if the password is his and not too many were tried of late."""
    keys = {f"account {ask.account}": MOST_PER_ACCOUNT, f"address {address}": MOST_PER_ADDRESS}
    wait_s = max(parts.throttle.wait_s(key, most) for key, most in keys.items())
    if wait_s:
        raise Problem("too_many_tries", f"{wait_s} s", retry_after_s=wait_s)
    is_right = await asyncio.to_thread(_fits, account.password if account else _NOBODY, ask.password)
    if account is None or not is_right:
        for key in keys:
            parts.throttle.failed(key)
        raise Problem("wrong_password")
    parts.throttle.succeeded(f"account {ask.account}")
    return account.person


@post("/enter/again", status_code=200)
async def enter_again(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[bytes]:
    """Takes a refresh token, gives the next."""
    ask = await read_json(request, DeviceAsk)
    token = _cookie(request, ask.device)
    renewed = await parts.store.write(partial(_renew, token=token, now_ms=parts.clock()))
    if isinstance(renewed, str):
        raise Problem(renewed)
    return await _entered(parts, renewed)


@post("/enter/leave", status_code=204)
async def leave(request: Request[Any, Any, Any], parts: NamedDependency[Parts]) -> Response[None]:
    """Ends a device's tokens. Its chain, and what waits on it, stay."""
    ask = await read_json(request, DeviceAsk)
    token = _cookie(request, ask.device)
    device = await parts.store.write(partial(_end, token=token, now_ms=parts.clock()))
    gone = Cookie(key=COOKIE + (device or ask.device), value="", path="/enter", max_age=0, httponly=True)
    return Response(None, status_code=204, cookies=[gone])


def _fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _cookie(request: Request[Any, Any, Any], device: str) -> str:
    held = {name: value for name, value in request.cookies.items() if name.startswith(COOKIE)}
    if device:
        return held.get(COOKIE + device, "")
    return next(iter(held.values())) if len(held) == 1 else ""


def _enrol(conn: Conn, person: str, offered: str, now_ms: int, *, is_marked: bool) -> _Renewed:
    """This person's device again, if it is his and not reported lost; else a new one. One that a restore lost is known by its mark."""
    known = log.device_of(conn, offered) if offered else None
    if known and known.person == person and known.revoked_ms is None:
        device = known.id
    else:
        device = offered if known is None and is_marked else _new_device_id()
        log.put_devices(conn, [log.Device(id=device, person=person, contact_ms=now_ms, enrolled_ms=now_ms)])
    return _give(conn, Who(person, device, 0), family=secrets.token_hex(16), parent="", now_ms=now_ms)


def _new_device_id() -> str:
    """`d` and 9 characters of base32: 45 bits, so that no device guesses another's."""
    return "d" + base64.b32encode(secrets.token_bytes(6)).decode().lower()[:9]


def _give(conn: Conn, who: Who, family: str, parent: str, now_ms: int) -> _Renewed:
    token = secrets.token_urlsafe(32)
    people.add_refresh(
        conn,
        Refresh(hash=_hash(token), family=family, parent=parent, device=who.device, person=who.person, made_ms=now_ms),
    )
    return _Renewed(who, token)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _renew(conn: Conn, token: str, now_ms: int) -> _Renewed | str:
    """The next token, or the word why not.

    A token that was used works again until one that was given for it was: its reply was lost on the way. One given in the
    stead of a used one works too: the replies to two tabs crossed. Not twice in succession, and not once both are a turn
    behind: then two hold the line, one of them a thief, and the whole line ends. Only the order of uses ends it: no clock may.
    """
    held = people.refresh_of(conn, _hash(token)) if token else None
    if held is None or held.revoked_ms is not None or held.made_ms + REFRESH_MS < now_ms:
        return "enter_again"
    turn = people.given_for(conn, [held.parent]) if held.parent else [held]
    used = [one.hash for one in turn if one.used_ms is not None]
    later = people.given_for(conn, used)
    crosses = bool(used) and held.used_ms is None
    if any(one.used_ms is not None for one in later) or (crosses and _crossed_before(conn, held.parent)):
        people.revoke_family(conn, held.family, now_ms)
        return "reuse"
    device = log.device_of(conn, held.device)
    if device is None or device.revoked_ms is not None:
        return "device_revoked"
    people.use_refresh(conn, held.hash, now_ms)
    parent = later[0].parent if later else held.hash
    return _give(conn, Who(held.person, held.device, 0), held.family, parent, now_ms)


def _crossed_before(conn: Conn, token_hash: str) -> bool:
    """Whether this token's turn had replies that crossed: more than one of it was used."""
    token = people.refresh_of(conn, token_hash)
    turn = people.given_for(conn, [token.parent]) if token and token.parent else []
    return sum(one.used_ms is not None for one in turn) > 1


def _end(conn: Conn, token: str, now_ms: int) -> str:
    held = people.refresh_of(conn, _hash(token)) if token else None
    if held is None:
        return ""
    people.revoke_family(conn, held.family, now_ms)
    return held.device


async def _entered(parts: Parts, renewed: _Renewed) -> Response[bytes]:
    who = renewed.who
    now_ms = parts.clock()
    access, expires_ms = parts.tokens.make(who.person, who.device)

    def look(conn: Conn) -> tuple[Standing, str, list[Scope]]:
        stands = standing(conn, who)
        name = people.names(conn, [who.person]).get(who.person, "")
        return stands, name, scopes_now(conn, who.person, stands.asker.areas, now_ms)

    stands, name, scope = await parts.store.read(look)
    entered = Entered(
        access=access,
        expires_ms=expires_ms,
        person=who.person,
        name=name,
        device=who.device,
        mark=parts.seal.mark(device_text(who.device, who.person)),
        next_seq=stands.device.head_seq + 1,
        head_hash=stands.device.head_hash,
        epoch=parts.store.meta.epoch,
        now_ms=now_ms,
        roles=stands.roles_anywhere(now_ms),
        scope=scope,
        book=parts.county.book.version,
        keys=parts.seal.keys,
    )
    body = msgspec.json.encode(entered)
    headers = {"Cache-Control": "no-store"}
    cookies = _cookies(renewed, is_secure=parts.settings.is_secure)
    return Response(body, media_type="application/json", headers=headers, cookies=cookies)


def _cookies(renewed: _Renewed, *, is_secure: bool) -> list[Cookie]:
    return [
        Cookie(
            key=COOKIE + renewed.who.device,
            value=renewed.token,
            path="/enter",
            max_age=REFRESH_MS // 1000,
            httponly=True,
            secure=is_secure,
            samesite="strict",
        ),
        # Stays when the person leaves: a browser that was ever staff's may not answer for a resident.
        Cookie(
            key="staff",
            value="1",
            path="/r",
            max_age=STAFF_COOKIE_S,
            httponly=True,
            secure=is_secure,
            samesite="lax",
        ),
    ]


router = Router("/", route_handlers=[enter, enter_again, leave])
