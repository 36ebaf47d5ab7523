"""Every file of a site beside the pages of its documents: archives, feed, site map, pictures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from xml.sax.saxutils import escape

from feedgenerator import Atom1Feed, get_tag_uri

from practice import redirects
from practice.paths import save_as
from practice.reader import Document
from practice.render import Renderer
from practice.site import Site
from practice.view import view_of, view_of_list

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
FEED = "feed.xml"
FEED_LENGTH = 20
"""Posts in the feed."""


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
    return Job(save_as(document.path), document.shown, page, document.digest)


def feed_of(renderer: Renderer, posts: Sequence[Document], path: str = FEED) -> Job:
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
            moved = partial(redirects.page, redirect, renderer.address, renderer.base)
            yield Job(redirect.fallback, redirect.shown, moved)
    for path, shown, picture, made in renderer.pictures.files():
        yield Job(path, shown, picture, slow=not made)


def sitemap(site: Site, address: str) -> str:
    """Every page that search engines may list (https://www.sitemaps.org/protocol.html)."""
    views = [view_of(site, address, document) for document in site.documents]
    views += [view_of_list(site, address, entry) for entry in site.lists]
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f'<urlset xmlns="{SITEMAP}">']
    for view in sorted(views, key=lambda view: view.path):
        if view.noindex:
            continue
        lines += ["  <url>", f"    <loc>{escape(view.canonical)}</loc>"]
        if view.modified:
            lines.append(f"    <lastmod>{view.modified}</lastmod>")
        lines.append("  </url>")
    return "\n".join([*lines, "</urlset>", ""])


def robots(address: str) -> str:
    """All may be read; the site map says what there is (RFC 9309)."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {address}/sitemap.xml\n"


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
