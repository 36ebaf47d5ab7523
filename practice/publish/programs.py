"""Finds the programs that publishing starts."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from practice.problems import UsageError
from practice.support import extras

PACKAGED = ("ghp-import", "rclone")
"""Programs that the extra `publish` brings."""


def find_program(name: str) -> str:
    """The path of a program: of this Python environment, or else of the system.

    Raises ``UsageError`` where there is none.
    """
    here = shutil.which(name, path=str(Path(sys.executable).parent))
    found = here or shutil.which(name)
    if not found:
        todo = extras.install("publish") if name in PACKAGED else "install it"
        raise UsageError(f"the program `{name}` is missing: {todo}")
    return found
