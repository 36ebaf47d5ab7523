"""Reads the files of a theme; one that cannot be read is a problem with its name."""

from __future__ import annotations

from pathlib import Path

from practice.paths import display_path_of
from practice.problems import Problem, ProblemsFound


def read_text(file: Path) -> str:
    """Return the text of a file in UTF-8, without a byte order mark. Raises ``ProblemsFound``."""
    try:
        return read_bytes(file).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise ProblemsFound([_unreadable(file, error, "save it as UTF-8 text")]) from error


def read_bytes(file: Path) -> bytes:
    """Return the content of a file. Raises ``ProblemsFound``."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise ProblemsFound([_unreadable(file, error, "allow this user to read it")]) from error


def _unreadable(file: Path, error: Exception, remedy: str) -> Problem:
    message = f"this file of the theme cannot be read: {error}"
    return Problem(display_path_of(file), 1, "theme-file", message, f"{remedy}, or delete it")
