"""History: the releases that were published from here, for rollbacks.

It is stored beside the settings file and never uploaded: an old release may contain texts that
the practice has taken down for good reason.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from practice.problems import UsageError
from practice.publish.release import RedirectData, Release, ReleaseData, hashed
from practice.site import redirects
from practice.site.redirects import Redirect
from practice.site.web_addresses import NotAnAddress
from practice.support.environment import now
from practice.support.files import replace_file, write_file

FOLDER = ".releases"
KEPT = 10
"""The number of releases that are stored for each target."""
ID = re.compile("[0-9a-f]{12}")
"""The id of a release, by which its file is named."""


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
    only_at_target: bool = False
    """Whether it is not stored on this computer; the target still has it."""


class StoredRelease(ReleaseData, total=False):
    """A stored release as JSON keeps it."""

    server: dict[str, str]
    """The settings for the web server, by file name."""
    redirects: RedirectData | None
    """None if they are not known."""


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
        try:
            return [Published(**line) for line in json.loads(file.read_text(encoding="utf-8"))]
        except (ValueError, TypeError) as error:
            raise UsageError(
                f"`{FOLDER}/{file.name}` cannot be read, so it is not known what was published "
                "from here: rename it, then try again; the live site has not changed"
            ) from error

    def keep(
        self,
        release: Release,
        tree: Path,
        server: Mapping[str, str],
        moved: RedirectData | None,
    ) -> None:
        """Store a release whose files are in ``tree``, with its settings for the web server.

        ``moved`` are its redirects, from which the settings of another kind of server are made.
        """
        for path, file in release.files.items():
            kept = self._object(file.sha256)
            if not kept.is_file() or kept.stat().st_size != file.size:
                kept.parent.mkdir(parents=True, exist_ok=True)
                whole = kept.with_suffix(f".{os.getpid()}.part")
                shutil.copyfile(tree / path, whole)
                replace_file(whole, kept)
        data: StoredRelease = {
            **release.data(),
            "server": dict(server),
            "redirects": moved,
        }
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
        self._forget(history)

    def get(self, id: str) -> Release | None:
        """Return a stored release by its id, or None."""
        data = self._data(id)
        return Release.from_data(data) if data else None

    def server_files(self, id: str) -> dict[str, str]:
        """Return the settings for the web server that belong to a stored release, by name."""
        data = self._data(id)
        return data.get("server", {}) if data else {}

    def redirects(self, id: str) -> list[Redirect] | None:
        """Return the redirects of a stored release; None if they are not known.

        They may come from a target where others can write, so they are checked.
        """
        data = self._data(id)
        found = data.get("redirects") if data else None
        if data is None or found is None:
            return None
        try:
            return redirects.of_data(found, Release.from_data(data).addresses)
        except NotAnAddress:
            return None

    def _data(self, id: str) -> StoredRelease | None:
        """Return a stored release; None if there is none that can be read."""
        try:
            data: StoredRelease = json.loads((self.folder / f"{id}.json").read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return data

    def text(self, release: Release, path: str) -> str | None:
        """Return the text of a file of a release, or None if it is not stored here."""
        kept = self._object(release.files[path].sha256)
        return kept.read_text(encoding="utf-8") if kept.is_file() else None

    def unpack(self, release: Release, tree: Path) -> bool:
        """Copy the files of a release into an empty folder.

        Returns whether they are complete and as they were published. Files that are not are deleted
        here, so that ``keep`` can store them again.
        """
        complete = True
        for path, file in release.files.items():
            kept, target = self._object(file.sha256), tree / path
            if not kept.is_file() or hashed(kept) != file.sha256:
                kept.unlink(missing_ok=True)
                complete = False
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(kept, target)
        return complete

    def _forget(self, history: Sequence[Published]) -> None:
        """Delete all stored releases but the newest of each target."""
        newest: dict[str, dict[str, None]] = {}
        for line in reversed(history):
            newest.setdefault(line.target, {}).setdefault(line.id)
        kept = {id for ids in newest.values() for id in list(ids)[:KEPT]}
        for file in self.folder.glob("*.json"):
            if ID.fullmatch(file.stem) and file.stem not in kept:
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
        write_file(whole, text.encode("utf-8"))
        replace_file(whole, self.folder / name)
