"""Releases: the files of a finished site with their hashes, and the difference between two."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypedDict

from practice.support.output_folder import MARKER

STATE = ".practice-live.json"
"""The file at the target that says what is live there."""
SPARE_STATE = ".practice-live.spare.json"
"""A second copy, written first, where a lost connection can leave a part of a file."""
SIBLINGS = (".gz", ".br")
HOST_FILES = ("_headers", "_redirects", ".htaccess", ".nojekyll", "CNAME")
"""Files that the host reads and browsers never request."""
LAST = (
    "feed.xml",
    "sitemap.xml",
    "robots.txt",
    "pagefind/pagefind-entry.json",
    "pagefind/newest/pagefind-entry.json",
    *HOST_FILES,
)
"""Files that announce pages, so they are uploaded after them."""


@dataclass(frozen=True)
class File:
    """A file of a release: the SHA-256 of its content, and its size in bytes."""

    sha256: str
    size: int


FileData = dict[str, list[str | int]]
"""Files as JSON keeps them: by path, the SHA-256 and the size of each."""
UNKNOWN = File("", 0)
"""The unknown state of a file after an interrupted publish; it equals no other file."""


RedirectData = dict[str, str | None]
"""Redirects as JSON keeps them: targets by former address, None where nothing replaces it."""


class ReleaseData(TypedDict):
    """A release as JSON keeps it."""

    id: str
    commit: str
    files: FileData


@dataclass(frozen=True)
class Release:
    """A finished site. Two sites with the same content are the same release."""

    files: dict[str, File]
    commit: str = ""
    """The commit that it was built from, if there is one."""

    @property
    def id(self) -> str:
        """The id: twelve characters of a hash of all paths and contents."""
        text = "".join(f"{path}\0{file.sha256}\n" for path, file in sorted(self.files.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def size(self) -> int:
        """The total size in bytes."""
        return sum(file.size for file in self.files.values())

    @property
    def pages(self) -> set[str]:
        """The pages by path."""
        return {path for path in self.files if path.endswith(".html")}

    @property
    def addresses(self) -> set[str]:
        """The addresses that others may have saved: pages, downloads and the feed."""
        lasting = {path for path in self.files if _is_lasting(path)}
        return {address_of(path) for path in lasting}

    def data(self) -> ReleaseData:
        """Return the release as JSON data."""
        files = _data(self.files)
        return {"id": self.id, "commit": self.commit, "files": files}

    @classmethod
    def from_data(cls, data: ReleaseData) -> Release:
        """Return the release from JSON data."""
        return cls(_files(data["files"]), data["commit"])


@dataclass(frozen=True)
class Publication:
    """How a release went live, as the state at the target records it."""

    when: str = ""
    """UTC, as RFC 3339 writes it; empty if it is not known."""
    by: str = ""
    """The computer that published it; not its user, because the state can be public."""
    back: bool = False
    """Whether this was a rollback."""
    redirects: RedirectData | None = None
    """The redirects that belong to the release; None if they are not known."""


@dataclass(frozen=True)
class Upload:
    """An upload that has begun: of which release, from which commit, when (UTC) and by whom."""

    id: str
    commit: str
    when: str
    by: str


@dataclass(frozen=True)
class LiveState:
    """What is live at a target: the last complete release, and remains of others."""

    release: Release | None = None
    retired: dict[str, File] = field(default_factory=dict)
    """Files of the previous release, kept for pages that browsers and caches still hold."""
    dirty: frozenset[str] = frozenset()
    """Files that an interrupted publish may have changed."""
    upload: Upload | None = None
    """The upload that was interrupted, or is still running; None if it is not known."""
    publication: Publication = Publication()

    def described(self) -> str:
        """Return the release in words: its id, when it was published and by whom."""
        how = self.publication
        when = f", published {how.when}" if how.when else ""
        by = f" by `{how.by}`" if how.by else ""
        return f"release {self.release.id if self.release else '–'}{when}{by}"

    @property
    def unpublished(self) -> bool:
        """Whether nothing was published there from here, not even in part."""
        return self.release is None and not self.dirty

    @property
    def paths(self) -> frozenset[str]:
        """Every path at the target that publishing from here may have written."""
        files = self.release.files if self.release else {}
        return frozenset({*files, *self.retired, *self.dirty, STATE, SPARE_STATE})

    def text(self) -> str:
        """Return the text of the state file."""
        data = {
            "release": self.release.data() if self.release else None,
            "retired": _data(self.retired),
            "dirty": sorted(self.dirty),
            "upload": vars(self.upload) if self.upload else None,
            **vars(self.publication),
        }
        return json.dumps(data, indent=1) + "\n"

    @classmethod
    def from_text(cls, text: str) -> LiveState:
        """Return the state from the text of a state file."""
        data = json.loads(text)
        release = Release.from_data(data["release"]) if data["release"] else None
        retired, dirty = _files(data["retired"]), frozenset(data["dirty"])
        for path in {*(release.files if release else ()), *retired, *dirty}:
            _refuse_outside(path)
        moved, begun = data.get("redirects"), data.get("upload")
        names = ("id", "commit", "when", "by")
        upload = Upload(*(str(begun[name]) for name in names)) if begun else None
        publication = Publication(
            when=str(data.get("when", "")),
            by=str(data.get("by", "")),
            back=bool(data.get("back")),
            redirects=None if moved is None else _redirects(moved),
        )
        return cls(release, retired, dirty, upload, publication)


@dataclass(frozen=True)
class Others:
    """Files and folders at a target that were not published from here; folders end with `/`."""

    stay: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    """Those in whose place the release puts its own."""


@dataclass(frozen=True)
class Plan:
    """The changes that a publish makes. A path that is in none of the groups does not change."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    retired: tuple[str, ...]
    """No longer needed; the next publish deletes them, when caches have expired."""
    deleted: tuple[str, ...]
    new: Release
    live: LiveState
    publication: Publication = Publication()
    """What the state at the target will record."""

    @property
    def uploads(self) -> tuple[str, ...]:
        """Every path to upload."""
        return (*self.added, *self.changed)

    @property
    def nothing(self) -> bool:
        """Whether the target already has this release."""
        return not (self.uploads or self.deleted or self.retired)

    @property
    def steps(self) -> list[tuple[str, ...]]:
        """The uploads in order: what pages load, new pages, changed pages, feed and site map."""
        first, last = [], []
        new_pages, changed_pages = [], []
        for path in self.uploads:
            plain = without_sibling(path)
            if plain in LAST:
                last.append(path)
            elif not plain.endswith(".html"):
                first.append(path)
            elif path in self.added:
                new_pages.append(path)
            else:
                changed_pages.append(path)
        steps = (first, new_pages, changed_pages, last)
        return [tuple(sorted(step)) for step in steps if step]

    def after(self) -> LiveState:
        """Return the state of the target after the publish."""
        held = {**self.live.retired, **(self.live.release.files if self.live.release else {})}
        known = {path: file for path, file in held.items() if path not in self.live.dirty}
        retired = {path: known.get(path, UNKNOWN) for path in self.retired}
        return LiveState(self.new, retired, publication=self.publication)

    def during(self) -> LiveState:
        """Return the state to record before the first file changes."""
        touched = self.live.dirty.union(self.uploads, self.deleted)
        how = self.publication
        upload = Upload(self.new.id, self.new.commit, how.when, how.by)
        return replace(self.live, dirty=touched, upload=upload)


