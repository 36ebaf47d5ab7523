"""Other Pelican plugins: what they may do with a finished site.

A plugin is notified of every page, and may write files of its own. It may not change files that the
site itself has made, because those files were checked before.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from practice.build.setting_lines import place_in
from practice.paths import display_path_of
from practice.problems import Problem, ProblemsFound, UsageError

NAMESPACE = "pelican.plugins."
"""The package in which Pelican looks for installed plugins."""
PLUGIN_NAMES = frozenset({"practice", f"{NAMESPACE}practice"})
"""Pelican's names for our plugin: in a checkout, and as an installed package."""
OF_PELICAN = (f"{NAMESPACE}_", f"{NAMESPACE}signals", f"{NAMESPACE}practice")
"""The beginning of the names of modules in that package that are no other plugins."""
REPLACEABLE = frozenset({"robots.txt", "sitemap.xml"})
"""Files of the site that a plugin may replace by its own."""
USELESS = {
    "i18n_subsites": "runs Pelican once more for each language, but a site has one",
    "more_categories": "reads categories, but posts have `topics`",
    "series": "reads `series` in posts, whose fields are those of docs/writing.md",
}
"""Known plugins that have no effect here or do harm, and the reason."""
REMEDY = "take it out of `PLUGINS`; docs/plugins.md says what plugins can do here"


@dataclass(frozen=True)
class MadeFiles:
    """The files that the jobs of a site have made."""

    folder: Path
    """The folder that contains them."""
    digests: dict[str, bytes]
    """The SHA-256 of each, by its path below ``folder``."""


def others_of(settings: dict[str, Any]) -> list[str]:
    """Return the names of the other plugins in the settings, without Pelican's namespace."""
    plugins: Iterable[Any] = settings.get("PLUGINS") or ()
    names = [p if isinstance(p, str) else getattr(p, "__name__", str(p)) for p in plugins]
    return [name.removeprefix(NAMESPACE) for name in names if name not in PLUGIN_NAMES]


def name_for(module: str, settings: dict[str, Any]) -> str:
    """Return the plugin that a module belongs to, as named in `PLUGINS`, or the module."""
    inside = f"{module.removeprefix(NAMESPACE)}."
    return next((n for n in others_of(settings) if inside.startswith(f"{n}.")), module)


def refused(name: str, what: str, settings: Mapping[str, Any]) -> Problem:
    """Return the problem of a plugin that cannot be used; ``what`` says what the plugin does."""
    path, line = place_in(settings, "PLUGINS")
    return Problem(path, line, "plugin-refused", f"the plugin `{name}` {what}", REMEDY)


@contextmanager
def failures_named(settings: dict[str, Any]) -> Iterator[None]:
    """Turn an exception raised by another plugin into ``ProblemsFound``."""
    try:
        yield
    except (ProblemsFound, UsageError):
        raise
    except (Exception, SystemExit) as error:  # a plugin can raise anything
        problem = failure(error, settings)
        if problem is None:
            raise
        raise ProblemsFound([problem]) from error


def failure(error: BaseException, settings: dict[str, Any]) -> Problem | None:
    """Return the problem of the plugin that raised an exception, or None if no plugin did."""
    places = [
        (str(frame.f_globals.get("__name__")), frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((Path(error.filename).stem, error.filename, error.lineno or 1))
    found = None
    for module, file, line in places:
        name = name_for(module, settings)
        installed = module.startswith(NAMESPACE) and not module.startswith(OF_PELICAN)
        if name in others_of(settings) or installed:
            message = f"the plugin `{name}` has failed: {type(error).__name__}: {error}"
            found = Problem(display_path_of(Path(file)), line, "plugin-failed", message, REMEDY)
    return found


def replaced(made: MadeFiles, output: Path, settings: dict[str, Any]) -> set[str]:
    """Return the paths in ``output`` that a plugin has replaced with permission.

    Raises ``ProblemsFound`` if a plugin has changed or deleted another file of the site.
    """
    if not others_of(settings):
        return set()
    changed = set(_changed(made, output))
    names = ", ".join(f"`{name}`" for name in others_of(settings))
    problems = [
        Problem(
            *place_in(settings, "PLUGINS"),
            "plugin-refused",
            f"a plugin has changed `{path}`, which is a file of this site; it is one of {names}",
            REMEDY,
        )
        for path in sorted(changed - REPLACEABLE)[:1]
    ]
    if problems:
        raise ProblemsFound(problems)
    return changed


def _changed(made: MadeFiles, output: Path) -> Iterator[str]:
    for path, digest in made.digests.items():
        try:
            content = (output / path).read_bytes()
        except OSError:
            yield path
            continue
        if hashlib.sha256(content).digest() != digest:
            yield path
