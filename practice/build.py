"""The build, in order: check -> Pelican -> render -> check the output -> swap.

Nothing that is wrong reaches the output folder: a build writes into another folder beside it,
which takes its place in one step.
"""

from __future__ import annotations

import fcntl
import gc
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pelican import Pelican
from pelican.log import LimitFilter, console
from pelican.settings import read_settings

from practice import folders, hooks, pool
from practice.checks import output as output_checks
from practice.folders import MARKER
from practice.paths import files_below, shown_path
from practice.problems import Problem, ProblemsFound
from practice.reader import Document
from practice.site import Site

MARKER_TEXT = "This folder is made by `inv build`, which replaces it as a whole.\n"
Step = Callable[[str], None]


class Misuse(Exception):
    """The command cannot do what it was asked for; the message says why and what to do."""


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


def build(
    content: Path | None = None,
    output: Path | None = None,
    settings_file: Path = Path("pelicanconf.py"),
    step: Step = lambda _: None,
) -> Built:
    """Build a practice's site and put it in the place of the last one.

    ``content`` and ``output`` default to what the settings file says. ``step`` is told what is
    being done. Raises ``ProblemsFound`` for mistakes in content or theme, ``Misuse`` for folders
    that cannot be used; in both cases the output is as it was.
    """
    started = time.monotonic()
    settings = settings_of(settings_file, content, output)
    target = Path(settings["OUTPUT_PATH"])
    refuse_output(target, Path(settings["PATH"]))
    with system_named(), garbage_left(), locked(target), folders.tidied(target):
        step("Reading and checking the content")
        renderer = hooks.renderer_of(settings)
        spare = folders.spare_of(target)
        fresh = folders.new(target)
        stage = folders.usable(spare) or fresh
        settings |= {"OUTPUT_PATH": str(fresh), "PRACTICE": renderer}
        settings |= {"PRACTICE_FOLDER": stage, "PRACTICE_LAST": target}
        scanned: dict[str, output_checks.Scanned] = {}
        settings["PRACTICE_SCANNED"] = scanned
        step("Writing the pages")
        run_pelican(settings)
        folders.move_all(fresh, stage)
        step("Checking the pages")
        (stage / MARKER).write_text(MARKER_TEXT, encoding="utf-8")
        files = files_below(stage)
        problems = list(output_checks.run(stage, renderer.base, files, scanned))
        if problems:
            raise ProblemsFound(problems)
        folders.swap(stage, target, spare)
    site = renderer.site
    return Built(
        output=target,
        pages=sum(name.endswith(".html") for name in files),
        files=len(files),
        seconds=time.monotonic() - started,
        samples=sum(document.meta.sample for document in site.documents),
        left_out=site.left_out,
        warnings=renderer.warnings,
        site=site,
    )


def settings_of(file: Path, content: Path | None, output: Path | None) -> dict[str, Any]:
    """Pelican's settings, with the folders that the command names in place of the file's."""
    if not file.is_file():
        raise Misuse(f"there is no settings file `{file}`: run the command where it stands")
    override: dict[str, Any] = {}
    if content:
        override["PATH"] = str(content.resolve())
    if output:
        override["OUTPUT_PATH"] = str(output.resolve())
    if content and not content.is_dir():
        raise Misuse(f"there is no folder `{shown_path(content)}` to build from")
    try:
        with listening() as records:
            settings: dict[str, Any] = read_settings(str(file), override=override)
    except Exception as error:  # a settings file is Python, and can raise anything
        raise Misuse(f"`{file}` cannot be used: {type(error).__name__}: {error}") from error
    if records:
        raise ProblemsFound(logged(record, shown_path(file)) for record in records)
    return settings


def refuse_output(output: Path, content: Path) -> None:
    """Refuse to replace anything that a build has not made."""
    real, source = output.resolve(), content.resolve()
    shown = shown_path(output)
    if real == source or real in source.parents or source in real.parents:
        raise Misuse(
            f"the output `{shown}` and the content `{shown_path(content)}` lie in each other: "
            "name another output folder"
        )
    if not output.parent.is_dir():
        raise Misuse(f"there is no folder `{shown_path(output.parent)}` to put `{shown}` into")
    if output.is_symlink() or (output.exists() and not (output / MARKER).is_file()):
        raise Misuse(
            f"`{shown}` was not made by a build (it has no `{MARKER}`), so it is left alone: "
            "name another output folder, or move it away"
        )


@contextmanager
def system_named() -> Iterator[None]:
    """A full disk, a folder that may not be written, a killed process: named, not traced."""
    try:
        yield
    except OSError as error:
        place = f" `{shown_path(Path(str(error.filename)))}`" if error.filename else ""
        raise Misuse(
            f"the system says of{place or ' the disk'}: {error.strerror or error}. "
            "The site in the output folder is as it was; free the disk or the folder, and try again"
        ) from error
    except pool.WorkerFailed as error:
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
            raise Misuse(
                f"another build is writing `{shown_path(output)}`: wait until it has ended"
            ) from error
        yield


def run_pelican(settings: dict[str, Any]) -> None:
    """Run Pelican with nothing kept quiet: what it would only log stops the build."""
    with listening() as records:
        pelican = Pelican(settings)
        if "practice" not in pelican.settings["PLUGINS"]:
            raise ProblemsFound([*map(logged, records), PLUGIN_MISSING])
        if not records:
            with silent():
                pelican.run()
    if records:
        raise ProblemsFound(map(logged, records))


PLUGIN_MISSING = Problem(
    "pelicanconf.py",
    1,
    "plugin-missing",
    "the plugin `practice` was not loaded",
    'the settings need `PLUGINS = ["practice"]`',
)


@contextmanager
def listening() -> Iterator[list[logging.LogRecord]]:
    """Collect everything that Pelican logs as a warning or worse."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = records.append  # type: ignore[assignment,method-assign]
    LimitFilter._raised_messages.clear()  # noqa: SLF001  # what one build has said the next one may
    LimitFilter._group_count.clear()  # noqa: SLF001
    logger = logging.getLogger("pelican")
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield records
    finally:
        logger.removeHandler(handler)
        logger.propagate = before


@contextmanager
def silent() -> Iterator[None]:
    """Keep Pelican from printing its own summary."""
    before, console.quiet = console.quiet, True
    try:
        yield
    finally:
        console.quiet = before


def logged(record: logging.LogRecord, where: str = "Pelican") -> Problem:
    """A line of Pelican's log as a Problem; ``where`` is the file it is about, if one is known."""
    message = record.getMessage().split("\n")[0]
    if record.exc_info and record.exc_info[1]:
        message = f"{message} ({record.exc_info[1]})"
    hint = "Pelican would only have logged this and gone on"
    return Problem(where, 1, "pelican", message, hint)
