"""What a command did for one practice.

It loads few modules, so that a practice without changes takes little more than a start of Python.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from practice.problems import Problem, errors

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
        """Whether the command failed for this practice."""
        return self.state in FAILED

    @property
    def warnings(self) -> int:
        """The number of warnings."""
        return len(self.problems) - len(errors(self.problems))


def as_json(results: Iterable[PracticeResult]) -> str:
    """Return results as JSON: a list with an object for each practice."""
    return json.dumps([asdict(result) for result in results], indent=2, ensure_ascii=False)


def from_json(text: bytes) -> list[PracticeResult]:
    """Return the results that ``as_json`` has written. Raises ``ValueError`` for anything else."""
    try:
        return [
            PracticeResult(**found | {"problems": tuple(Problem(**p) for p in found["problems"])})
            for found in json.loads(text)
        ]
    except (TypeError, LookupError) as error:
        raise ValueError(str(error)) from error
