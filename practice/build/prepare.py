"""From settings to a renderer: what a build needs to know before the first file is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from practice import checks
from practice.build.settings import overrides_of
from practice.content.cached_reader import Reader
from practice.problems import ProblemsFound, errors
from practice.rendering import templates
from practice.rendering.renderer import Renderer
from practice.site.site import load, today
from practice.support.store import cache_folder


def prepare(settings: dict[str, Any], reader: Reader | None = None) -> Renderer:
    """Load and check the content that settings name, and get ready to render it.

    ``reader`` remembers what it has read before; without one, the cache alone does. Warnings are
    in ``Renderer.warnings``. Raises ``ProblemsFound`` with every error and warning if there is an
    error.
    """
    content = Path(settings["PATH"])
    kept = cache_folder(content)
    loaded, problems = load(content, today(), read_all=reader or Reader(kept))
    if loaded:
        problems = [*problems, *checks.run(loaded, kept=kept)]
    if loaded is None or errors(problems):
        raise ProblemsFound(problems)
    overrides = overrides_of(settings)
    renderer = Renderer(loaded, Path(settings["THEME"]), settings["SITEURL"], overrides)
    problems += templates.problems_of(renderer.templates, overrides, loaded)
    if errors(problems):
        raise ProblemsFound(problems)
    renderer.warnings = tuple(problems)
    renderer.recall(kept)
    return renderer
