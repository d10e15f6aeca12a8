"""Who asks: a token becomes a person on a device, and the store says where that person stands."""

from collections import OrderedDict
from typing import Any, Protocol, cast

import jwt
import msgspec
from litestar import Request

from server.now import Clock
from server.problems import Problem
from server.sight import reader, view
from server.store import lists, log, people
from server.store.disk import Conn
from server.store.log import Device, Grid
from sync.admit import Area, Asker, roles_at
from sync.law import ROLES, rank
from sync.wire import Scope

ACCESS_MS = 15 * 60 * 1000
ISSUER = "sulaiban"
AUDIENCE = "sulaiban-staff"
TYPE = "at+jwt"
_ALGORITHM = "HS256"
_KNOWN_TOKENS = 4096


class _Codec(Protocol):
    """What we use of PyJWT, with the types it does not give."""

    def encode(self, payload: dict[str, Any], key: bytes, algorithm: str, headers: dict[str, Any]) -> str: ...

    def decode_complete(
        self, jwt: str, key: bytes, algorithms: list[str], options: dict[str, Any], *, audience: str, issuer: str
    ) -> dict[str, Any]: ...


_codec: _Codec = cast("_Codec", jwt.PyJWT())


class Who(msgspec.Struct, frozen=True):
    """A person on a device, until the token runs out."""

    person: str
    device: str
    expires_ms: int


class Tokens:
    """Makes access tokens and reads them; verified ones are remembered until they run out."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        """`key` is the store's secret; `clock` the server's."""
        self._key = key
        self._clock = clock
        self._known: OrderedDict[str, Who] = OrderedDict()

    def make(self, person: str, device: str) -> tuple[str, int]:
        """An access token and the moment it runs out."""
        now_ms = self._clock()
        expires_ms = now_ms + ACCESS_MS
        claims: dict[str, str | int] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": person,
            "dev": device,
            "iat": now_ms // 1000,
            "exp": expires_ms // 1000,
        }
        return _codec.encode(claims, self._key, algorithm=_ALGORITHM, headers={"typ": TYPE}), expires_ms

    def read(self, token: str) -> Who:
        """Who a token names. Raises a Problem for one that is forged, of another kind, or run out."""
        who = self._known.get(token)
        if who is None:
            who = self._verified(token)
            self._known[token] = who
            while len(self._known) > _KNOWN_TOKENS:
                self._known.popitem(last=False)
        if self._clock() >= who.expires_ms:
            self._known.pop(token, None)
            raise Problem("token_expired")
        return who

    def _verified(self, token: str) -> Who:
        """RFC 8725: one algorithm, and type, issuer, audience and end all required. Our clock judges the end."""
        try:
            whole = _codec.decode_complete(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": ["exp", "iss", "aud", "sub"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError as fault:
            raise Problem("not_entered") from fault
        claims = whole["payload"]
        person, device, expires = claims.get("sub"), claims.get("dev"), claims.get("exp")
        right = isinstance(person, str) and isinstance(device, str) and isinstance(expires, int)
        if not right or whole["header"].get("typ") != TYPE:
            raise Problem("not_entered")
        return Who(person=person, device=device, expires_ms=expires * 1000)


def address_of(request: Request[Any, Any, Any]) -> str:
    """Where a request came from, as far as the network says; "" where it says nothing."""
    return request.client.host if request.client else ""


def token_of(request: Request[Any, Any, Any]) -> str:
    """The bearer token of a request."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem("not_entered")
    return token


class Standing(msgspec.Struct, frozen=True):
    """Who asks, with everything the store says of them."""

    asker: Asker
    device: Device

    def roles_now(self, grid: str, now_ms: int) -> list[str]:
        """The roles held in a grid now, highest first."""
        return roles_at(self.asker.areas, grid, now_ms)

    def codes_now(self, roles: tuple[str, ...], now_ms: int) -> list[str]:
        """The areas where one of these roles is held now."""
        return sorted(_codes([area for area in self.asker.areas if area.role in roles], now_ms))

    def roles_anywhere(self, now_ms: int) -> list[str]:
        """The roles held anywhere now, highest first."""
        held = {area.role for area in self.asker.areas if _holds(area, now_ms)}
        return sorted(held, key=lambda role: (-rank(role), role))


def _codes(areas: list[Area], now_ms: int) -> set[str]:
    return {area.code for area in areas if _holds(area, now_ms)}


def _holds(area: Area, now_ms: int) -> bool:
    return area.from_ms <= now_ms and (area.to_ms is None or now_ms < area.to_ms)


def standing(conn: Conn, who: Who) -> Standing:
    """Where the asker stands. Raises a Problem for a device that is unknown, another person's, or reported lost."""
    device = log.device_of(conn, who.device)
    if device is None or device.person != who.person:
        raise Problem("enter_again")
    if device.revoked_ms is not None:
        raise Problem("device_revoked")
    asker = Asker(person=who.person, device=who.device, areas=people.areas_of(conn, who.person))
    return Standing(asker=asker, device=device)


def log_readers(areas: list[Area]) -> list[Area]:
    """The areas whose holders are given logs: who stands for a unit reads its orders at the desk, and nothing else of a grid."""
    return [area for area in areas if area.role in ROLES and not ROLES[area.role].of]


def grids_now(conn: Conn, areas: list[Area], now_ms: int) -> list[Grid]:
    """The grids a person may read now."""
    return log.grids_under(conn, sorted(_codes(areas, now_ms)))


def scopes_now(conn: Conn, person: str, areas: list[Area], now_ms: int) -> list[Scope]:
    """The same as phones hear it: with names, the highest role held there, and who else stands or stood there."""
    grids = grids_now(conn, areas, now_ms)
    known = people.standing_in(conn, (code for grid in grids for code in _codes_of(grid)))
    covers = people.covers_of(conn, person, now_ms)
    marks = lists.marks_in(conn, [grid.code for grid in grids])
    return [
        Scope(
            grid=grid.code,
            name=grid.name,
            village=grid.village,
            town=grid.town,
            role=roles_at(areas, grid.code, now_ms)[0],
            people={one: name for code in _codes_of(grid) for one, name in known.get(code, {}).items()},
            until_ms=_until(areas, grid.code, now_ms),
            covers=covers.get(grid.code, ""),
            view=view(reader(person, areas, grid.code, now_ms), marks.get(grid.code, {})),
        )
        for grid in grids
    ]


def _until(areas: list[Area], grid: str, now_ms: int) -> int:
    """When the last of what is held there ends; 0 while no end is set."""
    ends = [area.to_ms for area in areas if grid.startswith(area.code) and _holds(area, now_ms)]
    return 0 if None in ends else max((end for end in ends if end is not None), default=0)


def _codes_of(grid: Grid) -> tuple[str, ...]:
    """The codes of every area that a grid may lie in: the county ("" or its 6 digits), the town, the village, itself."""
    return ("", grid.code[:6], grid.town_code, grid.village_code, grid.code)
