"""The commands: `uv run inv --list`. Each one calls `practice` and prints what it says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from practice import build as building
from practice import reference, report
from practice.problems import ProblemsFound

BUILT, PROBLEMS, MISUSE = 0, 1, 2
"""Exit codes of `build`."""


@task(
    help={
        "content": "the practice's folder (default: the settings' PATH)",
        "output": "where the site goes (default: the settings' OUTPUT_PATH)",
        "settings": "the settings file",
    }
)
def build(
    _context: Context, content: str = "", output: str = "", settings: str = "pelicanconf.py"
) -> None:
    """Build the site."""
    progress = report.Progress()
    try:
        built = building.build(
            Path(content) if content else None,
            Path(output) if output else None,
            Path(settings),
            progress,
        )
    except ProblemsFound as error:
        progress.end()
        print(report.problems(error.problems), file=sys.stderr)
        raise Exit(code=PROBLEMS) from error
    except building.Misuse as error:
        progress.end()
        print(error, file=sys.stderr)
        raise Exit(code=MISUSE) from error
    progress.end()
    print(report.summary(built))


@task
def test(context: Context) -> None:
    """Run every check of the code: lint, types, unit, site and browser tests."""
    os.environ.setdefault("PYTHONWARNINGS", "error")
    context.run("ruff check .", echo=True)
    context.run("ruff format --check .", echo=True)
    context.run("mypy", echo=True)
    context.run("pytest", echo=True, pty=sys.stdout.isatty())


@task
def docs(_context: Context) -> None:
    """Write the field tables of docs/writing.md anew from the models."""
    page = Path("docs/writing.md")
    page.write_text(reference.refresh(page.read_text(encoding="utf-8")), encoding="utf-8")
