"""Addresses: the required pages exist, and no two files have the same address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from practice.content.document import of_kind
from practice.content.models import GUEST, PRACTICE, Page
from practice.paths import display_path_of, folded, is_reserved, save_as
from practice.problems import Problem
from practice.rendering import images
from practice.rendering.images import WIDTHS
from practice.site import redirects
from practice.site.site import Site
from practice.site.view import OWN_PAGES

RESERVED = {
    "assets": "the style sheet and the icons",
    "images": "pictures",
    "files": "files",
    "pagefind": "the index of the search",
}
LONGEST_NAME = 240
"""Bytes of a name in the site: file systems allow 255, and publishing adds an ending (`.br`)."""
LONGEST_PATH = 900
"""Bytes of a path in the site: storage in a cloud allows 1,024 (Amazon S3, Cloudflare R2)."""


def required_pages(site: Site) -> Iterator[Problem]:
    """Every practice has the pages that the theme links to."""
    published = site.published_slugs("pages")
    for slug in OWN_PAGES:
        if slug not in published:
            path = f"{display_path_of(site.content)}/pages/{slug}.md"
            hint = "create the file with a `title` and a `summary`; its text may be empty"
            if slug in site.slugs["pages"]:
                hint = "delete `status: draft` from this file"
            yield Problem(path, 1, "page-missing", f"the site needs a page `{slug}`", hint)


def pages_above(site: Site) -> Iterator[Problem]:
    """A page can only be below a page that exists, and in the main menu only if that page is.

    For example, `pages/services/sports.md` is below `pages/services.md`.
    """
    known = site.published_slugs("pages")
    main = {page.slug for page in site.pages if page.meta.menu == "main"}
    for document in of_kind(site.documents, Page):
        above = document.above
        if document.meta.menu == "main" and above in known - main:
            message = f"this page is below `{above}`, which is not in the main menu"
            hint = "write `menu: main` in that page, too, or `menu: none` in this one"
            line = document.line_of("menu")
            yield Problem(document.display_path, line, "page-menu", message, hint)
        if above and above not in known:
            folder = f"{display_path_of(site.content)}/pages"
            message = f"this page is below `{folder}/{above}.md`, which is not there or is a draft"
            hint = "create or publish that page, or move this file to `pages`"
            yield Problem(document.display_path, 1, "page-above", message, hint)


def unique(site: Site) -> Iterator[Problem]:
    """Two files with the same address would overwrite each other; the problem names both."""
    taken = {f"/{folder}/": what for folder, what in RESERVED.items()}
    taken |= {"/blog/topics/": "the archive by topic", "/blog/by/": "the archive by therapist"}
    taken |= {f"/team/{word}/": f"the author `{word}`" for word in (PRACTICE, GUEST)}
    taken |= {"/events/": "the list of events"} if site.events else {}
    taken |= {place.path: f"the location `{place.name}`" for place in site.location_pages}
    taken |= {year.path: f"the archive of {year.year}" for year in site.years}
    for document in site.valid:
        if document.path in taken:
            yield Problem(
                document.display_path,
                1,
                "address-twice",
                f"the address `{document.path}` is already used by {taken[document.path]}",
                "rename one of the two files",
            )
        else:
            taken[document.path] = document.display_path


def portable(site: Site) -> Iterator[Problem]:
    """Files of the site that Windows or macOS could not keep apart, or that Windows cannot have.

    They are named wherever the site is built: it may be built, or hosted, elsewhere tomorrow.
    """
    taken: dict[str, tuple[str, str]] = {}
    for path, origin, line in _outputs(site):
        if any(is_reserved(part) for part in path.split("/")):
            message = f"the site's file `{path}` has a name that Windows keeps for a device"
            hint = "rename the file, or the topic that the address is made of"
            yield Problem(origin, line, "address-reserved", message, hint)
        twin, other = taken.setdefault(folded(path), (path, origin))
        if twin != path:
            message = f"`{path}` and `{twin}` ({other}) are one file on Windows and macOS"
            hint = "let them differ by more than capital letters or the encoding of an accent"
            yield Problem(origin, line, "address-twice", message, hint)


def short(site: Site) -> Iterator[Problem]:
    """Names in the site that are too long for file systems; each file is named once."""
    named: set[tuple[str, int]] = set()
    for path, origin, line in (*_outputs(site), *_sizes_of_pictures(site)):
        longest = max(path.split("/"), key=lambda part: len(part.encode()))
        if len(longest.encode()) > LONGEST_NAME:
            message = f"the site's file `{_shortened(longest)}` would have too long a name"
        elif len(path.encode()) > LONGEST_PATH:
            message = f"the site's file `{_shortened(path)}` would have too long a path"
        else:
            continue
        if (origin, line) not in named:
            named.add((origin, line))
            hint = "shorten it: up to 100 letters are fine for a name"
            yield Problem(origin, line, "name-long", message, hint)


def _shortened(path: str) -> str:
    return f"{path[:30]}…{path[-20:]}"


def _sizes_of_pictures(site: Site) -> Iterator[tuple[str, str, int]]:
    """As ``_outputs``: the longest path among the sizes of each picture."""
    content = display_path_of(site.content)
    for source in sorted(site.static):
        if source.startswith("images/"):
            name = source.removeprefix("images/")
            yield images.size_path(name, "0" * 8, WIDTHS[-1], "avif"), f"{content}/{source}", 1


def _outputs(site: Site) -> Iterator[tuple[str, str, int]]:
    """What gets its name from the content: path in the site, and the file and line that say it."""
    content = display_path_of(site.content)
    for document in site.valid:
        yield save_as(document.path), document.display_path, 1
    for entry in site.lists:
        yield save_as(entry.path), f"{content}/topics.yaml", 1
    for place in site.location_pages:
        yield save_as(place.path), f"{content}/clinic.yaml", 1
    for source in sorted(site.static):
        folders = [str(folder) for folder in PurePosixPath(source).parents]
        for path in (*folders, source):
            yield path, f"{content}/{source}", 1
    for redirect in redirects.of(site):
        if redirect.fallback:
            yield redirect.fallback, redirect.display_path, redirect.line
