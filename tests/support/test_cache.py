"""The cache of documents: the same outcome as without it, whatever happens to its file.

Not tested here: the store (`test_store.py`), how documents are stored (`test_serialise.py`), that
pages come out the same (`test_parallel.py`, `test_preview_live.py`).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from conftest import CONTENT

from practice.content import cached_reader
from practice.content.cached_reader import Reader
from practice.content.folder import read_each
from practice.support import environment as environment_module
from practice.support import processes
from practice.support.environment import environment_fingerprint

SOURCES = ["posts/a-plain-post.md", "treatments/taping.md", "team/ann-li.md", "posts/bad.md"]


@pytest.fixture
def content(tmp_path):
    folder = Path(shutil.copytree(CONTENT["kitchen-sink"], tmp_path / "content"))
    (folder / "posts" / "bad.md").write_text("---\ntitle: x\n---\n\nx\n", "utf-8")
    return folder


@pytest.fixture
def kept(tmp_path):
    return tmp_path / "kept"


@pytest.fixture
def parsed(monkeypatch):
    """The files that were really read, one entry each time."""
    seen = []
    real = cached_reader.document_of

    def note(model, raw, source, shown):
        seen.append(source)
        return real(model, raw, source, shown)

    monkeypatch.setattr(cached_reader, "document_of", note)
    return seen


def same(read, expected):
    return [(d and (d.source, getattr(d, "meta", None), d.body, d.data), p) for d, p in read] == [
        (d and (d.source, getattr(d, "meta", None), d.body, d.data), p) for d, p in expected
    ]


def test_it_reads_what_a_plain_reader_reads(content, kept, parsed):
    expected = list(read_each(content, SOURCES))
    assert expected[3][1], "the bad file has problems"
    assert same(Reader(kept)(content, SOURCES), expected)
    assert parsed == SOURCES
    again = list(Reader(kept)(content, SOURCES))
    assert parsed == SOURCES, "another reader reads nothing again"
    assert same(again, expected)


def test_only_what_changed_is_read_again(content, kept, parsed):
    reader = Reader(kept)
    list(reader(content, SOURCES))
    parsed.clear()
    file = content / SOURCES[0]
    before = file.stat()
    file.write_bytes(file.read_bytes().replace(b"One paragraph.", b"One paragraphs"))

    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))  # same size, same time
    [document, *_] = [d for d, _ in reader(content, SOURCES)]
    assert parsed == [SOURCES[0]]
    assert "One paragraphs" in document.body.parts[0]
    assert reader.ahead(content, SOURCES) == {}


def test_the_same_bytes_at_another_place_are_read_again(content, kept, parsed):
    shutil.copyfile(content / SOURCES[0], content / "posts" / "other.md")
    found = [d for d, _ in Reader(kept)(content, [SOURCES[0], "posts/other.md"])]
    assert [d.path for d in found] == ["/blog/a-plain-post/", "/blog/other/"]
    assert len(parsed) == 2


def test_another_version_of_anything_reads_again(content, kept, parsed, monkeypatch):
    list(Reader(kept)(content, SOURCES))
    monkeypatch.setattr(cached_reader, "environment_fingerprint", lambda: b"another version")
    list(Reader(kept)(content, SOURCES))
    assert parsed == SOURCES * 2


def test_the_recipe_knows_our_code_and_every_package(tmp_path, monkeypatch):
    fresh = environment_fingerprint.__wrapped__
    before = fresh()
    (tmp_path / "some_package-1.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    installed = fresh()
    assert installed != before
    (tmp_path / "some_package-1.0.dist-info").rename(tmp_path / "some_package-1.1.dist-info")
    assert fresh() not in {before, installed}
    code = tmp_path / "practice"
    code.mkdir()
    (code / "body.py").write_text("x = 1\n", "utf-8")
    monkeypatch.setattr(environment_module, "__file__", str(code / "support" / "environment.py"))
    one = fresh()
    (code / "body.py").write_text("x = 2\n", "utf-8")
    assert fresh() != one


def file_of(kept):
    [file] = kept.glob("*.sqlite")
    return file


@pytest.mark.parametrize("damage", ["garbage", "empty", "cut", "folder", "flipped", "foreign"])
def test_a_damaged_cache_is_as_if_empty(content, kept, parsed, damage):
    expected = list(Reader(kept)(content, SOURCES))
    file = file_of(kept)
    raw = file.read_bytes()
    if damage == "garbage":
        file.write_bytes(b"not a database" * 1000)
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "cut":
        file.write_bytes(raw[: len(raw) // 2])
    elif damage == "folder":
        file.unlink()
        file.mkdir()
    elif damage == "flipped":
        with sqlite3.connect(file) as rows:
            rows.execute("UPDATE entry SET value = zeroblob(length(value))")
        rows.close()
    else:
        with sqlite3.connect(file) as rows:
            rows.execute("DROP TABLE entry")
            rows.execute("CREATE TABLE entry (something)")
        rows.close()
    parsed.clear()
    assert same(Reader(kept)(content, SOURCES), expected)
    assert parsed == SOURCES
    assert same(Reader(kept)(content, SOURCES), expected)


def test_a_folder_that_cannot_be_made_costs_only_time(content, tmp_path, parsed):
    (tmp_path / "file").write_text("in the way", "utf-8")
    for _ in range(2):
        assert list(Reader(tmp_path / "file" / "kept")(content, SOURCES))
    assert parsed == SOURCES * 2


def test_a_file_that_cannot_be_read_is_a_problem_and_not_kept(content, kept):
    reader = Reader(kept)
    (content / "posts" / "gone.md").symlink_to(content / SOURCES[0])
    [(document, problems)] = reader(content, ["posts/gone.md"])
    assert document is None
    assert [problem.code for problem in problems] == ["file-link"]
    assert reader.ahead(content, ["posts/gone.md"]) == {"posts/gone.md": (b"", (None, problems))}


def test_many_files_are_read_in_processes_with_the_same_outcome(content, kept, monkeypatch):
    monkeypatch.setattr(processes, "WORTH_A_FORK", 2)
    monkeypatch.setenv("PRACTICE_WORKERS", "3")
    assert processes.workers() == 3
    assert same(Reader(kept)(content, SOURCES), list(read_each(content, SOURCES)))


def test_the_key_depends_on_every_part():
    keys = {Reader._key(*parts) for parts in [("a", b"b"), ("a", b"c"), ("b", b"b"), ("ab", b"")]}
    assert len(keys) == 4
    assert all(len(key) == hashlib.sha256().digest_size for key in keys)
