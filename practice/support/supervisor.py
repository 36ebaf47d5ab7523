"""A process that runs one program, and ends it when the process that has started both ends.

It is started by `practice.support.supervised`. Its standard input is a pipe that the other process
holds open. The system closes the pipe when that process ends, for whatever reason, also if it is
killed. So no program goes on with an upload that nobody watches.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from practice.support import platform

PUBLIC_UMASK = 0o022
"""What a program creates (rclone, with a remote on this computer) can be read by a web server."""


def main(input_file: str, command: Sequence[str]) -> int:
    """Run a command and return its exit code; its input is a file, or nothing."""
    os.umask(PUBLIC_UMASK)
    with Path(input_file or os.devnull).open("rb") as given:
        program = subprocess.Popen(list(command), stdin=given)  # no shell; the caller knows it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return program.wait()


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)  # waits; nothing is ever written into the pipe
    platform.end_own_group()


if __name__ == "__main__":
    code = main(sys.argv[1], sys.argv[2:])
    os._exit(code if code >= 0 else 1)  # without waiting for the thread
