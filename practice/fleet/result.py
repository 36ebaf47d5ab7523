"""What a command did for one practice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import TypeAdapter

from practice.problems import Problem, errors

Command = Literal["build", "check", "publish"]
COMMANDS: tuple[Command, ...] = get_args(Command)
State = Literal["done", "unchanged", "problems", "unusable", "ended"]
"""How it went: `unusable` is a folder or a setting that cannot be used, and `ended` means that the
process of the practice ended without a result."""
FAILED: frozenset[State] = frozenset({"problems", "unusable", "ended"})


@dataclass(frozen=True)
class PracticeResult:
    """The result of one practice."""

    folder: str
    state: State
    text: str = ""
    """What the command would have printed."""
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether the command did not do what it was asked for."""
        return self.state in FAILED

    @property
    def warnings(self) -> int:
        """The number of problems that stop nothing."""
        return len(self.problems) - len(errors(self.problems))


ADAPTER: TypeAdapter[PracticeResult] = TypeAdapter(PracticeResult)
"""Reads and writes a result as JSON."""


def as_json(results: Iterable[PracticeResult]) -> str:
    """Return the results as JSON: a list with an object for each practice."""
    found: TypeAdapter[list[PracticeResult]] = TypeAdapter(list[PracticeResult])
    return found.dump_json(list(results), indent=2).decode()
