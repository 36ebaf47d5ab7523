"""Compressed copies (`.gz`, `.br`) of the text files of a release, for hosts that serve them."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import brotli

from practice.publish.tree import Tree
from practice.support.store import RAW, Store

TEXT = {".html", ".css", ".js", ".svg", ".xml", ".txt", ".json"}
LEAST = 256
"""Bytes; smaller files are not compressed."""
GZIP_WINDOW = 31
"""zlib's number for a gzip header and its largest window."""


@dataclass(frozen=True)
class Format:
    """A compression format."""

    ending: str
    version: str
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


FORMATS = (
    Format(".gz", zlib.ZLIB_RUNTIME_VERSION, _gzip, _gzip_holds),
    Format(".br", brotli.__version__, brotli.compress, _brotli_holds),
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
            for path, packed in zip(
                texts, _packed(format, list(texts.values()), store), strict=True
            ):
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
