"""Calls that not every operating system has, in one place.

Other modules ask this one and contain no condition on the system. ``sys.platform`` is compared
where mypy has to know that a call does not exist (``mypy --platform win32``); everything else asks
whether the call is there (``hasattr``).
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from math import ceil
from pathlib import Path
from types import FrameType

FORKS = sys.platform == "linux" and hasattr(os, "fork")
"""Whether work is done in forked processes.

macOS can fork, but its system libraries may crash in a child that does not `exec`
(https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods).
"""
TIMES_BY_SIGNAL = hasattr(signal, "setitimer") and hasattr(signal, "SIGPROF")
"""Whether a timer can interrupt the main thread, even within one long regular expression."""
OPEN_FILES_BLOCK = sys.platform == "win32"
"""Whether a file that a program holds open can be neither replaced nor deleted."""
LINKS_ARE_REPLACED = sys.platform != "win32"
"""Whether a symbolic link to a folder can be replaced by another in one step.

`MoveFileEx`, which Python's ``os.replace`` calls on Windows, replaces no folder and no link to one.
"""
LIMITS_WORK = sys.platform != "win32"
"""Whether ``limited_work`` has an effect."""
MODES_MATTER = sys.platform != "win32" and hasattr(os, "getuid")
"""Whether the mode bits of a folder say who can write into it."""
PATH_LIMIT = 260 if sys.platform == "win32" else None
"""Characters that a path may have, unless Windows was told to allow long paths; None: no limit.

https://learn.microsoft.com/windows/win32/fileio/maximum-file-path-limitation
"""


# --- Processes ---


def usable_processors() -> int:
    """Return the number of processors that this process may use, at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def fork() -> int:
    """``os.fork``; call it only where ``FORKS`` is true.

    From Python 3.12 on, ``os.fork`` warns when other threads run, because a child inherits the
    locks that they hold. The children of this project only compute and write files, none waits for
    a thread of its parent, and every child can be killed; so the warning is not passed on. Where
    warnings are errors, it would be raised in the parent alone and leave the child without one.
    """
    if sys.platform == "win32":
        raise NotImplementedError
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*multi-threaded", DeprecationWarning)
        return os.fork()


def lower_priority() -> None:
    """Lower the priority of this process, if the system has priorities."""
    if hasattr(os, "nice"):
        os.nice(10)


def exit_code_of(pid: int) -> int:
    """Wait for a forked child and return its exit code, or the negative number of a signal."""
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def kill(pid: int) -> None:
    """Kill a forked child; it is no error if the child has already ended."""
    if sys.platform == "win32":
        raise NotImplementedError
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def end(pid: int) -> None:
    """Kill a forked child and wait for it; it is no error if that was done before."""
    if sys.platform == "win32":
        raise NotImplementedError
    with suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == 0:
            kill(pid)
            os.waitpid(pid, 0)


def limit_memory(size: int) -> None:
    """Let this process use at most ``size`` bytes of memory, if the system has such a limit.

    More raises ``MemoryError``, or ends the process where code in C does not expect it.
    """
    if sys.platform != "win32":
        import resource  # noqa: PLC0415  # a module that Windows does not have

        with suppress(ValueError, OSError):  # a lower limit is set already
            resource.setrlimit(resource.RLIMIT_DATA, (size, size))


@contextmanager
def limited_work(seconds: float) -> Iterator[None]:
    """End this process by a signal once the block has used ``seconds`` of a processor.

    Systems count whole seconds, so it may be one more. Windows has no such limit.
    """
    if sys.platform == "win32":
        yield
    else:
        import resource  # noqa: PLC0415  # a module that Windows does not have

        before, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        resource.setrlimit(resource.RLIMIT_CPU, (ceil(time.process_time() + seconds), most))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_CPU, (before, most))


def was_ended_for_work(returncode: int) -> bool:
    """Return whether ``limited_work`` has ended the process that has left this exit code."""
    return sys.platform != "win32" and returncode == -signal.SIGXCPU


