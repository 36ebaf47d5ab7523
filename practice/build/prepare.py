"""Prepares a build: loads and checks the content, and creates the renderer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from practice import checks
from practice.build.settings import overrides_of
from practice.content.cached_reader import Reader
from practice.content.folder import is_practice
from practice.paths import display_path_of
from practice.problems import ProblemsFound, UsageError, errors
from practice.rendering.renderer import Renderer
from practice.site.assemble import load
from practice.support.cache_folder import cache_folder
from practice.support.environment import today


def prepare(settings: dict[str, Any], reader: Reader | None = None) -> Renderer:
    """Load and check the content that the settings name, and return a renderer for it.

    ``reader`` keeps documents in memory between calls; without one, only the cache does. Warnings
    are in ``Renderer.warnings``. Raises ``ProblemsFound`` with every error and warning if there is
    an error, and ``UsageError`` if the folder is not the content of a practice.
    """
    content = Path(settings["PATH"])
    refuse_other_blogs(content)
    kept = cache_folder(content)
    zone, read_all = settings["TIMEZONE"], reader or Reader(kept)
    loaded, problems = load(content, today(zone), read_all=read_all, zone=zone)
    if loaded:
        problems = [*problems, *checks.run(loaded, kept=kept)]
    if loaded is None or errors(problems):
        raise ProblemsFound(problems)
    overrides = overrides_of(settings)
    renderer = Renderer(loaded, Path(settings["THEME"]), settings["SITEURL"], overrides)
    problems += renderer.problems()
    if errors(problems):
        raise ProblemsFound(problems)
    renderer.warnings = tuple(sorted(problems))
    return renderer


def refuse_other_blogs(content: Path) -> None:
    """Raise ``UsageError`` if the folder is not the content of a practice, and say what to do."""
    if not is_practice(content):
        raise UsageError(
            f"`{display_path_of(content)}` is not the content of a practice: it has no "
            "`clinic.yaml`.\n"
            'To use callouts in a blog of your own, write `PRACTICE_MODE = "callouts"` into its '
            "settings.\n"
            "To make the site of a practice, write `clinic.yaml`; docs/writing.md says how.\n"
            "To do without this plugin, name the plugins that you use in `PLUGINS`."
        )