def plan(live: LiveState, new: Release) -> Plan:
    """Compare the live release with the new one.

    Removed pages are deleted at once. Files that pages load stay for one more release, because a
    browser or a cache may still hold a page that requests them.
    """
    before = live.release.files if live.release else {}
    if new.files == before and not live.dirty:
        return Plan((), (), (), (), new, live)
    held = {**live.retired, **before}
    added = [path for path in new.files if path not in held]
    changed = [
        path
        for path, file in new.files.items()
        if path in held and (held[path] != file or path in live.dirty)
    ]
    away = (set(held) | live.dirty) - set(new.files)
    pages = {path for path in away if without_sibling(path).endswith(".html")}
    over = pages | (away & set(live.retired))
    return Plan(
        added=tuple(sorted(added)),
        changed=tuple(sorted(changed)),
        retired=tuple(sorted(away - over)),
        deleted=tuple(sorted(over)),
        new=new,
        live=live,
    )


def of_folder(folder: Path, commit: str = "") -> Release:
    """Return the release in a folder."""
    return Release(
        {
            file.relative_to(folder).as_posix(): _file(file)
            for file in sorted(folder.rglob("*"))
            if file.is_file() and file.name not in (MARKER, STATE)
        },
        commit,
    )


def address_of(path: str) -> str:
    """Return the address of a file, from the site's root."""
    return f"/{path.removesuffix('index.html')}" if _is_index(path) else f"/{path}"


def without_sibling(path: str) -> str:
    """Return the original file of a compressed copy, or the file itself."""
    return next((path.removesuffix(end) for end in SIBLINGS if path.endswith(end)), path)


def hashed(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def served(files: Iterable[str]) -> Iterator[str]:
    """Return the paths that a browser can request."""
    for path in files:
        if path == without_sibling(path) and path not in HOST_FILES:
            yield path


def _file(file: Path) -> File:
    return File(hashed(file), file.stat().st_size)


def _data(files: Mapping[str, File]) -> FileData:
    return {path: [file.sha256, file.size] for path, file in sorted(files.items())}


def _files(data: FileData) -> dict[str, File]:
    return {path: File(str(sha256), int(size)) for path, (sha256, size) in data.items()}


def _refuse_outside(path: str) -> None:
    """Raise ``ValueError`` for a path that could lead out of a folder, on any system."""
    if not path or "\\" in path or ":" in path or {"", ".", ".."} & set(path.split("/")):
        raise ValueError(f"`{path}` is no path below the site")


def _redirects(data: Mapping[str, object]) -> RedirectData:
    return {path: None if target is None else str(target) for path, target in data.items()}


def _is_index(path: str) -> bool:
    return path == "index.html" or path.endswith("/index.html")


def _is_lasting(path: str) -> bool:
    page = path.endswith(".html") and path != "404.html"
    return page or path.startswith("files/") or path == "feed.xml"
