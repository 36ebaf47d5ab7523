"""Search: an index over the finished pages, made by Pagefind (https://pagefind.app).

The page `search` of the practice shows it; `theme/static/js/search.js` is the interface. The index
is split, so that a reader loads a small part of it, and only when searching.

The newest posts have an index of their own, and the interface asks both. Otherwise the words of a
new post would change nearly every part of a large blog's index, and all would have to be uploaded.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from practice.support import extras

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
    ".visually-hidden",
    ".all-posts",
    ".post-list",
    ".cards",
    ".contents",
    ".archive",
    ".booking",
]
"""What only leads to other pages: it would be found twice, and change with every post."""
AROUND = [".author", ".byline-dates", ".portrait", ".sample-note"]
"""What stands beside the text of many pages, and is not what anybody looks for."""
APART = (("</dt>", ":</dt> "), ("<span", " <span"), ("</span>", "</span> "))
"""What is told apart by its look alone would run into one word: labels, terms, credentials."""


def newest(posts: Sequence[str]) -> Sequence[str]:
    """Those of the posts, given newest first, that have an index of their own: 1 to ``BATCH``."""
    return posts[: 1 + (len(posts) - 1) % BATCH] if posts else posts


def index(site: Path, pages: Collection[str], posts: Sequence[str] = ()) -> int:
    """Write the search indexes of a finished site into its folder ``pagefind``.

    ``pages`` are all that are to be found, as paths below ``site``, and ``posts`` those of them
    that are posts, newest first. Only what stands in `<main>` is found. Returns how many pages were
    taken in.
    """
    new = newest(posts)
    count = _written(site, [path for path in pages if path not in new], site / FOLDER)
    return count + (_written(site, new, site / FOLDER / NEWEST) if new else 0)


def _written(site: Path, pages: Collection[str], target: Path) -> int:
    with tempfile.TemporaryDirectory() as folder:
        for path in pages:
            copy = Path(folder, path)
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = (site / path).read_text(encoding="utf-8")
            for run_together, apart in APART:
                text = text.replace(run_together, apart)
            copy.write_text(text, encoding="utf-8", newline="\n")
        count = asyncio.run(_index(folder, target))
    for file in target.iterdir():
        if file.is_file() and file.name not in KEPT and file.suffix != ".pf_meta":
            file.unlink()
    return count


async def _index(source: str, target: Path) -> int:
    with extras.needed("search", "publishing with a search"):
        from pagefind.index import PagefindIndex  # noqa: PLC0415  # an extra: it may be missing

    config: IndexConfig = {
        "root_selector": "main",
        "force_language": "en",
        "exclude_selectors": LISTS + AROUND,
        "output_path": str(target),
    }
    async with PagefindIndex(config=config) as pagefind:
        found = await pagefind.add_directory(source)
    return int(found["page_count"])
