"""Budgets: how much a reader loads, and how much a publish uploads.

Measured on what is published, with its compressed siblings. Figures are shown by `pytest -s`.
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict

import brotli
import html5lib
import publishing
import pytest
import servers
from browsers import launched, page_of
from publishing import tree_of

from practice.publish.release import without_sibling

FIRST_VIEW = 14 * 1024
"""Bytes of HTML and CSS, brotli: ten packets of 1,460 bytes go out at once (RFC 6928)."""
FILES_OF_A_POST = 12
"""Files that one post more may change or add, beside its page and what the search shows of it;
siblings count with their file."""


@pytest.fixture(scope="module", params=["sample", "kitchen-sink"])
def released(request, tmp_path_factory):
    """What would be uploaded of the two practices."""
    project = publishing.Project(tmp_path_factory.mktemp("budget"), content=request.param)
    project.to(to="folder", path="www", host="nginx")
    project.publish(allow_sample=True)
    return project


def pages_of(project):
    files = tree_of(project.folder / "www")
    return {path: content for path, content in files.items() if path.endswith(".html")}


def test_first_view(released):
    files = tree_of(released.folder / "www")
    [sheet] = [path for path in files if re.fullmatch(r"assets/site\.\w{8}\.css", path)]
    style = len(files[f"{sheet}.br"])
    kinds = defaultdict(int)
    for path in pages_of(released):
        size = style + len(files[f"{path}.br"])
        kind = path.split("/")[0] if path.count("/") > 1 else path
        kinds[kind] = max(kinds[kind], size)
        assert size <= FIRST_VIEW, f"{path}: {size} bytes"
    print(f"CSS {style}; first view at most: {dict(sorted(kinds.items()))}")


def test_siblings_hold_what_their_file_holds(released):
    files = tree_of(released.folder / "www")
    siblings = [path for path in files if without_sibling(path) != path]
    assert len(siblings) > 60
    for path in siblings:
        unpack = gzip.decompress if path.endswith(".gz") else brotli.decompress
        assert unpack(files[path]) == files[without_sibling(path)]


def test_only_the_style_sheet_blocks_rendering(released):
    for path, content in pages_of(released).items():
        page = html5lib.parse(content.decode(), namespaceHTMLElements=False)
        head = page.find("head")
        sheets = [e for e in head.iter("link") if "stylesheet" in e.get("rel", "").split()]
        assert len(sheets) <= 1, path
        for script in page.iter("script"):
            if script.get("src"):
                assert script.get("defer") is not None, path
            else:
                assert script.get("type") == "application/ld+json", path
        assert not list(page.iter("style")), path


def test_pictures_say_how_large_they_are(released):
    seen = 0
    for path, content in pages_of(released).items():
        for img in html5lib.parse(content.decode(), namespaceHTMLElements=False).iter("img"):
            seen += 1
            assert img.get("alt") is not None, path
            assert img.get("width"), (path, img.attrib)
            assert img.get("height"), (path, img.attrib)
            assert img.get("srcset") or "site-logo" in img.get("class", ""), (path, img.attrib)
            assert img.get("loading", "eager") in ("lazy", "eager"), (path, img.attrib)
    assert seen


def test_one_post_more_changes_few_files(released):
    posts = "".join(file.read_text("utf-8") for file in (released.content / "posts").glob("*.md"))
    author = re.search(r"^author: (\S+)$", posts, re.MULTILINE)[1]
    treatment = min((released.content / "treatments").glob("*.md")).stem
    text = (released.content / "topics.yaml").read_text("utf-8")
    topic = re.search(r"^([a-z-]+):", text, re.MULTILINE)[1]
    released.write(
        "posts/one-post-more.md",
        "---\ntitle: One post more\ndate: 2026-10-31\nsummary: What it is about.\n"
        f"author: {author}\ntreatments: {treatment}\ntopics: {topic}\n"
        f"reviewed: 2026-10-31\nreviewed_by: {author}\nnext_review: 2099-01-01\n"
        "---\n\nIt is about a walk in the park, and nothing else.\n",
    )
    made = released.publish(allow_sample=True, dry_run=True).plan
    touched = {without_sibling(path) for path in made.uploads}
    own = {path for path in touched if "one-post-more" in path or "/fragment/" in path}
    others = sorted(touched - own)
    print(f"{released.name}: one post more changes {len(others)} files: {others}")
    fragment = own - {"blog/one-post-more/index.html"}
    assert len(fragment) == 1
    assert fragment <= set(made.added)
    assert len(others) <= FILES_OF_A_POST


@pytest.mark.browser
def test_a_page_asks_for_few_files(released):
    own = released.folder / ".releases" / "server"
    files = own / "nginx-server.conf", own / "nginx-http.conf"
    nginx = released.folder / "nginx"
    with servers.nginx(nginx, released.folder / "www", *files) as address, launched() as browser:
        page = page_of(browser, ignore_https_errors=True)
        asked = []
        page.on("request", lambda request: asked.append(request.resource_type))
        page.goto(f"{address}/", wait_until="load")
        assert asked.count("stylesheet") == 1
        assert asked.count("script") <= 1
        fonts = (released.folder / "www" / "index.html").read_text("utf-8").count('as="font"')
        assert asked.count("font") == fonts
