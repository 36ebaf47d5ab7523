"""Compressed siblings: what they unpack to is the file beside them, whatever the cache holds.

Not tested here: how they are uploaded and served (`test_publish_targets.py`).
"""

from __future__ import annotations

import gzip
import sqlite3
import zlib
from dataclasses import replace

import brotli
import pytest
from conftest import files_of

from practice.publish import compress as module
from practice.publish.compress import FORMATS, LEAST
from practice.publish.tree import Tree
from practice.support.store import RAW, Store

UNPACK = {".gz": gzip.decompress, ".br": brotli.decompress}
TEXTS = {"index.html": b"<p>A page</p>" * 100, "a/site.css": b"a { color: red }" * 50}
EVIL = b"<script>evil()</script>" * 50


def compress(site, cache):
    """Put a release together from the files of a site, with compressed copies."""
    tree = Tree(site.with_name("release"))
    for path in files_of(site):
        tree.put(path, site / path)
    module.compress(tree, cache)
    return files_of(tree.folder)


@pytest.fixture
def site(tmp_path):
    for name, content in TEXTS.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_bytes(content)
    (tmp_path / "site" / "small.txt").write_bytes(b"x" * (LEAST - 1))
    (tmp_path / "site" / "room.png").write_bytes(b"x" * LEAST)
    return tmp_path / "site"


def test_each_text_has_siblings_that_unpack_to_it(site, tmp_path):
    made = compress(site, tmp_path / "cache")
    assert set(made) - {"small.txt", "room.png"} == {
        name + ending for name in TEXTS for ending in ("", *UNPACK)
    }
    for name, content in TEXTS.items():
        for ending, unpack in UNPACK.items():
            assert unpack(made[name + ending]) == content


def test_what_was_compressed_is_not_compressed_again(site, tmp_path, monkeypatch):
    first = compress(site, tmp_path / "cache")
    monkeypatch.setattr(module, "FORMATS", [replace(format, pack=None) for format in FORMATS])
    assert compress(site, tmp_path / "cache") == first


@pytest.mark.parametrize("wrong", ["other content", "cut", "longer", "bomb", "empty", "garbage"])
def test_a_cached_file_that_is_not_the_page_is_not_used(site, tmp_path, wrong):
    """The checksums are right, as those of somebody who changes the cache would be."""
    cache = tmp_path / "cache"
    first = compress(site, cache)
    connection = sqlite3.connect(cache / "compressed.sqlite")
    stored = connection.execute("SELECT key, value FROM entry").fetchall()
    connection.close()
    with Store(cache, "compressed", RAW) as store:
        for key, value in stored:
            format = FORMATS[0] if value[:2] == b"\x1f\x8b" else FORMATS[1]
            content = UNPACK[format.ending](value)
            store.put(
                {
                    key: {
                        "other content": format.pack(EVIL),
                        "cut": value[:-1],
                        "longer": format.pack(content + EVIL),
                        "bomb": format.pack(content + bytes(10_000_000)),
                        "empty": b"",
                        "garbage": zlib.compress(content),
                    }[wrong]
                }
            )
    for _ in range(2):
        assert compress(site, cache) == first


def test_without_a_cache_the_files_are_the_same(site, tmp_path):
    first = compress(site, tmp_path / "cache")
    assert compress(site, None) == first
