"""What a command prints: progress, a summary, or every problem."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from practice.paths import command_of, display_path_of
from practice.problems import Problem, errors

if TYPE_CHECKING:
    from practice.build.run import Built

PATIENCE = 1.0
"""Seconds after which progress is shown."""


class Progress:
    """Shows the current step on a terminal, once a command has taken more than a second."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.printed = ""

    def __call__(self, step: str) -> None:
        """Show the next step."""
        if sys.stderr.isatty() and time.monotonic() - self.started > PATIENCE:
            self._show(f"{step} …")

    def end(self) -> None:
        """Clear the line."""
        if self.printed:
            self._show("")

    def _show(self, text: str) -> None:
        """Write over the line; spaces do that on every terminal, control codes do not."""
        blank = " " * (len(self.printed) + 2)  # a console may show `…` as three dots
        print(f"\r{blank}\r{text}", end="", file=sys.stderr, flush=True)
        self.printed = text


AS_IT_WAS = "The site in the output folder was not changed."
WITHOUT_PLUGINS = "The output folder has the new site; files of other plugins may be missing."


def problems(found: Sequence[Problem], then: str) -> str:
    """Return every problem, their number, and what the command did.

    Consecutive problems with the same hint show it once.
    """
    lines = [
        problem.headline if following and following.hint == problem.hint else str(problem)
        for problem, following in zip_longest(found, found[1:])
    ]
    return "\n".join([*lines, "", f"{_counted(found)}. {then}"])


def _counted(found: Sequence[Problem]) -> str:
    """Return the number of problems, and how many of them are warnings."""
    advice = len(found) - len(errors(found))
    if advice == len(found):
        return "1 warning" if advice == 1 else f"{advice} warnings"
    count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
    of_them = "1 of them a warning" if advice == 1 else f"{advice} of them warnings"
    return f"{count}, {of_them}" if advice else count


def summary(built: Built) -> str:
    """Return what was built, its warnings, and what to do next."""
    place = f"{display_path_of(built.output)}/"
    return f"Built {_size(built)} into {place} in {built.seconds:.1f} s. {_findings(built)}"


def unchanged(built: Built) -> str:
    """Return what a later run says that finds nothing changed since this build."""
    place = f"{display_path_of(built.output)}/"
    return (
        f"Nothing has changed since the last build: {place} has {_size(built)}. {_findings(built)}"
    )


def _size(built: Built) -> str:
    return f"{built.pages} pages ({built.files} files)"


def _findings(built: Built) -> str:
    """Return the number of warnings, and on further lines the warnings and what to do next."""
    found = _counted(built.warnings) if built.warnings else "No problems"
    lines = [f"{found}.", *map(str, built.warnings)]
    if built.samples:
        noun = "text is" if built.samples == 1 else "texts are"
        lines.append(
            f"{built.samples} {noun} marked `sample: true`: no clinician has approved them yet."
        )
    lines += [f"Left out: {d.display_path} ({d.meta.left_out_as})." for d in built.left_out]
    lines += [f"Left out: {d.display_path} (an unfinished draft)." for d in built.site.invalid]
    preview, publish = command_of("preview"), command_of("publish")
    lines.append(f"Next: `{preview}` shows it, `{publish}` takes it live.")
    return "\n".join(lines)
