"""Folder targets: a symbolic link to the current release, or a folder that is exchanged."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from practice.problems import UsageError
from practice.publish.release import STATE, LiveState, Others, Plan, Release
from practice.publish.targets.target import KEPT, Step, complete, not_ours, others_of
from practice.support import platform
from practice.support.files import (
    PUBLIC_FOLDER,
    explain,
    make_public,
    make_public_folder,
    remove_folder,
    rename_folder,
)
from practice.support.output_folder import put_in_place


class LinkedFolder:
    """A symbolic link that points to the folder of the live release.

    Raises ``UsageError`` on a system that cannot replace such a link.
    """

    def __init__(self, path: Path) -> None:
        if not platform.LINKS_ARE_REPLACED:
            raise UsageError(
                "this system cannot replace a link in one step, so publishing cannot switch from "
                'one release to the next: use `"by": "rename"`'
            )
        self.path = Path(os.path.normpath(path))  # `resolve` would follow the link
        self.releases = self.path.parent / f".{self.path.name}.releases"
        self.name = self.path.as_posix()

    def live(self) -> LiveState:
        """Return the state of the folder that the link points to."""
        if self.path.exists() and not self.path.is_symlink():
            raise UsageError(
                f"`{self.name}` is a folder, and publishing would replace it with a link: move "
                'it away, or use `"by": "rename"`'
            )
        return _read(self.path)

    def others(self, plan: Plan) -> Others:
        """Return the files of others in the folder that the link points to."""
        return others_of(_paths(self.path), plan)

    def kept(self) -> list[LiveState]:
        """Return the releases that stay beside the link."""
        return complete(_read_kept(folder) for folder in sorted(self._finished()))

    def fetch(self, release: Release, folder: Path) -> None:
        """Copy the files of one of these releases into an empty folder."""
        source = self.path
        for found in sorted(self._finished()):
            state = _read_kept(found)
            if state.release and state.release.files == release.files:
                source = found
        for path in release.files:
            _copy(source / path, folder / path)

    def deliver(self, plan: Plan, tree: Path, step: Step) -> None:
        """Fill a new folder, then point the link at it."""
        numbers = [int(folder.name.split("-")[0]) for folder in self._finished()]
        new = self.releases / f"{max(numbers, default=0) + 1:06d}-{plan.new.id}"
        with _unchanged(self.releases / f".{new.name}", self.name) as unfinished:
            step("Copying the files")
            make_public_folder(self.releases)
            if not self.releases.is_symlink():
                self.releases.chmod(PUBLIC_FOLDER)  # it is ours, also if it was there before
            fill_folder(unfinished, plan, tree, self.path)
            rename_folder(unfinished, new)
            step("Switching over")
            link = self.path.with_name(f".{self.path.name}.link")
            link.unlink(missing_ok=True)
            link.symlink_to(new.relative_to(self.path.parent))
            link.replace(self.path)
        # What cannot be deleted now goes with the next release.
        for old in [*sorted(self._finished())[:-KEPT], *self.releases.glob(".[0-9]*")]:
            shutil.rmtree(old, ignore_errors=True)

    def _finished(self) -> list[Path]:
        return list(self.releases.glob("[0-9]*-*"))


class SwappedFolder:
    """A folder that is exchanged for a finished one."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.name = self.path.as_posix()

    def live(self) -> LiveState:
        """Return the state of the folder."""
        return _read(self.path)

    def others(self, plan: Plan) -> Others:
        """Return the files of others in the folder."""
        return others_of(_paths(self.path), plan)

    def kept(self) -> list[LiveState]:
        """Return the live release; the folder of the one before was replaced by it."""
        return complete([self.live()])

    def fetch(self, release: Release, folder: Path) -> None:
        """Copy the files of the live release into an empty folder."""
        for path in release.files:
            _copy(self.path / path, folder / path)

    def deliver(self, plan: Plan, tree: Path, step: Step) -> None:
        """Fill a new folder beside the old one, then exchange the two."""
        with _unchanged(self.path.with_name(f".{self.path.name}.new"), self.name) as new:
            step("Copying the files")
            make_public_folder(self.path.parent)
            fill_folder(new, plan, tree, self.path)
            step("Switching over")
            if self.path.exists():
                old = put_in_place(new, self.path)
            else:
                rename_folder(new, self.path)
                return
        shutil.rmtree(old, ignore_errors=True)  # what is in use goes with the next release


@contextmanager
def _unchanged(unfinished: Path, name: str) -> Iterator[Path]:
    """Say of what the disk refuses that the site has not changed; delete the unfinished folder."""
    try:
        yield unfinished
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)  # makes room on a full disk
        why, remedy = explain(error)
        raise UsageError(
            f"`{name}` could not be filled: {why}: {remedy}. The live site has not changed."
        ) from error


def _read(folder: Path) -> LiveState:
    state = folder / STATE
    if state.is_file():
        return parse_state(
            state.read_text(encoding="utf-8", errors="replace"),
            state.as_posix(),
            "move that folder away",
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(
            f"`{folder.as_posix()}` contains files that were not published from here and would be "
            "replaced: move it away, or choose another folder"
        )
    return LiveState()


def _read_kept(folder: Path) -> LiveState:
    """Return the state of an earlier release; an empty one if it cannot be read."""
    try:
        return _read(folder)
    except UsageError:
        return LiveState()


def parse_state(text: str, where: str, remedy: str = "delete it there") -> LiveState:
    """Read the state of a target; ``UsageError`` names ``where`` if it cannot be read."""
    try:
        return LiveState.from_text(text)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"`{where}` cannot be read, so it is not known what is live: {remedy}, then "
            "publish everything again with `--yes`"
        ) from error


def fill_folder(new: Path, plan: Plan, tree: Path, old: Path) -> None:
    """Fill a folder with the new release, the retired files, the state, and the files of others.

    Files that have not changed keep their modification time, so that browsers can reuse their copy.
    """
    remove_folder(new)
    new.mkdir()
    changed = set(plan.uploads)
    for path in plan.new.files:
        _copy(tree / path, new / path)
        if path not in changed and (old / path).is_file():
            _keep_time(old / path, new / path)
    for path in plan.retired:
        if (old / path).is_file():
            _copy(old / path, new / path)
            _keep_time(old / path, new / path)
    (new / STATE).write_text(plan.after().text(), encoding="utf-8", newline="\n")
    make_public(new)
    stay, _ = not_ours(_paths(old), plan)
    for path in stay:
        _copy_of_others(old, new, path)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _keep_time(source: Path, target: Path) -> None:
    found = source.stat()
    os.utime(target, ns=(found.st_atime_ns, found.st_mtime_ns))


def _copy_of_others(old: Path, new: Path, path: str) -> None:
    """Copy a file, a link or an empty folder of others, with the rights that they have."""
    source, target = old / path, new / path
    for folder in reversed(PurePosixPath(path).parents):
        if not (new / folder).is_dir():
            (new / folder).mkdir()
            shutil.copystat(old / folder, new / folder)
    if path.endswith("/"):
        target.mkdir()
        shutil.copystat(source, target)
    else:
        shutil.copy2(source, target, follow_symlinks=False)


def _paths(folder: Path) -> Iterator[str]:
    """Return every file and link below a folder, and every empty folder with a `/` at its end."""
    for place, folders, names in os.walk(folder):
        below = Path(place).relative_to(folder)
        links = [name for name in folders if Path(place, name).is_symlink()]
        yield from ((below / name).as_posix() for name in (*names, *links))
        if not names and not folders and place != str(folder):
            yield f"{below.as_posix()}/"
