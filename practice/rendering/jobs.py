"""Jobs: the only list of the files of a site. Build, preview and publishing all use it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from practice.content.document import Document, of_kind
from practice.content.models import Event
from practice.content.reader import file_link
from practice.paths import display_path_of, save_as
from practice.problems import ProblemsFound
from practice.rendering import leaflets
from practice.rendering.blame import rendering_problem, with_template
from practice.rendering.renderer import Renderer
from practice.rendering.site_files import FEED, feed, redirect_page, robots, sitemap
from practice.site import redirects
from practice.site.events import EventList, calendar_path
from practice.site.leaflets import Leaflet, leaflets_of
from practice.site.locations import PlaceToVisit
from practice.site.recorded import digest_of
from practice.site.site import Site
from practice.support import faults, time_limit

ORIGINS: dict[type, str] = {PlaceToVisit: "a location's page", EventList: "the list of events"}
"""What messages call a page that has no file."""


@dataclass(frozen=True)
class Job:
    """A file of the finished site: its path, its source, and how to make it."""

    path: str
    """Its path below the output folder."""
    origin: str
    """Its source in messages: a file, or words such as `the site map`."""
    make: Callable[[], str | bytes]
    """Returns its content. Access to other documents is recorded meanwhile. It raises
    ``ProblemsFound``, and whatever a template can raise; callers use ``run``."""
    own: bytes | None = None
    """A digest of the inputs of this file alone; None if they are not known beforehand, so that the
    file is made each time."""
    common: Callable[[], bytes] = bytes
    """Returns a digest of inputs that many files share, such as the theme."""
    slow: bool = False
    """Whether it takes as long as many pages."""

    def run(self, theme: Path) -> str | bytes:
        """Return the file's content; ``theme`` is the folder of the templates.

        Raises ``ProblemsFound`` and nothing else: for a mistake of a template, for a file that
        takes longer than the time limit, and for a fault of the program.
        """
        limit = nullcontext() if self.slow else time_limit.within(time_limit.SECONDS)
        try:
            with limit:
                return self.make()
        except ProblemsFound:
            raise
        except time_limit.TooSlow as error:
            problem = faults.too_slow(self.origin, f"the page `{self.path}` takes too long to make")
            raise ProblemsFound([with_template(problem, error)]) from error
        except Exception as error:
            problem = rendering_problem(error, self.origin, self.path, theme)
            raise ProblemsFound([problem]) from error

    @property
    def inputs(self) -> bytes | None:
        """A digest of all inputs that are known beforehand (SHA-256).

        Other dependencies are recorded while the file is made.
        """
        if self.own is None:
            return None
        return hashlib.sha256(self.common() + self.own + self.path.encode()).digest()


def jobs(site: Site, renderer: Renderer) -> Iterator[Job]:
    """Yield a job for every file of a site; ``renderer`` has to be a renderer of that site.

    Drafts and posts dated in the future are not included; ``page_of`` makes their jobs.
    """
    for document in site.documents:
        yield page_of(document, renderer)
    yield from _generated(site, renderer)
    yield from _site_files(site, renderer)
    yield from _calendars(site, renderer)
    if leaflets.are_made():
        for leaflet in leaflets_of(site):
            yield leaflet_job(leaflet, renderer)
    yield from _theme_files(renderer)
    yield from _redirects(site, renderer)
    yield from _pictures(renderer)
    yield from _downloads(site)


def page_of(document: Document, renderer: Renderer) -> Job:
    """Return the job of a document's page, published or not."""
    return Job(
        save_as(document.path),
        document.display_path,
        partial(renderer.page, document),
        document.digest,
        lambda: renderer.key,
    )


def _generated(site: Site, renderer: Renderer) -> Iterator[Job]:
    for entry in site.generated:
        make = partial(renderer.generated_page, entry)
        own = digest_of(entry)
        origin = ORIGINS.get(type(entry), "the blog's archive")
        yield Job(save_as(entry.path), origin, make, own, lambda: renderer.key)


def _calendars(site: Site, renderer: Renderer) -> Iterator[Job]:
    for event in of_kind(site.documents, Event):
        path = calendar_path(event).lstrip("/")
        make = partial(renderer.calendar, event)
        yield Job(path, event.display_path, make, event.digest, lambda: renderer.key)


def leaflet_job(leaflet: Leaflet, renderer: Renderer) -> Job:
    """Return the job of a leaflet."""
    of = leaflet.treatments[0]
    make = partial(renderer.leaflets.make, leaflet)
    own = digest_of([leaflet.visit, [treatment.digest for treatment in leaflet.treatments]])
    path = save_as(leaflet.path)
    return Job(path, of.display_path, make, own, lambda: renderer.key, slow=True)


def _site_files(site: Site, renderer: Renderer) -> Iterator[Job]:
    if site.posts:
        yield Job(FEED, "the feed", partial(feed, renderer), b"", lambda: renderer.key)
    make = partial(sitemap, renderer)
    yield Job("sitemap.xml", "the site map", make, b"", lambda: renderer.key)
    make = partial(robots, renderer.address)
    yield Job("robots.txt", "robots.txt", make, b"", lambda: renderer.key)


def _theme_files(renderer: Renderer) -> Iterator[Job]:
    for path, content in renderer.assets.files.items():
        own = hashlib.sha256(content).digest()
        yield Job(path, f"the theme's `{path}`", partial(bytes, content), own)


def _redirects(site: Site, renderer: Renderer) -> Iterator[Job]:
    for redirect in redirects.of(site):
        if redirect.fallback:
            make = partial(redirect_page, redirect, renderer.address, renderer.base)
            own = digest_of(redirect)
            yield Job(redirect.fallback, redirect.display_path, make, own, lambda: renderer.key)


def _pictures(renderer: Renderer) -> Iterator[Job]:
    for path, display_path, make, kept in renderer.pictures.files():
        yield Job(path, display_path, make, b"", lambda: renderer.key, slow=not kept)


def _downloads(site: Site) -> Iterator[Job]:
    for source in sorted(site.static):
        if source.startswith("files/"):
            display_path = display_path_of(site.content / source)
            yield Job(source, display_path, partial(_download, site.content, source))


def _download(content: Path, source: str) -> bytes:
    """Return a file below the content folder; a symbolic link is not followed."""
    file = content / source
    if file.resolve() != content.resolve() / source:
        raise ProblemsFound([file_link(display_path_of(file))])
    return file.read_bytes()
