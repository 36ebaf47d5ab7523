"""Follows edits: reads and checks changed files while the pages are served.

Files are read in a child process, so that a slow one delays neither the pages nor another edit.
Edited files are checked at once, in a thread; the whole site in a process, once the edits pause.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from practice import checks
from practice.paths import below, display_path_of
from practice.preview import watch
from practice.preview.live import LivePreview, check_some
from practice.preview.threads import in_thread
from practice.problems import Problem
from practice.support import faults, platform, processes

SETTLE_SECONDS = 1.0
"""How long to wait for a file that is missing or empty: its program may be saving it."""
STEP_SECONDS = 0.05
QUIET_SECONDS = 1.0
"""Seconds without an edit before the whole site is checked."""
CHECK_SECONDS = 300.0
"""Seconds after which a check of the whole site is given up."""
READERS = 4
"""How many edits are read at once."""


@dataclass
class Mount:
    """A site within the preview; ``base`` is the start of its addresses."""

    live: LivePreview
    base: str
    found: list[Problem] = field(default_factory=list)
    """The problems found by the last check of the whole site."""
    checking: asyncio.Task[None] | None = None


class Edits:
    """Keeps sites up to date with their files; ``tell`` is called when pages may have changed."""

    def __init__(self, mounts: Sequence[Mount], tell: Callable[[], None]) -> None:
        self.mounts = mounts
        self.tell = tell
        self.under_way: set[asyncio.Task[None]] = set()
        self.newest: dict[Path, int] = {}
        """The number of the last edit of each file that is being read."""
        self.number = 0
        self.readers = asyncio.Semaphore(READERS if platform.FORKS else 1)

    async def follow(self) -> None:
        """Follow all edits, until this task is cancelled."""
        folders = {folder for mount in self.mounts for folder in mount.live.folders}
        for mount in self.mounts:
            self._check_later(mount)
        try:
            async for paths in watch.changes(folders):
                if paths:
                    self._begin(paths)
        finally:
            checking = {mount.checking for mount in self.mounts if mount.checking}
            for task in self.under_way | checking:
                task.cancel()

    def _begin(self, paths: set[Path]) -> None:
        if not self.under_way:
            self.newest.clear()
        self.number += 1
        self.newest |= dict.fromkeys(paths, self.number)
        task = asyncio.create_task(self._edit(paths, self.number))
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)

    async def _edit(self, paths: set[Path], number: int) -> None:
        """Show an edit, unless a newer one of the same files has begun."""
        for _ in range(round(SETTLE_SECONDS / STEP_SECONDS)):
            if self._are_settled(paths - self._outdated(paths, number)):
                break
            await asyncio.sleep(STEP_SECONDS)
        for mount in self.mounts:
            names = _names_below(mount.live, paths - self._outdated(paths, number))
            if names:
                await self._read(mount, names, number)
        self.tell()

    def _are_settled(self, paths: Collection[Path]) -> bool:
        """Return whether no program seems to be saving these files at the moment."""
        return all(
            mount.live.is_settled(name)
            for mount in self.mounts
            for name in _names_below(mount.live, paths)
        )

    def _outdated(self, paths: Collection[Path], number: int) -> set[Path]:
        return {path for path in paths if self.newest[path] != number}

    async def _read(self, mount: Mount, names: dict[Path, Path], number: int) -> None:
        live = mount.live
        try:
            async with self.readers:
                child = processes.Child(functools.partial(live.read, names), urgent=True)
                try:
                    edit = await in_thread(child.result)
                except asyncio.CancelledError:
                    child.give_up()
                    raise
            outdated = self._outdated(names.values(), number)
            live.take(edit, {name for name, path in names.items() if path in outdated})
        except Exception as error:  # noqa: BLE001  # the preview goes on, and says so
            path = display_path_of(min(names))
            mount.found = [faults.problem_of(error, faults.file_of(error) or path)]
        else:
            self._check_later(mount)

    # --- Checks ---

    def _check_later(self, mount: Mount) -> None:
        if mount.checking:
            mount.checking.cancel()
        mount.checking = asyncio.create_task(self._check(mount))

    async def _check(self, mount: Mount) -> None:
        """Check edited files at once, and the whole site when the edits pause."""
        live = mount.live
        edited, pages, site = set(live.edited), live.pages, live.as_written
        if site is None or not live.content.folder.is_dir():
            return
        if edited:
            some = await in_thread(check_some, site, edited)
            others = [problem for problem in mount.found if problem.path not in some]
            mount.found = [*others, *(problem for found in some.values() for problem in found)]
            live.edited -= edited  # a newer edit would have cancelled this check
            self.tell()
        await asyncio.sleep(QUIET_SECONDS)
        child = processes.Child(functools.partial(checks.run, site, kept=live.read_all.folder))
        try:
            found = await asyncio.wait_for(in_thread(child.result), CHECK_SECONDS)
        except processes.WorkerRaised as error:
            found = [faults.problem_of(error, display_path_of(live.content.folder))]
        except (processes.WorkerFailed, TimeoutError) as error:
            child.give_up()
            message = str(error) or f"the check takes longer than {CHECK_SECONDS:.0f} seconds"
            hint = "save any file to try it again"
            found = [Problem("preview", 1, "check-failed", message, hint, "warning")]
        except asyncio.CancelledError:
            child.give_up()
            raise
        else:
            if pages:
                live.checked(pages, found)
        mount.found = found
        self.tell()


def _names_below(live: LivePreview, paths: Collection[Path]) -> dict[Path, Path]:
    """Return the paths that belong to a site, each by its name below one of the site's folders.

    The system may have followed symbolic links in the names of the folders.
    """
    found = {}
    for folder in live.folders:
        for place in (folder, folder.resolve()):
            for path in paths:
                name = below(place, path)
                if name:
                    found[folder / name] = path
    return found
