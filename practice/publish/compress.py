"""Light: pages without the bytes that nobody reads, and compressed siblings of what is text."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import minify_html

from practice.support.files import replace_file

TEXT = {".html", ".css", ".js", ".svg", ".xml", ".txt", ".json"}
LEAST = 256
"""Bytes below which a compressed sibling is not worth a file."""


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
        html = minified(change(path, page.read_text(encoding="utf-8")))
        page.write_text(html, encoding="utf-8", newline="\n")


def compress(folder: Path, cache: Path) -> None:
    """Put `.gz` and `.br` beside every text of a folder; ``cache`` keeps them by content."""
    cache.mkdir(parents=True, exist_ok=True)
    texts = [
        file
        for file in sorted(folder.rglob("*"))
        if file.suffix in TEXT and file.is_file() and file.stat().st_size >= LEAST
    ]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda file: _siblings(file, cache), texts))


def _siblings(file: Path, cache: Path) -> None:
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    for ending, packed in ((".gz", _gzip), (".br", brotli.compress)):
        kept = cache / f"{digest}{ending}"
        if not kept.is_file():
            whole = cache / f"{digest}{ending}.{os.getpid()}.part"
            whole.write_bytes(packed(content))
            replace_file(whole, kept)
        file.with_name(file.name + ending).write_bytes(kept.read_bytes())


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)  # without the time: the same bytes every day
