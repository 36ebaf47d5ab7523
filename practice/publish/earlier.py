"""Releases to go back to: those stored on this computer, and those that the target still has."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from practice.paths import command_of
from practice.problems import UsageError
from practice.publish.history import History, Published
from practice.publish.release import LiveState, Release, of_folder
from practice.publish.targets.target import Target


class Earlier:
    """What was published to a target, from this computer or from another one."""

    def __init__(self, history: History, target: Target) -> None:
        self.history = history
        self.target = target
        self.live = target.live()

    @cached_property
    def kept(self) -> list[LiveState]:
        """The releases that the target still has, oldest first."""
        return self.target.kept()

    @property
    def entries(self) -> list[Published]:
        """Everything published from here, and what only the target has; oldest first."""
        known = {line.id for line in self.history.entries}
        return [
            *self.history.entries,
            *(line for line in self._at_target() if line.id not in known),
        ]

    def _at_target(self) -> list[Published]:
        return [
            Published(
                release.id,
                state.publication.when,
                release.commit,
                self.target.name,
                len(release.files),
                release.size,
                state.publication.back,
                only_at_target=True,
            )
            for state in self.kept
            if (release := state.release)
        ]

    def chosen(self, to: str) -> str:
        """Return the id of the release to go back to: the previous one, or the one named.

        Releases that were published only to another target are no previous ones: they are made for
        another address. After an interrupted publish, the last complete release is the previous
        one. Raises ``UsageError`` if there is no such release, or more than one.
        """
        now = self.live.release.id if self.live.release else ""
        if to:
            found = {line.id for line in self.entries if line.id.startswith(to)}
            if len(found) == 1:
                return found.pop()
            what = "no release" if not found else f"{len(found)} releases"
            raise UsageError(
                f"{what} with an id that starts with `{to}`: `{command_of('releases')}` lists "
                "those that can be brought back; to bring back an older one, publish its commit"
            )
        if self.live.dirty and now:
            return now
        own = [line for line in self.history.entries if line.target == self.target.name]
        before = before_it([*own, *self._at_target()])
        before = before[: before.index(now)] if now in before else before
        if not before:
            raise UsageError(
                f"no release from before {self.live.described()} is stored on this computer or at "
                f"{self.target.name}: run `{command_of('rollback')}` on the computer that has "
                f"published it, publish an older commit, or choose one of those that "
                f"`{command_of('releases')}` lists with `{command_of('rollback --to …')}`"
            )
        return before[-1]

    def unpack(self, id: str, folder: Path) -> Release:
        """Copy the files of a release into an empty folder, from here or else from the target.

        Raises ``UsageError`` if neither has them as they were published.
        """
        release = self.history.get(id)
        if release is not None and self.history.unpack(release, folder):
            return release
        for state in self.kept:
            if state.release is not None and state.release.id == id:
                self.store(state)
                if self.history.unpack(state.release, folder):
                    return state.release
        raise UsageError(
            f"release {id} is not stored here any more, or its files in `.releases` are damaged: "
            f"choose another one (`{command_of('releases')}` lists them), or publish its commit"
        )

    def store(self, state: LiveState) -> None:
        """Store a release that the target has.

        Raises ``UsageError`` or ``OSError`` if its files cannot be copied as they were published.
        """
        if state.release is None or state.dirty:
            raise UsageError("an interrupted publish has changed some of its files")
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            self.target.fetch(state.release, folder)
            if of_folder(folder).files != state.release.files:
                raise UsageError(
                    f"the files of release {state.release.id} at {self.target.name} have changed"
                )
            self.history.keep(state.release, folder, {}, state.publication.redirects)


def before_it(history: Iterable[Published]) -> list[str]:
    """Return the ids of the releases before the live one, oldest first, and its own.

    Releases that a rollback undid are left out: another rollback must not return to them.
    """
    ids: list[str] = []
    for line in history:
        if line.back and line.id in ids:
            del ids[ids.index(line.id) + 1 :]
            continue
        if line.id in ids:
            ids.remove(line.id)
        ids.append(line.id)
    return ids
