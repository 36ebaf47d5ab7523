"""Templates of a practice's own in the place of the theme's: `THEME_TEMPLATES_OVERRIDES`.

Not tested here: Pelican's own command (`test_pelican_command.py`), what pages depend on
(`test_dependencies.py`).
"""

from __future__ import annotations

import re

import publishing
import pytest
from conftest import ROOT, files_of, settings_text

from practice.build.run import build
from practice.build.settings import load_settings, overrides_of
from practice.preview.live import LivePreview
from practice.preview.start import mounts_of
from practice.problems import ProblemsFound

EXTENDED = '{% extends "!theme/post.html" %}{% block names %}<p>Own words.</p>{% endblock %}'


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


@pytest.fixture
def settings(settings_file, own, content):
    return settings_file(THEME_TEMPLATES_OVERRIDES=[str(own)], PATH=str(content))


def page(built, name="blog/a-plain-post"):
    return (built.output / name / "index.html").read_text("utf-8")


def test_a_template_wins_over_the_theme_s_and_can_extend_it(own, settings, tmp_path):
    (own / "post.html").write_text(EXTENDED, "utf-8")
    built = build(None, tmp_path / "site", settings)
    assert "<p>Own words.</p>" in page(built)
    assert "min read" in page(built), "what is not replaced is the theme's"
    assert "Own words" not in page(built, "treatments/taping")
    assert not [p for p in built.warnings if p.code.startswith("override")]


def test_the_first_folder_wins_over_the_next(own, settings_file, content, tmp_path):
    other = tmp_path / "other"
    for folder in (own, other):
        (folder / "partials").mkdir(parents=True)
        text = f"<footer>{folder.name}</footer>"
        (folder / "partials/site-footer.html").write_text(text, "utf-8")
    settings = settings_file(THEME_TEMPLATES_OVERRIDES=[str(other), str(own)])
    assert "<footer>other</footer>" in page(build(content, tmp_path / "site", settings))


def test_a_page_s_own_template_and_a_part_that_only_it_asks_for_are_used(own, settings, tmp_path):
    (own / "pages").mkdir()
    (own / "pages/accessibility.html").write_text(
        '{% extends "page.html" %}{% block content %}{% include "mine.html" %}{% endblock %}',
        "utf-8",
    )
    (own / "mine.html").write_text("<p>Mine.</p>", "utf-8")
    built = build(None, tmp_path / "site", settings)
    assert "<p>Mine.</p>" in page(built, "accessibility")
    assert not [p for p in built.warnings if p.code.startswith("override")]


def test_a_changed_override_is_followed(own, settings, tmp_path):
    template = own / "post.html"
    for text in (EXTENDED, EXTENDED.replace("Own", "Other"), None):
        template.unlink() if text is None else template.write_text(text, "utf-8")
        built = build(None, tmp_path / "site", settings)
        assert ("Own words" in page(built), "Other words" in page(built)) == (
            text == EXTENDED,
            bool(text) and text != EXTENDED,
        )


def test_a_mistake_is_named_with_the_file_and_line_of_the_override(own, settings, tmp_path):
    for text, code in (("\n{{ nothing }}", "template-error"), ("\n{% if %}", "template-syntax")):
        (own / "post.html").write_text(text, "utf-8")
        with pytest.raises(ProblemsFound) as found:
            build(None, tmp_path / "site", settings)
        assert {(p.path, p.line, p.code) for p in found.value.problems if p.code == code} == {
            (str(own / "post.html"), 2, code)
        }


def test_a_folder_that_does_not_exist_is_named(own, settings, tmp_path):
    own.rmdir()
    with pytest.raises(ProblemsFound) as found:
        build(None, tmp_path / "site", settings)
    assert [(p.path, p.code) for p in found.value.problems if p.severity == "error"] == [
        (str(own), "override-missing")
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("pots.html", "did you mean `post.html`?"),
        ("pages/no-such-page.html", "a template of the theme"),
        ("site.css", "a template of the theme"),
    ],
)
def test_a_file_that_no_page_uses_is_named(own, settings, tmp_path, name, hint):
    (own / name).parent.mkdir(exist_ok=True)
    (own / name).write_text("x", "utf-8")
    (own / ".hidden.swp").write_text("x", "utf-8")
    [problem] = [
        p
        for p in build(None, tmp_path / "site", settings).warnings
        if p.code.startswith("override")
    ]
    assert (problem.path, problem.code) == (f"{own}/{name}", "override-unused")
    assert hint in problem.hint or "did you mean" in problem.hint


def test_the_preview_shows_and_watches_it(own, settings, content, tmp_path):
    values = load_settings(settings, None, None)
    mount = mounts_of(content, ROOT / "theme", values["SITEURL"], overrides_of(values))[0]
    live = mount.live
    assert own in live.folders
    before = live.show("/blog/a-plain-post/").content
    template = own / "post.html"
    template.write_text(EXTENDED, "utf-8")
    live.changed([template])
    shown = live.show("/blog/a-plain-post/").content
    assert shown == page(build(None, tmp_path / "site", settings)).encode()
    template.unlink()
    live.changed([template])
    assert live.show("/blog/a-plain-post/").content == before


def test_the_preview_names_what_a_build_names(own, content):
    (own / "pots.html").write_text("x", "utf-8")
    live = LivePreview(content, ROOT / "theme", "https://a.example", None, [own, own / "none"])
    assert {p.code for p in live.problems()} == {"override-unused", "override-missing"}


def test_it_is_published(tmp_path, own):
    (own / "post.html").write_text(EXTENDED, "utf-8")
    project = publishing.Project(tmp_path).to(to="folder", path="www", host="nginx")
    text = settings_text(THEME_TEMPLATES_OVERRIDES=[str(own)])
    line = re.search(r"^THEME_TEMPLATES_OVERRIDES.*\n", text, re.MULTILINE)[0]
    with project.settings.open("a", encoding="utf-8") as file:
        file.write(line)
    project.publish()
    files = files_of(tmp_path / "www")
    assert b"Own words." in files["blog/a-plain-post/index.html"]
