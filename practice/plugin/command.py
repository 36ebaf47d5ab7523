"""Pelican's own command: `pelican`, `pelican -r`, `pelican -lr`, `pelican -s publishconf.py`.

Pelican reads its settings once and then runs again whenever files change. Each run has to read the
content again, and invalid content must not end the loop. Pelican sends no signal at the start of a
run, so `PelicanCommand.run` replaces `Pelican.run`.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

from pelican import Pelican

from practice.build import in_place, other_plugins, report
from practice.build.other_plugins import MadeFiles
from practice.build.prepare import prepare
from practice.build.run import system_named
from practice.build.settings import overrides_of
from practice.content.cached_reader import Reader
from practice.paths import files_below
from practice.plugin import settings as plugin_settings
from practice.problems import Problem, ProblemsFound
from practice.rendering.renderer import Renderer
from practice.support.cache_folder import cache_folder
from practice.support.output_folder import locked

AT_ONCE = 3
"""The most times that a run is repeated because files changed during it."""


class PelicanCommand:
    """The runs of one `Pelican` object that Pelican's own command created."""

    def __init__(self, pelican: Pelican) -> None:
        self.settings: dict[str, Any] = pelican.settings
        self.generate = pelican.run
        self.reader = Reader(cache_folder(Path(self.settings["PATH"])))
        self.made = MadeFiles(Path(self.settings["OUTPUT_PATH"]), {})
        """What the last run has made."""
        self.is_written = False
        """Whether this run has put its files into the output."""

    def run(self) -> str:
        """Build the site from the files as they are now; return the warnings as text.

        Raises ``ProblemsFound`` or ``UsageError``; ``outcome`` says whether the output changed.
        """
        try:
            for _ in range(AT_ONCE):
                before = self._files()
                with system_named():
                    warnings = self._run_once()
                if self._files() == before:  # Pelican does not see a change during a run
                    break
        finally:
            # Pelican watches these, beside content, theme and settings file.
            folders = overrides_of(self.settings)
            self.settings["STATIC_PATHS"] = [str(f) for f in folders if f.is_dir()]
        return report.problems(warnings, "Warnings do not stop a build.") if warnings else ""

    def outcome(self) -> str:
        """Return a sentence on the output after a run that has failed."""
        return report.WITHOUT_PLUGINS if self.is_written else report.AS_IT_WAS

    def _run_once(self) -> tuple[Problem, ...]:
        self.is_written = False
        renderer = prepare(self.settings, self.reader)
        plugin_settings.use(renderer, self.settings)
        self.settings["PRACTICE_WRITE"] = partial(self._write, renderer)
        with other_plugins.failures_named(self.settings):
            self.generate()
        try:
            other_plugins.replaced(self.made, self.made.folder, self.settings)
        except ProblemsFound:
            self._write(renderer)
            raise
        return renderer.warnings

    def _write(self, renderer: Renderer) -> MadeFiles:
        output = Path(self.settings["OUTPUT_PATH"])
        output.parent.mkdir(parents=True, exist_ok=True)
        with locked(output):
            self.made = in_place.update(renderer, output)
            self.is_written = True
        return self.made

    def _files(self) -> dict[str, tuple[int, int]]:
        """Return every file that a build reads, with its modification time and size."""
        folders = [Path(self.settings["PATH"]), Path(self.settings["THEME"])]
        found = {}
        for folder in (*folders, *overrides_of(self.settings)):
            for name in files_below(folder):
                path = f"{folder}/{name}"
                try:
                    stat = os.stat(path)  # noqa: PTH116  # for each file, a `Path` takes longer
                except OSError:  # it is gone, or the build will name it
                    continue
                found[path] = (stat.st_mtime_ns, stat.st_size)
        return found
