"""A Chromium for tests, and how tests wait for what a page does.

`CHROMIUM` may name the program. Without one, the tests that need it are skipped, or fail when
`CI=true` (see `tools.py`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import tools
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--disable-gpu",
    "--disable-partial-raster",
    "--disable-sync",
    "--disable-threaded-animation",
    "--disable-threaded-scrolling",
    "--hide-scrollbars",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
    "--num-raster-threads=1",
)
"""No sandbox, because tests run as root in containers; no requests of the browser itself; and no
threads for smooth scrolling, which take a third of a page's time and which nobody sees."""


AXE = {
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
}
AXE_COLORS = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
"""The rules that a color scheme can break."""

RUN_AXE = """async ([context, options]) => {
  const found = await axe.run(context ?? document, options);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target} ${(node.failureSummary ?? "").slice(0, 300)}`));
}"""

PATIENCE = 120.0
"""Seconds after which a test gives up waiting. It only ends tests that hang: a slow machine must
not fail a test."""

expect.set_options(timeout=PATIENCE * 1000)


def axe(page: Page, options: dict = AXE, context: str | None = None) -> list[str]:
    """What axe finds wrong in a page or in a part of it, with the elements.

    The program is loaded once for each page: its half a megabyte takes as long as some checks.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    return page.evaluate(RUN_AXE, [context, options])


@contextmanager
def launched() -> Iterator[Browser]:
    """Start a browser, and close it at the end."""
    path = tools.required("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=list(ARGUMENTS), timeout=PATIENCE * 1000
        )
        yield browser
        browser.close()


def context_of(browser: Browser, **options) -> BrowserContext:
    """A browser context, with our time limit for everything that its pages do."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE * 1000)
    return context


def page_of(browser: Browser, **options) -> Page:
    """A page in a context of its own."""
    return context_of(browser, **options).new_page()


def until(tab: Page, expression: str, argument: object = None) -> None:
    """Wait until a JavaScript expression is true in a page.

    It is evaluated again and again from outside, because playwright's own `wait_for_function` needs
    `eval`, which our content security policy forbids.
    """
    deadline = time.monotonic() + PATIENCE
    while not tab.evaluate(expression, argument):
        assert time.monotonic() < deadline, f"never true: {expression}"
        tab.wait_for_timeout(20)
