"""Folders of finished sites: the one in place, the one that is built, and how they change places.

The output is replaced in one step, so that nobody ever sees a half. What stood there becomes the
spare folder, into which the next site is built: to write the few files that have changed is faster
than to write all. It can be deleted at any time.
"""

from __future__ import annotations

import ctypes
import glob
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from practice.paths import files_below
from practice.support.processes import uninterrupted

MARKER = ".practice-site"
"""The file by which a build knows a folder that it may replace."""


@contextmanager
def tidied(output: Path) -> Iterator[None]:
    """Leave nothing beside the output but the spare folder, however a build ends.

    What a build that was killed has left is mended before the next one begins.
    """
    _tidy(output)
    try:
        yield
    finally:
        with uninterrupted():
            _tidy(output)


def _tidy(output: Path) -> None:
    old = output.parent / f".{output.name}.old"
    if old.exists() and not output.exists():
        old.rename(output)
    shutil.rmtree(old, ignore_errors=True)
    for left in output.parent.glob(f".{glob.escape(output.name)}.new-*"):
        shutil.rmtree(left, ignore_errors=True)


def spare_of(output: Path) -> Path:
    """The folder of the site before last, into which the next one is built.

    Most of its files are right already, and to write few files is faster than to write all.
    """
    return output.parent / f".{output.name}.spare"


def usable(spare: Path) -> Path | None:
    """The spare folder, if a build has made it."""
    return spare if not spare.is_symlink() and (spare / MARKER).is_file() else None


def new(output: Path) -> Path:
    """A fresh folder beside the output."""
    folder = Path(tempfile.mkdtemp(prefix=f".{output.name}.new-", dir=output.parent))
    folder.chmod(0o755)
    return folder


def keep_only(folder: Path, wanted: set[str]) -> None:
    """Take away every file below a folder but those, and the folders that are empty then.

    ``wanted`` are paths from there; the marker stays, too. No link stays: it would lead whoever
    writes out of the folder.
    """
    _keep_only(str(folder), "", {*wanted, MARKER})


def _keep_only(folder: str, start: str, wanted: set[str]) -> bool:
    """Do so in one folder, whose files' paths begin with ``start``; say whether any is left."""
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
    """Put a finished folder in the place of the last one, in one step where the system can.

    The last one becomes the spare folder, unless something stands there that is not ours.
    """
    if not output.exists():
        new.rename(output)
        return
    old = new
    if not exchange(new, output):
        old = output.parent / f".{output.name}.old"
        shutil.rmtree(old, ignore_errors=True)
        output.rename(old)
        new.rename(output)
    if old != spare and not os.path.lexists(spare):
        old.rename(spare)
    elif old != spare:
        shutil.rmtree(old, ignore_errors=True)


def exchange(one: Path, other: Path) -> bool:
    """Exchange two folders at once (Linux `renameat2`, macOS `renamex_np`), if possible."""
    libc = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    if sys.platform == "linux" and hasattr(libc, "renameat2"):
        at_fdcwd, rename_exchange = -100, 2
        return bool(libc.renameat2(at_fdcwd, first, at_fdcwd, second, rename_exchange) == 0)
    if sys.platform == "darwin" and hasattr(libc, "renamex_np"):
        rename_swap = 2
        return bool(libc.renamex_np(first, second, rename_swap) == 0)
    return False
