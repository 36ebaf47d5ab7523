"""Reads the settings file through Pelican."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pelican.settings import DEFAULT_CONFIG, read_settings

from practice.build.pelican_run import listening, logged
from practice.paths import display_path_of, theme_folder
from practice.problems import ProblemsFound, UsageError


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
    try:
        with listening() as records:
            settings: dict[str, Any] = read_settings(str(file), override=override)
    except Exception as error:  # a settings file is Python, and can raise anything
        name = file.as_posix()
        raise UsageError(f"`{name}` cannot be used: {type(error).__name__}: {error}") from error
    if records:
        raise ProblemsFound(logged(record, display_path_of(file)) for record in records)
    if settings.get("PRACTICE_MODE", "site") != "site":
        raise UsageError(
            f"`{file}` is about a blog with callouts (`PRACTICE_MODE`), which `pelican` builds; "
            "this command is for the site of a practice"
        )
    use_our_theme(settings)
    return settings


def overrides_of(settings: dict[str, Any]) -> tuple[Path, ...]:
    """Return the folders of `THEME_TEMPLATES_OVERRIDES`; the first one wins."""
    return tuple(Path(folder).resolve() for folder in settings["THEME_TEMPLATES_OVERRIDES"])


def use_our_theme(settings: dict[str, Any]) -> None:
    """Set ``THEME`` to the theme of this package, unless the settings name another.

    Pelican's default theme has no template for a treatment, so it is never the one that is meant.
    """
    if settings["THEME"] == DEFAULT_CONFIG["THEME"]:
        settings["THEME"] = str(theme_folder())
