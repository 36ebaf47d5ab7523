"""Search: the index over a published site.

Not tested here: the page that uses it (`test_search_browser.py`), and how Pagefind weighs words.
"""

from __future__ import annotations

import random
import shutil

import publishing
import pytest
from publishing import tree_of

from practice.publish import search


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
        assert search.index(site, pages) == len(pages)
        found.append(tree_of(site / "pagefind"))
    assert found[0] == found[1]


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
    assert search.index(tmp_path, ["index.html"]) == 1
    assert not (tmp_path / "pagefind" / "newest").exists()


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

    def indexed():
        shutil.rmtree(site / "pagefind", ignore_errors=True)
        search.index(site, posts, posts)
        return tree_of(site / "pagefind")

    for number in range(121):
        write(number)
    before = indexed()
    assert sum(path.startswith("index/") for path in before) > 4
    for number in range(121, 121 + search.BATCH - 1):
        write(number)
        after = indexed()
        touched = {path for path, content in after.items() if before.get(path) != content}
        assert all(path.startswith("newest/") for path in touched), touched
        assert len(touched) == 4, "its own part, the words, the list, the way to the list"
        before = after


def test_the_samples_search_page_leads_to_the_lists(practices):
    links = {
        link.get("href") for link in practices["sample"].page("/search/").one("main").iter("a")
    }
    assert {"/side-effects/", "/blog/", "/questions/", "/treatments/"} <= links
