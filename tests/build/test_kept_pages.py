"""Pages that a build does not render again: what they hold is what a fresh build would write.

`test_preview_live.py` compares builds after every kind of edit with the preview, which keeps no
page. Not tested here: the store itself (`test_cache.py`).
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import re
import shutil
import sqlite3

import jinja2
import pytest
from conftest import CONTENT, files_of

from practice.build import execute
from practice.build.execute import JobResult
from practice.build.run import build
from practice.checks.built_html import Scanned
from practice.problems import Problem, ProblemsFound
from practice.rendering import renderer
from practice.rendering.renderer import Renderer
from practice.support.output_folder import MARKER

POST = "posts/a-plain-post.md"


@pytest.fixture
def rendered(monkeypatch):
    """What was really rendered, one entry each time."""
    seen = []
    real = Renderer._render

    def note(self, template, view, document, **context):
        seen.append(view.path)
        return real(self, template, view, document, **context)

    monkeypatch.setattr(Renderer, "_render", note)
    return seen


@pytest.fixture
def again(  # noqa: PLR0917  # fixtures
    content, theme, tmp_path, settings_file, rendered, monkeypatch, pictures
):
    """Build once more; returns the addresses that were rendered, the bytes being those of a build
    that has never seen anything."""
    settings = settings_file(THEME=str(theme))
    kept = shutil.copytree(pictures, tmp_path / "kept")
    monkeypatch.setenv("PRACTICE_CACHE", str(kept))

    def build_again():
        rendered.clear()
        build(content, tmp_path / "output", settings)
        seen = set(rendered)
        fresh = shutil.copytree(pictures, tmp_path / f"fresh-{len(list(tmp_path.iterdir()))}")
        with monkeypatch.context() as patch:
            patch.setenv("PRACTICE_CACHE", str(fresh))
            build(content, tmp_path / "fresh", settings)
        assert files_of(tmp_path / "output") == files_of(tmp_path / "fresh")
        return seen

    return build_again


def add(file, text):
    file.write_text(file.read_text("utf-8") + text, "utf-8")


def test_what_has_not_changed_is_not_rendered_again(content, again):
    everything = again()
    assert "/blog/a-plain-post/" in everything
    assert again() == set()
    add(content / POST, "\nOne sentence more.\n")
    assert again() == {"/blog/a-plain-post/"}


def test_what_a_post_asks_and_answers_is_its_own(content, again):
    add(content / POST, "\n/// faq\n\n### Why?\n\nBecause.\n///\n")
    again()
    text = (content / POST).read_text("utf-8")
    (content / POST).write_text(text.replace("Because.", "We do not know."), "utf-8")
    assert again() == {"/blog/a-plain-post/"}


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        (POST, "\ntitle: ", "\ntitle: Now "),
        ("clinic.yaml", "name: ", "name: Now "),
        ("topics.yaml", "name: ", "name: Now "),
        ("sources.yaml", "year: 20", "year: 19"),
        ("treatments/taping.md", "\nname: ", "\nname: Now "),
        ("treatments/taping.md", "\n### ", "\n### Now "),
        ("treatments/taping.md", "how-common: not known", "how-common: uncommon"),
        (POST, "One paragraph.", "One paragraph." + " And more words." * 200),
    ],
)
def test_what_other_pages_show_is_rendered_anew(content, again, file, before, after):
    everything = again()
    text = (content / file).read_text("utf-8")
    assert before in text
    (content / file).write_text(text.replace(before, after, 1), "utf-8")
    rendered = again()
    if "/" not in file:  # what the practice says of itself may be on every page
        assert rendered == everything
    else:
        assert rendered < everything
        assert "/accessibility/" not in rendered, "it shows neither posts nor treatments"


def test_a_post_more_renders_the_pages_that_list_it(content, again):
    everything = again()
    text = (content / POST).read_text("utf-8")
    (content / "posts/one-more.md").write_text(text.replace("\ntitle: ", "\ntitle: One "), "utf-8")
    rendered = again()
    assert {"/", "/blog/", "/blog/one-more/"} <= rendered
    assert "/blog/a-plain-post/" not in rendered
    assert not {path for path in rendered if path.startswith(("/treatments/t", "/accessibility"))}
    assert len(rendered) < len(everything) / 2


def test_a_changed_theme_renders_everything(theme, again):
    everything = again()
    template = theme / "templates" / "post.html"
    template.write_text(template.read_text("utf-8").replace("About {%", "By {%"), "utf-8")
    assert again() == everything
    add(theme / "static/css/base.css", "\np { color: red }\n")
    assert again() == everything


def test_another_day_renders_everything(again, monkeypatch):
    everything = again()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1793620800")
    assert again() == everything


def test_a_page_that_somebody_has_changed_or_lost_is_written_anew(tmp_path, again):
    again()
    output = tmp_path / "output"
    add(output / "index.html", "<p>By hand.</p>")
    (output / "team/index.html").unlink()
    assert again() == {"/", "/team/"}


@pytest.mark.parametrize(
    "shown",
    [
        "{% for post in site.posts %}{{ post.body.parts | length }} {{ post.words }} {% endfor %}",
        "{% for doc in site.posts %}{{ doc.words }} {% endfor %}",
        "{% macro teaser(doc) %}{{ doc.words }}{% endmacro %}{{ teaser(site.document(PLAIN)) }}",
        "{{ site.posts | map(attribute='body.words') | join(' ') }}",
        "{% set text = site.document(PLAIN).body %}{{ text.words }}",
        "{{ site.posts | map(attribute='digest') | map('string') | join }}",
        "{{ shared('partials/teaser.html', view.path) }}",
    ],
)
def test_a_page_that_shows_the_texts_of_others_follows_them(content, theme, again, shown):
    teaser = "{% for post in site.posts %}{{ post.words }} {% endfor %}"
    (theme / "templates/partials/teaser.html").write_text(teaser, "utf-8")
    template = theme / "templates/pages/home.html"
    text = template.read_text("utf-8")
    shown = "{% block main %}" + shown.replace("PLAIN", f"'{POST}'")
    template.write_text(text.replace("{% block main %}", shown, 1), "utf-8")
    again()
    add(content / POST, "\nSome words more.\n")
    assert again() == {"/", "/blog/a-plain-post/"}


def test_a_heading_more_renders_the_pages_that_link_to_headings(content, again):
    again()
    add(content / POST, "\n## A part more\n\nWords.\n")
    assert again() == {"/blog/a-plain-post/"}


@pytest.mark.parametrize("change", ["draft", "picture", "menu", "address", "template"])
def test_whatever_changes_the_bytes_are_those_of_a_fresh_build(
    content, theme, again, settings_file, change
):
    again()
    post, page = content / POST, content / "pages/contact.md"
    if change == "draft":
        post.write_text(
            post.read_text("utf-8").replace("\n---", "\nstatus: draft\n---", 1), "utf-8"
        )
    elif change == "picture":
        other = CONTENT["sample"] / "images" / "dry-needling.png"
        (content / "images" / "arcs.png").write_bytes(other.read_bytes())
    elif change == "menu":
        text = re.sub(r"(?m)^(menu|order): .*\n", "", page.read_text("utf-8"))
        page.write_text(text.replace("\n---", "\nmenu: footer\n---", 1), "utf-8")
    elif change == "address":
        settings_file(THEME=str(theme), SITEURL="https://other.example/here")
    else:
        macro = theme / "templates/macros/cards.html"
        macro.write_text(macro.read_text("utf-8").replace("min read", "minutes"), "utf-8")
    assert again()


def test_each_template_is_compiled_once_and_only_if_it_is_used(
    content, theme, tmp_path, settings_file, monkeypatch
):
    settings = settings_file(THEME=str(theme))
    monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path / "kept"))
    compiled, real = [], jinja2.Environment._compile

    def note(self, source, filename):
        compiled.append(filename.removeprefix(f"{theme}/templates/"))
        return real(self, source, filename)

    def build_in_a_new_process():
        compiled.clear()
        monkeypatch.setattr(renderer, "COMPILED", {})
        build(content, tmp_path / "output", settings)

    monkeypatch.setattr(jinja2.Environment, "_compile", note)
    build_in_a_new_process()
    assert {"post.html", "pages/home.html"} <= set(compiled)
    assert len(compiled) == len(set(compiled)), "each once in a build"
    build_in_a_new_process()
    assert compiled == [], "no page was made"
    add(content / POST, "\nOne sentence more.\n")
    build_in_a_new_process()
    assert compiled == [], "the templates of the post were kept"
    add(theme / "templates" / "macros" / "cards.html", "\n")
    build_in_a_new_process()
    assert compiled == ["macros/cards.html"]
    monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path / "another"))
    add(content / POST, "\nOne sentence more.\n")
    build_in_a_new_process()
    assert "pages/home.html" in compiled


def test_a_build_that_fails_keeps_no_page(theme, again, tmp_path):
    again()
    template = theme / "templates" / "post.html"
    text = template.read_text("utf-8")
    template.write_text(text + "{% if %}", "utf-8")
    before = files_of(tmp_path / "output")
    with pytest.raises(ProblemsFound):
        again()
    assert files_of(tmp_path / "output") == before
    template.write_text(text, "utf-8")
    assert again() == set()


# --- The spare folder ---


def spare_of(tmp_path):
    return tmp_path / ".output.spare"


def test_what_stands_in_the_spare_folder_does_not_matter(content, again, tmp_path):
    again()
    add(content / POST, "\nOne.\n")
    again()
    spare, outside = spare_of(tmp_path), tmp_path / "outside"
    outside.mkdir()
    (outside / "index.html").write_text("of others", "utf-8")
    (spare / "index.html").write_text("changed", "utf-8")
    (spare / "old").mkdir()
    (spare / "old" / "page.html").write_text("<p>Old.", "utf-8")
    shutil.rmtree(spare / "team")
    (spare / "team").symlink_to(outside)
    (spare / "404.html").unlink()
    (spare / "404.html").symlink_to(outside / "index.html")
    for name in (MARKER, "robots.txt"):  # these say what they would say without the link
        (spare / name).rename(outside / name)
        (spare / name).symlink_to(outside / name)
    others = files_of(outside)
    add(content / POST, "\nTwo.\n")
    again()
    assert files_of(outside) == others
    assert not [path for path in (tmp_path / "output").rglob("*") if path.is_symlink()]
    assert not (tmp_path / "output" / "old").exists()


def test_another_name_of_a_file_keeps_what_it_holds(content, again, tmp_path):
    again()
    add(content / POST, "\nOne.\n")
    again()
    page = "blog/a-plain-post/index.html"
    backup = tmp_path / "backup.html"
    backup.hardlink_to(spare_of(tmp_path) / page)
    before = backup.read_bytes()
    add(content / POST, "\nTwo.\n")
    again()
    assert backup.read_bytes() == before


def test_a_spare_folder_that_no_build_has_made_is_left_alone(again, tmp_path):
    spare = spare_of(tmp_path)
    spare.mkdir()
    (spare / "thesis.txt").write_text("years of work", "utf-8")
    again()
    again()
    assert files_of(spare) == {"thesis.txt": b"years of work"}


def test_a_page_that_is_gone_leaves_no_folder(content, again, tmp_path):
    again()
    again()
    (content / POST).unlink()
    for _ in range(2):
        again()
        assert not (tmp_path / "output" / "blog" / "a-plain-post").exists()


def test_files_to_download_are_followed(content, again, tmp_path):
    """A folder becomes a file and goes; a backup of the output stays as it is."""
    folder = content / "files" / "plan.pdf"
    folder.mkdir(parents=True)
    (folder / "in.pdf").write_bytes(PDF)
    again()
    again()
    shutil.copytree(tmp_path / "output", tmp_path / "backup", copy_function=os.link)
    before = files_of(tmp_path / "backup")
    shutil.rmtree(folder)
    folder.write_bytes(PDF + b"% one more\n")
    for _ in range(3):
        again()
    folder.write_bytes(PDF + b"% two more\n")
    for _ in range(3):
        again()
    assert files_of(tmp_path / "backup") == before
    folder.unlink()
    again()
    assert not (tmp_path / "output" / "files").exists()


PDF = (
    b"%PDF-1.4\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n"
    b"2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj\n"
    b"3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>> endobj\n"
    b"trailer <</Root 1 0 R>>\n%%EOF\n"
)


def test_what_settings_place_elsewhere_stays_there(content, theme, tmp_path, settings_file):
    (content / "files").mkdir(exist_ok=True)
    (content / "files" / "plan.pdf").write_bytes(PDF)
    settings = settings_file(
        THEME=str(theme), EXTRA_PATH_METADATA={"files/plan.pdf": {"path": "plan.pdf"}}
    )
    for _ in range(4):
        build(content, tmp_path / "output", settings)
        assert (tmp_path / "output" / "plan.pdf").read_bytes() == PDF


@pytest.mark.parametrize("at", ["index.html", "Index.HTML", "files/other.pdf"])
def test_a_copy_never_replaces_a_file_of_the_site(content, theme, tmp_path, settings_file, at):
    (content / "files").mkdir(exist_ok=True)
    for name in ("plan.pdf", "other.pdf"):
        (content / "files" / name).write_bytes(PDF)
    settings = settings_file(THEME=str(theme), EXTRA_PATH_METADATA={"files/plan.pdf": {"path": at}})
    with pytest.raises(ProblemsFound) as found:
        build(content, tmp_path / "output", settings)
    assert [problem.code for problem in found.value.problems] == ["address-twice"]
    assert f"plan.pdf` at `{at}`" in found.value.problems[0].message
    assert not (tmp_path / "output").exists()


RESULT = JobResult(
    digest=b"\x00\xff",
    scanned=Scanned(
        frozenset({"one", "two"}), ("/a/", "#one"), (Problem("output/x", 1, "id-twice", "m", "h"),)
    ),
    read=(("posts/a.md", b"\x80"), ("posts/b.md", b"")),
    listings=b"\x80",
    problems=(Problem("output/y", 2, "code", "m", "h", "warning"),),
)


def test_every_field_of_a_result_is_stored():
    for record in (RESULT, RESULT.scanned):
        for field in dataclasses.fields(record):
            default = field.default if field.default is not dataclasses.MISSING else ()
            assert getattr(record, field.name) not in (default, frozenset(), ())
    codec = execute._codec()
    assert codec.load(codec.dump(RESULT)) == RESULT
    assert codec.load(codec.dump(JobResult())) == JobResult()


@pytest.mark.parametrize(
    "target", ["//[", "/nowhere/", "#nothing", "javascript:evil()", "\x00", "/" * 9000]
)
def test_what_a_cache_says_of_a_page_is_a_problem_at_most(
    content, tmp_path, settings_file, monkeypatch, target
):
    monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path / "kept"))
    build(content, tmp_path / "output", settings_file())
    codec = execute._codec()
    connection = sqlite3.connect(tmp_path / "kept" / "pages.sqlite")
    with connection:
        for key, value in connection.execute("SELECT key, value FROM entry").fetchall():
            result = codec.load(value)
            if result.scanned:
                scanned = dataclasses.replace(result.scanned, targets=(target,))
                value = codec.dump(dataclasses.replace(result, scanned=scanned))  # noqa: PLW2901  # the changed value
            checksum = hashlib.sha256(key + value).digest()
            connection.execute(
                "UPDATE entry SET value = ?, checksum = ? WHERE key = ?", (value, checksum, key)
            )
    connection.close()
    with contextlib.suppress(ProblemsFound):
        build(content, tmp_path / "output", settings_file())
