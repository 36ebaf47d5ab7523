"""Compressed copies (`.gz`, `.br`) of the text files of a release, for hosts that serve them."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import brotli

from practice.publish.tree import Tree
from practice.support.store import RAW, Store

TEXT = {".html", ".css", ".js", ".svg", ".xml", ".txt", ".json"}
LEAST = 256
"""Bytes; smaller files are not compressed."""
LONG_PAGE = 30_000
"""Bytes from which a page may not fit the first ten packets, so that each byte less counts."""
GZIP_WINDOW = 31
"""zlib's number for a gzip header and its largest window."""


@dataclass(frozen=True)
class Format:
    """A compression format, and the files that it is used for."""

    ending: str
    version: str
    is_for: Callable[[str, int], bool]
    """Whether a file, by its path and its size in bytes, gets a copy in this format."""
    pack: Callable[[bytes], bytes]
    holds: Callable[[bytes, bytes], bool]
    """Whether compressed bytes contain some content; no more than that is unpacked."""


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)  # without a time: the same bytes every day


def _gzip_holds(packed: bytes, content: bytes) -> bool:
    unpacking = zlib.decompressobj(GZIP_WINDOW)
    try:
        found = unpacking.decompress(packed, len(content) + 1)
    except zlib.error:
        return False
    return found == content and unpacking.eof and not unpacking.unused_data


def _brotli_holds(packed: bytes, content: bytes) -> bool:
    unpacking = brotli.Decompressor()
    try:
        found = unpacking.process(packed, output_buffer_limit=len(content) + 1)
    except brotli.error:
        return False
    return bool(found == content and unpacking.is_finished())


def _is_short_page(path: str, size: int) -> bool:
    return path.endswith(".html") and size < LONG_PAGE


FORMATS = (
    Format(".gz", zlib.ZLIB_RUNTIME_VERSION, lambda _path, _size: True, _gzip, _gzip_holds),
    # All pages change with a phone number. At this level one of 23 KB takes 0.6 ms, and becomes
    # 4.3 KB; the highest level takes 33 ms, and saves a third of a packet.
    Format(
        ".br",
        f"{brotli.__version__} level 9",
        _is_short_page,
        partial(brotli.compress, quality=9, lgwin=16),
        _brotli_holds,
    ),
    Format(
        ".br",
        brotli.__version__,
        lambda path, size: not _is_short_page(path, size),
        brotli.compress,
        _brotli_holds,
    ),
)


def compress(tree: Tree, cache: Path | None) -> None:
    """Add a `.gz` and a `.br` file for every text of a release.

    ``cache`` is the cache folder. A cached copy is used only if it unpacks to the very text.
    """
    texts = {
        path: (tree.folder / path).read_bytes()
        for path, file in sorted(tree.files.items())
        if Path(path).suffix in TEXT and file.size >= LEAST
    }
    with Store(cache, "compressed", RAW) as store:
        for format in FORMATS:
            paths = [path for path in texts if format.is_for(path, len(texts[path]))]
            contents = [texts[path] for path in paths]
            for path, packed in zip(paths, _packed(format, contents, store), strict=True):
                tree.write(path + format.ending, packed)


def _packed(format: Format, contents: list[bytes], store: Store[bytes]) -> list[bytes]:
    """Return contents in a format, from the store where it holds that very content."""
    about = f"{format.ending} {format.version}".encode()
    keys = [
        hashlib.sha256(about + hashlib.sha256(content).digest()).digest() for content in contents
    ]
    stored = store.get(keys)

    def pack(key: bytes, content: bytes) -> bytes:
        found = stored.get(key)
        return found if found and format.holds(found, content) else format.pack(content)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = list(pool.map(pack, keys, contents))
    new = {key: packed for key, packed in zip(keys, made, strict=True) if stored.get(key) != packed}
    store.put(new)
    return made
