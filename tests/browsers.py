"""Finding a Chromium: the one that `CHROMIUM` names, the system's, or Debian's, installed.

Nothing here is a test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache

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
INSTALL = (
    ("apt-get", "update", "--quiet"),
    ("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium"),
)


class NoBrowser(Exception):
    """There is no Chromium and it cannot be installed; the message says what to do."""


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
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
        found = _known()
    if not found:
        raise NoBrowser(
            "there is no Chromium: install one (on Debian `apt-get install chromium`), "
            "or say with `CHROMIUM=/path/to/it` where it is"
        )
    return found


def _known() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _install() -> None:
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for command in INSTALL:
        try:
            subprocess.run(command, check=True, capture_output=True, env=environment, timeout=600)
        except (subprocess.SubprocessError, OSError) as error:
            raise NoBrowser(f"`{' '.join(command)}` failed: {error}") from error
