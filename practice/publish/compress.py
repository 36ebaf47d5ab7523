"""Light: pages without the bytes that nobody reads, and compressed siblings of what is text."""

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
import minify_html

from practice.support.store import RAW, Store

TEXT = {".html", ".css", ".js", ".svg", ".xml", ".txt", ".json"}
LEAST = 256
"""Bytes below which a compressed sibling is not worth a file."""
GZIP_WINDOW = 31
"""zlib's number for a gzip header and its largest window."""


@dataclass(frozen=True)
class Format:
    """A way to compress a file."""

    ending: str
    version: str
    pack: Callable[[bytes], bytes]
    holds: Callable[[bytes, bytes], bool]
    """Whether compressed bytes are some content: no more than that is unpacked."""


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)  # without the time: the same bytes every day


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


def minified(html: str) -> str:
    """A page without spaces and comments that show nowhere; every element keeps its tags."""
    return minify_html.minify(
        html,
        keep_closing_tags=True,
        keep_html_and_head_opening_tags=True,
        keep_comments=False,
        minify_css=False,
        minify_js=False,
    )


def minify(folder: Path, change: Callable[[str, str], str]) -> None:
    """Minify every page of a folder; ``change`` may alter a page (path, HTML) before that."""
    for page in sorted(folder.rglob("*.html")):
        path = page.relative_to(folder).as_posix()
        page.write_text(minified(change(path, page.read_text(encoding="utf-8"))), encoding="utf-8")


def compress(folder: Path, cache: Path | None) -> None:
    """Put `.gz` and `.br` beside every text of a folder; ``cache`` is the folder of the cache."""
    texts = {
        file: file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.suffix in TEXT and file.is_file() and file.stat().st_size >= LEAST
    }
    with Store(cache, "compressed", RAW) as store:
        for format in FORMATS:
            for file, packed in zip(
                texts, _packed(format, list(texts.values()), store), strict=True
            ):
                file.with_name(file.name + format.ending).write_bytes(packed)


def _packed(format: Format, contents: list[bytes], store: Store[bytes]) -> list[bytes]:
    """Contents in a format, each from the store if what is stored there is that very content."""
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
