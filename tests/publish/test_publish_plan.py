"""Plans: what a publish would do, from what is live and what is new. No target is touched here."""

from __future__ import annotations

import json
import random

import pytest

from practice.publish.earlier import before_it
from practice.publish.history import Published
from practice.publish.messages import MOST, plan_in_words
from practice.publish.release import UNKNOWN, File, LiveState, Release, address_of, plan


def release(**files: str) -> Release:
    """A release from names and contents; `_` in a name stands for `/`, a page has no ending."""
    return Release({_path(name): File(content, len(content)) for name, content in files.items()})


def _path(name: str) -> str:
    path = name.replace("_", "/")
    return path.replace("/css", ".css") if "css" in path else f"{path}/index.html"


def test_first_publish_adds_everything():
    made = plan(LiveState(), release(home="1", a_css="1"))
    assert made.added == ("a.css", "home/index.html")
    assert (made.changed, made.deleted, made.retired) == ((), (), ())


def test_same_release_changes_nothing():
    one = release(home="1", a_css="1")
    assert plan(LiveState(one), one).nothing


def test_what_pages_load_stays_for_one_release_more():
    first, second, third = (release(home=n, **{f"{n}_css": n}) for n in "123")
    made = plan(LiveState(first), second)
    assert made.retired == ("1.css",)
    assert made.deleted == ()
    then = plan(made.after(), third)
    assert then.deleted == ("1.css",)
    assert then.retired == ("2.css",)


def test_a_page_that_was_taken_down_is_deleted_at_once():
    made = plan(LiveState(release(home="1", secret="1")), release(home="1"))
    assert made.deleted == ("secret/index.html",)


def test_a_plan_in_words_names_files_with_what_is_sent_of_them():
    pages = {"a/index.html": 9000, "a/index.html.br": 2000, "a/index.html.gz": 2500, "b.gz": 70}
    new = Release({path: File(path, size) for path, size in pages.items()})
    live = LiveState(release(), {"old.css": File("x", 1500), "lost.css": UNKNOWN})
    assert plan_in_words(plan(live, new), "here").splitlines()[1:] == [
        "  2 added, 13.6 KB with their compressed copies",
        "    a/index.html  9.0 KB (2.0 KB compressed)",
        "    b.gz  70 B",
        "  0 changed",
        "  2 deleted, 1.5 KB",
        "    lost.css",
        "    old.css  1.5 KB",
        "  0 kept until the next release",
    ]


def test_a_long_plan_is_cut_and_a_dry_run_names_all():
    new = Release({f"{number:02}.css": File("x", 1) for number in range(20)})
    short = plan_in_words(plan(LiveState(), new), "here")
    assert short.count(".css") == MOST
    assert "and 8 more" in short
    assert plan_in_words(plan(LiveState(), new), "here", whole=True).count(".css") == 20


def test_order_of_uploads():
    before = Release({"index.html": File("1", 1), "feed.xml": File("1", 1)})
    new = Release(
        {
            path: File("2", 1)
            for path in (
                "_headers",
                "assets/site.css",
                "assets/site.css.br",
                "feed.xml",
                "feed.xml.gz",
                "index.html",
                "index.html.br",
                "new/index.html",
                "pagefind/index/en.pf_index",
                "pagefind/pagefind-entry.json",
                "sitemap.xml",
            )
        }
    )
    assert plan(LiveState(before), new).steps == [
        ("assets/site.css", "assets/site.css.br", "pagefind/index/en.pf_index"),
        ("index.html.br", "new/index.html"),
        ("index.html",),
        ("_headers", "feed.xml", "feed.xml.gz", "pagefind/pagefind-entry.json", "sitemap.xml"),
    ]


def test_what_an_interrupted_publish_touched_is_written_anew():
    first, killed, new = release(a="1", b="1"), release(a="2", b="1", c="2"), release(a="1", b="1")
    during = plan(LiveState(first), killed).during()
    assert during.release == first
    made = plan(during, new)
    assert made.changed == ("a/index.html",)
    assert made.deleted == ("c/index.html",)
    assert not made.after().dirty


def test_live_survives_its_file():
    live = LiveState(release(a="1"), {"x.css": File("2", 2)}, frozenset({"b"}))
    assert LiveState.from_text(live.text()) == live


@pytest.mark.parametrize("seed", range(200))
def test_any_chain_of_releases_and_kills_ends_with_the_last_release(seed):
    chance = random.Random(seed)
    target: dict[str, str] = {}
    live = LiveState()
    for _ in range(12):
        files = {
            f"{kind}{n}": File(str(chance.randrange(3)), 1)
            for kind in ("p/", "assets/")
            for n in range(4)
            if chance.random() < 0.7
        }
        new = Release({f"{p}.html" if p[0] == "p" else p: f for p, f in files.items()})
        made = plan(live, new)
        steps = [path for step in made.steps for path in step]
        if chance.random() < 0.5:  # killed somewhere on the way
            live = made.during()
            done = chance.randrange(len(steps) + len(made.deleted) + 1)
            for path in steps[:done]:
                target[path] = new.files[path].sha256
            for path in made.deleted[: max(0, done - len(steps))]:
                target.pop(path, None)
            continue
        for path in steps:
            target[path] = new.files[path].sha256
        for path in made.deleted:
            target.pop(path, None)
        live = made.after()
        assert {path: f.sha256 for path, f in new.files.items()}.items() <= target.items()
        assert set(target) - set(new.files) <= set(live.retired)
        assert not any(path.endswith(".html") for path in live.retired)


@pytest.mark.parametrize(
    ("path", "address"),
    [("index.html", "/"), ("team/index.html", "/team/"), ("404.html", "/404.html")],
)
def test_address_of_a_file(path, address):
    assert address_of(path) == address


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ("A", "A"),
        ("A B C", "A B C"),
        ("A B <A", "A"),
        ("A B <A C", "A C"),  # and not B, which was gone back from
        ("A B C <B <A D", "A D"),
        ("A B A", "B A"),
        ("A B <A <B", "A B"),
    ],
)
def test_what_was_gone_back_from_is_not_what_the_next_way_back_leads_to(history, expected):
    lines = [
        Published(id.strip("<"), "", "", "", 1, 1, id.startswith("<")) for id in history.split()
    ]
    assert before_it(lines) == expected.split()


@pytest.mark.parametrize(
    "path", ["../x", "a/../../x", "/etc/x", "a//b", ".", "", "C:/x", "a\\..\\x", "a/./b"]
)
@pytest.mark.parametrize("field", ["release", "retired", "dirty"])
def test_a_state_never_names_a_file_outside_of_the_site(path, field):
    """Others may be able to write at the target, and files are copied to these paths."""
    data = json.loads(LiveState(release(home="1")).text())
    if field == "release":
        data["release"]["files"][path] = ["0", 1]
    elif field == "retired":
        data["retired"][path] = ["0", 1]
    else:
        data["dirty"].append(path)
    with pytest.raises(ValueError, match="no path below the site"):
        LiveState.from_text(json.dumps(data))
