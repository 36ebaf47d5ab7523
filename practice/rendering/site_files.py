"""Files without a template: the feed, the site map, `robots.txt`, and redirect pages."""

from __future__ import annotations

import datetime as dt
import html
from xml.sax.saxutils import escape

from feedgenerator import Atom1Feed, get_tag_uri

from practice.paths import NOT_FOUND
from practice.rendering.renderer import Renderer
from practice.site.formatting import sentence
from practice.site.redirects import Redirect
from practice.site.view import modified_of_list

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
FEED = "feed.xml"
FEED_LENGTH = 20
"""Posts in the feed."""


def sitemap(renderer: Renderer) -> str:
    """Return the site map of all indexable pages (https://www.sitemaps.org/protocol.html)."""
    site = renderer.recorded
    pages = {document.path: document.meta.last_changed for document in site.documents}
    pages |= dict.fromkeys(entry.path for entry in site.generated)
    pages |= {entry.path: modified_of_list(entry) for entry in site.lists}
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f'<urlset xmlns="{SITEMAP}">']
    for path, modified in sorted(pages.items()):
        if path == NOT_FOUND:
            continue
        lines += ["  <url>", f"    <loc>{escape(renderer.address + path)}</loc>"]
        if modified:
            lines.append(f"    <lastmod>{modified}</lastmod>")
        lines.append("  </url>")
    return "\n".join([*lines, "</urlset>", ""])


def robots(address: str) -> str:
    """Return `robots.txt`, which allows everything and names the site map (RFC 9309)."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {address}/sitemap.xml\n"


def feed(renderer: Renderer) -> str:
    """Return an Atom feed (RFC 4287) of the newest posts: title, summary, author and link."""
    site, address = renderer.recorded, renderer.address
    atom = Atom1Feed(
        title=site.clinic.name,
        link=f"{address}/",
        feed_url=f"{address}/{FEED}",
        description=site.clinic.summary,
        language=site.clinic.language,
    )
    for post in site.posts[:FEED_LENGTH]:
        link = address + post.path
        date = post_time(post.meta.date)
        atom.add_item(
            title=post.title,
            link=link,
            unique_id=get_tag_uri(link, date),
            description=post.meta.summary,
            author_name=sentence(writer.full_name for writer in site.authors_of(post)),
            categories=[site.topics[topic].name for topic in post.meta.topics],
            pubdate=date,
            updateddate=post_time(post.meta.modified or post.meta.date),
        )
    return str(atom.writeString("utf-8"))


def post_time(day: dt.date) -> dt.datetime:
    """Return noon UTC of a date, which is the same date in every US time zone."""
    return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)


def redirect_page(redirect: Redirect, address: str, base: str) -> str:
    """Return a page that redirects; ``address`` and ``base`` are the site's.

    For an address of another site it only shows a link: we never redirect there automatically.
    """
    target = redirect.target or ""
    inside = target.startswith("/")
    link = html.escape(redirect.location(base))
    head = (
        f'<link rel="canonical" href="{html.escape(address + target)}">\n'
        f'<meta http-equiv="refresh" content="0; url={link}">\n'
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>This page has moved</title>\n{head if inside else ''}"
        "</head>\n<body>\n<main>\n<h1>This page has moved</h1>\n"
        f'<p><a href="{link}">Go to the page</a></p>\n</main>\n</body>\n</html>\n'
    )
