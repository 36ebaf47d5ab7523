"""Search: the index over a published site.

Not tested here: the page that uses it (`test_search_browser.py`), and how Pagefind weighs words.
"""

from __future__ import annotations

import os
import random
import re
import tempfile
from pathlib import Path

import publishing
import pytest
from publishing import tree_of

from practice.problems import UsageError
from practice.publish import search
from practice.publish.release import hashed


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return publishing.searchable(tmp_path_factory.mktemp("search"))


def test_only_what_is_used_is_published(project):
    names = {path for path in tree_of(project.folder / "www") if path.startswith("pagefind/")}
    top = {n.removeprefix("pagefind/").removesuffix(".br").removesuffix(".gz") for n in names}
    top = {name for name in top if "/" not in name and not name.endswith(".pf_meta")}
    assert top == set(search.KEPT)


def test_the_index_is_the_same_each_time(project, tmp_path):
    www = project.folder / "www"
    pages = ["index.html", "team/index.html"]
    found = []
    for name in ("one", "two"):
        site = tmp_path / name
        for path in pages:
            (site / path).parent.mkdir(parents=True, exist_ok=True)
            (site / path).write_bytes((www / path).read_bytes())
        found.append(indexed(site, pages))
        assert sum("/fragment/" in f"/{file}" for file in found[-1]) == len(pages)
    assert found[0] == found[1]


def digests(site, pages):
    return {path: hashed(site / path) for path in pages}


def indexed(site, pages, posts=()):
    """The files of an index that is made anew, by their path below `pagefind`."""
    with tempfile.TemporaryDirectory() as cache:
        found = search.index(site, digests(site, pages), posts, Path(cache))
        return {
            path.removeprefix("pagefind/"): file.read_bytes() for path, (file, _) in found.items()
        }


def test_what_leads_to_other_pages_is_no_part_of_what_is_indexed(practices):
    """What is left out before Pagefind sees it is what Pagefind would leave out."""
    for page in practices["sample"].pages:
        text = search.indexed(page.text)
        for part in re.findall(r'class="([^"]*)"', text):
            assert {f".{name}" for name in part.split()}.isdisjoint(search.LISTS + search.AROUND)
    blog = practices["sample"].page("/blog/").text
    assert "post-list" in blog
    assert "<h1>" in search.indexed(blog)
    assert search.indexed(blog).count("<div") == search.indexed(blog).count("</div")


def test_html_whose_tags_do_not_match_is_indexed_whole():
    page = '<main><p>One<ul class="post-list"><li>Two</ul></main>'
    assert "Two" in search.indexed(page)
    assert "Two" not in search.indexed('<main>One<img class="portrait" alt="Two"> Three</main>')
    assert "Two" not in search.indexed('<main><br><div class="a post-list"><b>Two</b></div></main>')


def test_what_pagefind_says_stops_a_publish(tmp_path, monkeypatch):
    (tmp_path / "index.html").write_text("<main><h1>One</h1><p>Words.</p></main>", "utf-8")
    monkeypatch.setattr(search, "OPTIONS", ["--root-selector"])
    with pytest.raises(UsageError, match=r"the search index could not be made: .*root-selector"):
        indexed(tmp_path, ["index.html"])
    assert not list((tmp_path / "cache").glob("search/[0-9a-f]*"))


