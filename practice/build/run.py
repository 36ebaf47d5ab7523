"""The build in order: check the content, run Pelican, make the files, check them, exchange folders.

A build writes into another folder beside the output, which replaces the output in one step. So the
output never contains a half-written or invalid site.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from practice.build import in_place, other_plugins
from practice.build.execute import JobResult, execute
from practice.build.last_build import State, state_of
from practice.build.other_plugins import MadeFiles
from practice.build.pelican_run import run_pelican
from practice.build.prepare import prepare
from practice.build.settings import load_settings, overrides_of
from practice.checks import built_html as output_checks
from practice.content.document import Document
from practice.paths import display_path_of, files_below, is_inside
from practice.problems import Problem, ProblemsFound, UsageError
from practice.rendering.jobs import jobs
from practice.site import redirects
from practice.site.site import Site
from practice.support import faults, garbage, output_folder
from practice.support.files import explain
from practice.support.output_folder import MARKER, locked, tidied

MARKER_TEXT = "This folder is made by `inv build`, which replaces it as a whole.\n"
Step = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """The result of a build."""

    output: Path
    pages: int
    files: int
    seconds: float
    samples: int
    """The number of texts that no clinician has approved."""
    left_out: tuple[Document, ...]
    """Drafts, and posts dated in the future."""
    warnings: tuple[Problem, ...]
    site: Site
    """The site that was read."""
    digests: dict[str, bytes]
    """The SHA-256 of each file that a job made, by its path below ``output``."""
    inputs: tuple[Path, ...]
    """The folders that were read: content, theme, and templates that replace some of it."""
    state: State | None
    """The state of these folders before they were read, and of ``output``."""


def build(
    content: Path | None = None,
    output: Path | None = None,
    settings_file: Path = Path("pelicanconf.py"),
    step: Step = lambda _: None,
) -> Built:
    """Build a site, and replace the last one with it.

    ``content`` and ``output`` default to the values of the settings file. ``step`` is called with
    the name of each step. Raises ``ProblemsFound`` for mistakes in content or theme, and
    ``UsageError`` for folders that cannot be used; the output does not change then.
    """
    started = time.monotonic()
    settings = load_settings(settings_file, content, output)
    target = Path(settings["OUTPUT_PATH"])
    inputs = (Path(settings["PATH"]), Path(settings["THEME"]), *overrides_of(settings))
    refuse_output(target, Path(settings["PATH"]))
    with system_named(), garbage.paused(), locked(target), tidied(target):
        step("Reading and checking the content")
        before = state_of(inputs)
        renderer = prepare(settings)
        site = renderer.site
        spare = output_folder.spare_of(target)
        fresh = output_folder.new(target)
        stage = output_folder.usable(spare) or fresh
        results: dict[str, JobResult] = {}

        def made() -> MadeFiles:
            return MadeFiles(stage, {path: result.digest for path, result in results.items()})

        def write() -> MadeFiles:
            todo = list(jobs(site, renderer))
            if stage != fresh:
                output_folder.keep_only(stage, {job.path for job in todo})
            results.update(execute(renderer, todo, stage, target))
            return made()

        settings |= {"OUTPUT_PATH": str(fresh), "PRACTICE": renderer, "PRACTICE_WRITE": write}
        step("Writing the pages")
        run_pelican(settings)
        for path in other_plugins.replaced(made(), fresh, settings):
            del results[path]
        output_folder.move_all(fresh, stage)
        step("Checking the pages")
        (stage / MARKER).write_text(MARKER_TEXT, encoding="utf-8", newline="\n")
        files = files_below(stage)
        scanned = {path: result.scanned for path, result in results.items() if result.scanned}

        def read(path: str) -> str:
            return (stage / path).read_text(encoding="utf-8")

        moved = redirects.of(site)
        problems = list(output_checks.run(read, renderer.base, files, scanned, moved=moved))
        if problems:
            raise ProblemsFound(problems)
        output_folder.swap(stage, target, spare)
        digests = made().digests
        in_place.remember(renderer, target, digests)
        known = {f"{target}{os.sep}{path}": digest.hex() for path, digest in digests.items()}
        after = state_of([target], known)
    return Built(
        output=target,
        pages=sum(name.endswith(".html") for name in files),
        files=len(files),
        seconds=time.monotonic() - started,
        samples=sum(document.meta.sample for document in site.documents),
        left_out=site.left_out,
        warnings=renderer.warnings,
        site=site,
        digests=digests,
        inputs=inputs,
        state=None if before is None or after is None else before | after,
    )


def refuse_output(output: Path, content: Path) -> None:
    """Raise ``UsageError`` if the output is a folder that no build has made."""
    display_path = display_path_of(output)
    if is_inside(output, content) or is_inside(content, output):
        raise UsageError(
            f"the output `{display_path}` and the content `{display_path_of(content)}` lie in "
            "each other: name another output folder"
        )
    if not output.parent.is_dir():
        raise UsageError(
            f"there is no folder `{display_path_of(output.parent)}` to put `{display_path}` into"
        )
    if output.is_symlink() or (output.exists() and not (output / MARKER).is_file()):
        raise UsageError(
            f"`{display_path}` was not made by a build (it has no `{MARKER}`), so it is left "
            "alone: name another output folder, or move it away"
        )


@contextmanager
def system_named() -> Iterator[None]:
    """Turn an exception that no check has foreseen into a message that says whose it is.

    Raises ``UsageError`` for an error of the system (a full disk, a file in use), else
    ``ProblemsFound``.
    """
    try:
        yield
    except (ProblemsFound, UsageError):
        raise
    except Exception as error:
        if not isinstance(error, OSError) or error.errno is None:  # libraries raise `OSError`, too
            raise ProblemsFound([faults.problem_of(error)]) from error
        place = f" with `{display_path_of(Path(str(error.filename)))}`" if error.filename else ""
        why, remedy = explain(error)
        raise UsageError(
            f"the system reports a problem{place}: {why}. "
            f"The site in the output folder is as it was; {remedy}"
        ) from error
