"""The interface that every target has, and what is said of files of others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Protocol

from practice.publish.release import LiveState, Others, Plan, Release

KEPT = 3
"""The number of releases kept beside a symbolic link."""

Step = Callable[[str], None]


class Target(Protocol):
    """A place that a site is published to."""

    name: str

    def live(self) -> LiveState:
        """Return what is live there now."""
        ...

    def others(self, plan: Plan) -> Others:
        """Return the files there that were not published from here."""
        ...

    def kept(self) -> list[LiveState]:
        """Return the complete releases that the target still has, oldest first."""
        ...

    def fetch(self, release: Release, folder: Path) -> None:
        """Copy the files of one of these releases into an empty folder."""
        ...

    def deliver(self, plan: Plan, tree: Path, step: Step) -> None:
        """Carry out a plan; ``tree`` is the folder of the new release.

        Files that were not published from here stay, unless the release has one of that name.
        """
        ...


def complete(states: Iterable[LiveState]) -> list[LiveState]:
    """Return the states that have a whole release."""
    return [state for state in states if state.release and not state.dirty]


def not_ours(paths: Iterable[str], plan: Plan) -> tuple[list[str], list[str]]:
    """Return which files at a target were not published from here: those that stay, those that go.

    Those that go stand where the new release has a file, or a folder with files.
    """
    new = set(plan.new.files)
    folders = _folders(new)
    stay: list[str] = []
    go: list[str] = []
    for path in sorted(set(paths) - plan.live.paths):
        plain = path.rstrip("/")
        above = {folder.as_posix() for folder in PurePosixPath(plain).parents}
        goes = plain in new or above & new or (plain in folders and not path.endswith("/"))
        (go if goes else stay).append(path)
    return stay, go


def others_of(paths: Iterable[str], plan: Plan) -> Others:
    """Return the files of others among all paths of a target; whole folders are named as one."""
    stay, go = not_ours(paths, plan)
    mixed = _folders({*plan.live.paths, *plan.new.files})
    named = dict.fromkeys(_shortest(path, mixed) for path in stay)
    return Others(tuple(name for name in named if name.rstrip("/") not in mixed), tuple(go))


def _folders(paths: Iterable[str]) -> set[str]:
    return {folder.as_posix() for path in paths for folder in PurePosixPath(path).parents}


def _shortest(path: str, mixed: set[str]) -> str:
    """Return the highest folder of a path in which nothing is ours, or the path itself."""
    parents = [folder.as_posix() for folder in PurePosixPath(path.rstrip("/")).parents]
    alone = [folder for folder in parents if folder not in mixed and folder != "."]
    return f"{alone[-1]}/" if alone else path
