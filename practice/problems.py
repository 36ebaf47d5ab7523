"""Problem: the one way to say that something is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that an editor has to mend.

    ``path`` is shown as given (``content/posts/x.md``), ``line`` counts from 1,
    ``code`` is the stable name under which ``docs/checks.md`` explains the rule,
    ``message`` says what is wrong and ``hint`` what to do about it.
    """

    path: str
    line: int
    code: str
    message: str
    hint: str = ""
    severity: Severity = "error"

    @property
    def headline(self) -> str:
        """Where it is and what is wrong, in one line."""
        label = "" if self.severity == "error" else f"{self.severity}: "
        return f"{self.path}:{self.line}: {self.code} {label}{self.message}"

    def __str__(self) -> str:
        """The headline, and the hint on a line of its own."""
        return f"{self.headline}\n    {self.hint}" if self.hint else self.headline


NOT_CACHED = frozenset({"file-slow", "program-fault", "system"})
"""Codes of problems that depend on more than the file: the next run looks again."""


class ProblemsFound(Exception):
    """Raised where a build has to stop; carries every problem found so far.

    A warning on a line that has an error is left out: it is most likely the same mistake.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = set(problems)
        wrong = {(problem.path, problem.line) for problem in errors(found)}
        self.problems = sorted(
            problem
            for problem in found
            if problem.severity == "error" or (problem.path, problem.line) not in wrong
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """The problems that stop a build, leaving out warnings."""
    return [problem for problem in problems if problem.severity == "error"]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was most likely meant, if any is near."""
    near = difflib.get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return near[0] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``did you mean `reviewed`?`` for a near miss, else the list of what is known."""
    choices = sorted(known)
    near = nearest(word, choices)
    if near:
        return f"did you mean `{near}`?"
    if not choices:
        return "there is none yet"
    return "use one of: " + ", ".join(f"`{choice}`" for choice in choices)


class UsageError(Exception):
    """The command cannot do what it was asked for; the message says why and what to do."""