def test_an_index_is_kept_by_what_is_found_and_verified(tmp_path, monkeypatch):
    made, real = [], search._make

    def note(texts, kept):
        made.append(kept)
        return real(texts, kept)

    monkeypatch.setattr(search, "_make", note)
    site, cache = tmp_path / "site", tmp_path / "cache"
    site.mkdir()
    main = "<main><h1>One</h1><p>Words.</p><ul class='x'></ul>{}</main>"
    for text in ("", '<div class="post-list">A new post</div>', "<p>Other words.</p>"):
        (site / "index.html").write_text(f"<body>{text}{main.format(text)}</body>", "utf-8")
        found = search.index(site, digests(site, ["index.html"]), [], cache)
        assert set(search.KEPT) <= {path.removeprefix("pagefind/") for path in found}
    assert len(made) == 2, "a list of posts is not what anybody looks for"
    file, sha256 = found["pagefind/pagefind.js"]
    file.write_text("broken", "utf-8")
    pages = digests(site, ["index.html"])
    file, again = search.index(site, pages, [], cache)["pagefind/pagefind.js"]
    assert (len(made), again) == (3, sha256)
    assert file.read_text("utf-8") != "broken"
    kept = sorted((cache / "search").iterdir())
    assert len(kept) == 2
    os.utime(kept[0], (0, 0))
    (site / "index.html").write_text(main.format("<p>More words.</p>"), "utf-8")
    search.index(site, digests(site, ["index.html"]), [], cache)
    assert not kept[0].exists()
    assert kept[1].exists()


@pytest.mark.parametrize("count", range(1, 30))
def test_few_posts_are_newest_and_one_more_moves_none_of_the_others(count):
    posts = [f"{number:02}" for number in range(count, 0, -1)]
    newest = search.newest(posts)
    assert 1 <= len(newest) <= search.BATCH
    assert list(newest) == posts[: len(newest)]
    more = search.newest([f"{count + 1:02}", *posts])
    if len(newest) < search.BATCH:
        assert set(posts) - set(newest) == set(posts) - set(more)
    else:
        assert len(more) == 1


def test_no_posts_have_no_index(tmp_path):
    assert search.newest([]) == []
    (tmp_path / "index.html").write_text("<main><h1>Home</h1></main>", "utf-8")
    files = indexed(tmp_path, ["index.html"])
    assert sum(path.startswith("fragment/") for path in files) == 1
    assert not [path for path in files if path.startswith("newest/")]


def test_one_post_more_changes_few_files_of_a_large_index(tmp_path):
    """Posts as long as those of the benchmark, and enough for an index in many parts."""
    chance, site, posts = random.Random(1), tmp_path / "site", []
    words = ["".join(chance.choices("abcdefgh", k=chance.randrange(3, 9))) for _ in range(3000)]

    def write(number):
        posts.insert(0, f"blog/{number}/index.html")
        text = " ".join(chance.choices(words, k=800))
        file = site / posts[0]
        file.parent.mkdir(parents=True)
        file.write_text(f"<main><h1>Post {number}</h1><p>{text}.</p></main>", "utf-8")

    for number in range(121):
        write(number)
    before = indexed(site, posts, posts)
    assert sum(path.startswith("index/") for path in before) > 4
    for number in range(121, 121 + search.BATCH - 1):
        write(number)
        after = indexed(site, posts, posts)
        touched = {path for path, content in after.items() if before.get(path) != content}
        assert all(path.startswith("newest/") for path in touched), touched
        assert len(touched) == 4, "its own part, the words, the list, the way to the list"
        before = after


def test_the_samples_search_page_leads_to_the_lists(practices):
    links = {
        link.get("href") for link in practices["sample"].page("/search/").one("main").iter("a")
    }
    assert {"/side-effects/", "/blog/", "/questions/", "/treatments/"} <= links


def test_an_index_that_another_publish_has_just_made_stays(project, tmp_path, monkeypatch):
    """With one cache for several practices, the other may be using its files already."""
    site, pages = project.folder / "www", ["index.html"]
    run, others = search._run_pagefind, []

    def while_another_makes_the_same(source, target):
        if not others:
            others.append({})
            others[0] |= search.index(site, digests(site, pages), (), tmp_path)
        run(source, target)

    monkeypatch.setattr(search, "_run_pagefind", while_another_makes_the_same)
    before = {}

    def noted(kept, real=search._sums_of):
        sums = real(kept)
        if sums and not before:
            before.update({file: file.stat().st_ino for file in kept.rglob("*")})
        return sums

    monkeypatch.setattr(search, "_sums_of", noted)
    found = search.index(site, digests(site, pages), (), tmp_path)
    assert found == others[0]
    assert before
    assert all(file.stat().st_ino == inode for file, inode in before.items())
