"""Finds the programs that publishing starts."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from practice.problems import UsageError


def find_program(name: str) -> str:
    """A program of this Python environment, or one that the system has."""
    here = shutil.which(name, path=str(Path(sys.executable).parent))
    found = here or shutil.which(name)
    if not found:
        raise UsageError(f"the program `{name}` is missing: run `uv sync`")
    return found
