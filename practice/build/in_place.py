"""Brings a folder up to date with a site file by file, for a folder that others write into as well.

`inv build` replaces its output as a whole. Pelican's own command cannot: other plugins, and the
practice itself, may have put files there. So each file of ours is replaced in one step, and only
when every file is made and checked. What we have written is remembered in the cache, so that a
page that is gone from the site goes from the folder, and nothing else does.
"""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import suppress
from pathlib import Path

from practice.build.execute import execute
from practice.build.other_plugins import MadeFiles
from practice.checks import built_html
from practice.paths import files_below
from practice.problems import ProblemsFound
from practice.rendering.jobs import jobs
from practice.rendering.renderer import Renderer
from practice.support import output_folder
from practice.support.store import cache_folder

Written = frozenset[tuple[str, str]]
"""Paths below an output folder, each with the SHA-256 of what was written there."""


def update(renderer: Renderer, output: Path) -> MadeFiles:
    """Write a site into ``output``; a mistake in any file leaves all as they were.

    Returns the files that are ours. Raises ``ProblemsFound`` for mistakes of the theme and
    ``OSError`` for a full disk.
    """
    site, memory = renderer.site, _memory(renderer, output)
    before = _read(memory)
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{output.name}.new-", dir=output.parent, ignore_cleanup_errors=True
    ) as folder:
        stage = Path(folder)
        results = execute(renderer, jobs(site, renderer), stage, output, in_place=True)
        after = frozenset((path, result.digest.hex()) for path, result in results.items())
        stale = {
            path for path, digest in before if path not in results and _holds(output / path, digest)
        }
        there = set(files_below(output)) - stale - {output_folder.MARKER}
        scanned = {path: result.scanned for path, result in results.items() if result.scanned}

        def read(path: str) -> str:
            new = stage / path
            return (new if new.is_file() else output / path).read_text(encoding="utf-8")

        problems = list(
            built_html.run(read, renderer.base, sorted(there | results.keys()), scanned)
        )
        if problems:
            raise ProblemsFound(problems)
        _write(memory, before | after)  # whatever stops us now, the next run knows what is ours
        for path in stale:
            _remove(output, path)
        for path in files_below(stage):
            _make_room(output, path)
            (stage / path).replace(output / path)
    _write(memory, after)
    return MadeFiles(output, {path: result.digest for path, result in results.items()})


def remember(renderer: Renderer, output: Path, digests: dict[str, bytes]) -> None:
    """Note what a build has written into its output, for Pelican's own command to go on from."""
    _write(
        _memory(renderer, output),
        frozenset((path, digest.hex()) for path, digest in digests.items()),
    )


def _memory(renderer: Renderer, output: Path) -> Path:
    name = hashlib.sha256(str(output.resolve()).encode()).hexdigest()[:16]
    return cache_folder(renderer.site.content) / "written" / f"{name}.txt"


def _read(memory: Path) -> Written:
    try:
        lines = memory.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return frozenset()
    pairs = (line.partition(" ") for line in lines)
    return frozenset((path, digest) for digest, _, path in pairs if path)


def _write(memory: Path, written: Written) -> None:
    memory.parent.mkdir(parents=True, exist_ok=True)
    part = memory.with_suffix(".part")
    text = "".join(f"{digest} {path}\n" for path, digest in sorted(written))
    part.write_text(text, encoding="utf-8")
    part.replace(memory)


def _holds(file: Path, digest: str) -> bool:
    """Whether a file is still what we have written."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() == digest
    except OSError:
        return False


def _remove(output: Path, path: str) -> None:
    """Delete a file and the folders that are empty without it."""
    (output / path).unlink(missing_ok=True)
    for folder in list((output / path).parents):
        if folder == output:
            return
        with suppress(OSError):  # it is not empty
            folder.rmdir()


def _make_room(output: Path, path: str) -> None:
    """Make the folder of a file; a link in its place would lead out of the output."""
    folder = output
    for part in path.split("/")[:-1]:
        folder /= part
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
    folder.mkdir(parents=True, exist_ok=True)
