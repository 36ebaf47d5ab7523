"""Replacing and deleting files, also where another program holds one of them open.

Windows refuses to rename, replace or delete a file that a program has open: a viewer, a web server,
a virus scanner, a terminal in the folder. Most let go within a moment, so these functions try again
for a short while before they raise the ``PermissionError``, which then names the open file.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from practice.support import platform

PATIENCE = 3.0
"""Seconds for which an operation is tried again."""
PAUSE = 0.05
"""Seconds between two tries."""
PUBLIC_FOLDER, PUBLIC_FILE = 0o755, 0o644
"""Modes of what a web server serves: the owner may write, everybody may read."""
WHOLE_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
"""Errors that every other file on the disk would have too."""

OTHERWISE = "try again; if it stays so, ask whoever looks after this computer"
SHARED = "see that no other program changes the folder meanwhile, and try again"
REMEDIES = {
    errno.ENOSPC: "free the disk, and try again",
    errno.EDQUOT: "free the disk, or ask for more space on it, and try again",
    errno.EROFS: "the disk can only be read: use another folder, or make it writable",
    errno.EFBIG: "the disk cannot hold a file of this size: use another folder",
    errno.EACCES: "allow this user to read and change it, and try again",
    errno.EPERM: "allow this user to read and change it, and try again",
    errno.EMFILE: "close other programs, and try again",
    errno.ENFILE: "close other programs, and try again",
    errno.ENOMEM: "close other programs, and try again",
    errno.EIO: "check the disk, or its connection, and try again",
    errno.ENOENT: SHARED,
    errno.ENOTDIR: SHARED,
    errno.EISDIR: SHARED,
    errno.EEXIST: SHARED,
    errno.ENOTEMPTY: SHARED,
}
"""What to do about an error of the system."""


def replace_file(source: Path, target: Path) -> None:
    """Move a file to a name, also where another file has that name (``os.replace``)."""
    _patiently(lambda: source.replace(target), target)


def rename_folder(source: Path, target: Path) -> None:
    """Rename a folder to a name that is not in use."""
    _patiently(lambda: source.rename(target), source)


def remove_folder(folder: Path) -> None:
    """Delete a folder with all that is in it; a missing one is no error."""

    def remove() -> None:
        if os.path.lexists(folder):
            shutil.rmtree(folder)

    _patiently(remove, folder)


def make_folder_of(root: Path, path: str) -> None:
    """Make the folder of a file; ``path`` is below ``root``, which exists.

    Links and files in its place are deleted: a link would lead out of ``root``.
    """
    folder = root
    for part in path.split("/")[:-1]:
        folder /= part
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
    folder.mkdir(parents=True, exist_ok=True)


def make_public_folder(folder: Path) -> None:
    """Make a folder and its missing parents; every user may read them, whatever the umask is."""
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for part in missing:
        part.chmod(PUBLIC_FOLDER)


def make_public(folder: Path) -> None:
    """Let every user read a folder and all that is in it, as a web server has to."""
    for place, _, names in os.walk(folder):
        Path(place).chmod(PUBLIC_FOLDER)
        for name in names:
            Path(place, name).chmod(PUBLIC_FILE)


def write_file(file: Path, content: bytes) -> None:
    """Replace a file. Other hard links to it keep the old content."""

    def write() -> None:
        file.unlink(missing_ok=True)
        file.write_bytes(content)

    _patiently(write, file)


def _patiently(operation: Callable[[], object], path: Path) -> None:
    """Repeat an operation while a file at or below ``path`` may be open in another program."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            operation()
        except PermissionError as error:
            if not platform.OPEN_FILES_BLOCK:
                raise
            if time.monotonic() >= end:
                held = _held(path) or path
                raise PermissionError(error.errno, error.strerror, str(held)) from error
            time.sleep(PAUSE)
        else:
            return


def _held(path: Path) -> Path | None:
    """Return the first file at or below ``path`` that another program holds open, or None."""
    for file in [path] if path.is_file() else sorted(path.rglob("*")):
        try:
            if file.is_file():
                file.rename(file)
        except OSError:
            return file
    return None


def explain(error: OSError) -> tuple[str, str]:
    """Return what the system reports, in an editor's words, and what to do about it."""
    name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
    limit = platform.PATH_LIMIT
    # `Path.resolve` would ask the system, which has just refused this path.
    length = len(os.path.abspath(name))  # noqa: PTH100  # see above
    if error.errno == errno.ENAMETOOLONG or (limit and length >= limit):
        remedy = "shorten the names of the file and its folders, or move the project up"
        if limit:
            remedy += "; Windows can also be told to allow long paths (`LongPathsEnabled`)"
        return "the path is too long for this system", remedy
    if isinstance(error, PermissionError) and platform.OPEN_FILES_BLOCK:
        remedy = "close the program that shows it (a viewer, an Explorer window, a terminal there)"
        why = "another program holds this open, or it may not be changed"
        return why, f"{remedy}, and try again"
    return error.strerror or str(error), REMEDIES.get(error.errno or 0, OTHERWISE)
