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
    """Run Pelican with nothing kept quiet: what it would only log stops the build."""
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


@contextmanager
def listening() -> Iterator[list[logging.LogRecord]]:
    """Collect everything that Pelican logs as a warning or worse."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = records.append  # type: ignore[assignment,method-assign]
    LimitFilter._raised_messages.clear()  # noqa: SLF001  # what one build has said the next one may
    LimitFilter._group_count.clear()  # noqa: SLF001
    logger = logging.getLogger("pelican")
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield records
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
    """A line of Pelican's log as a Problem; ``where`` is the file it is about, if one is known."""
    message = record.getMessage().split("\n")[0]
    if record.exc_info and record.exc_info[1]:
        message = f"{message} ({record.exc_info[1]})"
    hint = "Pelican would only have logged this and gone on"
    return Problem(where, 1, "pelican", message, hint)
