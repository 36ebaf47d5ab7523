"""Runs checks so that none of them stops the others: within a time limit, whatever they raise."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from practice.problems import Problem
from practice.support import faults, time_limit


def findings(check: Callable[[], Iterable[Problem]], path: str = "") -> list[Problem]:
    """Return the problems that a check yields.

    If it takes too long or raises an exception, a problem with the file that it was looking at is
    the last of them. ``path`` is that file, if it is known beforehand.
    """
    found: list[Problem] = []
    try:
        with time_limit.within(time_limit.SECONDS):
            found.extend(check())
    except time_limit.TooSlow as error:
        path = path or faults.file_of(error) or "the content"
        found.append(faults.too_slow(path, "the file takes too long to check"))
    except Exception as error:  # noqa: BLE001  # a fault in one check is no reason to skip others
        found.append(faults.problem_of(error, path))
    return found
