"""A Chromium for tests: the one that `CHROMIUM` names, the system's, or Debian's, installed.

Where there is none, the tests that need it are skipped loudly, and fail where `CI` is set.
Nothing here is a test.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import debian
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--disable-gpu",
    "--disable-sync",
    "--hide-scrollbars",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
)
"""No sandbox, because tests run as root in containers; and no request of the browser's own."""


AXE = {
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
}


PATIENCE = 20.0
"""Seconds within which a page has to do what is waited for."""


class NoBrowser(Exception):
    """There is no Chromium and it cannot be installed; the message says what to do."""


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser, closed in the end."""
    try:
        path = chromium()
    except NoBrowser as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{error} (`CI` is set, so nothing is skipped)")
        pytest.skip(f"NO BROWSER TEST RAN: {error}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


def until(tab: Page, expression: str, argument: object = None) -> None:
    """Wait until an expression of JavaScript holds in a page.

    It is asked from outside again and again: what asks within the page needs `eval`, which a page's
    policy forbids.
    """
    deadline = time.monotonic() + PATIENCE
    while not tab.evaluate(expression, argument):
        assert time.monotonic() < deadline, f"it never holds: {expression}"
        tab.wait_for_timeout(20)


@cache
def chromium() -> str:
    """The path of a Chromium; Debian's is installed where there is none and we may."""
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if not found:
            raise NoBrowser(f"`CHROMIUM` names `{named}`, which is no program")
        return found
    found = _known()
    if not found:
        why = debian.install("chromium")
        found = _known()
        if not found:
            raise NoBrowser(
                f"there is no Chromium: {why}, or say with `CHROMIUM=/path/to/it` where one is"
            )
    return found


def _known() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)
