"""Reads the settings file through Pelican."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pelican.settings import read_settings

from practice.build.pelican_run import listening, logged
from practice.paths import display_path_of
from practice.problems import ProblemsFound, UsageError


def load_settings(file: Path, content: Path | None, output: Path | None) -> dict[str, Any]:
    """Pelican's settings, with the folders that the command names in place of the file's."""
    if not file.is_file():
        name = file.as_posix()
        raise UsageError(f"there is no settings file `{name}`: run the command where it stands")
    override: dict[str, Any] = {}
    if content:
        override["PATH"] = str(content.resolve())
    if output:
        override["OUTPUT_PATH"] = str(output.resolve())
    if content and not content.is_dir():
        raise UsageError(f"there is no folder `{display_path_of(content)}` to build from")
    try:
        with listening() as records:
            settings: dict[str, Any] = read_settings(str(file), override=override)
    except Exception as error:  # a settings file is Python, and can raise anything
        name = file.as_posix()
        raise UsageError(f"`{name}` cannot be used: {type(error).__name__}: {error}") from error
    if records:
        raise ProblemsFound(logged(record, display_path_of(file)) for record in records)
    return settings
