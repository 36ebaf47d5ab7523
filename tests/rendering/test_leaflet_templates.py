"""What goes wrong with leaflets is named: characters, templates; and what can be changed.

Not tested here: what leaflets say and how they are built (`test_leaflets.py`).
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT
from leaflet_pdfs import Pdf, edit, make, renderer_of

from practice.build.prepare import prepare
from practice.build.settings import load_settings
from practice.problems import ProblemsFound
from practice.rendering import leaflets, typesetting
from practice.rendering.html_tree import tree_of
from practice.rendering.jobs import leaflet_job
from practice.rendering.renderer import Renderer
from practice.site.leaflets import leaflets_of
from practice.support import time_limit


@pytest.fixture
def small(tmp_path):
    """The smallest practice without a mistake, to change."""
    return Path(shutil.copytree(ROOT / "tests" / "bad" / "base", tmp_path / "content"))


def problems_of(content: Path) -> list:
    with pytest.raises(ProblemsFound) as error:
        make(content)
    return error.value.problems


# --- What is named ---


def test_what_does_not_fit_is_named_with_its_file(small):
    edit(small / "treatments/cups.md", "\nRest.\n", "\nRest.\n\n" + "Take it slowly.\n\n" * 120)
    [problem] = problems_of(small)
    assert (Path(problem.path).name, problem.code) == ("cups.md", "leaflet-long")
    assert "and has 2 at most" in problem.message


@pytest.mark.parametrize(
    ("file", "old", "new", "text"),
    [
        ("treatments/cups.md", "\nRest.\n", "\nRest. 休息\n", "休"),
        ("treatments/cups.md", "summary: Cups", "summary: Cups 😀", "😀"),
        ("clinic.yaml", "  city: Exampleton", "  city: Exampleton 東", "東"),
    ],
)
def test_a_character_that_no_font_shows_is_named_at_its_line(small, file, old, new, text):
    edit(small / file, old, new)
    problem = next(p for p in problems_of(small) if text in p.message)
    line = next(
        n for n, line in enumerate((small / file).read_text("utf-8").split("\n"), 1) if text in line
    )
    assert (problem.code, problem.line) == ("leaflet-character", line)
    assert problem.path.endswith(f"content/{file}")
    assert f"U+{ord(text):04X}" in problem.message


@pytest.fixture
def own(tmp_path):
    """A folder of the practice's own templates."""
    shutil.copytree(ROOT / "theme/templates/leaflet", tmp_path / "own/leaflet")
    return tmp_path / "own"


def make_with(own: Path, settings_file, small: Path) -> bytes:
    settings = settings_file(THEME_TEMPLATES_OVERRIDES=[str(own)])
    renderer = prepare(load_settings(settings, small, None))
    assert not [p for p in renderer.warnings if p.code.startswith("override")]
    return renderer.leaflets.make(next(leaflets_of(renderer.site)))


def test_a_designer_can_change_words_and_template(own, settings_file, small):
    (own / "leaflet/parts.typ").unlink()
    edit(own / "leaflet/words.toml", '"When to get help"', '"When to call"')
    edit(own / "leaflet/leaflet.typ", "// --- Foot ---", '#import "mine.typ": hello\n#hello')
    (own / "leaflet/mine.typ").write_text("#let hello = [With kind regards.]\n", "utf-8")
    text = Pdf(make_with(own, settings_file, small)).text
    assert "When to call" in text
    assert "With kind regards." in text


