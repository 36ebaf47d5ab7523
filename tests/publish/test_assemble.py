"""The release as it is put together: kept pages, kept compressed files, kept search index.

Not tested here: what is refused and how it is delivered (`test_publish.py`), the search itself
(`test_search.py`).
"""

from __future__ import annotations

import gzip
import sqlite3
from dataclasses import replace

import brotli
import publishing
import pytest
from conftest import files_of
from publishing import tree_of

from practice.publish import compress, search
from practice.publish.release import of_folder, without_sibling
from practice.publish.tree import Tree
from practice.rendering.renderer import Renderer
from practice.support.output_folder import MARKER


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path / "kept"))
    return publishing.Project(tmp_path).to(to="folder", path="www", host="nginx")


@pytest.fixture
def work(monkeypatch):
    """What was really done, by kind: pages rendered, texts compressed, indexes made."""
    done = {"rendered": [], "compressed": [], "indexed": []}

    def note(kind, real):
        def noting(*args, **kwargs):
            done[kind].append(args)
            return real(*args, **kwargs)

        return noting

    monkeypatch.setattr(Renderer, "_render", note("rendered", Renderer._render))
    monkeypatch.setattr(search, "_make", note("indexed", search._make))
    noted = [replace(f, pack=note("compressed", f.pack)) for f in compress.FORMATS]
    monkeypatch.setattr(compress, "FORMATS", noted)
    return done


def begin(work):
    for kind in work.values():
        kind.clear()


def test_publishing_does_only_what_is_new(project, work):
    for number in range(12):
        project.post(f"number-{number}", date=f"2025-03-{number + 1:02}")
    project.publish()
    pages = len(work["rendered"])
    assert pages > 40

    begin(work)
    assert project.publish().plan.nothing
    assert {kind: len(found) for kind, found in work.items()} == {
        "rendered": 0, "compressed": 0, "indexed": 0,
    }  # fmt: skip

    begin(work)
    project.post("one-more")
    made = project.publish().plan
    rendered = {view.path for _, _, view, _ in work["rendered"]}
    assert {"/", "/blog/", "/blog/one-more/", "/blog/2026/"} <= rendered
    assert not {path for path in rendered if path.startswith("/blog/number-")}
    assert len(rendered) < pages / 2
    assert len(work["indexed"]) == 1, "the index of the newest posts alone"
    texts = {without_sibling(path) for path in made.uploads}
    assert len(work["compressed"]) <= 2 * len(texts)


def test_the_built_site_stays_as_it_is_and_the_release_is_made_of_its_files(project):
    project.publish()
    site, release = (project.folder / ".releases" / name for name in ("site", "release"))
    built = files_of(site)
    assert (site / MARKER).is_file()
    assert not [path for path in built if path.startswith("pagefind/") or path.endswith(".br")]
    files = files_of(release)
    assert MARKER not in files
    for path, content in built.items():
        if path != MARKER:
            assert files[path] == content
            assert (site / path).samefile(release / path)


def test_a_release_is_the_same_whether_its_parts_were_kept_or_not(project, tmp_path, monkeypatch):
    project.publish()
    project.post("one-more")
    kept = project.publish(dry_run=True).plan.new
    monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path / "empty"))
    assert project.publish(dry_run=True).plan.new.files == kept.files
    assert of_folder(tmp_path / ".releases" / "release").files == kept.files


def test_on_a_disk_without_links_files_are_copied(project, monkeypatch):
    def refuse(*_):
        raise OSError(95, "Operation not supported")

    linked = project.publish(dry_run=True).plan.new
    monkeypatch.setattr("os.link", refuse)
    copied = project.publish(dry_run=True).plan.new
    assert copied.files == linked.files
    assert of_folder(project.folder / ".releases" / "release").files == copied.files


def test_a_kept_file_that_was_damaged_is_made_again(project, tmp_path):
    first = project.publish(dry_run=True).plan.new
    with sqlite3.connect(tmp_path / "kept" / "compressed.sqlite") as cached:
        rows = cached.execute("SELECT key, value FROM entry").fetchall()
        for number, (key, value) in enumerate(rows):
            damaged = value[: len(value) // 2] if number % 2 else b""
            cached.execute("UPDATE entry SET value = ? WHERE key = ?", (damaged, key))
    cached.close()
    again = project.publish(dry_run=True).plan.new
    assert again.files == first.files
    for path, content in tree_of(tmp_path / ".releases" / "release").items():
        whole = tmp_path / ".releases" / "release" / without_sibling(path)
        if path.endswith(".br"):
            assert brotli.decompress(content) == whole.read_bytes()
        elif path.endswith(".gz"):
            assert gzip.decompress(content) == whole.read_bytes()


def test_pages_carry_the_policy_where_the_host_sends_no_headers(tmp_path, monkeypatch):
    monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path / "kept"))
    project = publishing.Project(tmp_path).to(to="folder", path="www", host="github")
    project.publish()
    releases = project.folder / ".releases"
    policy = b'<meta http-equiv="Content-Security-Policy" content="default-src'
    pages = list((releases / "release").rglob("*.html"))
    assert pages
    for page in pages:
        assert page.read_bytes().count(policy) == 1
    assert not [page for page in (releases / "site").rglob("*.html") if policy in page.read_bytes()]
    assert project.publish().plan.nothing


def test_a_file_of_a_tree_gives_way_to_another_and_its_other_names_stay(tmp_path):
    source = tmp_path / "source.html"
    source.write_text("one", "utf-8")
    tree = Tree(tmp_path / "tree")
    tree.put("a/index.html", source)
    tree.write("a/index.html", b"two")
    assert source.read_text("utf-8") == "one"
    assert tree.files == of_folder(tree.folder).files


def test_what_stands_in_the_folder_of_a_tree_does_not_matter(tmp_path):
    source, outside, folder = tmp_path / "source.html", tmp_path / "outside", tmp_path / "tree"
    source.write_text("one", "utf-8")
    outside.mkdir()
    (outside / "a.html").write_text("of others", "utf-8")
    (folder / "page.html").mkdir(parents=True)
    (folder / "page.html" / "old").write_text("old", "utf-8")
    (folder / "linked").symlink_to(outside)
    (folder / "leads.html").symlink_to(outside / "a.html")
    (folder / "old").write_text("old", "utf-8")
    tree = Tree(folder)
    tree.put("page.html", source)
    tree.put("linked/a.html", source)
    tree.write("leads.html", b"two")
    tree.write("old/a.html", b"three")
    tree.finish()
    assert files_of(outside) == {"a.html": b"of others"}
    assert tree.files == of_folder(folder).files
    assert files_of(folder) == {
        "leads.html": b"two", "linked/a.html": b"one", "old/a.html": b"three", "page.html": b"one",
    }  # fmt: skip
