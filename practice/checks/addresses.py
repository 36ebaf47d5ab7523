"""Addresses: the required pages exist, and no two files have the same address."""

from __future__ import annotations

from collections.abc import Iterator

from practice.paths import display_path_of
from practice.problems import Problem
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
    for document in (*site.documents, *site.left_out):
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
