"""Programs that the commands start: where they are found, and how a command line is read."""

from __future__ import annotations

import shlex
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from practice.problems import UsageError
from practice.support import extras

PACKAGED = ("rclone",)
"""Programs that come with the extra `publish`."""
UNSAFE_IN_BATCH = frozenset('&|<>^%!"')
"""Characters that Windows reads as commands when it starts a `.cmd` or `.bat` file."""


def find_program(name: str) -> str:
    """Return the path of a program: of this Python environment, else of the system.

    ``shutil.which`` adds the ending (`.exe`, `.cmd`) that the system knows programs by. Raises
    ``UsageError`` if there is none.
    """
    own = (sysconfig.get_path("scripts"), str(Path(sys.executable).parent))
    for folder in (*own, None):
        found = shutil.which(name, path=folder)
        if found:
            return found
    todo = extras.install("publish") if name in PACKAGED else "install it"
    raise UsageError(f"the program `{name}` is missing: {todo}")


def split_command(line: str, *, windows: bool = sys.platform == "win32") -> list[str]:
    """Split a command line. On Windows, a backslash is part of a path; elsewhere it is an escape.

    Raises ``ValueError`` for a quotation mark that is never closed.
    """
    if not windows:
        return shlex.split(line)
    parts = shlex.split(line, posix=False)
    quoted = [len(part) > 1 and part[0] == part[-1] and part[0] in "\"'" for part in parts]
    return [
        part[1:-1] if is_quoted else part for part, is_quoted in zip(parts, quoted, strict=True)
    ]


def resolve_command(parts: Sequence[str]) -> list[str]:
    """Return a command with the full path of its program, to start it without a shell.

    Raises ``FileNotFoundError`` if there is no such program, and ``ValueError`` for an argument in
    which a batch file would find commands.
    """
    program = shutil.which(parts[0]) if parts else None
    if program is None:
        raise FileNotFoundError(f"there is no program `{parts[0] if parts else ''}`")
    if program.lower().endswith((".cmd", ".bat")):
        for part in parts[1:]:
            if UNSAFE_IN_BATCH & set(part):
                raise ValueError(
                    f"`{part}` contains a character that `{Path(program).name}` would misread"
                )
    return [program, *parts[1:]]