def flags_of_new_group() -> int:
    """Return flags of ``subprocess.Popen`` for a program that shall not receive our Ctrl-C.

    They are for Windows; elsewhere, ``start_new_session`` does that.
    """
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP
    return 0


def start_detached(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a program that does not end with us and does not receive our Ctrl-C."""
    nothing = subprocess.DEVNULL
    return subprocess.Popen(  # no shell; the caller knows the command
        list(command),
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
        creationflags=flags_of_new_group(),
        start_new_session=True,
    )


def end_own_group() -> None:
    """Kill this process and every process that it has started.

    On POSIX, it must have been started with ``start_new_session``, or it would kill others, too.
    """
    if sys.platform == "win32":
        command = ["taskkill", "/F", "/T", "/PID", str(os.getpid())]
        subprocess.run(command, check=False)  # no shell; our own arguments
    else:
        os.killpg(0, signal.SIGKILL)


def open_with_default_program(file: Path) -> None:
    """Open a file with its default program. Raises ``OSError`` if there is none."""
    if sys.platform == "win32":
        os.startfile(file)  # noqa: S606  # no shell; a file of the site
        return
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    opened = start_detached([opener, str(file)])
    threading.Thread(target=opened.wait, daemon=True).start()


# --- Signals ---


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Delay Ctrl-C until the block ends."""
    if sys.platform != "win32" and hasattr(signal, "pthread_sigmask"):
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    elif threading.current_thread() is threading.main_thread():
        yield from _interrupt_later()
    else:
        yield  # only the main thread is interrupted


def _interrupt_later() -> Iterator[None]:
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler):  # Ctrl-C is ignored, or ends the process without Python
        yield
        return
    received: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: received.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if received:
            handler(*received[0])


@contextmanager
def alarm(seconds: float, over: Callable[[], None]) -> Iterator[None]:
    """Call ``over`` in the main thread once this process has worked for ``seconds``.

    What the system does for the process counts: copying long texts is mostly that. Time in which
    the process waits or other processes run is not counted. ``over`` is called again after each
    further ``seconds``, because Python drops an exception that is raised while an object is
    destroyed. Use this only in the main thread, and only where ``TIMES_BY_SIGNAL`` is true.
    """
    if sys.platform == "win32":
        raise NotImplementedError
    before = signal.signal(signal.SIGPROF, lambda _number, _frame: over())
    signal.setitimer(signal.ITIMER_PROF, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def clock_of_thread() -> Callable[[], float]:
    """Return a function that tells how many seconds this thread has worked, to other threads, too.

    Where a system does not count the work of a thread, it tells the time that has passed.
    """
    if sys.platform in {"win32", "darwin"}:
        return time.monotonic
    clock = time.pthread_getcpuclockid(threading.get_ident())
    return lambda: time.clock_gettime(clock)


# --- Files and sockets ---


def is_own(found: os.stat_result) -> bool:
    """Return whether a file belongs to this user; True if the system has no user ids."""
    return not hasattr(os, "getuid") or found.st_uid == os.getuid()


def exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step (Linux `renameat2`, macOS `renamex_np`).

    Returns False, with nothing changed, where the system or the file system cannot do that.
    """
    if sys.platform == "win32":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "linux" and hasattr(libc, "renameat2"):
        at_fdcwd, rename_exchange = -100, 2
        return bool(libc.renameat2(at_fdcwd, first, at_fdcwd, second, rename_exchange) == 0)
    if sys.platform == "darwin" and hasattr(libc, "renamex_np"):
        rename_swap = 2
        return bool(libc.renamex_np(first, second, rename_swap) == 0)
    return False


def reserve_address(sock: socket.socket) -> None:
    """Make sure that no other program can use the address that a socket will be bound to.

    On Windows ``SO_REUSEADDR`` would let two programs listen at one address
    (https://learn.microsoft.com/windows/win32/winsock/using-so-reuseaddr-and-so-exclusiveaddruse);
    elsewhere it only lets us listen again right after the last program has ended.
    """
    if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
