"""Entering: the right person, on a device the server knows, with tokens that nobody can forge, keep or use twice unseen."""

import asyncio
import base64
import hmac
import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from server.enter import MOST_PER_ACCOUNT, MOST_PER_ADDRESS, REFRESH_MS
from server.store import people
from server.who import ACCESS_MS, AUDIENCE, ISSUER, TYPE
from sync.admit import Area
from tests.server.house import DAY, EAST, HOUR, PASSWORD, WEST, House, house, lamp


def cookie(home: House, device: str) -> str:
    return home.http.cookies.get(f"enter-{device}", path="/enter") or ""


async def again(home: House, device: str, token: str) -> tuple[int, str, str]:
    """Renews with exactly this token: the status, the word why, and the token that came."""
    home.http.cookies.clear()
    response = await home.http.post(
        "/enter/again", json={"device": device}, headers={"Cookie": f"enter-{device}={token}"}
    )
    why = "" if response.status_code == 200 else response.json()["why"]
    return response.status_code, why, cookie(home, device)


async def test_a_person_enters_and_hears_everything_a_device_must_know(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        said = (await home.http.post("/enter", json={"account": "both", "password": PASSWORD})).json()
        assert (said["person"], said["name"], said["roles"]) == ("p6", "周六", ["grid_worker"])
        assert (said["next_seq"], said["head_hash"]) == (1, "")
        assert [scope["grid"] for scope in said["scope"]] == [EAST, WEST]
        assert (said["now_ms"], said["expires_ms"]) == (home.time.ms, home.time.ms + ACCESS_MS)
        assert (said["epoch"], said["book"]) == (home.parts.store.meta.epoch, home.parts.county.book.version)
        assert len(said["device"]) == 10


async def test_a_wrong_password_and_an_unknown_account_sound_alike(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        wrong = await home.http.post("/enter", json={"account": "wang", "password": "x"})
        unknown = await home.http.post("/enter", json={"account": "nobody", "password": "x"})
        assert (wrong.status_code, wrong.json()) == (401, unknown.json())


async def test_tries_that_are_sent_all_at_once_are_counted_one_by_one(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        tries = (home.http.post("/enter", json={"account": "wang", "password": f"x{n}"}) for n in range(30))
        statuses = Counter([response.status_code for response in await asyncio.gather(*tries)])
        assert statuses[401] <= MOST_PER_ACCOUNT + 1
        assert statuses[401] + statuses[429] == 30


async def test_the_known_device_is_kept_and_another_persons_is_not_given_away(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first = await home.enter("wang")
        first.op("register", lamp())
        await first.sync()
        again_ = await home.enter("wang", first.device)
        assert (again_.device, again_.seq, again_.head) == (first.device, 1, first.head)
        assert (await home.enter("li", first.device)).device != first.device
        assert (await home.enter("wang")).device != first.device


async def test_guessing_is_slowed_down_by_account_and_by_address(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        bad = {"account": "wang", "password": "guess"}
        statuses = [(await home.http.post("/enter", json=bad)).status_code for _ in range(MOST_PER_ACCOUNT + 1)]
        assert statuses == [401] * MOST_PER_ACCOUNT + [429]
        locked = await home.http.post("/enter", json={"account": "wang", "password": PASSWORD})
        assert locked.status_code == 429
        assert int(locked.headers["retry-after"]) > 0
        assert (await home.enter("li")).person == "p2"
        for _ in range(MOST_PER_ADDRESS):
            home.parts.throttle.failed("address 127.0.0.1")
        assert (await home.http.post("/enter", json={"account": "li", "password": PASSWORD})).status_code == 429
        home.time.pass_(HOUR)
        assert (await home.enter("wang")).person == "p1"


async def test_the_token_turns_at_every_use(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        device = (await home.enter("wang")).device
        first = cookie(home, device)
        status, _, second = await again(home, device, first)
        assert (status, second not in ("", first)) == (200, True)
        status, _, third = await again(home, device, second)
        assert (status, third not in ("", first, second)) == (200, True)


async def test_a_phone_whose_reply_was_lost_may_use_the_old_token_again(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        device = (await home.enter("wang")).device
        token = cookie(home, device)
        for _ in range(5):
            assert (await again(home, device, token))[0] == 200
            status, _, token = await again(home, device, token)
            assert status == 200


async def test_a_token_older_than_one_that_was_used_ends_the_whole_line(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        device = (await home.enter("wang")).device
        first = cookie(home, device)
        _, _, second = await again(home, device, first)
        _, _, third = await again(home, device, second)
        assert (await again(home, device, first))[:2] == (401, "reuse")
        assert (await again(home, device, third))[:2] == (401, "enter_again")


async def test_a_thief_who_renews_beside_the_owner_is_found_out(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        device = (await home.enter("wang")).device
        stolen = cookie(home, device)
        _, _, owners = await again(home, device, stolen)
        _, _, thiefs = await again(home, device, stolen)
        _, _, owners = await again(home, device, owners)
        _, _, thiefs = await again(home, device, thiefs)
        status, _, owners = await again(home, device, owners)
        assert status == 200
        assert (await again(home, device, thiefs))[:2] == (401, "reuse")
        assert (await again(home, device, owners))[:2] == (401, "enter_again")


async def test_a_thief_who_falls_two_uses_behind_the_owner_is_found_out(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        device = (await home.enter("wang")).device
        stolen = cookie(home, device)
        _, _, owners = await again(home, device, stolen)
        _, _, thiefs = await again(home, device, stolen)
        _, _, owners = await again(home, device, owners)
        assert (await again(home, device, owners))[0] == 200
        assert (await again(home, device, thiefs))[:2] == (401, "reuse")


@pytest.mark.parametrize("jump_ms", [0, HOUR, -HOUR, 20 * DAY, -20 * DAY])
async def test_two_tabs_whose_answers_cross_stay_known_whatever_the_clock_says(tmp_path: Path, jump_ms: int) -> None:
    async with house(tmp_path) as home:
        device = (await home.enter("wang")).device
        held = cookie(home, device)
        for _ in range(2):
            _, _, first = await again(home, device, held)
            _, _, second = await again(home, device, held)
            home.time.pass_(jump_ms)
            status, _, _ = await again(home, device, first)
            assert status == 200
            status, _, held = await again(home, device, second)
            assert status == 200
            status, _, held = await again(home, device, held)
            assert status == 200
            home.time.pass_(-jump_ms)


async def test_a_phone_whose_reply_was_lost_may_lie_in_a_drawer_for_weeks(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        device = (await home.enter("wang")).device
        token = cookie(home, device)
        await again(home, device, token)
        home.time.pass_(29 * DAY)
        assert (await again(home, device, token))[0] == 200


async def test_a_device_unused_for_a_month_must_enter_again(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        device = (await home.enter("wang")).device
        token = cookie(home, device)
        home.time.pass_(REFRESH_MS + DAY)
        assert (await again(home, device, token))[:2] == (401, "enter_again")


async def test_leaving_ends_the_tokens_and_keeps_the_chain(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.op("register", lamp())
        await phone.sync()
        token = cookie(home, phone.device)
        left = await home.http.post("/enter/leave", json={"device": phone.device})
        assert left.status_code == 204
        assert cookie(home, phone.device) == ""
        assert (await again(home, phone.device, token))[:2] == (401, "enter_again")
        assert (await home.enter("wang", phone.device)).seq == 1


async def test_phone_and_desk_in_one_browser_renew_each_for_itself(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone, desk = await home.enter("wang"), await home.enter("town")
        for one, name in ((phone, "王一"), (desk, "钱四"), (phone, "王一")):
            said = await home.http.post("/enter/again", json={"device": one.device})
            assert (said.json()["name"], said.json()["device"]) == (name, one.device)
        assert (await home.http.post("/enter/again")).json()["why"] == "enter_again"


async def test_a_lost_device_may_ask_nothing_more(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        token = cookie(home, phone.device)
        await home.parts.store.write(lambda conn: people.revoke_device(conn, phone.device, home.time.ms))
        phone.op("register", lamp())
        assert (await phone.post()).json()["why"] == "device_revoked"
        assert (await again(home, phone.device, token))[:2] == (401, "enter_again")
        assert (await home.enter("wang", phone.device)).device != phone.device


async def test_the_cookies_cannot_be_read_by_scripts_nor_sent_by_other_sites(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        response = await home.http.post("/enter", json={"account": "wang", "password": PASSWORD})
        held, staff = (one.lower() for one in response.headers.get_list("set-cookie"))
        assert all(word in held for word in ("httponly", "path=/enter", "samesite=strict", "max-age=2592000"))
        assert staff.startswith("staff=1")
        assert "path=/r" in staff


class Forgery(NamedTuple):
    """A token that is right but for this."""

    claims: dict[str, str | None] = {}  # noqa: RUF012 - read only
    key: bytes = b""
    """b"": the store's own."""
    algorithm: str = "HS256"
    kind: str = TYPE


FORGERIES = {
    "another key": Forgery(key=b"k" * 32),
    "no signature": Forgery(algorithm="none"),
    "another algorithm": Forgery(algorithm="HS512"),
    "another type": Forgery(kind="JWT"),
    "another issuer": Forgery({"iss": "elsewhere"}),
    "another audience": Forgery({"aud": "resident"}),
    "no end": Forgery({"exp": None}),
    "an end that is no number": Forgery({"exp": "never"}),
    "no device": Forgery({"dev": None}),
}


def token(forgery: Forgery, device: str, own_key: bytes) -> str:
    """A token made by hand, as a thief would."""
    claims: dict[str, str | int | None] = {"iss": ISSUER, "aud": AUDIENCE, "sub": "p1", "dev": device, "exp": 10**10}
    claims |= forgery.claims
    head = {"alg": forgery.algorithm, "typ": forgery.kind}
    present = {name: value for name, value in claims.items() if value is not None}
    signed = ".".join(base64url(json.dumps(part).encode()) for part in (head, present))
    digest = {"HS512": "sha512"}.get(forgery.algorithm, "sha256")
    made = b"" if forgery.algorithm == "none" else hmac.digest(forgery.key or own_key, signed.encode(), digest)
    return f"{signed}.{base64url(made)}"


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


async def test_a_token_made_by_hand_with_the_right_key_would_open(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.access = token(Forgery(), phone.device, home.parts.store.meta.token_key)
        assert (await phone.post()).status_code == 200


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forged_token_opens_nothing(tmp_path: Path, forgery: str) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        phone.access = token(FORGERIES[forgery], phone.device, home.parts.store.meta.token_key)
        assert (await phone.post()).json()["why"] == "not_entered"


async def test_a_token_that_ran_out_says_so_even_when_it_was_known(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        assert (await home.http.get("/book", headers=phone.headers)).status_code == 200
        home.time.pass_(ACCESS_MS)
        assert (await home.http.get("/book", headers=phone.headers)).json()["why"] == "token_expired"


async def test_a_new_area_shows_at_the_next_exchange(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        phone = await home.enter("wang")
        await home.parts.store.write(
            lambda conn: people.add_areas(conn, "p1", [Area("grid_worker", WEST, 0, home.time.ms + HOUR)])
        )
        assert [scope.grid for scope in (await phone.sync()).scope] == [EAST, WEST]
        home.time.pass_(HOUR)
        assert [scope.grid for scope in (await phone.sync()).scope] == [EAST]
