"""Work in forked processes: each takes its share of a list and hands back what came out.

A forked child sees all that its parent has read, so nothing but the outcome is carried between
them. What a child logs or warns of is logged or warned of once more in the parent; a child that
dies, or raises what it should not, is a ``WorkerFailed`` there.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Generic, TextIO, TypeVar

T = TypeVar("T")
R = TypeVar("R")
_in_child = False


class WorkerFailed(Exception):
    """A child process did not do its share; the message says what is known of it."""


@dataclass
class _Outcome:
    """What a child hands back."""

    results: list[Any] = field(default_factory=list)
    records: list[logging.LogRecord] = field(default_factory=list)
    warnings: list[tuple[str, type[Warning], str, int]] = field(default_factory=list)
    failure: str = ""


def workers() -> int:
    """How many processes to work in: `PRACTICE_WORKERS`, or one for each processor.

    A child starts no others: whoever gives it up could not end them.
    Only Linux is sure to survive a fork without an exec: the system libraries of macOS may not
    (https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods).
    """
    if _in_child:
        return 1
    wanted = os.environ.get("PRACTICE_WORKERS", "")
    if wanted.isdecimal():
        return max(1, int(wanted))
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def map_in_processes(
    function: Callable[[T], R], items: Sequence[T], processes: int | None = None
) -> list[R]:
    """``[function(item) for item in items]``, done in ``processes`` processes at once.

    Results must be picklable. Raises ``WorkerFailed`` if a child fails as a whole.
    """
    count = min(workers() if processes is None else processes, len(items))
    if count < 2:
        return [function(item) for item in items]
    sys.stdout.flush()
    sys.stderr.flush()
    children: list[tuple[int, BinaryIO]] = []
    try:
        with uninterrupted():  # they end by themselves or by our hand, and none is forgotten
            children.extend(_start(function, items[index::count]) for index in range(count))
        outcomes = [_collect(*child) for child in children]  # every child, before any is judged
    except BaseException:  # who cleans up after us must not find anybody still at work
        with uninterrupted():
            for child in children:
                _end(*child)
        raise
    results: list[Any] = [None] * len(items)
    for index, outcome in enumerate(outcomes):
        if outcome.failure:
            raise WorkerFailed(outcome.failure)
        _repeat(outcome)
        results[index::count] = outcome.results
    return results


class Child(Generic[R]):
    """A piece of work that goes on beside us and can be given up.

    It is done in a forked child with little claim to the processor, or, where a fork is not safe,
    in the thread that asks for the result.
    """

    def __init__(self, function: Callable[[], R]) -> None:
        self.function = function
        self.running: tuple[int, BinaryIO] | None = None
        if sys.platform == "linux":
            self.running = _start(lambda work: (os.nice(10), work())[1], [function])

    def result(self) -> R:
        """Wait for what came out; ``WorkerFailed`` if nothing did, or if it was given up."""
        if self.running is None:
            return self.function()
        outcome = _collect(*self.running)
        if outcome.failure:
            raise WorkerFailed(outcome.failure)
        _repeat(outcome)
        found: R = outcome.results[0]
        return found

    def give_up(self) -> None:
        """End the child; whoever waits for its result is told that it failed."""
        if self.running is not None:
            with suppress(ProcessLookupError):
                os.kill(self.running[0], signal.SIGKILL)


def _start(function: Callable[[T], R], share: Sequence[T]) -> tuple[int, BinaryIO]:
    reading, writing = os.pipe()
    with uninterrupted():  # in the midst of a fork it would be lost in one of Python's callbacks
        pid = os.fork()
    if pid:
        os.close(writing)
        return pid, os.fdopen(reading, "rb")
    global _in_child  # noqa: PLW0603  # it is the process that is another one
    _in_child = True
    status = 1
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pickle.dump(_work(function, share), pipe, pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        os._exit(status)  # the parent's clean-up is the parent's


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Keep Ctrl-C waiting until this is done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(pid: int, pipe: BinaryIO) -> None:
    pipe.close()
    with suppress(ChildProcessError):  # it has ended, and was waited for
        if os.waitpid(pid, os.WNOHANG)[0] == 0:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _work(function: Callable[[T], R], share: Sequence[T]) -> _Outcome:
    outcome = _Outcome()
    handler = logging.Handler()
    handler.emit = lambda record: outcome.records.append(_plain(record))  # type: ignore[method-assign]  # of this one
    for logger in (logging.getLogger(), *_silent_loggers()):
        logger.handlers = [handler]

    def keep(  # noqa: PLR0917  # the signature of `warnings.showwarning`
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,  # noqa: ARG001  # as above
        line: str | None = None,  # noqa: ARG001  # as above
    ) -> None:
        outcome.warnings.append((str(message), category, filename, lineno))

    warnings.showwarning = keep
    try:
        outcome.results = [function(item) for item in share]
    except BaseException:  # noqa: BLE001  # it is raised again in the parent
        outcome.failure = traceback.format_exc()
    return outcome


def _silent_loggers() -> list[logging.Logger]:
    """Loggers that do not hand on to the root what they are told."""
    known = logging.root.manager.loggerDict.values()
    return [found for found in known if isinstance(found, logging.Logger) and not found.propagate]


def _plain(record: logging.LogRecord) -> logging.LogRecord:
    """A record that can be carried between processes."""
    record.msg, record.args = record.getMessage(), None
    if record.exc_info:
        record.msg += "\n" + "".join(traceback.format_exception(*record.exc_info))
        record.exc_info = None
    return record


def _collect(pid: int, pipe: BinaryIO) -> _Outcome:
    with pipe:
        raw = pipe.read()
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        return _Outcome(failure=f"a process of the build was killed by signal {-code}")
    if code:
        return _Outcome(failure=f"a process of the build ended with exit code {code}")
    outcome: _Outcome = pickle.loads(raw)  # noqa: S301  # written by our own child
    return outcome


def _repeat(outcome: _Outcome) -> None:
    for record in outcome.records:
        logging.getLogger(record.name).handle(record)
    for message, category, file, line in outcome.warnings:
        warnings.warn_explicit(message, category, file, line)


WORTH_A_FORK = 40
"""Files: to read fewer takes less time than to start processes and carry back what they read."""
