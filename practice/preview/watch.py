"""Watches folders for changes, even if a folder is replaced, moved away or put back.

The systems watch a folder itself, not its name: a folder that was moved is still watched at its new
place, and another one that takes over its name is not. So the names are looked at as well.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Collection
from contextlib import aclosing
from pathlib import Path

from watchfiles import Change, awatch
from watchfiles.main import FileChange

from practice.content.folder import JUNK

LOOK_SECONDS = 1.0
"""Seconds between two looks at the names of the folders."""
Folders = dict[str, tuple[int, int]]
"""Every folder that is watched, by its path: the device and the number that tell it from others."""


async def changes(roots: Collection[Path]) -> AsyncIterator[set[Path]]:
    """Yield files and folders that may have changed, for ever.

    A folder stands for everything in it. Folders that do not exist are waited for. Everything is
    yielded once at the beginning: it may have changed before the systems began to watch.
    """
    polling: bool | None = None
    seen = await asyncio.to_thread(_folders, roots)
    anew = True
    while True:
        existing = [root for root in roots if root.is_dir()]
        try:
            async for found in _watched(existing, polling=polling):
                # Only now everything that changes is noticed, so this is what to read again.
                yield found | set(roots) if anew else found
                anew = False
                now = await asyncio.to_thread(_folders, roots)
                anew = now != seen or any(str(path) in seen for path in found)
                if anew:
                    seen = now
                    yield set(roots)
                    break
        except FileNotFoundError:  # it has gone since it was looked for
            anew = True
        except (OSError, RuntimeError):  # the system cannot watch so many folders, or none here
            anew = polling = True
            await asyncio.sleep(LOOK_SECONDS)


async def _watched(folders: Collection[Path], *, polling: bool | None) -> AsyncIterator[set[Path]]:
    """Yield what was created, changed or deleted, and an empty set from time to time."""
    if not folders:
        await asyncio.sleep(LOOK_SECONDS)
        yield set()
        return
    watching = awatch(
        *folders,
        watch_filter=None,
        debounce=50,
        step=5,
        rust_timeout=round(LOOK_SECONDS * 1000),
        yield_on_timeout=True,
        force_polling=polling,
        ignore_permission_denied=True,
    )
    async with aclosing(watching):
        async for found in watching:
            yield _paths_of(found)


def _paths_of(found: set[FileChange]) -> set[Path]:
    """Return what has changed, without the folders that a change of a file has modified."""
    return {
        path
        for change, name in found
        if not ((path := Path(name)).is_dir() and change is Change.modified)
    }


def _folders(roots: Collection[Path]) -> Folders:
    """Return every folder below some others; editors' and systems' own folders are left out."""
    found: Folders = {}
    for root in roots:
        for here, names, _ in os.walk(root):
            names[:] = [name for name in names if not JUNK.fullmatch(name)]
            try:
                status = Path(here).stat()
            except OSError:  # it has just gone
                continue
            found[here] = status.st_dev, status.st_ino
    return found
