"""Every file of a site beside the pages of its documents: archives, feed, site map, pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from practice.content.document import Document
from practice.content.models import Post
from practice.paths import save_as
from practice.rendering.renderer import Renderer
from practice.rendering.site_files import FEED, FEED_LENGTH, feed, redirect_page, robots, sitemap
from practice.site import redirects


@dataclass(frozen=True)
class Job:
    """A file to be written: where, from what, and how to get its content."""

    path: str
    origin: str
    render: Callable[[], str | bytes]
    own: bytes | None = None
    """The digest of the text that is shown here alone; None where it is made anew each time."""
    slow: bool = False
    """Whether it takes as long as many pages."""


def page_of(renderer: Renderer, document: Document) -> Job:
    """The page of a document."""
    page = partial(renderer.page, document)
    return Job(save_as(document.path), document.display_path, page, document.digest)


def feed_of(renderer: Renderer, posts: Sequence[Document[Post]], path: str = FEED) -> Job:
    """The feed of the newest posts."""
    return Job(path, "the feed", partial(feed, renderer, posts[:FEED_LENGTH], path))


def others(renderer: Renderer) -> Iterator[Job]:
    """What no single document stands for, but the feed."""
    site = renderer.site
    for entry in site.lists:
        page = partial(renderer.list_page, entry)
        yield Job(save_as(entry.path), "the blog's archive", page, b"")
    yield Job("sitemap.xml", "the site map", partial(sitemap, site, renderer.address))
    yield Job("robots.txt", "robots.txt", partial(robots, renderer.address))
    for path, content in renderer.assets.files.items():
        yield Job(path, f"the theme's `{path}`", partial(bytes, content))
    for redirect in redirects.of(site):
        if redirect.fallback:
            moved = partial(redirect_page, redirect, renderer.address, renderer.base)
            yield Job(redirect.fallback, redirect.display_path, moved)
    for path, display_path, picture, made in renderer.pictures.files():
        yield Job(path, display_path, picture, slow=not made)
