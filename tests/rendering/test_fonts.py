"""The practice's own fonts: their rules, their files, and what is wrong with some.

Not tested here: that browsers may load them (`test_headers.py`, `test_browser.py`).
"""

from __future__ import annotations

import datetime as dt
import io
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, Practice
from fonts import font
from fontTools.ttLib import TTFont

from practice import checks
from practice.build.run import build
from practice.preview.live import LivePreview
from practice.rendering import fonts
from practice.rendering.refused import Refused
from practice.site.assemble import load

DAY = dt.date(2026, 6, 1)


@pytest.fixture
def content(tmp_path):
    return Path(shutil.copytree(ROOT / "tests" / "bad" / "base", tmp_path / "content"))


def use(content, text="[]", headings="[]", **files):
    (content / "fonts").mkdir(exist_ok=True)
    for name, raw in files.items():
        (content / "fonts" / name.replace("__", ".")).write_bytes(raw)
    file = content / "clinic.yaml"
    lines = f"fonts:\n  text: {text}\n  headings: {headings}\n"
    file.write_text(lines + file.read_text("utf-8"), "utf-8")


def problems_of(content):
    site, found = load(content, DAY)
    found = [*found, *(checks.run(site) if site else ())]
    return [p for p in found if p.code.startswith("font-")]


def sheet_of(folder):
    (file,) = (folder / "assets").glob("site.*.css")
    return file.read_text("utf-8")


@pytest.mark.parametrize("flavor", [None, "woff2"])
@pytest.mark.parametrize(
    ("options", "weight", "style"),
    [
        ({}, "400", "normal"),
        ({"weight": 700, "italic": True}, "700", "italic"),
        ({"variable": True}, "200 900", "normal"),
    ],
)
def test_a_font_says_its_weight_and_slant(options, weight, style, flavor):
    found = fonts.read(font(**options, flavor=flavor))
    assert found.split(b"\n", 2)[:2] == [weight.encode(), style.encode()]
    made = TTFont(io.BytesIO(found.split(b"\n", 2)[2]))
    assert made.flavor == "woff2"
    assert made.getBestCmap() == {0x2605: "letter0"}


def test_the_same_font_gives_the_same_bytes():
    assert fonts.read(font()) == fonts.read(font())


@pytest.mark.parametrize(
    "raw", [b"", b"words", font()[:200], font(flavor="woff2")[:-40], b"wOF2" + bytes(500)]
)
def test_what_is_no_font_is_refused(raw):
    assert fonts.read(raw) == fonts.BROKEN


def test_a_site_with_fonts(content, tmp_path):
    use(
        content,
        "[a.ttf, My Bold.woff2]",
        "b.otf",
        a__ttf=font(variable=True),
        b__otf=font(),
        **{"My Bold__woff2": font(weight=700, flavor="woff2")},
    )
    built = build(content, tmp_path / "output")
    sheet = sheet_of(built.output)
    files = {file.name.split(".")[0]: file.name for file in built.output.rglob("*.woff2")}
    assert sorted(files) == ["a", "b", "my-bold"]
    for stem, family, weight in (("a", "text", "200 900"), ("my-bold", "text", 700)):
        rule = f'font-family:"practice {family}";font-weight:{weight};font-style:normal'
        assert f'{rule};font-display:optional;src:url("{files[stem]}") format("woff2")' in sheet
    assert ':root{--font-text:"practice text",system-ui,sans-serif}' in sheet
    assert ':root{--font-heading:"practice heading",Georgia,serif}' in sheet
    page = (built.output / "index.html").read_text("utf-8")
    assert page.count('as="font"') == 2
    assert files["my-bold"] not in page


def test_a_site_without_fonts_has_no_rules(sample: Practice):
    assert "@font-face" not in sheet_of(sample.folder)
    assert 'rel="preload"' not in (sample.folder / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"words", "font-broken"),
        (font(rights=2), "font-license"),
        (font(rights=4), None),
        (None, "font-missing"),
    ],
)
def test_what_is_wrong_is_named_at_its_line(content, raw, code):
    use(content, headings="[a.ttf]", **({"a__ttf": raw} if raw else {}))
    found = [(p.path.rpartition("/")[2], p.line, p.code) for p in problems_of(content)]
    assert found == ([("clinic.yaml", 3, code)] if code else [])


def test_a_font_that_is_missing_may_be_meant_by_another_name(content):
    use(content, text="[lora.ttf]", Lora__ttf=font())
    [problem] = problems_of(content)
    assert "Lora.ttf" in problem.hint


def test_a_large_font_is_a_warning(content, monkeypatch):
    monkeypatch.setattr(fonts, "HEAVY_BYTES", 100)
    use(content, text="[a.ttf]", a__ttf=font())
    assert [(p.code, p.severity) for p in problems_of(content)] == [("font-large", "warning")]


def test_a_file_that_is_too_large_is_not_read(content, monkeypatch):
    monkeypatch.setattr(fonts, "LARGEST_BYTES", 100)
    use(content, text="[a.ttf]", a__ttf=font())
    assert [p.code for p in problems_of(content)] == ["font-broken"]


def test_a_font_that_is_read_once_is_kept(content, monkeypatch):
    use(content, text="[a.ttf]", a__ttf=font(letters="xyz"))
    site, _ = load(content, DAY)
    before = fonts.of(site)
    monkeypatch.setattr(fonts, "_read_in_time", lambda _raw: Refused("x", "x", "x"))
    assert fonts.of(site) == before != fonts.NO_FONTS


def test_the_preview_follows_a_font(content):
    use(content, text="[a.ttf]", a__ttf=font())
    live = LivePreview(content, ROOT / "theme", "https://www.example.com")
    before = live.pages.renderer.assets.css
    file = content / "fonts" / "a.ttf"
    file.write_bytes(font(weight=300))
    live.changed([file])
    assert live.pages.renderer.assets.css != before
    assert (
        "font-weight:300"
        in live.pages.renderer.assets.files[live.pages.renderer.assets.css.lstrip("/")].decode()
    )
