"""Hybrid logical clock: stamps that name an op, and the time an op is credited with. It is always told the time."""

import re

MS_DIGITS = 15
COUNT_DIGITS = 4
_HEAD = re.compile(rf"[0-9]{{{MS_DIGITS}}}-[0-9a-f]{{{COUNT_DIGITS}}}-")
MAX_COUNT = 16**COUNT_DIGITS - 1
MAX_AHEAD_MS = 5 * 60 * 1000
"""How far ahead of ours another clock may run before our own clock stops following it."""
DAY_MS = 24 * 3600 * 1000


def stamp(ms: int, count: int, device: str) -> str:
    """`MMMMMMMMMMMMMMM-CCCC-device`: milliseconds, a hexadecimal counter, the device. Sorts as ASCII text."""
    return f"{ms:0{MS_DIGITS}d}-{count:0{COUNT_DIGITS}x}-{device}"


def stamp_ms(text: str) -> int:
    """The milliseconds since 1970 that a stamp claims."""
    return int(text[:MS_DIGITS])


def _stamp_count(text: str) -> int:
    return int(text[MS_DIGITS + 1 : MS_DIGITS + 1 + COUNT_DIGITS], 16)


def is_stamp(text: str, device: str) -> bool:
    """Whether `text` is a well-formed stamp made by `device`."""
    head = _HEAD.match(text)
    return head is not None and text[head.end() :] == device


def tick(last: str, now_ms: int, device: str) -> str:
    """The stamp for an op made here and now, later than `last` (the latest stamp seen; "" for none).

    A clock that went back, or stands still, moves the counter; a full counter moves the millisecond. Before 1970 is 1970.
    """
    if not last or now_ms > stamp_ms(last):
        return stamp(max(now_ms, 0), 0, device)
    count = _stamp_count(last) + 1
    if count > MAX_COUNT:
        return stamp(stamp_ms(last) + 1, 0, device)
    return stamp(stamp_ms(last), count, device)


def witness(last: str, other: str, now_ms: int) -> str:
    """The later of two stamps; one that runs more than MAX_AHEAD_MS ahead of our clock is not followed."""
    if stamp_ms(other) > now_ms + MAX_AHEAD_MS:
        return last
    return max(last, other)


def credit(claimed_ms: int, contact_ms: int, placed_ms: int) -> int:
    """The time an op counts from: what its phone claims, never before the device's last proven contact, never after
    the server placed it. So a phone a year wrong gains nothing and loses nothing (reliability D1).
    """
    return min(max(claimed_ms, contact_ms), placed_ms)


def skew(claimed_now_ms: int, now_ms: int) -> int:
    """How many milliseconds a device's clock runs ahead of ours (negative: behind)."""
    return claimed_now_ms - now_ms
