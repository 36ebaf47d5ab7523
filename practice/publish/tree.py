"""The folder of a release: filled anew for each publish, mostly with links to files that exist."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from practice.publish.release import File, hashed


class Tree:
    """A release's files below ``folder``, and the SHA-256 and size of each.

    Files are hard links where the system allows that, and copies elsewhere. Nothing may change
    them where they stand: they are files of the built site or of the cache as well.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, File] = {}
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def put(self, path: str, source: Path, sha256: str = "") -> None:
        """Take in a file that exists; ``sha256`` is the digest of its content, if it is known."""
        target = self._place(path)
        try:
            os.link(source, target)
        except OSError:  # another disk, or one that knows no links
            shutil.copyfile(source, target)
        self.files[path] = File(sha256 or hashed(target), target.stat().st_size)

    def write(self, path: str, content: bytes) -> None:
        """Take in a file with this content."""
        target = self._place(path)
        target.write_bytes(content)
        self.files[path] = File(hashlib.sha256(content).hexdigest(), len(content))

    def _place(self, path: str) -> Path:
        """Where a file goes; one that is there already gives way, and its other names stay."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        return target