MISTAKES = [
    ("leaflet.typ", "#data.nothing-like-it", "nothing-like-it"),
    ("leaflet.typ", "#(1", "unclosed delimiter"),
    ("leaflet.typ", '#image("/page.svg")', "alt text"),
    ("leaflet.typ", '#text(font: "No Such Font")[a]', "unknown font family"),
    ("leaflet.typ", '#import "@preview/cetz:0.3.0"', "from the Internet"),
    ("leaflet.typ", '#read("/etc/passwd")', "file not found"),
    ("words.toml", "nothing = ", "TOML"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake[2])
def test_a_mistake_of_a_template_is_named_at_its_line(own, settings_file, small, mistake):
    name, wrong, message = mistake
    file = own / "leaflet" / name
    lines = file.read_text("utf-8").count("\n")
    file.write_text(f"{file.read_text('utf-8')}{wrong}\n", "utf-8")
    with pytest.raises(ProblemsFound) as found:
        make_with(own, settings_file, small)
    [problem] = found.value.problems
    assert message in problem.message
    assert (problem.path, problem.line, problem.code) == (str(file), lines + 1, "template-error")


def test_a_theme_without_the_template_is_named(theme, settings_file, small):
    shutil.rmtree(theme / "templates/leaflet")
    renderer = prepare(load_settings(settings_file(THEME=str(theme)), small, None))
    with pytest.raises(ProblemsFound) as found:
        renderer.leaflets.make(next(leaflets_of(renderer.site)))
    [problem] = found.value.problems
    assert problem.code == "template-missing"
    assert problem.path == str(theme / "templates/leaflet/leaflet.typ")


def problems_of_job(content: Path, own: Path) -> list:
    renderer = Renderer(renderer_of(content).site, ROOT / "theme", "https://www.example.com", [own])
    job = leaflet_job(next(leaflets_of(renderer.site)), renderer)
    with pytest.raises(ProblemsFound) as found:
        job.run(renderer.theme)
    return found.value.problems


def test_a_template_that_takes_too_long_is_ended_and_named(own, small, monkeypatch):
    monkeypatch.setattr(leaflets, "SECONDS", 1.0)
    with (own / "leaflet/leaflet.typ").open("a", encoding="utf-8") as file:
        file.write("#for a in range(99999) { for b in range(99999) {} }\n")
    assert [problem.code for problem in problems_of_job(small, own)] == ["file-slow"]


@pytest.mark.parametrize("error", [time_limit.ProcessEnded("exit code 1"), MemoryError()])
def test_a_template_that_ends_typst_is_named(own, small, monkeypatch, error):
    call = time_limit.call_in_process

    def ended(seconds, function, *rest, **named):
        if function is typesetting.typeset:
            raise error
        return call(seconds, function, *rest, **named)

    monkeypatch.setattr(time_limit, "call_in_process", ended)
    (own / "leaflet/words.toml").write_text("words = 1\n", "utf-8")
    [problem] = problems_of_job(small, own)
    assert (problem.path, problem.code) == (str(own / leaflets.TEMPLATE), "template-error")


# --- Parts ---


def test_html_becomes_a_tree_without_pictures():
    text = (
        '<p>One <strong>two</strong>\n<a href="/x/">three</a>.</p>\n'
        '<p><img src="a.png" alt="x"></p>\n<ul>\n<li>a</li>\n<li><p>b &amp; c</p>\n</li>\n</ul>'
    )
    assert tree_of(text) == [
        {
            "t": "p",
            "c": [
                "One ",
                {"t": "strong", "c": ["two"]},
                " ",
                {"t": "a", "href": "/x/", "c": ["three"]},
                ".",
            ],
        },
        {"t": "ul", "c": [{"t": "li", "c": ["a"]}, {"t": "li", "c": [{"t": "p", "c": ["b & c"]}]}]},
    ]


def test_every_kind_of_text_can_be_printed(small):
    edit(
        small / "treatments/cups.md",
        "\nRest.\n",
        "\nRest **now**, *please*.\\\nCall [us](tel:+15555550100).\n\n1. one\n2. two\n\n"
        "> A quote\n\n### A heading\n\n| a | b |\n|---|---|\n| c | d |\n\n"
        "/// key-point\n\nThe point.\n///\n\n/// in-language | es\n\nDescanse.\n///\n\n"
        "/// dont\n\n- Do not run.\n///\n",
    )
    pdf = Pdf(make(small))
    text = " ".join(pdf.text.split())
    for words in (
        "Rest now, please.",
        "A quote",
        "A heading",
        "The point.",
        "Descanse.",
        "Do not run.",
    ):
        assert words in text
    assert "es" in {str(e.get("/Lang", "")) for e in pdf.elements()}


def test_an_emergency_note_stands_where_no_card_has_one(small):
    assert "In an emergency, call 911." in Pdf(make(small)).text


def test_a_network_package_in_a_comment_of_the_theme_is_none():
    for name in ("leaflet.typ", "parts.typ"):
        text = (ROOT / "theme/templates/leaflet" / name).read_bytes()
        assert not list(typesetting._refused({name: text}))


def test_a_leaflet_has_a_quiet_zone_around_its_codes():
    code = leaflets._qr_code("https://www.example.com/").decode()
    size = int(re.search(r'width="(\d+)"', code)[1])
    assert f"M{leaflets.QUIET_ZONE} {leaflets.QUIET_ZONE}" in code
    assert (size - 2 * leaflets.QUIET_ZONE - 17) % 4 == 0
