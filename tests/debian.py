"""Packages of Debian that tests need: installed where they are missing and we may.

Nothing here is a test.
"""

from __future__ import annotations

import os
import shutil
import subprocess

SECONDS = 600
"""For a slow mirror."""


def install(package: str) -> str:
    """Install a package; gives why it could not be, or nothing. Without apt or root none is."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return f"install the package `{package}`"
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for words in (("update",), ("install", "--yes", "--no-install-recommends", package)):
        command = ["apt-get", "--quiet", *words]
        try:
            subprocess.run(
                command, check=True, capture_output=True, env=environment, timeout=SECONDS
            )
        except (subprocess.SubprocessError, OSError) as error:
            return f"`{' '.join(command)}` failed: {error}"
    return ""
