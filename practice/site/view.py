"""View: what a page is, computed once so that templates only print it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from practice.content.body import Heading
from practice.content.document import Document
from practice.paths import HOME, NOT_FOUND
from practice.site.lists import AuthorList, TopicList, Year
from practice.site.site import Site

LONG_PAGE = 4
"""From this many sections on, a page shows a list of its contents."""


@dataclass(frozen=True)
class Crumb:
    """A step of the way from the home page to a page."""

    title: str
    path: str


@dataclass(frozen=True)
class View:
    """A page as a whole. Addresses in ``path`` begin at the site's root."""

    kind: str
    """The kind of page: ``treatment``, ``post``, ``page``, or the slug of a page of its own."""
    title: str
    page_title: str
    description: str
    path: str
    canonical: str
    breadcrumbs: tuple[Crumb, ...] = ()
    og_type: str = "website"
    image: str | None = None
    image_alt: str = ""
    sample: bool = False
    contents: tuple[Heading, ...] = ()
    noindex: bool = False
    modified: dt.date | None = None


@dataclass(frozen=True)
class Current:
    """The page of a menu at which a reader is."""

    path: str = ""
    """Nothing where it is in no menu."""
    exact: bool = False
    """Whether it is that very page, and not one below."""


def current_of(site: Site, path: str) -> Current:
    """The page of a menu that the page at ``path`` is, or lies below."""
    main, footer = site.menu("main"), site.menu("footer")
    if any(page.path == path for page in (*main, *footer)):
        return Current(path, exact=True)
    above = (page.path for page in main if page.path != HOME and path.startswith(page.path))
    return Current(next(above, ""))


def view_of(site: Site, address: str, document: Document) -> View:
    """The view of a document; ``address`` is the site's own, without a slash at its end."""
    kind = document.kind
    home = document.path == HOME
    meta = document.meta
    sections = tuple(heading for heading in document.outline if heading.level == 2)
    image = getattr(meta, "image", None) or getattr(meta, "photo", None)
    full = getattr(meta, "full_name", document.title)
    return View(
        kind=document.slug if kind == "page" and document.slug in OWN_PAGES else kind,
        title=full,
        page_title=site.clinic.name if home else f"{full} · {site.clinic.name}",
        description=meta.summary,
        path=document.path,
        canonical=address + document.path,
        breadcrumbs=_way_to(site, document),
        og_type={"post": "article", "therapist": "profile"}.get(kind, "website"),
        image=f"{address}/images/{image}" if image else None,
        image_alt=getattr(meta, "image_alt", None) or getattr(meta, "photo_alt", None) or "",
        sample=meta.sample,
        contents=sections if len(sections) >= LONG_PAGE and not home else (),
        noindex=document.path == NOT_FOUND,
        modified=modified_of(document),
    )


def modified_of(document: Document) -> dt.date | None:
    """The day of the last change that a document names, if it names one."""
    days = (getattr(document.meta, name, None) for name in ("modified", "reviewed", "date"))
    return next(filter(None, days), None)


def view_of_list(site: Site, address: str, entry: Year | TopicList | AuthorList) -> View:
    """The view of a list of posts."""
    if isinstance(entry, Year):
        kind, title = "year", f"Posts of {entry.year}"
        description = f"What our therapists wrote in {entry.year}."
    elif isinstance(entry, TopicList):
        kind, title = "topic", f"Topic: {entry.topic.name}"
        description = entry.topic.summary
    else:
        kind, title = "by-therapist", f"Posts by {entry.therapist.meta.full_name}"
        description = f"What {entry.therapist.title} has written for patients."
    blog = site.page("blog")
    return View(
        kind=kind,
        title=title,
        page_title=f"{title} · {site.clinic.name}",
        description=description,
        path=entry.path,
        canonical=address + entry.path,
        breadcrumbs=(*_way_to(site, blog), Crumb(blog.title, blog.path)),
        sample=any(post.meta.sample for post in entry.posts),
        modified=modified_of_list(entry),
    )


def modified_of_list(entry: Year | TopicList | AuthorList) -> dt.date:
    """The day of the last change of a list's posts."""
    days: list[dt.date] = [post.meta.modified or post.meta.date for post in entry.posts]
    return max(days)


OWN_PAGES = (
    "home",
    "treatments",
    "team",
    "blog",
    "questions",
    "side-effects",
    "sources",
    "contact",
    "not-found",
)
"""The pages that every practice has, because other pages lead to them."""


def _way_to(site: Site, document: Document) -> tuple[Crumb, ...]:
    home = site.page("home")
    if document.path == HOME:
        return ()
    way = [Crumb(home.title, home.path)]
    parent = {"treatment": "treatments", "therapist": "team", "post": "blog"}.get(document.kind)
    if parent:
        way.append(Crumb(site.page(parent).title, site.page(parent).path))
    return tuple(way)
