"""Runs a program that talks to a server: with a time limit, and never for longer than we run."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from practice.support import platform, supervisor

ROOT = Path(__file__).parents[2]
LINES = 200
"""The number of the last lines of standard error that are kept."""
LEFT_OPEN = 5.0
"""Seconds to wait for the end of the output after the program has ended: a helper that it has left
running (`ssh` with `ControlPersist`) may keep the output open."""


_lifelines: set[IO[bytes]] = set()
"""The pipes that keep programs running, in all threads. Closing one ends its program."""


@dataclass(frozen=True)
class Finished:
    """What a program has left: its exit code and its output."""

    returncode: int
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        """The standard output as text."""
        return self.stdout.decode("utf-8", "replace")


class NoProgress(Exception):
    """A program made no progress for too long and was ended; ``stderr`` is what it said before."""

    def __init__(self, stderr: str) -> None:
        super().__init__(stderr)
        self.stderr = stderr


def run(
    command: Sequence[str],
    *,
    limit: float,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    input_file: Path | None = None,
    is_progress: Callable[[str], bool] = bool,
) -> Finished:
    """Run a program to its end.

    It is ended, with all that it has started, when this process ends, on Ctrl-C, and after
    ``limit`` seconds without progress (``NoProgress``). Progress is any output, and each line of
    standard error for which ``is_progress`` is true. The program cannot ask questions: it has no
    terminal.
    """
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
    code += f"from {supervisor.__name__} import main; main(sys.argv[1], sys.argv[2:])"
    process = subprocess.Popen(  # no shell; the caller knows the command
        [sys.executable, "-I", "-S", "-c", code, str(input_file or ""), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=environment,
        creationflags=platform.flags_of_new_group(),
        start_new_session=True,
    )
    lifeline, stdout, stderr = filter(None, (process.stdin, process.stdout, process.stderr))
    output = _Output(is_progress)
    readers = [
        threading.Thread(target=read, args=(pipe,), daemon=True)
        for read, pipe in ((output.read, stdout), (output.read_lines, stderr))
    ]
    _lifelines.add(lifeline)
    try:
        for reader in readers:
            reader.start()
        while process.poll() is None:
            left = output.progress + limit - time.monotonic()
            if left <= 0:
                raise NoProgress("\n".join(output.lines))
            try:
                process.wait(min(left, 1))
            except subprocess.TimeoutExpired:
                continue
    finally:
        _lifelines.discard(lifeline)
        lifeline.close()  # ends the program if it still runs
        process.wait()
        for reader in readers:
            reader.join(LEFT_OPEN)
    return Finished(process.returncode, b"".join(output.chunks), "\n".join(output.lines))


def end_all() -> None:
    """End every program that is running. Each call of ``run`` that waits for one returns."""
    for lifeline in list(_lifelines):
        lifeline.close()


class _Output:
    """What a program has written so far, and when it last made progress."""

    def __init__(self, is_progress: Callable[[str], bool]) -> None:
        self.is_progress = is_progress
        self.chunks: list[bytes] = []
        self.lines: deque[str] = deque(maxlen=LINES)
        self.progress = time.monotonic()

    def read(self, pipe: IO[bytes]) -> None:
        with pipe:
            while chunk := os.read(pipe.fileno(), 1 << 16):
                self.chunks.append(chunk)
                self.progress = time.monotonic()

    def read_lines(self, pipe: IO[bytes]) -> None:
        with pipe:
            rest = b""
            while chunk := os.read(pipe.fileno(), 1 << 16):
                *lines, rest = (rest + chunk).replace(b"\r", b"\n").split(b"\n")
                for line in lines:
                    self._hear(line)
            self._hear(rest)

    def _hear(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").strip()
        if text:
            self.lines.append(text)
            if self.is_progress(text):
                self.progress = time.monotonic()
