"""Extras: the packages that only some commands need, and what to install where they are missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from practice.paths import INSTALLED
from practice.problems import UsageError

EXTRAS = ("edit", "fleet", "leaflets", "preview", "publish", "search")
"""The extras of the package, as `pyproject.toml` declares them."""
PACKAGE = "practice-site"
OURS = "practice"


@contextmanager
def needed(extra: str, purpose: str) -> Iterator[None]:
    """Import packages of an extra; if one is missing, say what to install.

    ``purpose`` completes the sentence “… needs more packages”. Raises ``UsageError``.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == OURS:
            raise  # a bug in this project, not a missing package
        message = f"{purpose} needs the package `{error.name}`: {install(extra)}"
        raise UsageError(message) from error


def install(extra: str) -> str:
    """Return what to do if a package of an extra is missing."""
    return f"run `pip install '{PACKAGE}[{extra}]'`" if INSTALLED else "run `uv sync`"
