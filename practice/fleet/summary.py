"""What the command prints of a group: the problems of each practice, then a table."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from practice.fleet.result import PracticeResult, State

WORDS: dict[State, str] = {
    "done": "done",
    "unchanged": "nothing changed",
    "problems": "with problems",
    "unusable": "cannot be used",
    "ended": "no result",
}


@contextmanager
def progress_bar(number: int) -> Iterator[Callable[[PracticeResult], None]]:
    """Show on a terminal how many practices are done; the value is called with each result."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Practices", total=number)
        yield lambda _: bar.advance(task)


def names_of(results: Sequence[PracticeResult]) -> dict[str, str]:
    """Return a short name for each folder: its path below the folder that holds them all."""
    folders = [result.folder for result in results]
    start = os.path.commonpath([str(Path(folder).parent) for folder in folders])
    return {folder: Path(folder).relative_to(start).as_posix() for folder in folders}


def failures(results: Sequence[PracticeResult]) -> str:
    """Return what is wrong with each practice that failed; empty if none did."""
    names = names_of(results)
    failed = (result for result in results if result.failed)
    return "\n\n".join(f"{names[one.folder]}\n{_indented(one.text)}" for one in failed)


def table(results: Sequence[PracticeResult]) -> str:
    """Return a table of the practices, with a line of totals below."""
    names = names_of(results)
    width = max(len("practice"), *(len(name) for name in names.values()))
    lines = [f"{'practice':<{width}}  {'result':<15}  seconds  errors  warnings"]
    lines += [
        f"{names[result.folder]:<{width}}  {WORDS[result.state]:<15}  {result.seconds:7.1f}  "
        f"{len(result.problems) - result.warnings:6}  {result.warnings:8}"
        for result in results
    ]
    return "\n".join([*lines, "", totals(results)])


def totals(results: Sequence[PracticeResult]) -> str:
    """Return the number of practices by result: `500 practices: 497 done, 3 problems.`."""
    counts = Counter(result.state for result in results)
    parts = ", ".join(f"{counts[state]} {word}" for state, word in WORDS.items() if counts[state])
    number = len(results)
    return f"{'1 practice' if number == 1 else f'{number} practices'}: {parts}."


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.splitlines())
