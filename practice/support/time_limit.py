"""Time limits: a call ends after a number of seconds, on every system and in every thread.

Third-party parsers have pathological inputs: some make a loop run for minutes, some one regular
expression. A regular expression holds Python's interpreter lock, so no thread can stop it. There
are three ways to end a call, from the cheapest to the most certain:

- a timer signal, in the main thread of a system that has one: it also ends a regular expression;
- an exception that a timer thread raises in the calling thread: it ends a loop, but has to wait for
  a regular expression. It is enough for input that is too small to keep one busy for long;
- a process of its own, which is killed: for large input where there is no signal.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from practice.support import platform

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

P = ParamSpec("P")
R = TypeVar("R")

SECONDS = 10.0
"""Seconds that one file may take to read; a post of 1,000 words takes a few thousandths."""
SMALL = 30_000
"""Characters below which no input takes longer than the limit in a single regular expression.

`tests/content/test_limits.py` shows that 10,000 take less than a second, and time grows at most
with the square of the length.
"""
START = 60.0
"""Seconds that a process may take to start, in addition to the limit."""


class TooSlow(BaseException):
    """The time is over. Not an ``Exception``, so that no parser can take it for one of its own."""


class ProcessEnded(Exception):
    """The process of a call ended without a result; the message gives its exit code."""


def call(
    seconds: float, size: int, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R:
    """Return ``function(*args, **kwargs)``; raise ``TooSlow`` once it has run for ``seconds``.

    ``size`` is the number of characters that the time depends on. ``function`` has to be one that
    another process can import, and its arguments and its result have to be picklable. In the main
    thread of a system with timer signals only the work of this process counts, so a busy machine
    refuses nothing; elsewhere the time that passes counts.
    """
    if size <= SMALL or _has_signal():
        with within(seconds):
            return function(*args, **kwargs)
    return _in_process(seconds, function, args, kwargs)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise ``TooSlow`` in the code inside once it has run for ``seconds``.

    Without timer signals, one long regular expression ends first; ``call`` does not wait for it.
    """
    if _has_signal():
        with platform.alarm(seconds, _raise_too_slow):
            yield
    else:
        yield from _by_thread(seconds)


def _has_signal() -> bool:
    in_main_thread = threading.current_thread() is threading.main_thread()
    return platform.TIMES_BY_SIGNAL and in_main_thread


def _raise_too_slow() -> None:
    raise TooSlow


def _by_thread(seconds: float) -> Iterator[None]:
    caller = ctypes.c_ulong(threading.get_ident())
    lock = threading.Lock()
    done = False

    def over() -> None:
        with lock:
            if not done:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(caller, ctypes.py_object(TooSlow))

    timer = threading.Timer(seconds, over)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            done = True
        timer.cancel()


def _in_process(
    seconds: float, function: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> R:
    """Call a function in a fresh interpreter, which is killed when the time is over."""
    import multiprocessing  # noqa: PLC0415  # takes longer to load than a small file to read

    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(theirs, function, args, kwargs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(START) or not (ours.recv() and ours.poll(seconds)):
            raise TooSlow
        result, error = ours.recv()
    except EOFError:
        process.join()
        raise ProcessEnded(f"exit code {process.exitcode}") from None
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()
    if error is not None:
        raise error
    found: R = result
    return found


def _send(
    pipe: Connection, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Run in the process: send a start signal, then the result or the exception."""
    pipe.send(True)
    try:
        pipe.send((function(*args, **kwargs), None))
    except Exception as error:  # noqa: BLE001  # the caller raises it
        pipe.send((None, error))
