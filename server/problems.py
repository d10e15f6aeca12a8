"""Every error a caller can meet, in one table, and the one shape it is told in: problem+json, Chinese and English."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from server.store import Broken, Busy

log = logging.getLogger("sulaiban")

MEDIA_TYPE = "application/problem+json"

Asked: TypeAlias = Request[Any, Any, Any]


STATUS: dict[str, int] = {
    "not_entered": 401,
    "token_expired": 401,
    "enter_again": 401,
    "reuse": 401,
    "device_revoked": 401,
    "wrong_password": 401,
    "too_many_tries": 429,
    "not_your_device": 403,
    "not_for_your_role": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "photo_not_named": 409,
    "snapshot_gone": 410,
    "wrong_offset": 409,
    "upload_gone": 410,
    "wrong_tus": 412,
    "ask_not_readable": 400,
    "wire_too_new": 400,
    "bad_request": 400,
    "wrong_hash": 400,
    "not_a_photo": 415,
    "not_a_voice": 415,
    "too_many_pixels": 415,
    "photo_too_heavy": 415,
    "not_a_piece": 415,
    "unknown_encoding": 415,
    "ask_too_large": 413,
    "too_many_ops": 413,
    "too_large": 413,
    "upload_busy": 423,
    "wrong_checksum": 460,
    "busy": 503,
    "store_broken": 503,
    "fault": 500,
}
"""Every problem by its word `why`, with its HTTP status. The word is the contract; its sentences are in the book's words."""

_WHY_OF_STATUS = {401: "not_entered", 404: "not_found", 405: "method_not_allowed", 413: "ask_too_large", 500: "fault"}


class Problem(Exception):  # noqa: N818 - what the caller is told, not always a fault
    """Stops a request with a row of the table."""

    def __init__(
        self, why: str, detail: str = "", retry_after_s: int = 0, headers: Mapping[str, str] | None = None
    ) -> None:
        """`detail` may name the numbers; `retry_after_s` becomes a header, beside `headers`."""
        super().__init__(why)
        self.why = why
        self.detail = detail
        self.retry_after_s = retry_after_s
        self.headers = dict(headers or {})


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The one shape of every error's body (RFC 9457, with `why`, `title_en` and `do` beside it)."""

    type: str
    title: str
    title_en: str
    status: int
    detail: str
    why: str
    do: str
    do_en: str


def answerer(words_zh: dict[str, str], words_en: dict[str, str]) -> Callable[[Asked, Exception], Response[bytes]]:
    """The one function that turns any exception into an answer, in these words.

    A fault of our own is logged whole and told without its words.
    """

    def answer(request: Asked, fault: Exception) -> Response[bytes]:
        problem = problem_of(fault)
        why, status = problem.why, STATUS[problem.why]
        if why == "fault":
            log.error("fault at /%s", request.url.path.split("/")[1], exc_info=fault)
        told = Told(
            type=f"/problems/{why}",
            title=words_zh[f"problem.{why}"],
            title_en=words_en[f"problem.{why}"],
            status=status,
            detail=problem.detail,
            why=why,
            do=words_zh[f"problem.{why}_do"],
            do_en=words_en[f"problem.{why}_do"],
        )
        headers = {"Cache-Control": "no-store", **problem.headers}
        if problem.retry_after_s:
            headers["Retry-After"] = str(problem.retry_after_s)
        return Response(msgspec.json.encode(told), status_code=status, media_type=MEDIA_TYPE, headers=headers)

    return answer


def problem_of(fault: Exception) -> Problem:
    """The row an exception stands for."""
    if isinstance(fault, Problem):
        return fault
    if isinstance(fault, Busy):
        return Problem("busy", retry_after_s=2)
    if isinstance(fault, Broken):
        return Problem("store_broken", retry_after_s=60)
    if isinstance(fault, HTTPException):
        return Problem(_WHY_OF_STATUS.get(fault.status_code, "bad_request"))
    return Problem("fault")
