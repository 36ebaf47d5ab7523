"""Pages that a build does not render again: what they hold is what a fresh build would write.

`test_preview_live.py` compares builds after every kind of edit with the preview, which keeps no
page. Not tested here: the store itself (`test_cache.py`).
"""

from __future__ import annotations

import shutil

import pytest
from conftest import files_of

from practice.build import build
from practice.problems import ProblemsFound
from practice.render import OTHERS_TEXT, Renderer

POST = "posts/a-plain-post.md"


@pytest.fixture
def rendered(monkeypatch):
    """What was really rendered, one entry each time."""
    monkeypatch.setenv("PRACTICE_WORKERS", "1")
    seen = []
    real = Renderer._render

    def note(self, template, **context):
        seen.append(context["view"].path)
        return real(self, template, **context)

    monkeypatch.setattr(Renderer, "_render", note)
    return seen


@pytest.fixture
def again(  # noqa: PLR0917  # fixtures
    content, theme, tmp_path, settings_file, rendered, monkeypatch
):
    """Build once more; returns the addresses that were rendered, the bytes being those of a build
    that has never seen anything."""
    settings = settings_file(THEME=str(theme))
    monkeypatch.setenv("PRACTICE_CACHE", str(tmp_path / "kept"))

    def build_again():
        rendered.clear()
        build(content, tmp_path / "output", settings)
        seen = set(rendered)
        with monkeypatch.context() as patch:
            patch.setenv("PRACTICE_CACHE", str(tmp_path / f"fresh-{len(list(tmp_path.iterdir()))}"))
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
    assert again() == everything


def test_a_changed_theme_renders_everything(theme, again):
    everything = again()
    template = theme / "templates" / "post.html"
    template.write_text(template.read_text("utf-8").replace("About <a", "By <a"), "utf-8")
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


def test_a_theme_that_shows_the_text_of_others_keeps_nothing(content, theme, again):
    template = theme / "templates" / "pages" / "home.html"
    shown = (
        "{% block content %}{% for post in site.posts %}{{ post.body.parts | length }} {% endfor %}"
    )
    text = template.read_text("utf-8")
    assert "{% block" in text
    template.write_text(f"{text}{{# {shown} #}}", "utf-8")
    everything = again()
    add(content / POST, "\n## One part more\n\n/// key-point\n\nWords.\n///\n\nAnd more.\n")
    assert again() == everything
    assert everything


@pytest.mark.parametrize(
    ("template", "reads"),
    [
        (
            "{{ doc.words }} {{ doc.outline }} {{ body }} {{ treatment.body.ids }}",
            0,
        ),
        ("{{ post.body.parts }}", 1),
        ("{{ site.page('home').words }}", 1),
        ("{% set text = treatment.body %}", 1),
        ("{{ posts | map(attribute='outline') }}", 1),
    ],
)
def test_reading_the_text_of_others_is_noticed(template, reads):
    assert bool(OTHERS_TEXT.search(template)) == bool(reads)


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
    add(content / POST, "\nTwo.\n")
    again()
    assert files_of(outside) == {"index.html": b"of others"}
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
