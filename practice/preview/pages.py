"""The pages of a site in memory, and what was rendered of them.

Several threads render at once, so that a slow page delays no other. A renderer is not made for
that: each thread borrows a copy of the site with a renderer of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from practice.content.document import Document, of_kind
from practice.content.models import Treatment
from practice.paths import save_as
from practice.problems import Problem, ProblemsFound
from practice.rendering.jobs import Job, jobs, leaflet_job, page_of
from practice.rendering.renderer import Renderer


@dataclass(frozen=True)
class PreviewPage:
    """What is shown at an address."""

    content: bytes
    origin: str
    document: Document | None = None
    problems: tuple[Problem, ...] = ()
    """Why the page does not show the current files: it shows the last valid version."""


class Pages:
    """Every file of a site, found by its address."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self.site = renderer.site

    def copy(self) -> Pages:
        """Return the same site with a renderer of its own, for another thread."""
        return Pages(self.renderer.for_site(self.site))

    @cached_property
    def documents(self) -> dict[str, Document]:
        """The documents by address, drafts too."""
        return {document.path: document for document in self.site.valid}

    @cached_property
    def _jobs(self) -> dict[str, Job]:
        found = {job.path: job for job in jobs(self.site, self.renderer)}
        for treatment in of_kind(self.site.left_out, Treatment):
            for leaflet in self.renderer.leaflets_about(treatment):
                job = leaflet_job(leaflet, self.renderer)
                found.setdefault(job.path, job)
        return found

    def job(self, path: str) -> Job | None:
        """Return the job of the file at an address, or None."""
        document = self.documents.get(path)  # drafts have no jobs of their own
        return page_of(document, self.renderer) if document else self._jobs.get(save_as(path))


@dataclass
class Shown:
    """What was rendered since the last edit. An edit begins a new one."""

    rendered: dict[str, PreviewPage] = field(default_factory=dict)
    idle: list[Pages] = field(default_factory=list)
    """Copies of the site that no thread is using at the moment."""

    @contextmanager
    def lend(self, pages: Pages) -> Iterator[Pages]:
        """Lend a copy of the site to one thread, a new one of ``pages`` if no other is idle."""
        try:
            own = self.idle.pop()
        except IndexError:
            own = pages.copy()
        yield own
        self.idle.append(own)

    def next(self) -> Shown:
        """Return the beginning after an edit, with the copies that no thread is using."""
        idle = []
        with suppress(IndexError):  # other threads may take some meanwhile
            while True:
                idle.append(self.idle.pop())
        return Shown(idle=idle)


def render(job: Job, theme: Path) -> tuple[bytes, list[Problem]]:
    """Return the content of a page, and why it cannot be rendered."""
    try:
        content = job.run(theme)
    except ProblemsFound as error:
        return b"", error.problems
    return content.encode() if isinstance(content, str) else content, []
