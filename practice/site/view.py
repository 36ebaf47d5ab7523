"""Views: what a template needs to know about a page, computed in Python."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from practice.content.body import Heading
from practice.content.document import Document
from practice.content.pictures import shown_alt
from practice.paths import HOME, NOT_FOUND
from practice.site.events import EventList
from practice.site.lists import AuthorList, TopicList, Year
from practice.site.locations import PlaceToVisit
from practice.site.site import Generated, Site
from practice.site.web_addresses import picture_address

LONG_PAGE = 4
"""The number of sections from which a page shows a list of contents."""


@dataclass(frozen=True)
class Crumb:
    """One breadcrumb."""

    title: str
    path: str


@dataclass(frozen=True)
class View:
    """A page. Addresses in ``path`` start at the site's root."""

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
    """The complete address of the page's picture."""
    image_name: str = ""
    """The name of that picture below `content/images/`."""
    image_alt: str = ""
    sample: bool = False
    contents: tuple[Heading, ...] = ()
    noindex: bool = False
    modified: dt.date | None = None


@dataclass(frozen=True)
class Current:
    """The menu entry that belongs to the current page."""

    path: str = ""
    """Its address; empty where no menu entry matches."""
    exact: bool = False
    """Whether the current page is that page itself, not one below it."""
    below: str = ""
    """The address of the current page, if it stands in the second level of the menu."""


def current_of(site: Site, path: str) -> Current:
    """Return the menu entry of the page at ``path``, or of a page above it."""
    main, footer = site.menu("main"), site.menu("footer")
    if any(page.path == path for page in (*main, *footer)):
        return Current(path, exact=True)
    paths = (page.path for page in main if page.path != HOME and path.startswith(page.path))
    above = next(paths, "")
    second = above and any(page.path == path for page in site.menu_below(above))
    return Current(above, below=path if second else "")


def view_of(site: Site, address: str, document: Document) -> View:
    """Return the view of a document; ``address`` is the site's address without a trailing slash."""
    kind = document.kind
    home = document.path == HOME
    meta = document.meta
    sections = tuple(heading for heading in document.outline if heading.level == 2)
    picture = (site.clinic.hero if home else None) or meta.picture
    return View(
        kind=document.slug if kind == "page" and document.slug in OWN_PAGES else kind,
        title=meta.full_name,
        page_title=site.clinic.name if home else f"{meta.full_name} · {site.clinic.name}",
        description=meta.summary,
        path=document.path,
        canonical=address + document.path,
        breadcrumbs=_way_to(site, document),
        og_type={"post": "article", "therapist": "profile"}.get(kind, "website"),
        image=picture_address(address, picture.name) if picture else None,
        image_name=picture.name if picture else "",
        image_alt=shown_alt(picture.alt) if picture else "",
        sample=meta.sample,
        contents=sections if len(sections) >= LONG_PAGE and not home else (),
        noindex=document.path == NOT_FOUND,
        modified=meta.last_changed,
    )


def view_of_generated(site: Site, address: str, entry: Generated) -> View:
    """Return the view of a page without a file: a list of posts or events, or a location."""
    if isinstance(entry, PlaceToVisit):
        return _view_of_location(site, address, entry)
    if isinstance(entry, EventList):
        return _view_of_events(site, address, entry)
    return _view_of_list(site, address, entry)


def _view_of_location(site: Site, address: str, place: PlaceToVisit) -> View:
    contact = site.page("contact")
    return View(
        kind="location",
        title=place.name,
        page_title=f"{place.name} · {site.clinic.name}",
        description=f"How to find {site.clinic.name} in {place.name}, and when we are open.",
        path=place.path,
        canonical=address + place.path,
        breadcrumbs=(*_way_to(site, contact), _crumb(contact)),
        sample=site.clinic.sample,
    )


def _view_of_events(site: Site, address: str, events: EventList) -> View:
    return View(
        kind="events",
        title="Events",
        page_title=f"Events · {site.clinic.name}",
        description=f"Talks, classes and other events of {site.clinic.name}.",
        path=events.path,
        canonical=address + events.path,
        breadcrumbs=(_crumb(site.page("home")),),
        sample=any(event.meta.sample for event in (*events.coming, *events.past)),
    )


def _view_of_list(site: Site, address: str, entry: Year | TopicList | AuthorList) -> View:
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
        breadcrumbs=(*_way_to(site, blog), _crumb(blog)),
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
"""The pages that every practice needs, because other pages link to them."""


def _way_to(site: Site, document: Document) -> tuple[Crumb, ...]:
    home = site.page("home")
    if document.path == HOME:
        return ()
    way = [_crumb(home)]
    parent = {"treatment": "treatments", "therapist": "team", "post": "blog"}.get(document.kind)
    if document.kind == "event":
        way.append(Crumb("Events", EventList.path))
    above = site.page(parent) if parent else site.page_above(document)
    if above and above != home:
        way.append(_crumb(above))
    return tuple(way)


def _crumb(document: Document) -> Crumb:
    return Crumb(document.title, document.path)
