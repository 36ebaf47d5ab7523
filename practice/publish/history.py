"""History: the releases that were published from here, for rollbacks.

It is stored beside the settings file and never uploaded: an old release may contain texts that
the practice has taken down for good reason.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from practice.publish.release import Release, ReleaseData
from practice.support.environment import now
from practice.support.files import replace_file

FOLDER = ".releases"
KEPT = 10
"""The number of releases that are stored."""


@dataclass(frozen=True)
class Published:
    """One entry of the history."""

    id: str
    when: str
    """UTC, as RFC 3339 writes it."""
    commit: str
    target: str
    files: int
    size: int
    back: bool = False
    """Whether this was a rollback."""


class StoredRelease(ReleaseData, total=False):
    """A stored release as JSON keeps it."""

    server: dict[str, str]
    """The settings for the web server, by file name."""


class History:
    """Stored releases: a manifest by release id, and files by the hash of their content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER

    @property
    def entries(self) -> list[Published]:
        """What was published, oldest first."""
        file = self.folder / "history.json"
        if not file.is_file():
            return []
        return [Published(**line) for line in json.loads(file.read_text(encoding="utf-8"))]

    def keep(self, release: Release, tree: Path, server: Mapping[str, str]) -> None:
        """Store a release whose files are in ``tree``, with its settings for the web server."""
        for path, file in release.files.items():
            kept = self._object(file.sha256)
            if not kept.is_file():
                kept.parent.mkdir(parents=True, exist_ok=True)
                whole = kept.with_suffix(f".{os.getpid()}.part")
                shutil.copyfile(tree / path, whole)
                replace_file(whole, kept)
        data: StoredRelease = {**release.data(), "server": dict(server)}
        self._write(f"{release.id}.json", json.dumps(data, indent=1) + "\n")

    def add(self, release: Release, target: str, *, back: bool = False, when: str = "") -> None:
        """Add a release to the history as the live one, and delete the oldest releases.

        ``when`` is the time if it is not now: UTC, as RFC 3339 writes it.
        """
        when = when or now().isoformat(timespec="seconds")
        line = Published(
            release.id, when, release.commit, target, len(release.files), release.size, back
        )
        history = [*self.entries, line]
        self._write("history.json", json.dumps([vars(line) for line in history], indent=1) + "\n")
        self._forget([line.id for line in history])

    def get(self, id: str) -> Release | None:
        """Return a stored release by its id, or None."""
        data = self._data(id)
        return Release.from_data(data) if data else None

    def server_files(self, id: str) -> dict[str, str]:
        """Return the settings for the web server that belong to a stored release, by name."""
        data = self._data(id)
        return data.get("server", {}) if data else {}

    def _data(self, id: str) -> StoredRelease | None:
        file = self.folder / f"{id}.json"
        if not file.is_file():
            return None
        data: StoredRelease = json.loads(file.read_text(encoding="utf-8"))
        return data

    def text(self, release: Release, path: str) -> str | None:
        """Return the text of a file of a release, or None if it is not stored here."""
        kept = self._object(release.files[path].sha256)
        return kept.read_text(encoding="utf-8") if kept.is_file() else None

    def unpack(self, release: Release, tree: Path) -> None:
        """Copy the files of a release into an empty folder."""
        for path, file in release.files.items():
            target = tree / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._object(file.sha256), target)

    def _forget(self, ids: list[str]) -> None:
        newest: list[str] = []
        for id in reversed(ids):
            if id not in newest:
                newest.append(id)
        kept = set(newest[:KEPT])
        for file in self.folder.glob("*.json"):
            if file.name != "history.json" and file.stem not in kept:
                file.unlink()
        needed = {
            entry.sha256
            for id in kept
            if (release := self.get(id))
            for entry in release.files.values()
        }
        for kept_object in self.folder.glob("objects/*/*"):
            if kept_object.name not in needed:
                kept_object.unlink()

    def _object(self, sha256: str) -> Path:
        return self.folder / "objects" / sha256[:2] / sha256

    def _write(self, name: str, text: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        whole = self.folder / f".{name}.part"
        whole.write_text(text, encoding="utf-8", newline="\n")
        replace_file(whole, self.folder / name)
