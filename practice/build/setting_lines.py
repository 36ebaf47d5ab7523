"""The lines of a settings file on which settings stand."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from practice.paths import display_path_of

SETTINGS_FILE = "PRACTICE_SETTINGS_FILE"
"""The setting in which the path of the settings file itself travels."""
USUAL = "pelicanconf.py"


def place_in(settings: Mapping[str, Any], name: str) -> tuple[str, int]:
    """Return the file and line of a setting, for messages, of settings that were loaded before.

    Pelican's own command does not say which file it has read; then it is the usual one.
    """
    file = Path(str(settings.get(SETTINGS_FILE, USUAL)))
    return place_of(file, name) if file.is_file() else (USUAL, 1)


def place_of(file: Path, name: str) -> tuple[str, int]:
    """Return the file and line where a settings file, or one that it takes over, sets a value.

    It is the first line of the file if the setting is nowhere.
    """
    for place, line, target in _assignments(file):
        if target == name:
            return display_path_of(place), line
    return display_path_of(file), 1


def _assignments(file: Path) -> Iterator[tuple[Path, int, str]]:
    """Yield the file, line and name of each assignment, the last one first."""
    try:
        module = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    nodes = [node for node in ast.walk(module) if isinstance(node, ast.stmt)]
    for node in sorted(nodes, key=lambda node: -node.lineno):
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign | ast.AugAssign):
            targets = [node.target]
        elif isinstance(node, ast.ImportFrom) and [alias.name for alias in node.names] == ["*"]:
            other = file.parent / f"{node.module}.py"
            if other.is_file() and other != file:
                yield from _assignments(other)
            continue
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name):
                yield file, node.lineno, target.id
