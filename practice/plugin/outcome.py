"""How a run of Pelican's own command ends that finds mistakes: once, in words for editors."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from pelican import Pelican

from practice.problems import ProblemsFound, UsageError


class ReportedRuns:
    """The runs of one `Pelican` object: one for `pelican`, one after each edit for `pelican -r`."""

    def __init__(self, run: Callable[[], None], then: str) -> None:
        """``run`` is Pelican's own; ``then`` says what became of the output after a mistake."""
        self.generate = run
        self.then = then
        self.runs = 0
        self.said = ""
        """What was last said of the content."""

    def run(self) -> None:
        """Run Pelican, and name every mistake on standard error.

        The first run raises ``ProblemsFound`` or ``UsageError`` then, so that the command fails. A
        later run returns: Pelican waits for a change only after a run that has ended well.
        """
        self.runs += 1
        try:
            self.generate()
        except (ProblemsFound, UsageError) as error:
            text = f"{error}\n\n{self.then}"
            if text != self.said:
                say(text)
            self.said = text
            if self.runs == 1:
                raise
        else:
            self.said = ""


def report_runs(pelican: Pelican, then: str) -> None:
    """Let every run of a Pelican object end in our words instead of Pelican's traceback."""
    pelican.run = ReportedRuns(pelican.run, then).run
    hide_what_was_said()


def say(text: str) -> None:
    """Print what stops a run, and keep Pelican from logging it again with a traceback."""
    hide_what_was_said()
    print(text, file=sys.stderr, flush=True)


def hide_what_was_said() -> None:
    """Take out of Pelican's log what our own exceptions say."""
    logging.getLogger("pelican").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    arguments = record.args if isinstance(record.args, tuple) else ()
    return not any(isinstance(value, ProblemsFound | UsageError) for value in arguments)
