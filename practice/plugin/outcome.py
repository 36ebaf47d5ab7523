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
        """``run`` is what is run, and gives what is worth saying in the end, such as warnings.

        ``then`` says what became of the output after a mistake.
        """
        self._run = run
        self.then = then
        self.runs = 0
        self.said = ""
        """What was last said of the content."""
        hide_what_was_said()

    def run(self) -> None:
        """Run Pelican, and say on standard error what is wrong, unless it was just said.

        The first run raises ``ProblemsFound`` or ``UsageError`` then, so that the command fails. A
        later run returns: Pelican waits for a change only after a run that has ended well.
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
    """Print what stops a run, and keep Pelican from logging it again with a traceback."""
    hide_what_was_said()
    print(text, file=sys.stderr, flush=True)


def hide_what_was_said() -> None:
    """Take out of Pelican's log what our own exceptions say."""
    logging.getLogger("pelican").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line of Pelican's log says more than we have said already.

    Pelican logs what a run has raised, with a traceback.
    """
    arguments = record.args if isinstance(record.args, tuple) else ()
    return not any(isinstance(value, ProblemsFound | UsageError) for value in arguments)
