"""The folder of a release: mostly links to files of the built site and of the cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from pathlib import Path

from practice.publish.release import File, hashed
from practice.support.files import make_folder_of
from practice.support.output_folder import keep_only


class Tree:
    """The files of a release below ``folder``, with the SHA-256 and size of each.

    Files are hard links where the system allows it, and copies elsewhere. Never change such a file
    in place, because the built site or the cache contains the same file. Files of an earlier
    release that are identical are used again; ``finish`` deletes the others.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, File] = {}
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, path: str, source: Path, sha256: str = "") -> None:
        """Add an existing file; ``sha256`` is the digest of its content, if it is known."""
        target, real = f"{self.folder}/{path}", os.stat(source)  # noqa: PTH116  # of every file
        if not _is_same(target, real):
            self._make_room(path)
            try:
                os.link(source, target)
            except OSError:  # another disk, or one that knows no links
                shutil.copyfile(source, target)
        self.files[path] = File(sha256 or hashed(source), real.st_size)

    def write(self, path: str, content: bytes) -> None:
        """Add a file with this content. One of an earlier release with the same content is kept."""
        if not _holds(f"{self.folder}/{path}", content):
            self._make_room(path)
            (self.folder / path).write_bytes(content)
        self.files[path] = File(hashlib.sha256(content).hexdigest(), len(content))

    def finish(self) -> None:
        """Delete files that do not belong to this release."""
        keep_only(self.folder, set(self.files))

    def _make_room(self, path: str) -> None:
        """Create the folder of a file, and remove what has its path; other hard links remain."""
        make_folder_of(self.folder, path)
        target = self.folder / path
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        target.unlink(missing_ok=True)


def _holds(target: str, content: bytes) -> bool:
    """Return whether a path is a regular file with this content and without other hard links."""
    try:
        found = os.lstat(target)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1 or found.st_size != len(content):
            return False
        with open(target, "rb") as file:  # noqa: PTH123  # a `Path` of each file takes longer
            return file.read() == content
    except OSError:
        return False


def _is_same(target: str, real: os.stat_result) -> bool:
    """Return whether a path and a known file are the same file."""
    try:
        return os.path.samestat(os.lstat(target), real)
    except OSError:
        return False
