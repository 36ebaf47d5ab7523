"""A process that runs one program, and ends it when the process that has started both ends.

It is started by `practice.support.supervised`. It loads little, because a publish starts a dozen
programs. Its standard input is a pipe that the other process holds open. The system closes the pipe
when that process ends, for whatever reason, also if it is killed. So no program goes on with an
upload that nobody watches.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn

PUBLIC_UMASK = 0o022
"""What a program creates (rclone, with a remote on this computer) can be read by a web server."""


def main(input_file: str, command: Sequence[str]) -> NoReturn:
    """Run a command, and end with its exit code; its input is a file, or nothing."""
    os.umask(PUBLIC_UMASK)
    with open(input_file or os.devnull, "rb") as given:  # noqa: PTH123  # without loading `pathlib`
        program = subprocess.Popen(list(command), stdin=given)  # no shell; the caller knows it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    code = program.wait()
    os._exit(code if code >= 0 else 1)  # without waiting for the thread


def _end_with_parent() -> None:
    from practice.support import platform  # noqa: PLC0415  # loaded while the program starts

    os.read(sys.stdin.fileno(), 1)  # waits; nothing is ever written into the pipe
    platform.end_own_group()
