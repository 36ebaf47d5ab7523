"""Time limits: a call ends after a number of seconds, on every system and in every thread.

Third-party parsers have pathological inputs: some make a loop run for minutes, some one regular
expression, some code in C. There are three ways to end a call, from the cheapest to the most
certain:

- a timer signal, in the main thread of a system that has one: it also ends a regular expression;
- an exception that a timer thread raises in the calling thread: it ends a loop, but has to wait for
  a regular expression. It is enough for input that is too small to keep one busy for long;
- a helper process, which is killed. It is needed for large input where there is no signal, and for
  code in C, such as a decoder of pictures: neither a signal nor an exception ends it.

In the main thread with timer signals, in other threads except on Windows and macOS, and in a helper
process except on Windows, only the time counts that the call keeps a processor busy: on a busy
machine, no good file is refused.

A helper process is started anew and not forked, in the same way on every system, and is kept for
further calls. It ends with the process that started it, is ended by Ctrl-C, and ends itself if a
call runs on after its parent was killed.
"""

from __future__ import annotations

import atexit
import ctypes
import faulthandler
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, ParamSpec, TypeVar, cast

from practice.support import platform

P = ParamSpec("P")
R = TypeVar("R")

SECONDS = 4.0
"""Seconds that each step of one file may take: reading, checking, and making its page.

So a file is named after twelve seconds at most. A post of 1,000 words takes a few thousandths.
"""
BUSY = 4 if platform.LIMITS_WORK else 1
"""How many times its seconds a call in a helper may take, because of what else the machine does."""
SMALL = 20_000
"""Characters below which no input takes longer than the limit in a single regular expression.

`tests/content/test_limits.py` shows that 10,000 take less than a second, and time grows at most
with the square of the length.
"""
WAITING = 10
"""How many times its seconds a call in a thread may take, because of what else the machine does."""
LOOK_SECONDS = 0.02
"""Seconds between two looks at how long a thread has worked."""
START_SECONDS = 60.0
"""Seconds that a helper may take to start and to import a function, in addition to the limit."""
MEMORY_BYTES = 2_000_000_000
"""The memory that a helper may use, on systems that have such a limit."""
SELF_ENDED = 1
"""The exit code with which ``faulthandler`` ends a helper whose call runs on and on."""
PROGRAM = f"from {__name__} import _serve; _serve()"

_idle: dict[int, list[_Helper]] = {}
"""Helpers that wait for a call, by the process that started them: a fork must not use them."""


class TooSlow(BaseException):
    """The time is over. Not an ``Exception``, so that no parser can take it for one of its own."""


class ProcessEnded(Exception):
    """The helper process ended without a result; the message gives its exit code."""


