"""Runs the jobs of a site, except those whose file from the last build is still right."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict

from practice.checks import built_html
from practice.content.dependencies import record_dependencies
from practice.problems import Problem, ProblemsFound
from practice.rendering.jobs import Job
from practice.rendering.renderer import Renderer
from practice.support import faults, processes
from practice.support.cache_folder import cache_folder
from practice.support.files import WHOLE_DISK, explain, write_file
from practice.support.store import Codec, Store, json_codec


@dataclass(frozen=True)
class JobResult:
    """The result of a job. It is cached under the job's ``inputs``."""

    __pydantic_config__: ClassVar = ConfigDict(ser_json_bytes="hex", val_json_bytes="hex")

    digest: bytes = b""
    """The SHA-256 of what was written."""
    scanned: built_html.Scanned | None = None
    """The ids and links of a page."""
    read: tuple[tuple[str, bytes], ...] = ()
    """What was recorded while it was made: name and digest of each dependency."""
    listings: bytes = b""
    """``Renderer.listings`` when the result was made, or last found to be current."""
    problems: tuple[Problem, ...] = ()


@cache
def _codec() -> Codec[JobResult]:
    return json_codec(JobResult)


def execute(
    renderer: Renderer, jobs: Iterable[Job], folder: Path, last: Path, *, in_place: bool = False
) -> dict[str, JobResult]:
    """Make every file of a site below ``folder``, and raise all problems together.

    ``last`` is the folder of the last build. A file there that would not change is copied instead
    of made; with ``in_place`` it is not even copied, and ``folder`` gets only files that differ.
    Returns the results by path. Raises ``ProblemsFound``, also for two jobs with the same path.
    """
    by_path, problems = _by_path(jobs)
    maker = _Maker(renderer, folder, last, in_place)
    inputs = {path: key for path, job in by_path.items() if (key := job.inputs) is not None}
    store = Store(cache_folder(renderer.site.content), "pages", _codec())
    kept: Mapping[bytes, JobResult] = store.get(inputs.values())
    done: dict[str, JobResult] = {}
    for path, key in inputs.items():
        result = maker.reuse(path, kept[key]) if key in kept else None
        if result:
            done[path] = result
    missing = [job for path, job in by_path.items() if path not in done]
    alone = len(missing) < processes.WORTH_A_FORK and not any(job.slow for job in missing)
    made = processes.map_in_processes(maker.make, missing, 1 if alone else None)
    done |= {job.path: result for job, result in zip(missing, made, strict=True)}
    problems += [problem for result in done.values() for problem in result.problems]
    if problems:
        store.close()
        raise ProblemsFound(problems)
    store.put({key: done[path] for path, key in inputs.items() if done[path] != kept.get(key)})
    store.close()
    return done


def _by_path(jobs: Iterable[Job]) -> tuple[dict[str, Job], list[Problem]]:
    found: dict[str, Job] = {}
    problems = []
    for job in jobs:
        first = found.setdefault(job.path, job)
        if first is not job:
            address = job.path.removesuffix("index.html")
            message = f"the address `/{address}` is taken by {first.origin} already"
            hint = "rename one of the two files"
            problems.append(Problem(job.origin, 1, "address-twice", message, hint))
    return found, problems


MOST_SLOW = 3
"""So many files of one process may exceed the time limit: then a template is likely the cause."""
NOT_TRIED = "the pages after this one were not made, because several took too long"


@dataclass(frozen=True)
class _Maker:
    """Makes files, or takes them from the last build."""

    renderer: Renderer
    folder: Path
    last: Path
    in_place: bool
    slow: list[str] = field(default_factory=list)
    """The files that have exceeded the time limit in this process."""

    def reuse(self, path: str, kept: JobResult) -> JobResult | None:
        """Take a file from the last build; return None if it has to be made.

        A file that was changed by hand since then is made again.
        """
        listings = self.renderer.listings
        same_lists = kept.listings == listings
        read = (item for item in kept.read if not (same_lists and item[0].startswith("[")))
        if not self.renderer.is_current(dict(read)):
            return None
        result = kept if same_lists else replace(kept, listings=listings)
        if not self.in_place and _digest(_content(f"{self.folder}/{path}")) == kept.digest:
            return result
        content = _content(f"{self.last}/{path}")
        if _digest(content) != kept.digest:
            return None
        return result if self.in_place else replace(result, problems=self._write(path, content))

    def make(self, job: Job) -> JobResult:
        """Make a file and write it, unless too many others have exceeded the time limit."""
        if len(self.slow) == MOST_SLOW:
            return JobResult()
        try:
            return self._made(job)
        except ProblemsFound as error:
            problems = error.problems
            if any(problem.code == "file-slow" for problem in problems):
                self.slow.append(job.path)
            if len(self.slow) == MOST_SLOW:
                problems = [replace(p, hint=f"{p.hint}; {NOT_TRIED}") for p in problems]
            return JobResult(problems=tuple(problems))
        except Exception as error:  # noqa: BLE001  # the other files are made all the same
            return JobResult(problems=(faults.problem_of(error, job.origin),))

    def _made(self, job: Job) -> JobResult:
        with record_dependencies() as read:
            made = job.run(self.renderer.theme)
        scanned = None
        if isinstance(made, str) and job.path.endswith(".html"):
            scanned = built_html.scan(job.path, made)
        content = made.encode() if isinstance(made, str) else made
        return JobResult(
            _digest(content),
            scanned,
            tuple(read.items()),
            self.renderer.listings,
            self._write(job.path, content),
        )

    def _write(self, path: str, content: bytes) -> tuple[Problem, ...]:
        file = self.folder / path
        try:
            there = (self.last if self.in_place else self.folder) / path
            if content and _content(str(there)) == content:
                return ()
            file.parent.mkdir(parents=True, exist_ok=True)
            write_file(file, content)
        except OSError as error:
            if error.errno is None:  # it is not of the system
                raise
            why, remedy = explain(error)
            where = "output" if error.errno in WHOLE_DISK else f"output/{path}"
            return (Problem(where, 1, "disk", f"the site cannot be written: {why}", remedy),)
        return ()


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _content(file: str) -> bytes:
    """Return the content of a file; empty if it cannot be read."""
    try:
        with open(file, "rb") as opened:  # noqa: PTH123  # a `Path` of each page takes longer
            return opened.read()
    except OSError:
        return b""
