"""Runs Pelican so that nothing it logs as a warning goes unnoticed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pelican import Pelican
from pelican.log import LimitFilter, console

from practice.build import other_plugins
from practice.build.other_plugins import PLUGIN_NAMES
from practice.problems import Problem, ProblemsFound


def run_pelican(settings: dict[str, Any]) -> None:
    """Run Pelican; a warning that it would only log stops the build."""
    with listening() as records:
        with other_plugins.failures_named(settings):
            pelican = Pelican(settings)
        if PLUGIN_NAMES.isdisjoint(pelican.settings["PLUGINS"]):
            raise ProblemsFound([*map(logged, records), PLUGIN_MISSING])
        if not records:
            with silent(), other_plugins.failures_named(settings):
                pelican.run()
    if records:
        raise ProblemsFound(map(logged, records))


PLUGIN_MISSING = Problem(
    "pelicanconf.py",
    1,
    "plugin-missing",
    "the plugin `practice` was not loaded",
    'the settings need `PLUGINS = ["practice"]`',
)


class _Collector(logging.Handler):
    """Collects log records."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def listening() -> Iterator[list[logging.LogRecord]]:
    """Collect everything that Pelican logs as a warning or worse."""
    handler = _Collector(logging.WARNING)
    LimitFilter._raised_messages.clear()  # noqa: SLF001  # the next build may report the same again
    LimitFilter._group_count.clear()  # noqa: SLF001  # as above
    logger = logging.getLogger("pelican")
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield handler.records
    finally:
        logger.removeHandler(handler)
        logger.propagate = before


@contextmanager
def silent() -> Iterator[None]:
    """Keep Pelican from printing its own summary."""
    before, console.quiet = console.quiet, True
    try:
        yield
    finally:
        console.quiet = before


def logged(record: logging.LogRecord, where: str = "Pelican") -> Problem:
    """Return a line of Pelican's log as a problem; ``where`` is the file it concerns, if known."""
    message = record.getMessage().split("\n")[0]
    if record.exc_info and record.exc_info[1]:
        message = f"{message} ({record.exc_info[1]})"
    hint = "Pelican only logs this and skips the page, so the build stops"
    return Problem(where, 1, "pelican", message, hint)
