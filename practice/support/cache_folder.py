"""The folder of the cache: where it lies, and whether it can be trusted.

A cache decides what a build need not make again, so only this user may be able to write into it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import time
from contextlib import suppress
from pathlib import Path

import platformdirs

from practice.support import platform

NAME = "practice-site"
"""Our folder in the user's cache folder."""
GROUP = "group"
"""The folder in it that the practices of a group share."""
AGE_DAYS = 30
"""Entries that have not been used for this long are deleted."""
SECONDS_A_DAY = 86_400
OTHERS_WRITE = 0o022
"""The mode bits with which the group or everybody may write into a folder."""


def cache_folder(content: Path) -> Path | None:
    """Return the cache folder of a practice, creating it if needed; None if it cannot be used.

    ``PRACTICE_CACHE`` names the folder; practices may share it. Otherwise each content folder has
    one of its own in the user's cache folder. What lies in the content folder is never a cache: it
    may come from somebody else.
    """
    content = content.resolve()
    base = _base()
    resolved = Path(os.path.realpath(base))  # unlike `resolve`, it takes links that lead nowhere
    if resolved.is_relative_to(content) or why_not_private(base):
        return None
    if os.environ.get("PRACTICE_CACHE"):
        return base
    folder = base / hashlib.sha256(os.fsencode(content)).hexdigest()[:32]
    if not os.path.lexists(folder):
        _drop_forgotten(base)
    if why_not_private(folder):
        return None
    with suppress(OSError):
        os.utime(folder)  # for `_drop_forgotten`
    return folder


def environment_of_group() -> dict[str, str]:
    """Return the environment for the process of one practice in a group.

    All practices of the group share one cache. Each uses one process, because several practices
    run at the same time.
    """
    shared = os.environ.get("PRACTICE_CACHE") or str(_base() / GROUP)
    return {"PRACTICE_WORKERS": "1"} | os.environ | {"PRACTICE_CACHE": shared}


def why_not_used() -> str:
    """Say in one line that no cache is used, and why; empty if there is one."""
    reason = why_not_private(_base())
    if not reason:
        return ""
    return (
        f"Nothing is cached, so this takes longer: `{_base()}` cannot be used, because {reason}. "
        "PRACTICE_CACHE names another folder."
    )


def own_folder() -> Path | None:
    """Return the folder that contains all caches; None if it cannot be used."""
    base = _base()
    return None if why_not_private(base) else base


def _base() -> Path:
    """Return the folder that contains all caches."""
    named = os.environ.get("PRACTICE_CACHE")
    return (
        Path(named).absolute()
        if named
        else Path(platformdirs.user_cache_dir(NAME, appauthor=False))
    )


def _drop_forgotten(base: Path) -> None:
    """Delete the caches of practices that have not been worked on for ``AGE_DAYS``."""
    oldest = time.time() - AGE_DAYS * SECONDS_A_DAY
    for folder in base.glob("[0-9a-f]" * 32):
        with suppress(OSError):
            if folder.lstat().st_mtime < oldest:
                shutil.rmtree(folder)


def why_not_private(folder: Path) -> str:
    """Return why a folder cannot be used for a cache, or ""; a missing folder is created.

    It has to be a real folder that belongs to this user and that nobody else can write to. The
    permissions of an existing folder are not changed.
    """
    if not folder.is_absolute():
        return "this user has no home folder"
    try:
        for missing in reversed([f for f in (folder, *folder.parents) if not f.exists()]):
            missing.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        return str(error.strerror)
    if not stat.S_ISDIR(found.st_mode):
        return "it is not a folder"
    if not platform.is_own(found):
        return "it belongs to another user"
    if platform.MODES_MATTER and found.st_mode & OTHERS_WRITE:
        return "other users can write to it"
    return ""
