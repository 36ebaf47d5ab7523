"""Work in forked processes, or in this one where the system cannot fork safely.

A forked child has everything that its parent has read, so only the results are sent back. Log
records and warnings of a child are repeated in the parent. A child that dies or raises an exception
is a ``WorkerFailed`` there.
"""

from __future__ import annotations

import logging
import os
import pickle
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Generic, TypeVar

from practice.support import platform
from practice.support.platform import uninterrupted

T = TypeVar("T")
R = TypeVar("R")
_in_child = False


class WorkerFailed(Exception):
    """A child process died or raised an exception; the message says which."""


class WorkerRaised(WorkerFailed):
    """A child process raised an exception. The message names it, a note has its traceback."""


@dataclass
class _Outcome:
    """The results, log records and warnings that a child sends to its parent."""

    results: list[Any] = field(default_factory=list)
    records: list[logging.LogRecord] = field(default_factory=list)
    warnings: list[tuple[str, type[Warning], str, int]] = field(default_factory=list)
    failure: WorkerFailed | None = None


def workers() -> int:
    """Return the number of processes to use: `PRACTICE_WORKERS`, or one for each processor.

    It is 1 where ``platform.FORKS`` is false. It is 1 in a child, too: killing a worker would
    orphan its children.
    """
    if _in_child or not platform.FORKS:
        return 1
    wanted = os.environ.get("PRACTICE_WORKERS", "")
    return max(1, int(wanted)) if wanted.isdecimal() else platform.usable_processors()


def map_in_processes(
    function: Callable[[T], R], items: Sequence[T], processes: int | None = None
) -> list[R]:
    """``[function(item) for item in items]``, done in ``processes`` processes at once.

    ``processes`` defaults to ``workers()``. Results must be picklable. Raises ``WorkerFailed`` if a
    child fails as a whole.
    """
    count = min(workers() if processes is None else processes, len(items))
    if count < 2 or not platform.FORKS:
        return [function(item) for item in items]
    sys.stdout.flush()
    sys.stderr.flush()
    children: list[tuple[int, BinaryIO]] = []
    try:
        with uninterrupted():  # Ctrl-C between two starts would lose track of a child
            children.extend(_start(function, items[index::count]) for index in range(count))
        outcomes = [_collect(*child) for child in children]  # all of them, before one may raise
    except BaseException:  # kill every worker before re-raising, so that cleanup does not race them
        with uninterrupted():
            for child in children:
                _end(*child)
        raise
    results: list[Any] = [None] * len(items)
    for index, outcome in enumerate(outcomes):
        if outcome.failure:
            raise outcome.failure
        _repeat(outcome)
        results[index::count] = outcome.results
    return results


class Child(Generic[R]):
    """A call that runs in the background and can be cancelled.

    It runs in a forked child, of low priority unless it is ``urgent``. Where ``platform.FORKS`` is
    false, it runs in the thread that asks for the result, and cannot be cancelled.
    """

    def __init__(self, function: Callable[[], R], *, urgent: bool = False) -> None:
        self.function = function
        self.running: tuple[int, BinaryIO] | None = None
        if platform.FORKS:
            self.running = _start(_call if urgent else _in_background, [function])

    def result(self) -> R:
        """Wait for the result. Raises ``WorkerFailed`` if the call failed or was cancelled."""
        if self.running is None:
            return self.function()
        outcome = _collect(*self.running)
        if outcome.failure:
            raise outcome.failure
        _repeat(outcome)
        found: R = outcome.results[0]
        return found

    def give_up(self) -> None:
        """Kill the child; after that, ``result`` raises ``WorkerFailed``."""
        if self.running is not None:
            platform.kill(self.running[0])


def _in_background(function: Callable[[], R]) -> R:
    platform.lower_priority()
    return function()


def _call(function: Callable[[], R]) -> R:
    return function()


def _start(function: Callable[[T], R], share: Sequence[T]) -> tuple[int, BinaryIO]:
    reading, writing = os.pipe()
    with uninterrupted():  # Python would lose a Ctrl-C in one of its callbacks around a fork
        pid = platform.fork()
    if pid:
        os.close(writing)
        return pid, os.fdopen(reading, "rb")
    global _in_child  # noqa: PLW0603  # a fact about this process
    _in_child = True
    status = 1
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(_work(function, share), pipe, pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        os._exit(status)  # without the parent's exit handlers


def _end(pid: int, pipe: BinaryIO) -> None:
    pipe.close()
    platform.end(pid)


def _work(function: Callable[[T], R], share: Sequence[T]) -> _Outcome:
    outcome = _Outcome()
    handler = logging.Handler()
    handler.emit = lambda record: outcome.records.append(_plain(record))  # type: ignore[method-assign]  # of this one
    for logger in (logging.getLogger(), *_silent_loggers()):
        logger.handlers = [handler]

    with warnings.catch_warnings(record=True) as warned:
        try:
            outcome.results = [function(item) for item in share]
        except BaseException as error:  # noqa: BLE001  # the parent raises it again
            outcome.failure = WorkerRaised("".join(traceback.format_exception_only(error)).strip())
            outcome.failure.add_note(traceback.format_exc())
    outcome.warnings = [(str(w.message), w.category, w.filename, w.lineno) for w in warned]
    return outcome


def _silent_loggers() -> list[logging.Logger]:
    """Return the loggers that do not pass their records on to the root logger."""
    known = logging.root.manager.loggerDict.values()
    return [found for found in known if isinstance(found, logging.Logger) and not found.propagate]


def _plain(record: logging.LogRecord) -> logging.LogRecord:
    """Return the record in a form that can be pickled."""
    record.msg, record.args = record.getMessage(), None
    if record.exc_info:
        record.msg += "\n" + "".join(traceback.format_exception(*record.exc_info))
        record.exc_info = None
    return record


def _collect(pid: int, pipe: BinaryIO) -> _Outcome:
    with pipe:
        raw = pipe.read()
    code = platform.exit_code_of(pid)
    if code < 0:
        failure = WorkerFailed(f"a process of the build was killed by signal {-code}")
        return _Outcome(failure=failure)
    if code:
        failure = WorkerFailed(f"a process of the build ended with exit code {code}")
        return _Outcome(failure=failure)
    outcome: _Outcome = pickle.loads(raw)  # noqa: S301  # written by our own child
    return outcome


def _repeat(outcome: _Outcome) -> None:
    for record in outcome.records:
        logging.getLogger(record.name).handle(record)
    for message, category, file, line in outcome.warnings:
        warnings.warn_explicit(message, category, file, line)


WORTH_A_FORK = 40
"""The number of files from which on several processes are faster than one."""
