"""Runs Pelican so that nothing it logs as a warning goes unnoticed."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pelican import Pelican
from pelican.log import LimitFilter, console

from practice.build import other_plugins
from practice.build.other_plugins import PLUGIN_NAMES
from practice.build.setting_lines import place_in
from practice.problems import Problem, ProblemsFound
from practice.support import faults


def run_pelican(settings: dict[str, Any]) -> None:
    """Run Pelican; a warning that it would only log stops the build."""
    wanted = dict(settings)  # Pelican takes plugins that fail out of its own
    with listening() as records:
        with other_plugins.failures_named(wanted):
            pelican = Pelican(settings)
        if PLUGIN_NAMES.isdisjoint(pelican.settings["PLUGINS"]):
            raise ProblemsFound([*_said(records, wanted), _plugin_missing(wanted)])
        if not records:
            try:
                with silent(), other_plugins.failures_named(wanted):
                    pelican.run()
            except ProblemsFound:
                if not records:  # else it is a consequence of what was logged
                    raise
    if records:
        raise ProblemsFound(_said(records, wanted))


def _plugin_missing(settings: dict[str, Any]) -> Problem:
    path, line = place_in(settings, "PLUGINS")
    hint = 'the settings need `PLUGINS = ["practice"]`'
    return Problem(path, line, "plugin-missing", "the plugin `practice` was not loaded", hint)


def _said(records: list[logging.LogRecord], settings: dict[str, Any]) -> list[Problem]:
    """Return what Pelican has logged; what a plugin or our own code has raised is named as such."""
    return [_about_code(record, settings) or logged(record) for record in records]


def _about_code(record: logging.LogRecord, settings: dict[str, Any]) -> Problem | None:
    error = record.exc_info[1] if record.exc_info else None
    if error and (problem := other_plugins.failure(error, settings)):
        return problem
    if isinstance(error, Exception) and faults.file_of(error):
        return faults.problem_of(error)
    match = PLUGIN_FAILED.match(record.getMessage())
    if not match:
        return None
    why = f"{type(error).__name__}: {error}" if error else match["why"].strip()
    message = f"the plugin `{match['name']}` cannot be used: {why}"
    hint = "install it, correct its name, or take it out of `PLUGINS`"
    return Problem(*place_in(settings, "PLUGINS"), "plugin-failed", message, hint)


PLUGIN_FAILED = re.compile(r"Cannot (?:load|register) plugin `(?P<name>.*?)`(?P<why>.*)", re.DOTALL)
"""What Pelican logs of a plugin that it leaves out."""


class _Collector(logging.Handler):
    """Collects log records."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.exc_info and sys.exception():  # Pelican leaves it out, outside of `DEBUG`
            record.exc_info = sys.exc_info()
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
    """Keep Pelican from printing its own summary, which Rich would lay out even if it is quiet."""
    vars(console)["print"] = lambda *_: None
    try:
        yield
    finally:
        del vars(console)["print"]


def logged(record: logging.LogRecord, where: str = "Pelican") -> Problem:
    """Return a line of Pelican's log as a problem; ``where`` is the file it concerns, if known."""
    message = record.getMessage().split("\n")[0]
    if record.exc_info and record.exc_info[1]:
        message = f"{message} ({record.exc_info[1]})"
    hint = "Pelican only logs this and skips the page, so the build stops"
    return Problem(where, 1, "pelican", message, hint)
