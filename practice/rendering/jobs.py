"""Jobs: the one list of all files of a site. Build, preview and publishing take it from here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from practice.content.document import Document
from practice.content.reader import file_link
from practice.paths import display_path_of, save_as
from practice.problems import ProblemsFound
from practice.rendering.renderer import Renderer
from practice.rendering.site_files import FEED, feed, redirect_page, robots, sitemap
from practice.site import redirects
from practice.site.recorded import digest_of
from practice.site.site import Site


@dataclass(frozen=True)
class Job:
    """A file of the finished site: where it goes, what it comes from, how it is made."""

    path: str
    """Where it goes, below the output folder."""
    origin: str
    """What messages name as its source: a file, or words such as `the site map`."""
    make: Callable[[], str | bytes]
    """Gives its content. Readings of other documents are recorded while it runs. Raises
    ``ProblemsFound``, and whatever a template can raise."""
    own: bytes | None = None
    """A digest of what this file alone is made of; None if that is not known beforehand, so that
    the file is made each time."""
    common: Callable[[], bytes] = bytes
    """Gives a digest of what many files are made of, such as the theme."""
    slow: bool = False
    """Whether it takes as long as many pages."""

    @property
    def inputs(self) -> bytes | None:
        """A digest of everything the file is made of that is known beforehand (SHA-256).

        What else it depends on is recorded while it is made.
        """
        if self.own is None:
            return None
        return hashlib.sha256(self.common() + self.own + self.path.encode()).digest()


def jobs(site: Site, renderer: Renderer) -> Iterator[Job]:
    """Every file of a site; ``renderer`` is a renderer of that very site.

    Drafts and posts with a date to come are not part of it; ``page_of`` makes their jobs.
    """
    for document in site.documents:
        yield page_of(document, renderer)
    yield from _lists(site, renderer)
    yield from _site_files(site, renderer)
    yield from _theme_files(renderer)
    yield from _redirects(site, renderer)
    yield from _pictures(renderer)
    yield from _downloads(site)


def page_of(document: Document, renderer: Renderer) -> Job:
    """The page of a document, published or not."""
    return Job(
        save_as(document.path),
        document.display_path,
        partial(renderer.page, document),
        document.digest,
        lambda: renderer.key,
    )


def _lists(site: Site, renderer: Renderer) -> Iterator[Job]:
    for entry in site.lists:
        make = partial(renderer.list_page, entry)
        own = digest_of(entry)
        yield Job(save_as(entry.path), "the blog's archive", make, own, lambda: renderer.key)


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
        if not source.startswith("images/"):
            display_path = display_path_of(site.content / source)
            yield Job(source, display_path, partial(_download, site.content, source))


def _download(content: Path, source: str) -> bytes:
    """A file below the content folder; one that has become a link is not followed."""
    file = content / source
    if file.resolve() != content.resolve() / source:
        raise ProblemsFound([file_link(display_path_of(file))])
    return file.read_bytes()
