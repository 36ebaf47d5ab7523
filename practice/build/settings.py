"""Reads the settings file through Pelican."""

from __future__ import annotations

import logging
import re
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

from pelican.settings import DEFAULT_CONFIG, get_settings_from_file, read_settings

from practice.build import setting_values
from practice.build.pelican_run import listening, logged
from practice.build.setting_lines import SETTINGS_FILE, place_of
from practice.build.settings_import import importing_from
from practice.paths import display_path_of, theme_folder
from practice.problems import Problem, ProblemsFound, UsageError


def load_settings(file: Path, content: Path | None, output: Path | None) -> dict[str, Any]:
    """Return Pelican's settings; ``content`` and ``output`` replace the folders of the file."""
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
    values = _values(file)
    if wrong := setting_values.problems_of(values | override, file.absolute()):
        raise ProblemsFound(wrong)
    override[SETTINGS_FILE] = str(file.absolute())
    with listening() as records, importing_from(file.parent):
        settings: dict[str, Any] = read_settings(str(file), override=override)
    if records:
        raise ProblemsFound(_logged(record, file, values) for record in records)
    if settings.get("PRACTICE_MODE", "site") != "site":
        raise UsageError(
            f"`{file}` is about a blog with callouts (`PRACTICE_MODE`), which `pelican` builds; "
            "this command is for the site of a practice"
        )
    use_our_theme(settings)
    return settings


def _values(file: Path) -> dict[str, Any]:
    """Return the values of a settings file. Raises ``ProblemsFound`` if it is not valid Python."""
    try:
        with importing_from(file.parent):
            values: dict[str, Any] = get_settings_from_file(str(file))
    except (Exception, SystemExit) as error:  # a settings file is Python, and can raise anything
        where, line = _place_of_error(error, file)
        message = f"this file cannot be used: {type(error).__name__}: {error}"
        hint = "correct the line; docs/settings.md shows how settings are written"
        raise ProblemsFound([Problem(where, line, "settings-file", message, hint)]) from error
    return values


def _place_of_error(error: BaseException, file: Path) -> tuple[str, int]:
    """Return the line of a settings file, or of one that it imports, where an error happened."""
    if isinstance(error, SyntaxError) and error.filename:
        return display_path_of(Path(error.filename)), error.lineno or 1
    folder = file.absolute().parent
    lines = [
        (display_path_of(Path(frame.filename)), frame.lineno or 1)
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_file() and Path(frame.filename).absolute().parent == folder
    ]
    return lines[-1] if lines else (display_path_of(file), 1)


def _logged(record: logging.LogRecord, file: Path, values: dict[str, Any]) -> Problem:
    """Return a warning of Pelican on the line of the first setting that it names."""
    words = re.findall(r"[A-Z][A-Z_]+", record.getMessage())
    name = next((word for word in words if word in values), "")
    problem = logged(record)
    path, line = place_of(file, name)
    hint = "correct this setting: Pelican would only warn of it, and go on"
    return replace(problem, path=path, line=line, code="setting", hint=hint)


def overrides_of(settings: dict[str, Any]) -> tuple[Path, ...]:
    """Return the folders of `THEME_TEMPLATES_OVERRIDES`; the first one wins."""
    return tuple(Path(folder).resolve() for folder in settings["THEME_TEMPLATES_OVERRIDES"])


def use_our_theme(settings: dict[str, Any]) -> None:
    """Set ``THEME`` to the theme of this package, unless the settings name another.

    Pelican's default theme has no template for a treatment, so it is never the one that is meant.
    """
    if settings["THEME"] == DEFAULT_CONFIG["THEME"]:
        settings["THEME"] = str(theme_folder())
