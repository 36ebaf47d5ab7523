"""The output folder, the folder of a running build, and how one replaces the other.

The output is replaced in one step where the system can do that, so that nobody sees an incomplete
site. The old site becomes the spare folder. The next build writes into it, because writing only the
files that have changed is faster than writing all. The spare folder can be deleted at any time.
"""

from __future__ import annotations

import glob
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from practice.paths import display_path_of, files_below
from practice.problems import UsageError
from practice.support.files import remove_folder, rename_folder
from practice.support.platform import exchange, uninterrupted

MARKER = ".practice-site"
"""The file by which a build knows a folder that it may replace."""


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Hold an output folder for one build at a time; ``UsageError`` where another build has it.

    The operating system drops the lock of a process that has ended, so none is ever stale. A lock
    file that is a link, or another name of some file, is refused: opening it would empty that file.
    """
    # It loads asyncio, which a build that finds nothing changed does not need.
    from filelock import FileLock, Timeout  # noqa: PLC0415  # see above

    path = output.parent / f".{output.name}.lock"
    with suppress(FileNotFoundError):
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            raise UsageError(
                f"`{display_path_of(path.parent)}/{path.name}` is no ordinary file, so it cannot "
                "serve as a lock: delete it, and try again"
            )
    try:
        with FileLock(path, blocking=False):
            yield
    except Timeout as error:
        raise UsageError(
            f"another build is writing `{display_path_of(output)}`: wait until it has ended"
        ) from error


@contextmanager
def tidied(output: Path) -> Iterator[None]:
    """Remove temporary folders beside the output when a build ends, for whatever reason.

    Remains of a killed build are removed first.
    """
    _tidy(output)
    try:
        yield
    finally:
        with uninterrupted():
            _tidy(output)


def _tidy(output: Path) -> None:
    old = _old(output)
    if old.exists() and not output.exists():
        old.rename(output)
    for left in remains(output):
        shutil.rmtree(left, ignore_errors=True)


def remains(output: Path) -> list[Path]:
    """Return the folders beside an output that a running or a killed build has made."""
    old = _old(output)
    new = output.parent.glob(f".{glob.escape(output.name)}.new-*")
    return [*new, *([old] if old.exists() else [])]


def _old(output: Path) -> Path:
    return output.parent / f".{output.name}.old"


def spare_of(output: Path) -> Path:
    """Return the path of the spare folder, which holds the site before the current one."""
    return output.parent / f".{output.name}.spare"


def usable(spare: Path) -> Path | None:
    """Return the spare folder if a build has made it, or None."""
    return spare if not spare.is_symlink() and (spare / MARKER).is_file() else None


def new(output: Path) -> Path:
    """Create an empty folder beside the output."""
    folder = Path(tempfile.mkdtemp(prefix=f".{output.name}.new-", dir=output.parent))
    folder.chmod(0o755)
    return folder


def keep_only(folder: Path, wanted: set[str]) -> None:
    """Delete every file below a folder that is not wanted, and the folders that are empty then.

    ``wanted`` are paths below the folder; the marker is always kept, a link never: writing through
    it would leave the folder.
    """
    _keep_only(str(folder), "", {*wanted, MARKER})


def _keep_only(folder: str, start: str, wanted: set[str]) -> bool:
    """Do this for one folder, whose paths begin with ``start``; return whether any file is left."""
    left = False
    for entry in list(os.scandir(folder)):
        if entry.is_dir(follow_symlinks=False):
            below = _keep_only(entry.path, f"{start}{entry.name}/", wanted)
            if not below:
                Path(entry.path).rmdir()
            left = left or below
        elif entry.is_symlink() or f"{start}{entry.name}" not in wanted:
            Path(entry.path).unlink()
        else:
            left = True
    return left


def move_all(source: Path, target: Path) -> None:
    """Move every file below a folder to the same place below another."""
    for name in files_below(source) if source != target else ():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source / name, target / name)


def swap(new: Path, output: Path, spare: Path) -> None:
    """Put a finished folder in the place of the output; the old output becomes the spare folder.

    Raises ``OSError`` with the old output in its place.
    """
    if not output.exists():
        rename_folder(new, output)
        return
    old = put_in_place(new, output)
    with suppress(OSError):  # the new site is in place; what is left here is tidied up
        if old != spare and not os.path.lexists(spare):
            rename_folder(old, spare)
        elif old != spare:
            shutil.rmtree(old, ignore_errors=True)


def put_in_place(new: Path, current: Path) -> Path:
    """Put a folder in the place of another one, and return where the other one is now.

    It is one step where the system can exchange two folders, else two renames. Raises ``OSError``
    with the other one in its place.
    """
    if exchange(new, current):
        return new
    old = current.parent / f".{current.name}.old"
    remove_folder(old)
    rename_folder(current, old)
    try:
        rename_folder(new, current)
    except OSError:
        rename_folder(old, current)
        raise
    return old
