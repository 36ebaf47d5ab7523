"""Pelican's own command: `pelican`, `pelican -r`, `pelican -lr`, `pelican -s publishconf.py`.

Pelican reads its settings once and then runs again and again as files change. Each run has to read
the content anew, and content that cannot be built must not end the loop. No signal stands at the
beginning of a run, so `run` takes the place of the method of that name.
"""

from __future__ import annotations

import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

from pelican import Pelican

from practice.build import in_place, report
from practice.build.prepare import prepare
from practice.build.run import system_named
from practice.build.settings import overrides_of
from practice.content.cached_reader import Reader
from practice.paths import files_below
from practice.plugin import settings as plugin_settings
from practice.problems import ProblemsFound, UsageError
from practice.rendering.renderer import Renderer
from practice.support.output_folder import locked
from practice.support.store import cache_folder

AT_ONCE = 3
"""How often a run is repeated at most because files have changed meanwhile."""


class PelicanCommand:
    """The runs of one `Pelican` object, none of which a build of ours has started."""

    def __init__(self, pelican: Pelican) -> None:
        self.settings: dict[str, Any] = pelican.settings
        self.generate = pelican.run
        self.reader = Reader(cache_folder(Path(self.settings["PATH"])))
        self.runs = 0
        self.said = ""
        """What was last said of the content."""
        logging.getLogger("pelican").addFilter(_is_news)

    def run(self) -> None:
        """Build what the files say now.

        Mistakes are named on standard error and leave the output as it was. The first run raises
        ``ProblemsFound`` or ``UsageError`` then, so that the command fails. A later run returns:
        Pelican waits for a change only after a run that has ended well.
        """
        self.runs += 1
        try:
            for _ in range(AT_ONCE):
                before = self._files()
                with system_named():
                    self._run_once()
                if self._files() == before:  # Pelican does not see a change during a run
                    break
        except (ProblemsFound, UsageError) as error:
            self._say(error)
            if self.runs == 1:
                raise
        finally:
            # Pelican watches these, beside content, theme and settings file.
            folders = overrides_of(self.settings)
            self.settings["STATIC_PATHS"] = [str(f) for f in folders if f.is_dir()]

    def _run_once(self) -> None:
        renderer = prepare(self.settings, self.reader)
        plugin_settings.use(renderer, self.settings)
        self.settings["PRACTICE_WRITE"] = partial(self._write, renderer)
        self.generate()
        text = report.problems(renderer.warnings, "Warnings do not stop a build.")
        self._print(text if renderer.warnings else "")

    def _write(self, renderer: Renderer) -> None:
        output = Path(self.settings["OUTPUT_PATH"])
        output.parent.mkdir(parents=True, exist_ok=True)
        with locked(output):
            in_place.update(renderer, output)

    def _say(self, error: ProblemsFound | UsageError) -> None:
        if isinstance(error, ProblemsFound):
            self._print(report.problems(error.problems, report.AS_IT_WAS))
        else:
            self._print(str(error))

    def _print(self, text: str) -> None:
        if text and text != self.said:
            print(text, file=sys.stderr, flush=True)
        self.said = text

    def _files(self) -> dict[str, tuple[int, int]]:
        """Every file that a build reads, with its time of change and its size."""
        folders = [Path(self.settings["PATH"]), Path(self.settings["THEME"])]
        found = {}
        for folder in (*folders, *overrides_of(self.settings)):
            for name in files_below(folder):
                path = f"{folder}/{name}"
                try:
                    stat = os.stat(path)  # noqa: PTH116  # for each file, a `Path` takes longer
                except FileNotFoundError:
                    continue
                found[path] = (stat.st_mtime_ns, stat.st_size)
        return found


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line of Pelican's log says more than we have said already.

    Pelican logs what a run has raised, with a traceback.
    """
    arguments = record.args if isinstance(record.args, tuple) else ()
    return not any(isinstance(value, ProblemsFound | UsageError) for value in arguments)
