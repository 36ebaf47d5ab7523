"""Search: an index over the finished pages, made by Pagefind (https://pagefind.app).

The page `search` of the practice shows it; `theme/static/js/search.js` is the interface. The index
is split, so that a reader loads a small part of it, and only when searching.

The newest posts have an index of their own, and the interface asks both. Otherwise the words of a
new post would change nearly every part of a large blog's index, and all would have to be uploaded.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from practice.paths import files_below
from practice.publish.release import hashed
from practice.support import extras
from practice.support.files import remove_folder, rename_folder

if TYPE_CHECKING:
    from pagefind.index import IndexConfig

FOLDER = "pagefind"
NEWEST = "newest"
"""The folder in that folder where the index of the newest posts stands."""
BATCH = 8
"""Posts: so many are newest at the most. With the next one, they join the others."""
KEPT = ("pagefind.js", "pagefind-worker.js", "pagefind-entry.json", "wasm.en.pagefind")
"""What the interface uses, beside the index; Pagefind's own interfaces are left out."""

LISTS = [
    ".all-posts",
    ".post-list",
    ".cards",
    ".contents",
    ".archive",
    ".booking",
]
"""What only leads to other pages: it would be found twice, and change with every post."""
HIDDEN = [".visually-hidden"]
"""What is for screen readers alone, often within a sentence."""
AROUND = [".author", ".byline-dates", ".portrait", ".sample-note"]
"""What stands beside the text of many pages, and is not what anybody looks for."""
APART = (("</dt>", ":</dt> "), ("<span", " <span"), ("</span>", "</span> "))
"""What is told apart by its look alone would run into one word: labels, terms, credentials."""
TAG = re.compile(r'<(?P<close>/?)(?P<name>[a-zA-Z][\w-]*)(?P<attributes>(?:[^>"]|"[^"]*")*)>')
CLASS = re.compile(r'\sclass="([^"]*)"')
VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
}  # fmt: skip
"""Elements without an end (https://html.spec.whatwg.org/#void-elements)."""
KEPT_INDEXES = 8
"""How many indexes stay in the cache."""
SUMS = "sums.json"
"""The file of a kept index that names its files, with the SHA-256 of each."""
OPTIONS: IndexConfig = {
    "root_selector": "main",
    "force_language": "en",
    "exclude_selectors": HIDDEN + LISTS + AROUND,
}


def newest(posts: Sequence[str]) -> Sequence[str]:
    """Those of the posts, given newest first, that have an index of their own: 1 to ``BATCH``."""
    return posts[: 1 + (len(posts) - 1) % BATCH] if posts else posts


def index(
    site: Path, pages: Collection[str], posts: Sequence[str], cache: Path
) -> dict[str, tuple[Path, str]]:
    """Make the search indexes of a finished site, or take those that are kept.

    ``pages`` are all that are to be found, as paths below ``site``, and ``posts`` those of them
    that are posts, newest first. Only what stands in `<main>` is found. ``cache`` is the folder
    where indexes are kept by what they are made of. Returns, by its path in the site, each file of
    the indexes, where it lies now, and its SHA-256.
    """
    new = newest(posts)
    found = _index_of(site, [path for path in pages if path not in new], FOLDER, cache)
    if new:
        found |= _index_of(site, new, f"{FOLDER}/{NEWEST}", cache)
    _forget(cache)
    return found


def _index_of(
    site: Path, pages: Collection[str], place: str, cache: Path
) -> dict[str, tuple[Path, str]]:
    texts = {path: indexed((site / path).read_text(encoding="utf-8")) for path in sorted(pages)}
    with extras.needed("search", "publishing with a search"):
        programs = [version("pagefind"), version("pagefind-bin")]
    parts = [*programs, OPTIONS, KEPT, texts]
    kept = cache / hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
    sums = _sums_of(kept)
    if sums is None:
        sums = _make(texts, kept)
    os.utime(kept)
    return {f"{place}/{path}": (kept / path, sha256) for path, sha256 in sums.items()}


def indexed(page: str) -> str:
    """The part of a page that can be found: `<main>` without what leads elsewhere.

    Pagefind would leave out the same; but its index is kept by this text, and a new post must not
    seem to change the text of every page that lists it.
    """
    start, end = page.find("<main"), page.rfind("</main>")
    main = page[start : end + len("</main>")] if 0 <= start < end else page
    kept = _without(main, {selector.removeprefix(".") for selector in LISTS + AROUND})
    for run_together, apart in APART:
        kept = kept.replace(run_together, apart)
    return f"<!doctype html>\n{kept}\n"


def _without(html: str, classes: set[str]) -> str:
    """Some HTML without the elements of some classes; all of it where tags do not match."""
    kept: list[str] = []
    depth, begin, left_out = 0, 0, -1
    for match in TAG.finditer(html):
        if match["name"].lower() in VOID or match["attributes"].endswith("/"):
            continue
        if match["close"]:
            depth -= 1
            if depth == left_out:
                begin, left_out = match.end(), -1
            continue
        found = CLASS.search(match["attributes"])
        if left_out < 0 and found and not classes.isdisjoint(found[1].split()):
            kept.append(html[begin : match.start()])
            left_out = depth
        depth += 1
    return html if depth or left_out >= 0 else "".join([*kept, html[begin:]])


def _sums_of(kept: Path) -> dict[str, str] | None:
    """The files of a kept index, each with its SHA-256; None if it is not as it was made."""
    try:
        sums: dict[str, str] = json.loads((kept / SUMS).read_text(encoding="utf-8"))
        whole = all(hashed(kept / path) == sha256 for path, sha256 in sums.items())
    except (OSError, ValueError, AttributeError):
        return None
    return sums if whole else None


def _make(texts: Mapping[str, str], kept: Path) -> dict[str, str]:
    """Index some pages, given by their paths, and keep the index; returns its files' SHA-256."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".new-") as folder:
        source, target = Path(folder, "pages"), Path(folder, "index")
        for path, text in texts.items():
            copy = source / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text, encoding="utf-8", newline="\n")
        asyncio.run(_index(str(source), target))
        for file in target.iterdir():
            if file.is_file() and file.name not in KEPT and file.suffix != ".pf_meta":
                file.unlink()
        sums = {path: hashed(target / path) for path in files_below(target)}
        (target / SUMS).write_text(json.dumps(sums), encoding="utf-8", newline="\n")
        remove_folder(kept)
        rename_folder(target, kept)
    return sums


def _forget(cache: Path) -> None:
    """Delete all kept indexes but those that were used last."""
    kept = sorted(cache.glob("[0-9a-f]*"), key=lambda folder: folder.stat().st_mtime)
    for old in kept[:-KEPT_INDEXES]:
        remove_folder(old)


async def _index(source: str, target: Path) -> None:
    from pagefind.index import PagefindIndex  # noqa: PLC0415  # an extra: it may be missing

    config: IndexConfig = {**OPTIONS, "output_path": str(target)}
    async with PagefindIndex(config=config) as pagefind:
        await pagefind.add_directory(source)
