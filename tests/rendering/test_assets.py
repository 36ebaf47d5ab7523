"""The style sheet: files joined in their layers and minified; mistakes with file and line.

Not tested here: what it looks like (`test_browser.py`), how large it is (`test_budget.py`).
"""

from __future__ import annotations

import re
import shutil
from codecs import BOM_UTF8
from pathlib import Path

import pytest
from conftest import ROOT

from practice.paths import display_path_of
from practice.problems import ProblemsFound
from practice.rendering import assets

CSS = ROOT / "theme" / "static" / "css"
LAYERS = ["reset", "tokens", "base", "layout", "prose", "components", "print"]


@pytest.fixture
def css(tmp_path):
    return shutil.copytree(CSS, tmp_path / "css")


def problem_of(css):
    with pytest.raises(ProblemsFound) as found:
        assets.style_sheet(css / "site.css")
    [problem] = found.value.problems
    assert problem.code == "style-sheet"
    return problem


def test_layers_keep_their_order_and_nothing_else_is_left():
    sheet = assets.style_sheet(CSS / "site.css")
    found = list(dict.fromkeys(re.findall(r"@layer ([\w, ]+?)[{;]", sheet)))
    assert ", ".join(found) in (", ".join(LAYERS), ", ".join([", ".join(LAYERS), *LAYERS]))
    assert "@import" not in sheet
    assert "/*" not in sheet
    assert sheet.count("\n") == 1


def test_what_the_theme_is_written_in_is_not_written_in_older_css():
    sheet = assets.style_sheet(CSS / "site.css")
    written = "".join(file.read_text("utf-8") for file in CSS.rglob("*.css"))
    for sign in ("light-dark(", "oklch(", "-inline", "clamp(", "&"):
        assert (sign in sheet) == (sign in written), sign
    assert sheet.count("light-dark(") == re.sub(r"/\*.*?\*/", "", written, flags=re.DOTALL).count(
        "light-dark("
    )
    assert "-webkit-box" not in sheet


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("p { color: red }\n\n.x { a b }\n", 3),
        ("p { color: red }\na:: { }\n", 2),
        ("p { color: red }\n@import 'reset.css';\n", 2),
    ],
)
def test_a_mistake_is_named_with_file_and_line(css, written, line):
    file = css / "components" / "faq.css"
    before = file.read_text("utf-8")
    file.write_text(before + written, "utf-8")
    problem = problem_of(css)
    assert problem.path.endswith("css/components/faq.css")
    assert problem.line == before.count("\n") + line
    assert f"`{written.splitlines()[line - 1]}`" in problem.message


@pytest.mark.parametrize("wrong", ["missing", "other bytes", "elsewhere"])
def test_a_file_that_cannot_be_read_is_named_where_it_is_imported(css, wrong):
    entry = css / "site.css"
    if wrong == "missing":
        (css / "prose.css").unlink()
    elif wrong == "other bytes":
        (css / "prose.css").write_bytes(b"\xff\xfe")
    else:
        text = entry.read_text("utf-8")
        entry.write_text(text.replace('"prose.css"', '"https://a.example/prose.css"'), "utf-8")
    problem = problem_of(css)
    lines = CSS.joinpath("site.css").read_text("utf-8").splitlines()
    assert problem.path.endswith("css/site.css")
    assert "prose.css" in lines[problem.line - 1]
    assert "prose.css" in problem.message


def test_a_theme_without_a_style_sheet_is_named(tmp_path):
    problem = problem_of(tmp_path)
    assert (problem.path.endswith("site.css"), problem.line) == (True, 1)


def test_a_byte_order_mark_changes_nothing_and_mistakes_keep_their_place(css):
    expected = assets.style_sheet(css / "site.css")
    for file in css.rglob("*.css"):
        file.write_bytes(BOM_UTF8 + file.read_bytes())
    assert assets.style_sheet(css / "site.css") == expected
    faq = css / "components" / "faq.css"
    faq.write_bytes(BOM_UTF8 + b"a:: { }\n")
    problem = problem_of(css)
    assert (problem.path, problem.line) == (display_path_of(faq), 1)


def test_scripts_stay_apart_and_one_that_is_no_text_is_named(tmp_path):
    (tmp_path / "a.js").write_text("let a = 1 // the last line", "utf-8")
    (tmp_path / "b.js").write_text("let b = 2", "utf-8")
    assert assets.script(tmp_path).splitlines() == ["let a = 1 // the last line", "let b = 2"]
    (tmp_path / "c.js").write_bytes("// caf\xe9".encode("latin-1"))
    with pytest.raises(ProblemsFound) as found:
        assets.script(tmp_path)
    assert [(p.path, p.code) for p in found.value.problems] == [
        (display_path_of(tmp_path / "c.js"), "theme-file")
    ]


def test_only_icons_are_published(tmp_path):
    theme = shutil.copytree(ROOT / "theme", tmp_path / "theme")
    expected = assets.collect(theme, "")
    (theme / "static/icons/.DS_Store").write_bytes(b"junk")
    (theme / "static/icons/old").mkdir()
    assert assets.collect(theme, "") == expected


@pytest.mark.parametrize("name", ["css/prose.css", "js/search.js", "icons/favicon.svg"])
def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch, name):
    theme = shutil.copytree(ROOT / "theme", tmp_path / "theme")
    real = Path.read_bytes

    def read_bytes(file):
        if file == theme / "static" / name:
            raise PermissionError(13, "Permission denied", str(file))
        return real(file)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    with pytest.raises(ProblemsFound) as found:
        assets.collect(theme, "")
    [problem] = found.value.problems
    assert problem.code == "theme-file"
    assert problem.path.endswith(name)
