"""Every error a caller can meet, in one table, and the one shape it is told in: problem+json, Chinese and English."""

import logging
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from server.store import Broken, Busy

log = logging.getLogger("sulaiban")

MEDIA_TYPE = "application/problem+json"


class Row(msgspec.Struct, frozen=True):
    """One kind of problem: its HTTP status, its name, and what the one who meets it can do."""

    status: int
    zh: str
    en: str
    do_zh: str
    do_en: str


TABLE: dict[str, Row] = {
    "not_entered": Row(401, "尚未登录", "Not entered", "请登录后重试；未上传的记录都在。", "Enter and try again; what waits is kept."),
    "token_expired": Row(401, "登录已过期", "The token ran out", "会自动续期。", "It is renewed by itself."),
    "enter_again": Row(401, "需要重新登录", "Enter again", "请输入密码；未上传的记录都在。", "Give your password; what waits is kept."),
    "reuse": Row(401, "登录凭证被重复使用，已停用", "A used token came again; its family is ended", "请重新登录，并告知镇中心。", "Enter again and tell the town."),
    "device_revoked": Row(401, "此设备已挂失", "This device was reported lost", "请联系镇中心；本机未上传的记录都在。", "Speak to the town; what waits is kept."),
    "wrong_password": Row(401, "账号或密码不对", "Account or password is wrong", "请再输一次。", "Try once more."),
    "too_many_tries": Row(429, "尝试次数过多", "Too many tries", "请稍后再试。", "Try again later."),
    "not_your_device": Row(403, "这不是本次登录的设备", "Another device than the one that entered", "请在本机重新登录。", "Enter again on this device."),
    "not_for_your_role": Row(403, "您的角色看不到这一页", "Not for your role", "请用镇中心或县平台账号。", "Use a town or county account."),
    "not_found": Row(404, "没有找到", "Not found", "请检查地址。", "Check the address."),
    "method_not_allowed": Row(405, "不支持这种操作", "Method not allowed", "请检查地址。", "Check the address."),
    "photo_not_named": Row(409, "还没有记录提到这张照片", "No record names this photo yet", "先上传记录，再上传照片。", "Send the record first, then the photo."),
    "ask_not_readable": Row(400, "内容无法读取", "Not readable", "请更新程序。", "Update the app."),
    "wire_too_new": Row(400, "程序比服务器新", "The app is newer than the server", "稍后再试；记录都在。", "Try later; what waits is kept."),
    "bad_request": Row(400, "请求有误", "Bad request", "请更新程序。", "Update the app."),
    "wrong_hash": Row(400, "照片与校验码不符", "The bytes do not have this hash", "请重新上传。", "Send it again."),
    "not_a_photo": Row(415, "不是照片", "Not a photo", "只收 JPEG、PNG、WebP。", "Only JPEG, PNG and WebP."),
    "unknown_encoding": Row(415, "压缩方式不支持", "Unknown Content-Encoding", "只收 gzip 或不压缩。", "Use gzip or none."),
    "ask_too_large": Row(413, "一次传得太多", "Too much at once", "会自动分批。", "Halve it and send the halves."),
    "too_many_ops": Row(413, "一次传的条数太多", "Too many ops at once", "会自动分批。", "Halve it and send the halves."),
    "too_large": Row(413, "文件太大", "Too large", "照片最大 8 MB。", "A photo has 8 MiB at most."),
    "busy": Row(503, "服务器忙", "Busy", "会自动重试；记录都在。", "It tries again by itself; what waits is kept."),
    "store_broken": Row(503, "服务器存储故障，暂停接收", "The store failed and takes nothing more", "请告知管理员；记录都在。", "Tell the operator; what waits is kept."),
    "fault": Row(500, "服务器出错", "A fault of the server", "稍后再试；记录都在。", "Try later; what waits is kept."),
}  # fmt: skip
"""By the word `why`. The word is the contract; the sentences are for people."""

_WHY_OF_STATUS = {401: "not_entered", 404: "not_found", 405: "method_not_allowed", 413: "ask_too_large", 500: "fault"}


class Problem(Exception):  # noqa: N818 - what the caller is told, not always a fault
    """Stops a request with a row of the table."""

    def __init__(self, why: str, detail: str = "", retry_after_s: int = 0) -> None:
        """`detail` may name the numbers; `retry_after_s` becomes a header."""
        super().__init__(why)
        self.why = why
        self.detail = detail
        self.retry_after_s = retry_after_s


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


def answer(request: Request[Any, Any, Any], fault: Exception) -> Response[bytes]:
    """The answer to any exception. A fault of our own is logged whole and told without its words."""
    problem = problem_of(fault)
    if problem.why == "fault":
        log.error("fault at %s", request.url.path.split("/", 2)[1], exc_info=fault)
    row = TABLE[problem.why]
    told = Told(
        type=f"/problems/{problem.why}",
        title=row.zh,
        title_en=row.en,
        status=row.status,
        detail=problem.detail,
        why=problem.why,
        do=row.do_zh,
        do_en=row.do_en,
    )
    headers = {"Cache-Control": "no-store"}
    if problem.retry_after_s:
        headers["Retry-After"] = str(problem.retry_after_s)
    return Response(msgspec.json.encode(told), status_code=row.status, media_type=MEDIA_TYPE, headers=headers)


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
