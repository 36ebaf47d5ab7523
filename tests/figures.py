"""Figures that a run of the tests prints at its end, whichever processes the tests ran in.

A test records a figure with the fixture `figure`, and what became of a case of bad input with the
fixture `outcome_of_case`. Both are properties of the test's report (pytest's `record_property`),
which comes back from the process that ran the test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

FIGURE, CASE = "figure", "case of bad input"
"""The names of the two properties."""


def lines(reports: Iterable[Any]) -> Iterator[str]:
    """The lines to print, of all reports of a run."""
    counts: Counter[str] = Counter()
    for report in reports:
        for name, value in report.user_properties:
            if name == FIGURE:
                yield value
            elif name == CASE:
                counts.update(value)
    if counts:
        yield bad_input_line(counts)


def bad_input_line(counts: Counter[str]) -> str:
    """How well bad input was recognised, in one line."""
    bad = sum(counts[word] for word in ("refused", "warned", "silent", "traceback"))
    return (
        f"bad input: {counts['refused']} refused, {counts['warned']} built with a warning, "
        f"of {bad}; with file:line {counts['located']}/{bad}; silent {counts['silent']}; "
        f"tracebacks {counts['traceback']}; "
        f"false refusals {counts['false refusal']} of {counts['good']} good"
    )
