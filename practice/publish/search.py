"""Search: an index of the finished pages, made by Pagefind (https://pagefind.app).

The practice's page `search` uses it; `theme/static/js/search.js` is the interface. The index is
split into parts, so that a browser loads only a small part, and only during a search.

The newest posts have a separate index, and the interface queries both. Otherwise a new post would
change nearly every part of a large blog's index, and all of it would have to be uploaded.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from practice.paths import files_below
from practice.problems import UsageError
from practice.publish.release import hashed
from practice.support import extras
from practice.support.environment import environment_fingerprint
from practice.support.files import remove_folder, rename_folder
from practice.support.store import RAW, Store

FOLDER = "pagefind"
NEWEST = "newest"
"""The folder inside it for the index of the newest posts."""
BATCH = 8
"""The most posts in the index of the newest ones; with the next post, they move to the other."""
KEPT = ("pagefind.js", "pagefind-worker.js", "pagefind-entry.json", "wasm.en.pagefind")
"""The files of Pagefind that our interface uses; Pagefind's own interfaces are left out."""

LISTS = [
    ".all-posts",
    ".post-list",
    ".titles",
    ".cards",
    ".contents",
    ".leaflets",
    ".archive",
    ".booking",
]
"""Elements that only link to other pages; they would be found twice."""
HIDDEN = [".visually-hidden"]
"""What is for screen readers alone, often within a sentence."""
AROUND = [".author", ".byline-dates", ".portrait", ".sample-note"]
"""Elements around the text of many pages that nobody searches for."""
APART = (("</dt>", ":</dt> "), ("<span", " <span"), ("</span>", "</span> "))
"""Separators to insert where only the layout separates words: labels, terms, credentials."""
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
OPTIONS = [
    *("--root-selector", "main"),
    *("--force-language", "en"),
    *("--exclude-selectors", ", ".join(HIDDEN + LISTS + AROUND)),
]
"""Options of the program: https://pagefind.app/docs/config-options/."""


def newest(posts: Sequence[str]) -> Sequence[str]:
    """Return the newest posts that go into the separate index: 1 to ``BATCH`` of them."""
    return posts[: 1 + (len(posts) - 1) % BATCH] if posts else posts


def index(
    site: Path, pages: Mapping[str, str], posts: Sequence[str], cache: Path
) -> dict[str, tuple[Path, str]]:
    """Make the search indexes of a finished site, or take them from the cache.

    ``pages`` maps the pages to index, as paths below ``site``, to digests of their content.
    ``posts`` are those of them that are posts, newest first. Only the content of `<main>` is
    indexed. ``cache`` is the folder in which indexes are cached. Returns each file of the indexes
    by its path in the site: where it is now, and its SHA-256.
    """
    digests = _digests_of_texts(site, pages, cache)
    folder = cache / "search"
    new = newest(posts)
    parts = {FOLDER: [path for path in pages if path not in new], f"{FOLDER}/{NEWEST}": [*new]}
    with extras.needed("search", "publishing with a search"):
        program = version("pagefind-bin")
    found: dict[str, tuple[Path, str]] = {}
    for place, paths in parts.items():
        if paths or place == FOLDER:
            texts = [(path, digests[path].hex()) for path in sorted(paths)]
            made_from = json.dumps([program, OPTIONS, KEPT, *texts])
            kept = folder / hashlib.sha256(made_from.encode()).hexdigest()[:32]
            with suppress(OSError):
                os.utime(kept)  # another publish with the same cache must not delete it now
            sums = _sums_of(kept) or _make(_texts(site, paths), kept)
            found |= {f"{place}/{path}": (kept / path, sha256) for path, sha256 in sums.items()}
    _forget(folder)
    return found


def _digests_of_texts(site: Path, pages: Mapping[str, str], cache: Path) -> dict[str, bytes]:
    """Return a digest of the searchable text of each page; those of unchanged pages are cached."""
    keys = {
        path: hashlib.sha256(environment_fingerprint() + digest.encode()).digest()
        for path, digest in pages.items()
    }
    with Store(cache, "found", RAW) as store:
        known = store.get(keys.values())
        texts = _texts(site, [path for path, key in keys.items() if key not in known])
        new = {keys[path]: hashlib.sha256(text.encode()).digest() for path, text in texts.items()}
        store.put(new)
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
        if match["close"]:
            depth -= 1
            if depth == left_out:
                begin, left_out = match.end(), -1
            continue
        empty = match["name"].lower() in VOID or match["attributes"].endswith("/")
        found = CLASS.search(match["attributes"])
        if left_out < 0 and found and not classes.isdisjoint(found[1].split()):
            kept.append(html[begin : match.start()])
            if empty:
                begin = match.end()
            else:
                left_out = depth
        depth += not empty
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
        _run_pagefind(source, target)
        for file in target.iterdir():
            if file.is_file() and file.name not in KEPT and file.suffix != ".pf_meta":
                file.unlink()
        sums = {path: hashed(target / path) for path in files_below(target)}
        (target / SUMS).write_text(json.dumps(sums), encoding="utf-8", newline="\n")
        # Another publish with the same cache may have been first, and be using its files now.
        if os.path.lexists(kept):
            if found := _sums_of(kept):
                return found
            remove_folder(kept)
        try:
            rename_folder(target, kept)
        except OSError:
            if found := _sums_of(kept):
                return found
            raise
    return sums


def _forget(cache: Path) -> None:
    """Delete cached indexes that have not been used for a long time."""
    long_ago = time.time() - DAYS * 86_400
    for kept in cache.glob("[0-9a-f]*"):
        with suppress(OSError):  # another publish may do the same
            if kept.stat().st_mtime < long_ago:
                remove_folder(kept)


def _run_pagefind(source: Path, target: Path) -> None:
    """Run Pagefind's program, which ends when all its files are written.

    Its Python interface answers earlier, and then kills the program: on a busy machine, files were
    cut off.
    """
    from pagefind_bin import get_executable  # noqa: PLC0415  # an extra: it may be missing

    program = [str(get_executable()), "--silent"]
    folders = ["--site", str(source), "--output-path", str(target)]
    done = subprocess.run(  # our own arguments, no shell
        [*program, *folders, *OPTIONS], check=False, capture_output=True, encoding="utf-8"
    )
    if done.returncode:
        raise UsageError(f"the search index could not be made: {done.stderr.strip()}")
