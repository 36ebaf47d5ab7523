"""Figures that a run of the tests prints at its end, whichever processes the tests ran in.

A test records a figure with the fixture `figure`, what became of a case of bad input with the
fixture `outcome_of_case`, and each fault that it gives to a target with `fault`. All are properties
of the test's report (pytest's `record_property`), which comes back from the process that ran it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

FIGURE, CASE, FAULT = "figure", "case of bad input", "fault of a publish"
"""The names of the three properties."""


def lines(reports: Iterable[Any]) -> Iterator[str]:
    """The lines to print, of all reports of a run."""
    counts: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    broken = 0
    for report in reports:
        for name, value in report.user_properties:
            if name == FIGURE:
                yield value
            elif name == CASE:
                counts.update(value)
            elif name == FAULT:
                faults[value] += 1
                broken += report.failed
    if counts:
        yield bad_input_line(counts)
    if faults:
        targets = ", ".join(f"{target} {count}" for target, count in sorted(faults.items()))
        yield f"faults of targets: {faults.total()} ({targets}), of which {broken} ended wrong"


def bad_input_line(counts: Counter[str]) -> str:
    """How well bad input was recognised, in one line."""
    bad = sum(counts[word] for word in ("refused", "warned", "silent", "traceback"))
    return (
        f"bad input: {counts['refused']} refused, {counts['warned']} built with a warning, "
        f"of {bad}; with file:line {counts['located']}/{bad}; silent {counts['silent']}; "
        f"tracebacks {counts['traceback']}; "
        f"false refusals {counts['false refusal']} of {counts['good']} good"
    )
