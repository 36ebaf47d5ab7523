"""The practice's own color: every text can be read with it, in both color schemes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from clinics import set_fields
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from practice.build.run import build
from practice.content.models import BrandColor
from practice.preview.live import LivePreview
from practice.rendering import brand
from practice.support.colors import Oklch, contrast, darkened, of_hex

SHEET = (ROOT / "theme/static/css/tokens.css").read_text("utf-8")
TEXTS = [
    *((text, ground) for text in ("ink", "ink-soft", "link") for ground in ("canvas", "surface")),
    *((text, "tint") for text in ("ink", "ink-soft", "link")),
    ("brand", "canvas"), ("on-brand", "brand"), ("on-brand", "brand-hover"),
    ("on-hero", "hero"), ("on-hero-soft", "hero"), ("accent", "hero"),
    ("on-accent", "accent"), ("serious", "surface"), ("urgent-tint", "ink"),
]  # fmt: skip
"""Texts and their grounds."""
CONTROLS = [("edge", "canvas"), ("edge", "surface"), ("focus", "canvas"), ("focus", "surface")]
"""Borders of controls and the mark of the focus (WCAG 2.2, 1.4.11)."""
EXAMPLES = ("#7a1f5c", "#003f88", "#8a5a00")
COLORS = st.builds(Oklch, st.floats(0.1, 0.9), st.floats(0, 0.3), st.floats(0, 360))


def accepted(color):
    return TypeAdapter(BrandColor).validate_python(color)


def too_weak(sheet):
    colors = {name: both for name, *both in brand.colors(sheet)}
    needed = [(pair, 4.5) for pair in TEXTS] + [(pair, 3.0) for pair in CONTROLS]
    return [
        (text, ground, scheme, round(found, 2))
        for (text, ground), least in needed
        for scheme in (0, 1)
        if (found := contrast(colors[text][scheme].rgb, colors[ground][scheme].rgb)) < least
    ]


def test_the_themes_own_colors_can_be_read():
    assert too_weak(SHEET) == []


@pytest.mark.parametrize("color", EXAMPLES)
def test_three_brands_can_be_read(color):
    sheet = brand.tokens(SHEET, accepted(color))
    assert too_weak(sheet) == []
    assert f"--color-brand: light-dark({color}, " in sheet


@given(COLORS)
def test_every_color_can_be_read_or_is_refused_with_one_that_can(color):
    given = color.hex
    try:
        used = accepted(given)
    except ValidationError as error:
        (detail,) = error.errors()
        used = accepted(detail["ctx"]["nearest"])
        before, after = of_hex(given), of_hex(used)
        assert after.lightness < before.lightness
        if min(before.chroma, after.chroma) > 0.05:
            assert abs((before.hue - after.hue + 180) % 360 - 180) < 12
    assert too_weak(brand.tokens(SHEET, used)) == []


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_a_color_is_the_same_after_its_way_through_oklch(color):
    assert of_hex(color).hex == color


def test_contrast_as_wcag_defines_it():
    black, white = of_hex("#000000").rgb, of_hex("#ffffff").rgb
    assert round(contrast(black, white), 3) == 21
    assert round(contrast(of_hex("#767676").rgb, white), 2) == 4.54
    assert darkened(of_hex("#767676"), white, 4.5) == of_hex("#767676")


def test_the_site_has_the_color_everywhere(tmp_path):
    content = Path(shutil.copytree(ROOT / "content", tmp_path / "content"))
    set_fields(content / "clinic.yaml", brand_color='"#7A1F5C"')
    built = build(content, tmp_path / "output")
    (sheet,) = (built.output / "assets").glob("site.*.css")
    assert "#7a1f5c" in sheet.read_text("utf-8")
    (icon,) = (built.output / "assets").glob("favicon.*.svg")
    assert brand.ICON_GROUND.decode() not in icon.read_text("utf-8")
    home = (built.output / "index.html").read_text("utf-8")
    dark = {name: both for name, *both in brand.colors(brand.tokens(SHEET, "#7a1f5c"))}["canvas"][1]
    assert re.search(rf'<meta name="theme-color" content="{dark.hex}"', home)


def test_the_preview_follows_the_color(tmp_path):
    content = Path(shutil.copytree(ROOT / "content", tmp_path / "content"))
    live = LivePreview(content, ROOT / "theme", "https://www.example.com")
    before = live.pages.renderer.assets.css
    file = content / "clinic.yaml"
    text = file.read_text("utf-8")
    set_fields(file, brand_color='"#003f88"')
    live.changed([file])
    after = live.pages.renderer.assets.css
    assert after != before
    assert b"#003f88" in live.show(after).content
    file.write_text(text, "utf-8")
    live.changed([file])
    assert live.pages.renderer.assets.css == before
