"""Reports the problems of a run of Pelican's own command, once and in words for editors."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from practice.build import report
from practice.problems import ProblemsFound, UsageError


class ReportedRuns:
    """The runs of one `Pelican` object: one for `pelican`, one after each edit for `pelican -r`."""

    def __init__(self, run: Callable[[], str | None], then: Callable[[], str]) -> None:
        """Report the results of ``run``, which returns text to print, such as warnings.

        ``then`` returns a sentence on the output, for a run that has failed.
        """
        self._run = run
        self.then = then
        self.runs = 0
        self.said = ""
        """The last text that was printed."""
        hide_what_was_said()

    def run(self) -> None:
        """Run Pelican, and print problems to standard error, except those that were just printed.

        If the first run fails, it raises ``ProblemsFound`` or ``UsageError``, so that the command
        fails. A later run returns normally, because otherwise Pelican would not wait for a change.
        """
        self.runs += 1
        try:
            text = self._run() or ""
        except (ProblemsFound, UsageError) as error:
            self._say(self._words(error))
            if self.runs == 1:
                raise
        else:
            self._say(text)

    def _words(self, error: ProblemsFound | UsageError) -> str:
        if isinstance(error, ProblemsFound):
            return report.problems(error.problems, self.then())
        return str(error)

    def _say(self, text: str) -> None:
        if text and text != self.said:
            say(text)
        self.said = text


def say(text: str) -> None:
    """Print why a run has stopped, and keep Pelican from logging it again with a traceback."""
    hide_what_was_said()
    print(text, file=sys.stderr, flush=True)


def hide_what_was_said() -> None:
    """Remove our own exceptions from Pelican's log."""
    logging.getLogger("pelican").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Return whether a log record is about anything but an exception that we have reported.

    Pelican logs every exception of a run, with a traceback.
    """
    arguments = record.args if isinstance(record.args, tuple) else ()
    return not any(isinstance(value, ProblemsFound | UsageError) for value in arguments)
