"""The folder of a release: mostly links to files of the built site and of the cache."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from practice.publish.release import File, hashed
from practice.support.output_folder import keep_only


class Tree:
    """A release's files below ``folder``, and the SHA-256 and size of each.

    Files are hard links where the system allows that, and copies elsewhere. Nothing may change
    them where they stand: they are files of the built site or of the cache as well. What an
    earlier release has left in the folder is used again where it is the very same file, and goes
    with ``finish``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, File] = {}
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, path: str, source: Path, sha256: str = "") -> None:
        """Take in a file that exists; ``sha256`` is the digest of its content, if it is known."""
        target, real = f"{self.folder}/{path}", os.stat(source)  # noqa: PTH116  # of every file
        if not _is_same(target, real):
            self._make_room(path)
            try:
                os.link(source, target)
            except OSError:  # another disk, or one that knows no links
                shutil.copyfile(source, target)
        self.files[path] = File(sha256 or hashed(source), real.st_size)

    def write(self, path: str, content: bytes) -> None:
        """Take in a file with this content."""
        self._make_room(path)
        (self.folder / path).write_bytes(content)
        self.files[path] = File(hashlib.sha256(content).hexdigest(), len(content))

    def finish(self) -> None:
        """Delete everything that is not of this release."""
        keep_only(self.folder, set(self.files))

    def _make_room(self, path: str) -> None:
        """Make the folder of a file, and delete what stands in its way; its other names stay."""
        target = self.folder / path
        for folder in reversed(target.parents):
            if folder.is_relative_to(self.folder) and (folder.is_symlink() or folder.is_file()):
                folder.unlink()
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        target.unlink(missing_ok=True)


def _is_same(target: str, real: os.stat_result) -> bool:
    """Whether a path is another name of a file that is known."""
    try:
        return os.path.samestat(os.lstat(target), real)
    except OSError:
        return False
