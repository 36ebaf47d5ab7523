"""Limits: no file takes the build down with it, however it is made.

The parsers of Markdown and YAML are of others, and each has inputs on which it takes minutes or
runs out of stack. So every file is read within a size and a time, and a file that needs more is
refused by its name.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS = 10.0
"""Seconds of work that one file may need; a post of 1,000 words needs a few thousandths."""


class TooSlow(BaseException):
    """The time is over. Not an ``Exception``, so that no parser can take it for one of its own."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise ``TooSlow`` in the code inside once it has worked for ``seconds``.

    In the main thread the clock counts the work of this process alone, so a busy machine refuses
    nothing. Other threads cannot take signals: there it is the time that passes, and one long
    regular expression is not cut short but ends first.
    """
    if threading.current_thread() is threading.main_thread() and sys.platform != "win32":
        yield from _by_signal(seconds)
    else:
        yield from _by_thread(seconds)


def _by_signal(seconds: float) -> Iterator[None]:
    def over(_number: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, over)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _by_thread(seconds: float) -> Iterator[None]:
    reader = ctypes.c_ulong(threading.get_ident())
    lock = threading.Lock()
    done = False

    def over() -> None:
        with lock:
            if not done:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(reader, ctypes.py_object(TooSlow))

    timer = threading.Timer(seconds, over)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            done = True
        timer.cancel()
