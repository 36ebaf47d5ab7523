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
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from pagefind.index import IndexConfig, PagefindIndex

from practice.paths import files_below
from practice.publish.release import hashed
from practice.support.store import Store, environment_fingerprint

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
DAYS = 30
"""Days after which an index that was not used is deleted from the cache."""
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
    site: Path, pages: Mapping[str, str], posts: Sequence[str], cache: Path
) -> dict[str, tuple[Path, str]]:
    """Make the search indexes of a finished site, or take those that are kept.

    ``pages`` are all that are to be found, as paths below ``site``, each with a digest of its
    content, and ``posts`` those of them that are posts, newest first. Only what stands in `<main>`
    is found. ``cache`` is the folder of the cache, in which indexes are kept by what is found.
    Returns, by its path in the site, each file of the indexes, where it lies now, and its SHA-256.
    """
    digests = _digests_of_texts(site, pages, cache)
    new = newest(posts)
    parts = {FOLDER: [path for path in pages if path not in new], f"{FOLDER}/{NEWEST}": [*new]}
    found: dict[str, tuple[Path, str]] = {}
    for place, paths in parts.items():
        if paths or place == FOLDER:
            index = [version("pagefind"), version("pagefind-bin"), OPTIONS, KEPT]
            index += [(path, digests[path].hex()) for path in sorted(paths)]
            name = hashlib.sha256(json.dumps(index).encode()).hexdigest()[:32]
            kept = cache / "search" / name
            sums = _sums_of(kept) or _make(_texts(site, paths), kept)
            os.utime(kept)
            found |= {f"{place}/{path}": (kept / path, sha256) for path, sha256 in sums.items()}
    _forget(cache / "search")
    return found


def _digests_of_texts(site: Path, pages: Mapping[str, str], cache: Path) -> dict[str, bytes]:
    """A digest of what can be found on each page; those of unchanged pages are kept."""
    keys = {
        path: hashlib.sha256(environment_fingerprint() + digest.encode()).digest()
        for path, digest in pages.items()
    }
    store = Store(cache, "found")
    known: dict[bytes, bytes] = store.get(keys.values())
    texts = _texts(site, [path for path, key in keys.items() if key not in known])
    new = {keys[path]: hashlib.sha256(text.encode()).digest() for path, text in texts.items()}
    store.put(new)
    store.close()
    every = known | new
    return {path: every[key] for path, key in keys.items()}


def _texts(site: Path, paths: Iterable[str]) -> dict[str, str]:
    return {path: indexed((site / path).read_text(encoding="utf-8")) for path in sorted(paths)}


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
            copy.write_text(text, encoding="utf-8")
        asyncio.run(_index(str(source), target))
        for file in target.iterdir():
            if file.is_file() and file.name not in KEPT and file.suffix != ".pf_meta":
                file.unlink()
        sums = {path: hashed(target / path) for path in files_below(target)}
        (target / SUMS).write_text(json.dumps(sums), encoding="utf-8")
        shutil.rmtree(kept, ignore_errors=True)
        try:
            target.rename(kept)
        except OSError:  # another publish with the same cache was first
            if _sums_of(kept) != sums:
                raise
    return sums


def _forget(cache: Path) -> None:
    """Delete kept indexes that were not used for long."""
    long_ago = time.time() - DAYS * 86_400
    for kept in cache.glob("[0-9a-f]*"):
        if kept.stat().st_mtime < long_ago:
            shutil.rmtree(kept, ignore_errors=True)


async def _index(source: str, target: Path) -> None:
    config: IndexConfig = {**OPTIONS, "output_path": str(target)}
    async with PagefindIndex(config=config) as pagefind:
        await pagefind.add_directory(source)
