"""The deferred writer: Pelican says what to write, we note it, and write when all is known.

Pelican asks for its writer through the signal ``get_writer``. Noting first and rendering later
finds two pages that want one address before either is written, and lets every template mistake
be reported at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pelican.writers import Writer

from practice import files, pool
from practice.files import Job
from practice.problems import Problem, ProblemsFound
from practice.render import Renderer, template_problem


class DeferredWriter(Writer):  # type: ignore[misc]  # Pelican ships no types
    """Notes every write of a Pelican run as a job, by output path."""

    def __init__(self, output_path: str, settings: dict[str, Any]) -> None:
        super().__init__(output_path, settings)
        self.renderer: Renderer = settings["PRACTICE"]
        settings["PRACTICE_WRITER"] = self  # for the last hook, which Pelican gives no writer
        self.jobs: dict[str, Job] = {}
        self.problems: list[Problem] = []

    def add(self, job: Job) -> None:
        """Note a file; two files at one path are a problem that names both origins."""
        if job.path in self.jobs:
            self.problems.append(
                Problem(
                    job.origin,
                    1,
                    "address-twice",
                    f"the address `/{job.path.removesuffix('index.html')}` is taken by "
                    f"{self.jobs[job.path].origin} already",
                    "rename one of the two files",
                )
            )
            return
        self.jobs[job.path] = job

    def write_file(self, name: str, *_args: object, **kwargs: Any) -> None:
        """Note a page that Pelican would render; the renderer picks template and context.

        Pelican asks with an empty name for the kinds of page that the settings turn off.
        """
        if name:
            content = kwargs.get("article") or kwargs["page"]
            self.add(files.page_of(self.renderer, content.document))

    def write_feed(
        self, elements: Sequence[Any], _context: object, path: str, *_args: object
    ) -> None:
        """Note the feed (Atom, RFC 4287)."""
        if elements:
            self.add(files.feed_of(self.renderer, [post.document for post in elements], path))

    def write_all(self) -> None:
        """Render and write every job; a mistake in any of them is raised with all others."""
        written = pool.fork_map(self._write, list(self.jobs.values()))
        problems = [*self.problems, *(problem for found in written for problem in found)]
        if problems:
            raise ProblemsFound(problems)

    def _write(self, job: Job) -> list[Problem]:
        try:
            content = job.render()
        except ProblemsFound as error:
            return error.problems
        except Exception as error:  # noqa: BLE001  # a template can raise anything
            return [template_problem(error, job.origin, job.path, self.renderer.theme)]
        file = Path(self.output_path, job.path)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        except OSError as error:
            message = f"the site cannot be written: {error.strerror}"
            return [Problem("output", 1, "disk", message, "make room on the disk, and try again")]
        return []
