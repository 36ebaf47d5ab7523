"""Folder targets: a symbolic link to the current release, or a folder that is exchanged."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from practice.problems import UsageError
from practice.publish.release import STATE, LiveState, Plan
from practice.publish.targets.target import KEPT, Step
from practice.support import platform
from practice.support.files import remove_folder, rename_folder
from practice.support.output_folder import MARKER, put_in_place


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

    def foreign(self) -> int:
        """Nothing: the link is created only where there is nothing."""
        return 0

    def deliver(self, plan: Plan, tree: Path, step: Step) -> None:
        """Fill a new folder, then point the link at it."""
        step("Copying the files")
        self.releases.mkdir(parents=True, exist_ok=True)
        numbers = [int(folder.name.split("-")[0]) for folder in self._finished()]
        new = self.releases / f"{max(numbers, default=0) + 1:06d}-{plan.new.id}"
        filled = fill_folder(self.releases / f".{new.name}", plan, tree, self.path)
        rename_folder(filled, new)
        step("Switching over")
        link = self.path.with_name(f".{self.path.name}.link")
        link.unlink(missing_ok=True)
        link.symlink_to(new.relative_to(self.path.parent))
        link.replace(self.path)
        for old in sorted(self._finished())[:-KEPT]:
            remove_folder(old)
        for left in self.releases.glob(".[0-9]*"):
            remove_folder(left)

    def _finished(self) -> list[Path]:
        return list(self.releases.glob("[0-9]*-*"))


class SwappedFolder:
    """A folder that is exchanged for a finished one."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.name = self.path.as_posix()

    def live(self) -> LiveState:
        """Return the state of the folder."""
        if self.path.is_dir() and any(self.path.iterdir()) and not (self.path / STATE).is_file():
            raise UsageError(
                f"`{self.name}` contains files that were not published from here and would be "
                "replaced: move it away, or choose another folder"
            )
        return _read(self.path)

    def foreign(self) -> int:
        """Return 0: folders with other files are refused."""
        return 0

    def deliver(self, plan: Plan, tree: Path, step: Step) -> None:
        """Fill a new folder beside the old one, then exchange the two."""
        step("Copying the files")
        new = fill_folder(self.path.with_name(f".{self.path.name}.new"), plan, tree, self.path)
        step("Switching over")
        if self.path.exists():
            old = put_in_place(new, self.path)
            shutil.rmtree(old, ignore_errors=True)  # what is in use goes with the next release
        else:
            rename_folder(new, self.path)


def _read(folder: Path) -> LiveState:
    state = folder / STATE
    return (
        parse_state(state.read_text(encoding="utf-8"), state.as_posix())
        if state.is_file()
        else LiveState()
    )


def parse_state(text: str, where: str) -> LiveState:
    """Read the state of a target; ``UsageError`` names ``where`` if it cannot be read."""
    try:
        return LiveState.from_text(text)
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"`{where}` cannot be read, so it is not known what is live: delete it there, then "
            "publish everything again with `--yes`"
        ) from error


def fill_folder(new: Path, plan: Plan, tree: Path, old: Path) -> Path:
    """A folder with the new release, the retired files, and the state.

    Files that have not changed keep their modification time, so that browsers can reuse their copy.
    """
    remove_folder(new)
    shutil.copytree(tree, new, ignore=_not_ours, copy_function=_copy)
    changed = set(plan.uploads)
    for path in {*plan.new.files, *plan.retired} - changed:
        source, target = old / path, new / path
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    (new / STATE).write_text(plan.after().text(), encoding="utf-8", newline="\n")
    return new


def _not_ours(_folder: str, names: list[str]) -> set[str]:
    return {STATE, MARKER} & set(names)


def _copy(source: str, target: str) -> None:
    shutil.copyfile(source, target)
