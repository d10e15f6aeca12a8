"""Opens the machine's own Chromium as a phone or a desk. What people do in it is told by the tests."""

import os
import shutil
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Playwright, ViewportSize, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--lang=zh-CN",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)

PHONE = ViewportSize(width=360, height=740)
DESK = ViewportSize(width=1440, height=900)

GRANTED = ("camera", "geolocation", "microphone", "notifications")
"""Naming any permission denies all that are not named, so whoever names one names all of these. Background sync is only for who tests it:
elsewhere what waits on a phone would go behind the test's back."""


def chromium() -> str:
    """The path of a browser: the one that CHROMIUM names, else the first found; tests/road/chromium.sh installs one."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise FileNotFoundError("no Chromium here: run tests/road/chromium.sh, or name one in CHROMIUM")
    return found


@contextmanager
def browser() -> Generator[Browser]:
    """One browser; each phone and each desk in it is a context of its own and shares nothing with the others."""
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


def launch(playwright: Playwright) -> Browser:
    """The same for whoever has a Playwright running."""
    return playwright.chromium.launch(executable_path=chromium(), args=FLAGS)


def phone(browser: Browser, base_url: str) -> BrowserContext:
    """A cheap Android phone. It is forgotten when the context closes; `kept_phone` outlives that."""
    return browser.new_context(
        base_url=base_url,
        viewport=PHONE,
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        permissions=GRANTED,
    )


def desk(browser: Browser, base_url: str) -> BrowserContext:
    """A reviewer's desktop in the town service centre."""
    return browser.new_context(base_url=base_url, viewport=DESK, locale="zh-CN", timezone_id="Asia/Shanghai")


def kept_phone(playwright: Playwright, profile: Path, base_url: str) -> BrowserContext:
    """A phone whose storage lies in the folder `profile`, so that it can be killed and opened again."""
    return playwright.chromium.launch_persistent_context(
        profile,
        executable_path=chromium(),
        args=FLAGS,
        base_url=base_url,
        viewport=PHONE,
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        permissions=GRANTED,
    )


def kill(profile: Path) -> None:
    """Ends the browser that uses this profile as a flat battery would: at once, with no farewell. Linux only."""
    mark = f"--user-data-dir={profile}"
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _is_main(folder, mark):
            os.kill(int(folder.name), signal.SIGKILL)


def _is_main(process: Path, mark: str) -> bool:
    try:
        words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return mark in words and not any(word.startswith("--type=") for word in words)
