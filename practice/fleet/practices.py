"""Finds the practices of a group: folders that hold a settings file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from practice.paths import display_path_of
from practice.problems import UsageError


def practices_in(folders: Iterable[Path], settings: str) -> list[Path]:
    """Return the folders of practices, each once, in the order of their names.

    ``settings`` is the name of the settings file of a practice. A folder without one stands for
    the practices in the folders directly below it. Raises ``UsageError`` if it has none either.
    """
    found = {practice.resolve() for folder in folders for practice in _in(folder, settings)}
    return sorted(found)


def _in(folder: Path, settings: str) -> Iterator[Path]:
    if (folder / settings).is_file():
        yield folder
        return
    if not folder.is_dir():
        raise UsageError(f"there is no folder `{display_path_of(folder)}`")
    below = [file.parent for file in folder.glob(f"*/{settings}")]
    if not below:
        raise UsageError(
            f"`{display_path_of(folder)}` contains no practice: there is no `{settings}` in it or "
            "in a folder directly below it"
        )
    yield from below
