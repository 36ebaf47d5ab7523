"""Dependencies of pages: whatever a template shows, no page is ever older than the content.

Each test changes the content between two runs of the jobs, and compares with a run that has never
seen anything. Not tested here: whole builds (`test_kept_pages.py`).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import inspect
import json
import re
import shutil

import pytest
from conftest import CONTENT, ROOT, files_of

from practice.build.execute import execute
from practice.content.cached_reader import Reader
from practice.content.dependencies import record_dependencies
from practice.content.document import Document, Listing
from practice.preview.live import LivePreview
from practice.rendering.jobs import jobs, page_of
from practice.rendering.renderer import Renderer
from practice.site.assemble import load
from practice.site.recorded import KEYED, RecordedSite, is_answered, recorded
from practice.site.site import Site

SITE = "https://www.example.com"
DAY = dt.date(2026, 11, 1)
POST = "posts/a-plain-post.md"
PAGE = "accessibility"
"""The page that shows something of others in these tests."""


@pytest.fixture
def practice(tmp_path, monkeypatch, pictures):
    monkeypatch.setenv("PRACTICE_CACHE", str(shutil.copytree(pictures, tmp_path / "kept")))
    return Practice(tmp_path, pictures)


class Practice:
    """A practice with a template of its own, built again and again."""

    def __init__(self, folder, pictures):
        self.folder, self.pictures = folder, pictures
        self.content = shutil.copytree(CONTENT["kitchen-sink"], folder / "content")
        self.overrides = folder / "overrides"
        self.output = folder / "output"
        self.reader = Reader(folder / "read")
        self.rendered = []
        self.count = 0

    def template(self, name, text):
        file = self.overrides / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def page_shows(self, text):
        """Let the page show a piece of template; `post` is the plain post."""
        start = '{% extends "page.html" %}{% block content %}'
        post = f"{{% set post = site.document('{POST}') %}}"
        self.template(f"pages/{PAGE}.html", f"{start}{post}[{text}]{{% endblock %}}")

    def edit(self, name, pattern, replacement):
        file = self.content / name
        text, count = re.subn(pattern, replacement, file.read_text("utf-8"), count=1)
        assert count, f"there is no {pattern} in {name}"
        file.write_text(text, "utf-8")
        return file

    def preview(self):
        return LivePreview(self.content, ROOT / "theme", SITE, self.reader.folder, [self.overrides])

    def renderer(self):
        site, problems = load(self.content, DAY, read_all=self.reader)
        assert not problems
        return Renderer(site, ROOT / "theme", SITE, [self.overrides])

    def build(self, only=None):
        """Run the jobs, or that of one page, into the output of last time; and into a new one."""
        renderer = self.renderer()
        todo = list(jobs(renderer.site, renderer)) if only is None else [page_of(
            renderer.site.page(only), renderer)]  # fmt: skip
        self.rendered = note_what_is_made(todo)
        execute(renderer, self.rendered.jobs, self.output, self.output)
        with pytest.MonkeyPatch.context() as patch:
            self.count += 1
            fresh = self.folder / f"fresh-{self.count}"
            patch.setenv("PRACTICE_CACHE", str(shutil.copytree(self.pictures, fresh / "kept")))
            renderer = self.renderer()
            again = jobs(renderer.site, renderer)
            wanted = {job.path for job in todo}
            todo = [job for job in again if job.path in wanted]
            execute(renderer, todo, fresh / "site", fresh / "none")
        now, expected = files_of(self.output), files_of(fresh / "site")
        assert now.keys() >= expected.keys()
        assert [name for name in expected if now[name] != expected[name]] == []
        return now

    def shown(self):
        text = self.build(PAGE)[f"{PAGE}/index.html"].decode()
        return re.search(r"(?s)\[(.*)\]", text.partition("<main")[2].partition("</main")[0])[1]


class note_what_is_made(list):  # noqa: N801  # it reads as a verb
    """The paths of the jobs that were really done; `jobs` are those jobs."""

    def __init__(self, todo):
        super().__init__()
        self.jobs = [dataclasses.replace(job, make=self._noting(job)) for job in todo]

    def _noting(self, job):
        def make():
            self.append(job.path)
            return job.make()

        return make


ATTRIBUTES = sorted(
    {field.name for field in dataclasses.fields(Document)}
    | {name for name in vars(Document) if not name.startswith("_")}
)
CALLED = {"line_of": "line_of('author')", "take_text_of": "take_text_of.__name__"}
NEW_TEXT = {
    "a title": (r"\ntitle: ", "\nmodified: 2026-10-31\ntitle: Now "),
    "words": (r"\Z", "\nOne sentence more.\n"),
    "minutes": (r"\Z", "\n" + "And more words. " * 300 + "\n"),
    "a heading": (r"\Z", "\n## A part more\n\nWords.\n"),
    "a line": (r"\nauthor: ", "\n# a remark\nauthor: "),
}


def test_the_attributes_are_all_there():
    assert {"meta", "listing", "body", "data", "digest", "words", "outline"} <= set(ATTRIBUTES)


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_a_page_that_shows_an_attribute_of_another_document_follows_it(practice, attribute):
    practice.page_shows(f"{{{{ post.{CALLED.get(attribute, attribute)} }}}}")
    live = practice.preview()
    seen = [practice.shown()]
    for pattern, replacement in NEW_TEXT.values():
        file = practice.edit(POST, pattern, replacement)
        seen.append(practice.shown())
        live.changed([file])
        assert live.show(f"/{PAGE}/").content == practice.build(PAGE)[f"{PAGE}/index.html"]
    fixed = {"above", "source", "slug", "kind", "path", "display_path", "take_text_of"}
    assert (len(set(seen)) > 1) == (attribute not in fixed)


SHOWN = {
    "of all": "{% for post in site.posts %}{{ post.words }} {% endfor %}",
    "of a draft": "{% for post in site.left_out %}{{ post.words }} {% endfor %}",
    "in a list": "{% for year in site.years %}{% for post in year.posts %}{{ post.words }} "
    "{% endfor %}{% endfor %}",
    "a sentence": "{{ post.body.parts[0] | striptags | truncate(40) }}",
    "a heading": "{{ post.outline | map(attribute='text') | join }}",
    "minutes": "{{ post.listing.minutes }} {{ site.posts | map(attribute='minutes') | join }}",
    "related": "{% for one in site.posts %}{% for other in site.related(one) %}"
    "{{ other.words }} {% endfor %}{% endfor %}",
    "a question": "{% for group in site.question_groups %}{{ group.document.words }}{% endfor %}",
    "a macro": "{% import 'macros/teaser.html' as teaser %}{{ teaser.show(post) }}",
    "an import": "{% import 'macros/teaser.html' as teaser %}{{ teaser.words }}",
    "from an import": "{% from 'macros/teaser.html' import words %}{{ words }}",
    "an include": "{% include 'partials/teaser.html' %}",
    "a shared part": "{{ shared('partials/teaser.html', view.path) }}",
    "text": "{{ post }}",
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_follows_the_texts_that_it_shows(practice, name):
    """In builds, and in the preview, which keeps shared parts and imported templates."""
    practice.content.joinpath("posts/older.md").write_text(
        re.sub(
            r"^date: 20..",
            "date: 1999",
            (practice.content / POST).read_text("utf-8"),
            flags=re.MULTILINE,
        ),
        "utf-8",
    )
    practice.content.joinpath("posts/draft.md").write_text(
        (practice.content / POST).read_text("utf-8").replace("date: 2", "status: draft\ndate: 2"),
        "utf-8",
    )
    first = f"site.document('{POST}')"
    practice.template(
        "macros/teaser.html",
        f"{{% set words = {first}.words %}}{{% macro show(post) %}}{{{{ post.words }}}}"
        "{% endmacro %}",
    )
    practice.template("partials/teaser.html", f"{{{{ {first}.body.words }}}}")
    practice.page_shows(SHOWN[name])
    live = practice.preview()
    for path in (f"/{PAGE}/", "/contact/"):
        live.show(path)
    before = practice.shown()
    seen = set()
    for source in (POST, "posts/older.md", "posts/draft.md", "pages/questions.md",
                   "treatments/taping.md"):  # fmt: skip
        heading = "\n## More\n" if source == POST else ""
        words = f"\nIt begins with more words.\n{heading}"
        file = practice.edit(source, r"(\n---\n)", rf"\1{words}")
        seen.add(practice.shown())
        live.changed([file])
        assert live.show(f"/{PAGE}/").content == practice.build(PAGE)[f"{PAGE}/index.html"]
    changes = name != "minutes"
    assert (seen != {before}) == changes


def test_every_page_that_imports_what_a_module_has_read_follows_it(practice):
    """Jinja sets up an imported template once, for the first page that asks for it."""
    practice.template(
        "macros/contents.html",
        f"{{% set words = site.document('{POST}').words %}}"
        "{% macro contents(title, headings) %}<p>{{ words }} words</p>{% endmacro %}",
    )
    practice.build()
    practice.edit(POST, r"\Z", "\nSome words more.\n")
    practice.build()
    assert f"{PAGE}/index.html" in practice.rendered
    assert "contact/index.html" in practice.rendered


def test_a_footer_with_the_newest_post_is_on_every_page_and_fresh(practice):
    footer = (ROOT / "theme/templates/partials/site-footer.html").read_text("utf-8")
    words = "<p>{{ site.posts[0].words }} {{ site.posts[0].minutes }}</p></footer>"
    practice.template("partials/site-footer.html", footer.replace("</footer>", words))
    live = practice.preview()
    pages = [f"{PAGE}/index.html", "contact/index.html", "blog/2025/index.html"]
    for _ in range(3):
        files = practice.build()
        newest = practice.renderer().site.posts[0].source
        for page in pages:
            assert live.show("/" + page.removesuffix("index.html")).content == files[page]
        live.changed([practice.edit(newest, r"\Z", "\nSome words more.\n")])


def test_nothing_is_made_again_when_nothing_has_changed(practice):
    practice.build()
    practice.build()
    assert practice.rendered == []


# --- The site ---


PUBLIC = sorted(
    {field.name for field in dataclasses.fields(Site)}
    | {name for name in vars(Site) if not name.startswith("_")}
)


def of_site(renderer):
    """What templates can ask of a site, each with an argument that fits."""
    site = renderer.site
    post, person = site.posts[0], site.team[0]
    treatment, place = site.treatments[0], site.locations[0]
    return {
        "authors_of": post, "location": place.id,
        "location_of": site.events.coming[0],
        "menu_below": "/kitchen-sink/", "page_above": site.pages[0],
        "pages_below": site.page("kitchen-sink"), "published_slugs": "pages", "team_at": place,
        "cited_by": next(iter(site.sources)), "document": post.source,
        "file_of": "images/arcs.png", "menu": "main", "notice_of": site.pages[0],
        "offered_by": treatment, "page": PAGE, "posts_about": treatment,
        "posts_at": site.years[0].path, "posts_by": person,
        "related": post, "sources_of": post, "target": post.source, "therapist": person.slug,
        "treatment": treatment.slug,
    }  # fmt: skip


@pytest.mark.parametrize("name", PUBLIC)
def test_a_question_to_the_site_is_recorded_with_its_answer(practice, name):
    """Asked again of the same content it has the same answer; and it reads no text by itself."""
    renderer = practice.renderer()
    with record_dependencies() as read:
        value = getattr(recorded(renderer.site), name)
        if callable(value):
            value(of_site(renderer)[name])
    assert not [source for source in read if not source.startswith("[")], "a text was read"
    assert bool(read) == (name not in KEYED)
    again = practice.renderer()
    assert again.is_current(read)
    assert again.listings == renderer.listings


def test_what_is_not_recorded_is_in_the_key(practice):
    renderer = practice.renderer()
    keys = {renderer.key}
    edits = {
        "clinic.yaml": (r"\nname: ", "\n\nname: "),
        "sources.yaml": (r"year: 20", "year: 19"),
        "topics.yaml": (r"name: ", "name: Now "),
    }
    for name, (pattern, replacement) in edits.items():
        practice.edit(name, pattern, replacement)
        keys.add(practice.renderer().key)
    shutil.copy(practice.content / "images/arcs.png", practice.content / "images/more.png")
    keys.add(practice.renderer().key)
    site = dataclasses.replace(renderer.site, build_date=DAY + dt.timedelta(1))
    keys.add(renderer.for_site(site).key)
    assert len(keys) == 6
    assert {name for name in KEYED if not hasattr(renderer.site, name)} == set()


def test_a_question_of_a_document_that_is_gone_is_not_answered(practice):
    site = practice.renderer().site
    with record_dependencies() as read:
        recorded(site).related(site.document(POST))
    (practice.content / POST).unlink()
    [(question, digest)] = read.items()
    assert not is_answered(recorded(practice.renderer().site), question, digest)


def test_a_question_that_cannot_be_repeated_depends_on_every_document(practice):
    site = practice.renderer().site
    with record_dependencies() as read:
        recorded(site).sources_of(document=site.document(POST))
    practice.edit(POST, r"\ntitle: ", "\ntitle: Now ")
    assert not practice.renderer().is_current(read)


def test_templates_see_nothing_private_of_the_site(practice):
    with pytest.raises(AttributeError):
        getattr(recorded(practice.renderer().site), "_by_address")  # noqa: B009  # as a template


def test_what_lists_show_is_all_in_one_place():
    """A reading that has the same listing digest can take the place of another in every list."""
    assert "listed" not in vars(Document)
    assert all(field.default is not dataclasses.MISSING for field in dataclasses.fields(Listing))
    assert "vars(" not in inspect.getsource(RecordedSite)


def test_a_document_takes_no_text_with_another_listing(practice):
    old = practice.renderer().site.document(POST)
    practice.edit(POST, r"\ntitle: ", "\ntitle: Now ")
    with pytest.raises(ValueError, match="lists show"):
        old.take_text_of(practice.renderer().site.document(POST))


@pytest.mark.parametrize("name", ["location", "page", "therapist", "treatment"])
def test_a_question_about_what_is_gone_has_no_answer(practice, name):
    site = recorded(practice.renderer().site)
    assert not is_answered(site, json.dumps([name, "no-longer-there"]), b"")
