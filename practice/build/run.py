"""The build, in order: check -> Pelican -> make the files -> check the output -> swap.

Nothing that is wrong reaches the output folder: a build writes into another folder beside it,
which takes its place in one step.
"""

from __future__ import annotations

import fcntl
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from practice.build import in_place, other_plugins
from practice.build.execute import JobResult, execute
from practice.build.other_plugins import MadeFiles
from practice.build.pelican_run import run_pelican
from practice.build.prepare import prepare
from practice.build.settings import load_settings
from practice.checks import built_html as output_checks
from practice.content.document import Document
from practice.paths import display_path_of, files_below
from practice.problems import Problem, ProblemsFound, UsageError
from practice.rendering.jobs import jobs
from practice.site.site import Site
from practice.support import output_folder, processes
from practice.support.output_folder import MARKER

MARKER_TEXT = "This folder is made by `inv build`, which replaces it as a whole.\n"
Step = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """What a build made."""

    output: Path
    pages: int
    files: int
    seconds: float
    samples: int
    """How many texts no clinician has signed off."""
    left_out: tuple[Document, ...]
    """Drafts and posts with a date to come."""
    warnings: tuple[Problem, ...]
    site: Site
    """What was read."""
    digests: dict[str, bytes]
    """The SHA-256 of each file that is ours, by its path below ``output``."""


def build(
    content: Path | None = None,
    output: Path | None = None,
    settings_file: Path = Path("pelicanconf.py"),
    step: Step = lambda _: None,
) -> Built:
    """Build a practice's site and put it in the place of the last one.

    ``content`` and ``output`` default to what the settings file says. ``step`` is called with what
    is being done. Raises ``ProblemsFound`` for mistakes in content or theme, ``UsageError`` for
    folders that cannot be used; in both cases the output is as it was.
    """
    started = time.monotonic()
    settings = load_settings(settings_file, content, output)
    target = Path(settings["OUTPUT_PATH"])
    refuse_output(target, Path(settings["PATH"]))
    with system_named(), garbage_left(), locked(target), output_folder.tidied(target):
        step("Reading and checking the content")
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
        (stage / MARKER).write_text(MARKER_TEXT, encoding="utf-8")
        files = files_below(stage)
        scanned = {path: result.scanned for path, result in results.items() if result.scanned}

        def read(path: str) -> str:
            return (stage / path).read_text(encoding="utf-8")

        problems = list(output_checks.run(read, renderer.base, files, scanned))
        if problems:
            raise ProblemsFound(problems)
        output_folder.swap(stage, target, spare)
        digests = {path: result.digest for path, result in results.items()}
        in_place.remember(renderer, target, digests)
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
    )


def refuse_output(output: Path, content: Path) -> None:
    """Refuse to replace anything that a build has not made."""
    real, source = output.resolve(), content.resolve()
    display_path = display_path_of(output)
    if real == source or real in source.parents or source in real.parents:
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
    """A full disk, a folder that may not be written, a killed process: named, not traced."""
    try:
        yield
    except OSError as error:
        place = f" `{display_path_of(Path(str(error.filename)))}`" if error.filename else ""
        raise UsageError(
            f"the system says of{place or ' the disk'}: {error.strerror or error}. "
            "The site in the output folder is as it was; free the disk or the folder, and try again"
        ) from error
    except processes.WorkerFailed as error:
        hint = "try again; with `PRACTICE_WORKERS=1` the build does without other processes"
        raise ProblemsFound([Problem("the build", 1, "worker", str(error), hint)]) from error


@contextmanager
def garbage_left() -> Iterator[None]:
    """Do not look for garbage: a build makes little of it, and looking takes 6% of its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Hold the output for one build at a time."""
    path = output.parent / f".{output.name}.lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                f"another build is writing `{display_path_of(output)}`: wait until it has ended"
            ) from error
        yield
