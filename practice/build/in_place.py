"""Updates an output folder file by file, for folders that contain files of others as well.

`inv build` replaces its output as a whole. Pelican's own command cannot, because other plugins and
the practice itself may have put files there. So each file is replaced in one step, and only after
every file is made and checked. The cache records what we have written, so that a page that no
longer exists is deleted, and nothing else is.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from practice.build.execute import execute
from practice.build.other_plugins import MadeFiles
from practice.checks import built_html
from practice.paths import display_path_of, files_below, folded, is_same
from practice.problems import Problem, ProblemsFound, UsageError
from practice.rendering.jobs import jobs
from practice.rendering.renderer import Renderer
from practice.site import redirects
from practice.support import output_folder
from practice.support.cache_folder import cache_folder
from practice.support.files import explain, make_folder_of, replace_file
from practice.support.store import Store, json_codec

Written = frozenset[tuple[str, str]]
"""Paths below an output folder, each with the SHA-256 of what was written there."""


def update(renderer: Renderer, output: Path) -> MadeFiles:
    """Write a site into ``output``; if any file of the site has a problem, no file changes.

    Returns the files of the site. Raises ``ProblemsFound`` for mistakes in the theme and
    ``OSError`` for a full disk.
    """
    site = renderer.site
    before = _recorded(renderer, output)
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

        others, moved = there - results.keys(), redirects.of(site)
        names = sorted(results)
        problems = list(
            built_html.run(read, renderer.base, names, scanned, others=others, moved=moved)
        )
        problems += _blocked(output, stage)
        if problems:
            raise ProblemsFound(problems)
        # If we are stopped from here on, the next run still knows which files are ours.
        _record(renderer, output, before | after)
        try:
            _replace(output, stage, results.keys(), stale)
        except OSError as error:
            why, remedy = explain(error)
            raise UsageError(
                f"`{display_path_of(output)}` is partly updated: {why}; {remedy}, and run again"
            ) from error
    _record(renderer, output, after)
    return MadeFiles(output, {path: result.digest for path, result in results.items()})


def remember(renderer: Renderer, output: Path, digests: dict[str, bytes]) -> None:
    """Record the files of a build, so that Pelican's own command can continue from them."""
    _record(renderer, output, frozenset((path, value.hex()) for path, value in digests.items()))


def _recorded(renderer: Renderer, output: Path) -> Written:
    key = _key(output)
    with _store(renderer) as store:
        return store.get([key]).get(key, frozenset())


def _record(renderer: Renderer, output: Path, written: Written) -> None:
    with _store(renderer) as store:
        store.put({_key(output): written})


def _store(renderer: Renderer) -> Store[Written]:
    return Store(cache_folder(renderer.site.content), "written", json_codec(Written))


def _key(output: Path) -> bytes:
    return hashlib.sha256(os.fsencode(output.resolve())).digest()


def _holds(file: Path, digest: str) -> bool:
    """Return whether a file still has the content that we wrote."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() == digest
    except OSError:
        return False


def _replace(output: Path, stage: Path, paths: Iterable[str], stale: set[str]) -> None:
    """Delete the files that are no longer part of the site, and move the new ones into place."""
    spelled = {folded(path): path for path in paths}
    for path in stale:
        new = spelled.get(folded(path))
        if new and is_same(output / path, output / new):
            replace_file(output / path, output / new)
        else:
            _remove(output, path)
    for path in files_below(stage):
        make_folder_of(output, path)
        replace_file(stage / path, output / path)


def _blocked(output: Path, stage: Path) -> list[Problem]:
    """Return the problems of files whose place is taken by a folder."""
    hint = "move the folder away"
    return [
        Problem(f"output/{path}", 1, "disk", "a folder is in the place of this file", hint)
        for path in files_below(stage)
        if (output / path).is_dir() and not (output / path).is_symlink()
    ]


def _remove(output: Path, path: str) -> None:
    """Delete a file, and the folders that are empty then."""
    (output / path).unlink(missing_ok=True)
    for folder in list((output / path).parents):
        if folder == output:
            return
        with suppress(OSError):  # it is not empty
            folder.rmdir()
