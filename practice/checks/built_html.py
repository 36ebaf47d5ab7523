"""Checks of the built pages: links, ids and requests to other sites.

The parser is a regular expression, which is enough for the HTML that our own templates produce.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath
from urllib.parse import unquote, urlsplit

from practice.checks import privacy
from practice.paths import save_as
from practice.problems import Problem
from practice.site import redirects
from practice.site.redirects import Redirect

REFERENCE = re.compile(r'\s(?:href|src)="(?P<target>[^"]*)"')
ID = re.compile(r'\sid="([^"]*)"')


@dataclass(frozen=True)
class Scanned:
    """The ids and links of one page."""

    ids: frozenset[str]
    targets: tuple[str, ...]
    """Addresses that the page links to or loads, as written, without duplicates."""
    problems: tuple[Problem, ...]
    """Problems that do not depend on other pages."""


def run(
    read: Callable[[str], str],
    base: str,
    names: Sequence[str],
    scanned: Mapping[str, Scanned],
    *,
    others: Iterable[str] = (),
    moved: Sequence[Redirect] = (),
) -> Iterator[Problem]:
    """Yield dead links, duplicate ids and requests to other sites.

    ``names`` are all files of the site, as paths below the output folder. ``read`` returns the
    text of one. ``scanned`` holds the pages that are scanned already. ``others`` are files in the
    output folder that are not ours: pages may link to them, and they are not checked. ``moved`` are
    the site's redirects, whose problems are named where the content has them.
    """
    files = {*names, *others}
    pages = {
        name: scanned.get(name) or scan(name, read(name))
        for name in names
        if name.endswith(".html")
    }

    @cache
    def wrong_with(file: str, target: str) -> tuple[str, str] | None:
        return _reference(files, base, pages, file, target)

    for redirect in moved:
        if redirect.target and wrong_with("", redirect.location(base)):
            yield redirects.no_section(redirect)
    redirect_pages = {redirect.fallback for redirect in moved}
    for name, page in pages.items():
        yield from page.problems
        for target in page.targets if name not in redirect_pages else ():
            inside = not target or target.startswith("#")
            if inside and target[1:] in page.ids:
                continue
            wrong = wrong_with(name if inside else "", target)
            if wrong:
                text = read(name)
                found = (m[0] for m in REFERENCE.finditer(text) if m["target"] == target)
                needle = next(found, "")  # none, if a cache says so of a page that has none
                yield _problem(name, text, needle, *wrong)
    for name in names:
        look = LOADS.get(PurePath(name).suffix)
        if look and not name.startswith("pagefind/"):
            text = read(name)
            yield from _third_parties(name, text, look(text))


def scan(name: str, text: str) -> Scanned:
    """Scan one page; ``name`` is its path below the output folder."""
    found = list(privacy.TAG.finditer(text))
    tags = [match["attributes"] for match in found]
    ids = Counter(id for tag in tags if "id=" in tag for id in ID.findall(tag))
    problems = [
        _problem(
            name,
            text,
            f'id="{id}"',
            "id-twice",
            f"the id `{id}` is used {count} times on this page",
        )
        for id, count in sorted(ids.items())
        if count > 1
    ]
    problems.extend(_third_parties(name, text, privacy.in_page(text, found)))
    targets = dict.fromkeys(
        sys.intern(target)  # most stand on every page, and processes carry them between them
        for tag in tags
        if "href=" in tag or "src=" in tag
        for target in REFERENCE.findall(tag)
    )
    return Scanned(frozenset(ids), tuple(targets), tuple(problems))


LOADS = {".css": privacy.in_style_sheet, ".js": privacy.in_script, ".svg": privacy.in_page}
"""How to find what a file loads, by its ending. Pagefind's files have a test of their own."""


def _third_parties(name: str, text: str, found: Iterator[tuple[str, str]]) -> Iterator[Problem]:
    for needle, url in found:
        yield _problem(name, text, needle, "third-party", f"`{url}` is loaded from another site")


def _reference(
    files: set[str], base: str, pages: Mapping[str, Scanned], name: str, written: str
) -> tuple[str, str] | None:
    target = written.replace("&amp;", "&")
    try:
        parts = urlsplit(target)
    except ValueError:
        return "link-dead", f"`{target}` is no address"
    if parts.scheme or parts.netloc:
        return None
    if parts.path and not parts.path.startswith(f"{base}/"):
        return "link-dead", f"`{target}` is outside the site"
    file = save_as(unquote(parts.path.removeprefix(base))) if parts.path else name
    if file not in files:
        return "link-dead", f"`{target}` points to a page that does not exist"
    is_other = file not in pages and file.endswith(".html")
    ids = pages[file].ids if file in pages else ()
    if parts.fragment and not is_other and unquote(parts.fragment) not in ids:
        return "link-fragment", f"`{target}` points to a section that does not exist"
    return None


def _problem(name: str, text: str, needle: str, code: str, message: str) -> Problem:
    line = text.count("\n", 0, text.find(needle)) + 1
    return Problem(f"output/{name}", line, code, message, "this is a mistake in the theme")
