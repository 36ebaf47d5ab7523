"""The deferred writer: Pelican says what to write, we note it, and write when all is known.

Pelican asks for its writer through the signal ``get_writer``. Noting first and rendering later
finds two pages that want one address before either is written, and lets every template mistake
be reported at once.
"""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from feedgenerator import Atom1Feed, get_tag_uri
from pelican.writers import Writer

from practice import pool
from practice.problems import Problem, ProblemsFound
from practice.reader import Document
from practice.render import Renderer
from practice.site import shown_path


@dataclass(frozen=True)
class Job:
    """A file to be written: where, from what, and how to get its content."""

    path: str
    origin: str
    render: Callable[[], str | bytes]


class DeferredWriter(Writer):  # type: ignore[misc]  # Pelican ships no types
    """Notes every write of a Pelican run as a job, by output path."""

    def __init__(self, output_path: str, settings: dict[str, Any]) -> None:
        super().__init__(output_path, settings)
        self.renderer: Renderer = settings["PRACTICE"]
        settings["PRACTICE_WRITER"] = self  # for the last hook, which Pelican gives no writer
        self.jobs: dict[str, Job] = {}
        self.problems: list[Problem] = []

    def add(self, path: str, origin: str, render: Callable[[], str | bytes]) -> None:
        """Note a file; two files at one path are a problem that names both origins."""
        if path in self.jobs:
            self.problems.append(
                Problem(
                    origin,
                    1,
                    "address-twice",
                    f"the address `/{path.removesuffix('index.html')}` is taken by "
                    f"{self.jobs[path].origin} already",
                    "rename one of the two files",
                )
            )
            return
        self.jobs[path] = Job(path, origin, render)

    def write_file(self, name: str, *_args: object, **kwargs: Any) -> None:
        """Note a page that Pelican would render; the renderer picks template and context.

        Pelican asks with an empty name for the kinds of page that the settings turn off.
        """
        if not name:
            return
        content = kwargs.get("article") or kwargs["page"]
        document: Document = content.document
        self.add(name, document.shown, lambda: self.renderer.page(document))

    def write_feed(
        self, elements: Sequence[Any], _context: object, path: str, *_args: object
    ) -> None:
        """Note a feed of the newest posts (Atom, RFC 4287)."""
        posts = [article.document for article in elements[: self.settings["FEED_MAX_ITEMS"]]]
        if posts:
            self.add(path, "the feed", lambda: feed(self.renderer, posts, path))

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
            return [template_problem(error, job, self.renderer.theme)]
        file = Path(self.output_path, job.path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return []


def feed(renderer: Renderer, posts: Sequence[Document], path: str) -> str:
    """An Atom feed of posts: title, summary, author and an absolute link of each."""
    site, address = renderer.site, renderer.address
    atom = Atom1Feed(
        title=site.clinic.name,
        link=f"{address}/",
        feed_url=f"{address}/{path}",
        description=site.clinic.summary,
        language=site.clinic.language,
    )
    for post in posts:
        link = address + post.path
        date = post_time(post.meta.date)
        atom.add_item(
            title=post.title,
            link=link,
            unique_id=get_tag_uri(link, date),
            description=post.meta.summary,
            author_name=site.therapist(post.meta.author).meta.full_name,
            categories=[site.topics[topic].name for topic in post.meta.topics],
            pubdate=date,
            updateddate=post_time(post.meta.modified or post.meta.date),
        )
    return str(atom.writeString("utf-8"))


def post_time(day: dt.date) -> dt.datetime:
    """Noon UTC of a day: that day in every US time zone."""
    return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)


def template_problem(error: Exception, job: Job, theme: Path) -> Problem:
    """What a template did wrong, at the template's own line."""
    templates = shown_path(theme / "templates")
    if isinstance(error, jinja2.TemplateNotFound):
        hint = f"it is needed for `{job.origin}`; every template of the theme has to exist"
        return Problem(f"{templates}/{error.name}", 1, "template-missing", "no such template", hint)
    if isinstance(error, jinja2.TemplateSyntaxError):
        hint = "correct the template"
        where = f"{templates}/{error.name}"
        return Problem(where, error.lineno, "template-syntax", str(error.message), hint)
    where, line = job.origin, 1
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.endswith(".html"):
            where, line = shown_path(Path(frame.filename)), frame.lineno or 1
    message = f"{type(error).__name__}: {error}"
    return Problem(where, line, "template-error", message, f"found while writing `{job.path}`")