def call(
    seconds: float, size: int, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R:
    """Return ``function(*args, **kwargs)``; raise ``TooSlow`` once it has run for ``seconds``.

    ``size`` is the number of characters that the time depends on. ``function`` has to be one that
    another process can import, and its arguments and its result have to be picklable.
    """
    if size <= SMALL or _has_signal():
        with within(seconds):
            return function(*args, **kwargs)
    return call_in_process(seconds, function, *args, **kwargs)


def call_in_process(
    seconds: float, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R:
    """Return ``function(*args, **kwargs)``, called in a helper process.

    ``function`` has to be one that another process can import; arguments and result have to be
    picklable. Raises what the function raises, ``TooSlow`` once it has run for ``seconds``,
    ``MemoryError`` if it needs more than ``MEMORY_BYTES``, and ``ProcessEnded`` if the process
    ends, for example by a fault in C code. Where no process can be started, it is called in this
    one, as far as ``within`` can limit it.
    """
    idle = _idle.setdefault(os.getpid(), [])
    try:
        helper = idle.pop() if idle else _Helper()
        if helper.process.poll() is not None:  # something has ended it while it waited
            helper.end()
            helper = _Helper()
    except OSError:  # the system starts no more processes: the file is not to blame
        with within(seconds):
            return function(*args, **kwargs)
    try:
        result, error = helper.call(seconds, pickle.dumps((function, args, kwargs, seconds)))
    except BaseException:
        helper.end()
        raise
    idle.append(helper)
    if error is not None:
        raise error
    found: R = result
    return found


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
    worked, begun = platform.clock_of_thread(), time.monotonic()
    end = worked() + seconds
    done = threading.Event()
    lock = threading.Lock()

    def watch() -> None:
        while (left := end - worked()) > 0 and time.monotonic() < begun + WAITING * seconds:
            if done.wait(max(left, LOOK_SECONDS)):
                return
        with lock:
            if not done.is_set():
                ctypes.pythonapi.PyThreadState_SetAsyncExc(caller, ctypes.py_object(TooSlow))

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        with lock:
            done.set()


@atexit.register
def _end_idle() -> None:
    """End the helpers of this process that wait for a call."""
    for helper in _idle.pop(os.getpid(), ()):
        helper.end()


class _Helper:
    """A process that makes one call after another."""

    def __init__(self) -> None:
        modules = os.pathsep.join(str(Path(folder).absolute()) for folder in sys.path)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(sys.executable).anchor,  # not ours: that folder may be deleted later
            env=os.environ | {"PYTHONPATH": modules},
        )
        self.requests = cast("IO[bytes]", self.process.stdin)
        self.answers = cast("IO[bytes]", self.process.stdout)

    def call(self, seconds: float, request: bytes) -> tuple[Any, Exception | None]:
        """Send a call; return its result and its exception, one of which is None."""
        over = threading.Event()
        try:
            with _Timer(START_SECONDS, self.process, over):
                self.requests.write(len(request).to_bytes(8, "big") + request)
                self.requests.flush()
                started = self.answers.read(1)
            if started:
                with _Timer(BUSY * seconds, self.process, over):
                    size = int.from_bytes(self.answers.read(8), "big")
                    answer = self.answers.read(size)
                if size and len(answer) == size and not over.is_set():
                    found: tuple[Any, Exception | None] = pickle.loads(answer)  # noqa: S301  # written by our own helper
                    return found
                code = self.process.wait()
                if code == SELF_ENDED or platform.was_ended_for_work(code):
                    raise TooSlow
        except OSError:
            pass  # the process has ended, as where there is no answer
        if over.is_set():
            raise TooSlow
        self.process.kill()
        raise ProcessEnded(f"exit code {self.process.wait()}")

    def end(self) -> None:
        """Kill the process and close its pipes."""
        self.process.kill()
        self.process.wait()
        self.answers.close()
        with suppress(OSError):  # of a request that could not be sent
            self.requests.close()


class _Timer:
    """Kills a process unless the block ends in time; sets ``over`` before that."""

    def __init__(
        self, seconds: float, process: subprocess.Popen[bytes], over: threading.Event
    ) -> None:
        self.process, self.over = process, over
        self.timer = threading.Timer(seconds, self._kill)
        self.timer.daemon = True

    def __enter__(self) -> None:
        """Start the timer."""
        self.timer.start()

    def __exit__(self, *_: object) -> None:
        """Stop the timer."""
        self.timer.cancel()

    def _kill(self) -> None:
        self.over.set()
        self.process.kill()


def _serve() -> None:
    """Run in the helper: make the calls that arrive at the standard input, until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    platform.limit_memory(MEMORY_BYTES)
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    while size := int.from_bytes(requests.read(8), "big"):
        function, args, kwargs, seconds = pickle.loads(requests.read(size))  # noqa: S301  # written by our own parent
        answers.write(b"!")
        answers.flush()
        faulthandler.dump_traceback_later(2 * BUSY * seconds, exit=True)  # also within code in C
        try:
            with platform.limited_work(seconds):
                answer = pickle.dumps((function(*args, **kwargs), None))
        except Exception as error:  # noqa: BLE001  # the parent raises it
            answer = pickle.dumps((None, error))
        faulthandler.cancel_dump_traceback_later()
        answers.write(len(answer).to_bytes(8, "big") + answer)
        answers.flush()
