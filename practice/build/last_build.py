"""Answers `inv build` at once where nothing has changed since the last build.

After a build, the size and the times of every file of the content, the theme and the output are
recorded, together with what is to be printed. If they are all the same in the next run, and so are
the settings, the date, the packages and our code, that run prints it and ends.

Times cannot be trusted where a file has changed within the last two seconds: file systems count in
steps of up to two seconds, so a later change may leave the time as it is. Of such a file the
content is compared. In every case that is not sure, the site is built.

This module loads in a few milliseconds: it needs neither Pelican nor the content's models.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import runpy
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from practice.build.settings_import import importing_from
from practice.support import output_folder
from practice.support.cache_folder import cache_folder
from practice.support.environment import environment_fingerprint, today
from practice.support.files import replace_file

CLOCK_STEP = 2.0
"""The coarsest step of a file system's clock, in seconds (FAT)."""

State = dict[str, tuple[str, str]]
"""By path of a file: its size, mode and times, or instead of times that are too new its SHA-256."""
OTHER_FORM = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What reading a record raises that this module did not write."""


class LastBuild:
    """The last build with the same settings file and folders.

    ``content`` and ``output`` are the folders that the command line names, if any.
    """

    def __init__(self, settings_file: Path, content: Path | None, output: Path | None) -> None:
        self.file: Path | None = None
        """Where it is recorded; None if nothing can be."""
        self.key = ""
        """A digest of everything beside the files that the build depends on."""
        settings = _plain_settings(settings_file)
        folder = content or settings_file.parent / str(settings.get("PATH", ""))
        day = _day(settings)
        cache = cache_folder(folder) if settings and day and folder.is_dir() else None
        if cache:
            command = repr((Path.cwd(), settings_file, content, output))
            self.file = cache / f"last-build-{_sha256(command.encode())[:16]}.json"
            more = (command, settings, day, environment_fingerprint())
            self.key = _sha256(repr(more).encode())

    def report(self) -> str | None:
        """Return what to print if nothing has changed, or None if the site has to be built."""
        with suppress(OSError, *OTHER_FORM):
            if self.file is None or not stat.S_ISREG(self.file.lstat().st_mode):
                return None
            record = json.loads(self.file.read_bytes())
            if record["key"] != self.key or output_folder.remains(Path(record["output"])):
                return None
            folders = [*map(Path, record["inputs"]), Path(record["output"])]
            if not _is_current(record["state"], folders):
                return None
            if any(_is_digest(value) for _, value in record["state"].values()):
                # Most of these files are no longer new, so the next run need not read them.
                self._write(record | {"state": state_of(folders)})
            return str(record["report"])
        return None

    def record(self, inputs: Iterable[Path], output: Path, state: State | None, text: str) -> None:
        """Record a build, and the text that ``report`` returns.

        ``state`` is that of the folders ``inputs`` before they were read, and of the finished
        ``output``.
        """
        folders = [str(folder) for folder in inputs]
        record = {"inputs": folders, "output": str(output), "state": state, "report": text}
        if state is not None:
            self._write({"key": self.key} | record)

    def _write(self, record: Mapping[str, Any]) -> None:
        if self.file is None:
            return
        new = self.file.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            new.write_text(json.dumps(record), encoding="utf-8", newline="\n")
            replace_file(new, self.file)


def state_of(folders: Iterable[Path], digests: Mapping[str, str] | None = None) -> State | None:
    """Return the state of every file below some folders; None if anything else is among them.

    ``digests`` are SHA-256 that are known already, by path.
    """
    known = digests or {}
    oldest_new = time.time() - CLOCK_STEP
    try:
        return {
            path: (_size_and_mode(found), known.get(path) or _digest_of(path))
            if max(found.st_mtime, found.st_ctime) > oldest_new
            else (_size_and_mode(found), _times(found))
            for path, found in _files(folders)
        }
    except (OSError, _NoFile):
        return None


def _is_current(state: Mapping[str, tuple[str, str]], folders: Iterable[Path]) -> bool:
    """Return whether the files below some folders are as recorded."""
    try:
        found = dict(_files(folders))
    except _NoFile:
        return False
    return state.keys() == found.keys() and all(
        _size_and_mode(now) == state[path][0]
        and state[path][1] == (_digest_of(path) if _is_digest(state[path][1]) else _times(now))
        for path, now in found.items()
    )


class _NoFile(Exception):
    """There is something else than a folder or a file: a link could change its target unnoticed."""


def _files(folders: Iterable[Path]) -> Iterator[tuple[str, os.stat_result]]:
    for folder in folders:
        yield from _files_below(str(folder))


def _files_below(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files_below(entry.path)
            elif stat.S_ISREG((found := entry.stat(follow_symlinks=False)).st_mode):
                yield entry.path, found
            else:
                raise _NoFile


def _size_and_mode(found: os.stat_result) -> str:
    return f"{found.st_size} {found.st_mode}"


def _times(found: os.stat_result) -> str:
    return f"{found.st_mtime_ns} {found.st_ctime_ns}"


def _is_digest(value: str) -> bool:
    return " " not in value


def _digest_of(path: str) -> str:
    return _sha256(Path(path).read_bytes())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _plain_settings(file: Path) -> dict[str, Any]:
    """Return the values of a settings file; empty unless they say all that a build depends on.

    They do not where other plugins run, or where a value is code.
    """
    try:
        with importing_from(file.parent):
            found = runpy.run_path(str(file))
    except (Exception, SystemExit):  # noqa: BLE001  # the build will say what is wrong with it
        return {}
    settings = {name: value for name, value in sorted(found.items()) if name.isupper()}
    alone = settings.get("PLUGINS") == ["practice"] and not settings.get("PLUGIN_PATHS")
    return settings if alone and _is_plain(settings) else {}


def _day(settings: dict[str, Any]) -> dt.date | None:
    """Return the day in the time zone of the settings (Pelican's default: UTC), if it is one."""
    try:
        return today(str(settings.get("TIMEZONE", "UTC")))
    except (LookupError, ValueError, OSError):
        return None


def _is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, (*value, *value.values())))
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float | Path)
