"""Output: what was written hangs together. It looks at our own HTML, so it can be simple."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath
from urllib.parse import unquote, urlsplit

from practice.checks import privacy
from practice.paths import save_as
from practice.problems import Problem

REFERENCE = re.compile(r'\s(?:href|src)="(?P<target>[^"]*)"')
ID = re.compile(r'\sid="([^"]*)"')


@dataclass(frozen=True)
class Scanned:
    """What a page says of itself."""

    ids: frozenset[str]
    targets: tuple[str, ...]
    """What it links to and loads, each once, as it is written."""
    problems: tuple[Problem, ...]
    """What is wrong whatever other pages hold."""


def run(
    output: Path, base: str, names: Sequence[str], scanned: Mapping[str, Scanned]
) -> Iterator[Problem]:
    """Links that lead nowhere, ids that stand twice, files of others that a page would load.

    ``names`` are all files below ``output``, ``scanned`` the pages that have been looked at.
    """
    files = set(names)
    pages = {
        name: scanned.get(name) or scan(name, (output / name).read_text(encoding="utf-8"))
        for name in names
        if name.endswith(".html")
    }

    @cache
    def wrong_with(file: str, target: str) -> tuple[str, str] | None:
        return _reference(files, base, pages, file, target)

    for name, page in pages.items():
        yield from page.problems
        for target in page.targets:
            inside = not target or target.startswith("#")
            if inside and target[1:] in page.ids:
                continue
            wrong = wrong_with(name if inside else "", target)
            if wrong:
                text = (output / name).read_text(encoding="utf-8")
                found = (m[0] for m in REFERENCE.finditer(text) if m["target"] == target)
                needle = next(found, "")  # none, if a cache says so of a page that has none
                yield _problem(name, text, needle, *wrong)
    for name in names:
        look = LOADS.get(PurePath(name).suffix)
        if look and not name.startswith("pagefind/"):
            text = (output / name).read_text(encoding="utf-8")
            yield from _third_parties(name, text, look(text))


def scan(name: str, text: str) -> Scanned:
    """Look at a page by itself; ``name`` is its path below the output folder."""
    found = list(privacy.TAG.finditer(text))
    tags = [match["attributes"] for match in found]
    ids = Counter(id for tag in tags if "id=" in tag for id in ID.findall(tag))
    problems = [
        _problem(name, text, f'id="{id}"', "id-twice", f"`{id}` is an id {count} times")
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
"""How to find what a file loads, pages aside. The search is a library with a test of its own."""


def _third_parties(name: str, text: str, found: Iterator[tuple[str, str]]) -> Iterator[Problem]:
    for needle, url in found:
        yield _problem(name, text, needle, "third-party", f"`{url}` is loaded from elsewhere")


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
        return "link-dead", f"`{target}` is not below the site's address"
    file = save_as(unquote(parts.path.removeprefix(base))) if parts.path else name
    if file not in files:
        return "link-dead", f"`{target}` leads nowhere"
    ids = pages[file].ids if file in pages else ()
    if parts.fragment and unquote(parts.fragment) not in ids:
        return "link-fragment", f"`{target}` leads to a part that does not exist"
    return None


def _problem(name: str, text: str, needle: str, code: str, message: str) -> Problem:
    line = text.count("\n", 0, text.find(needle)) + 1
    return Problem(f"output/{name}", line, code, message, "this is a mistake of the theme")
