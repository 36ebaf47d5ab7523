"""Compressed siblings: `.gz` and `.br` beside every text, kept by content."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli

from practice.publish.tree import Tree

TEXT = {".html", ".css", ".js", ".svg", ".xml", ".txt", ".json"}
LEAST = 256
"""Bytes below which a compressed sibling is not worth a file."""


def compress(tree: Tree, cache: Path) -> None:
    """Put `.gz` and `.br` beside every text of a release.

    ``cache`` is the folder where they are kept. A kept file is named by the SHA-256 of the text and
    by its own, and is used only if its content still has that.
    """
    cache.mkdir(parents=True, exist_ok=True)
    siblings = [
        (path, file.sha256, ending, pack)
        for path, file in sorted(tree.files.items())
        if Path(path).suffix in TEXT and file.size >= LEAST
        for ending, pack in PACKERS.items()
    ]
    there = {entry.name.partition("-")[0]: Path(entry.path) for entry in os.scandir(cache)}

    def make(sibling: tuple[str, str, str, Callable[[bytes], bytes]]) -> tuple[Path, str]:
        path, sha256, ending, pack = sibling
        kept = there.get(f"{sha256}{ending}")
        if kept:
            own = kept.name.partition("-")[2]
            if hashlib.sha256(kept.read_bytes()).hexdigest() == own:
                return kept, own
        packed = pack((tree.folder / path).read_bytes())
        own = hashlib.sha256(packed).hexdigest()
        kept = cache / f"{sha256}{ending}-{own}"
        whole = cache / f".{kept.name}.{os.getpid()}"
        whole.write_bytes(packed)
        whole.replace(kept)
        return kept, own

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for (path, _, ending, _), (kept, own) in zip(
            siblings, pool.map(make, siblings), strict=True
        ):
            tree.put(f"{path}{ending}", kept, own)


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)  # without the time: the same bytes every day


PACKERS: dict[str, Callable[[bytes], bytes]] = {".gz": _gzip, ".br": brotli.compress}
"""By the ending of the sibling, what makes it."""
