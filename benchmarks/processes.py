"""Starts the commands of generators, and measures what they take: seconds, work and memory."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from benchmarks.tools import ROOT, Tool

LOOK = 1.0
"""Seconds for which the machine is watched to see what else it does."""


@dataclass(frozen=True)
class Taken:
    """What a command took: seconds, seconds of processors at work, and the peak of memory in MB."""

    seconds: float
    work: float
    memory: int


def timed(tool: Tool, parts: Sequence[str], folder: Path) -> Taken:
    """Run a command of a generator to its end."""
    with (folder / "log.txt").open("ab") as log:
        began = time.monotonic()
        with started(tool, parts, folder, log) as process, watched(process.pid) as peak:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
    if status:
        raise RuntimeError(f"{tool.name} ended with {status}: see {folder / 'log.txt'}")
    largest = used.ru_maxrss // 1024  # of one process: what has ended before anybody looked
    return Taken(seconds, used.ru_utime + used.ru_stime, max(peak[0], largest))


@contextmanager
def started(
    tool: Tool, parts: Sequence[str], folder: Path, log: BinaryIO, port: int = 0
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command of a generator; its processes are ended at the end, whatever the cause."""
    process = subprocess.Popen(
        [part.format(folder=folder, port=port) for part in parts],
        cwd=ROOT if tool.is_ours else folder,
        env=environment(folder),
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads a group, and all others of the group."""
    try:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(20)
    except subprocess.TimeoutExpired:
        pass
    finally:  # also if we are told to stop a second time
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a generator: our cache lies beside the site, and begins empty.

    Python keeps its compiled modules, as it does unless it is told not to.
    """
    found = dict(os.environ, PRACTICE_CACHE=str(folder / "cache"), NO_COLOR="1")
    found.pop("PYTHONDONTWRITEBYTECODE", None)
    return found


@contextmanager
def watched(pid: int) -> Iterator[list[int]]:
    """Look at the memory of a process and its children: the value is the peak so far, in MB.

    Memory that processes share is counted once (proportional set size).
    """
    peak, done = [0], threading.Event()

    def look() -> None:
        while not done.wait(0.1):
            peak[0] = max(peak[0], sum(map(memory_of, family(pid))) // 1024)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def family(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    found = [pid]
    for parent in found:
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found.extend(int(child) for child in (task / "children").read_text("utf-8").split())
        except OSError:
            continue
    return found


def memory_of(pid: int) -> int:
    """Return the memory of a process in kB; 0 when it has ended."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def busy(seconds: float = LOOK) -> float:
    """Return how much of the machine other programs use just now: 0.5 is half of all processors."""
    before = _processor_times()
    time.sleep(seconds)
    after = _processor_times()
    idle, whole = (now - then for now, then in zip(after, before, strict=True))
    return round(1 - idle / whole, 2) if whole else 0.0


def _processor_times() -> tuple[int, int]:
    """Return the time of all processors so far without work, and in all (`man 5 proc_stat`)."""
    times = [int(word) for word in Path("/proc/stat").read_text("utf-8").split("\n")[0].split()[1:]]
    return times[3] + times[4], sum(times[:8])
