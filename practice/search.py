"""Search: an index over the finished pages, made by Pagefind (https://pagefind.app).

The page `search` of the practice shows it; `theme/static/js/search.js` is the interface. The index
is split, so that a reader loads a small part of it, and only when searching.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable
from pathlib import Path

from pagefind.index import IndexConfig, PagefindIndex

FOLDER = "pagefind"
KEPT = ("pagefind.js", "pagefind-worker.js", "pagefind-entry.json", "wasm.en.pagefind")
"""What the interface uses, beside the index; Pagefind's own interfaces are left out."""

LISTS = [".visually-hidden", ".post-list", ".cards", ".contents", ".archive", ".booking"]
"""What only leads to other pages: it would be found twice, and change with every post."""


def index(site: Path, pages: Iterable[str]) -> int:
    """Write a search index of some pages of a finished site into its folder ``pagefind``.

    ``pages`` are paths below ``site``. Only what stands in `<main>` is found. Returns how many
    pages were taken in.
    """
    target = site / FOLDER
    with tempfile.TemporaryDirectory() as folder:
        for path in pages:
            copy = Path(folder, path)
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = (site / path).read_text(encoding="utf-8")
            copy.write_text(text.replace("</dt>", ":</dt> "), encoding="utf-8")  # label: value
        count = asyncio.run(_index(folder, target))
    for file in target.iterdir():
        if file.is_file() and file.name not in KEPT and file.suffix != ".pf_meta":
            file.unlink()
    return count


async def _index(source: str, target: Path) -> int:
    config: IndexConfig = {
        "root_selector": "main",
        "force_language": "en",
        "exclude_selectors": LISTS,
        "output_path": str(target),
    }
    async with PagefindIndex(config=config) as pagefind:
        found = await pagefind.add_directory(source)
    return int(found["page_count"])
