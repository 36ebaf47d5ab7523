"""Addresses: the required pages exist, and no two files have the same address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from practice.paths import display_path_of, folded, is_reserved, save_as
from practice.problems import Problem
from practice.site import redirects
from practice.site.site import Site
from practice.site.view import OWN_PAGES

RESERVED = {
    "assets": "the style sheet and the icons",
    "images": "pictures",
    "files": "files",
    "pagefind": "the index of the search",
}


def required_pages(site: Site) -> Iterator[Problem]:
    """Every practice has the pages that the theme links to."""
    for slug in OWN_PAGES:
        if slug not in site.slugs["pages"]:
            path = f"{display_path_of(site.content)}/pages/{slug}.md"
            hint = "create the file with a `title` and a `summary`; its text may be empty"
            yield Problem(path, 1, "page-missing", f"the site needs a page `{slug}`", hint)


def unique(site: Site) -> Iterator[Problem]:
    """Two files with the same address would overwrite each other; the problem names both."""
    taken = {f"/{folder}/": what for folder, what in RESERVED.items()}
    taken |= {"/blog/topics/": "the archive by topic", "/blog/by/": "the archive by therapist"}
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
            hint = "give the file, or what its address is made of, another name"
            yield Problem(origin, line, "address-reserved", message, hint)
        twin, other = taken.setdefault(folded(path), (path, origin))
        if twin != path:
            message = f"`{path}` and `{twin}` ({other}) are one file on Windows and macOS"
            hint = "let them differ by more than capital letters or the encoding of an accent"
            yield Problem(origin, line, "address-twice", message, hint)


def _outputs(site: Site) -> Iterator[tuple[str, str, int]]:
    """What gets its name from the content: path in the site, and the file and line that say it."""
    content = display_path_of(site.content)
    for document in site.valid:
        yield save_as(document.path), document.display_path, 1
    for entry in site.lists:
        yield save_as(entry.path), f"{content}/topics.yaml", 1
    for source in sorted(site.static):
        folders = [str(folder) for folder in PurePosixPath(source).parents]
        for path in (*folders, source):
            yield path, f"{content}/{source}", 1
    for redirect in redirects.of(site):
        if redirect.fallback:
            yield redirect.fallback, redirect.display_path, redirect.line
