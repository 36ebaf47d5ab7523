"""Exceptions that no check has foreseen, as problems that say whose they are.

An error of the system (a full disk, a file that may not be read) stays one, with what to do about
it. Every other exception is a fault of the program. Its traceback is written into a file, because
whoever reads the message cannot use it, and whoever mends the program needs it.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
import traceback
from importlib import metadata
from pathlib import Path

from practice.paths import PACKAGE, display_path_of
from practice.problems import Problem
from practice.support import time_limit
from practice.support.cache_folder import own_folder
from practice.support.files import explain
from practice.support.processes import WorkerFailed, WorkerRaised

LONGEST = 200
"""Characters of an exception's message that are shown; the details have all of it."""


def problem_of(error: Exception, path: str = "") -> Problem:
    """Return the problem of an exception.

    ``path`` is the file that was worked on, as messages name it. Without it, the file is the one
    that ``file_of`` finds, or `the program`.
    """
    path = path or file_of(error) or "the program"
    if isinstance(error, OSError) and error.errno is not None:
        why, remedy = explain(error)
        where = display_path_of(Path(os.fsdecode(error.filename))) if error.filename else path
        return Problem(where, 1, "system", f"the system reports: {why}", remedy)
    if isinstance(error, WorkerFailed) and not isinstance(error, WorkerRaised):
        hint = "try again; with `PRACTICE_WORKERS=1` the build does without other processes"
        return Problem("the build", 1, "worker", str(error), hint)
    if isinstance(error, MemoryError):
        message = "the memory of this computer is not enough"
        return Problem(path, 1, "system", message, "close other programs, and try again")
    return _fault(error, path)


def file_of(error: BaseException) -> str | None:
    """Return the content file that the code which raised an exception was working on.

    It is the document or the `display_path` in the variables of the innermost function that has
    one. Returns None if there is none.
    """
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    for frame in reversed(frames):
        for name, value in frame.f_locals.items():
            found = (
                value
                if name == "display_path"
                else getattr(value, "__dict__", {}).get("display_path")
            )
            if found and isinstance(found, str):
                return found
    return None


def too_slow(path: str, what: str) -> Problem:
    """Return the problem of a file that takes longer than the time limit; ``what`` says where."""
    message = f"{what} (more than {time_limit.SECONDS:.0f} seconds)"
    hint = "look for a long run of one character, or split the file"
    return Problem(path, 1, "file-slow", message, hint)


def _fault(error: Exception, path: str) -> Problem:
    details = "".join(traceback.format_exception(error))
    what = traceback.format_exception_only(error)[0].partition("\n")[0][:LONGEST]
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(PACKAGE)]
    where = f" ({display_path_of(Path(ours[-1].filename))}:{ours[-1].lineno})" if ours else ""
    file = _written(f"{_about()}File: {path}\n\n{details}", repr([f[:3] for f in frames]))
    hint = "report it to those who maintain the program"
    if file:
        hint += f", with the file `{file}`, which has the details"
    message = f"this is a fault of the program, not of your text: {what}{where}"
    return Problem(path, 1, "program-fault", message, hint)


def _about() -> str:
    try:
        version = metadata.version("practice-site")
    except metadata.PackageNotFoundError:
        version = "of a folder that is not installed"
    return (
        f"practice-site {version}, Python {platform.python_version()}, {platform.platform()}\n"
        f"Command: {sys.argv}\n"
    )


def _written(text: str, kind: str) -> str:
    """Write the details of a fault; return the path of the file, or "" if that is not possible.

    The same fault has the same file, whichever page it is found on, if we have a folder of our own.
    """
    name = f"fault-{hashlib.sha256(kind.encode()).hexdigest()[:12]}.txt"
    try:
        folder = own_folder() or Path(tempfile.mkdtemp(prefix="practice-"))
        (folder / name).write_text(text, encoding="utf-8", errors="replace", newline="\n")
    except OSError:
        return ""
    return str(folder / name)
