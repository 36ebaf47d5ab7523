"""Drawings (SVG): what becomes of one, and which are refused.

Not tested here: the sizes of pictures and their markup (`test_images.py`).
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import shutil
from pathlib import Path

import pytest
from conftest import ROOT, Practice
from PIL import Image

from practice import checks
from practice.build.run import build
from practice.rendering import drawings, pixels
from practice.rendering.drawings import ELSEWHERE, FOREIGN, LETTERS, NO_SIZE
from practice.rendering.pixels import Examined
from practice.rendering.refused import BROKEN, MOVING, TOO_HIGH
from practice.site.assemble import load

DAY = dt.date(2026, 6, 1)
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
SQUARE = '<rect width="10" height="20" fill="#7a1f5c"/>'


def svg(inside=SQUARE, size='viewBox="0 0 20 20"'):
    return f"{HEAD}{size}>{inside}</svg>".encode()


def shown(raw):
    made = pixels.encode(raw, (20, 20), "PNG", drawing=True)
    image = Image.open(io.BytesIO(made)).convert("RGBA")
    return image.getpixel((4, 10)), image.getpixel((16, 10))


@pytest.mark.parametrize(
    "raw",
    [
        svg(),
        b"\xef\xbb\xbf \n" + svg(),
        b"<!-- by a program -->" + svg(),
        f'<?xml version="1.0" encoding="UTF-16"?>{svg().decode()}'.encode("utf-16"),
        svg(f"<script>alert(1)</script>{SQUARE}"),
        svg(f'<a href="https://www.example.com/" onclick="x()">{SQUARE}</a>'),
        svg(f"<title>The mark</title><desc>https://www.example.com/</desc>{SQUARE}"),
        svg(f'<style>.a {{ fill: url("#b") }}</style>{SQUARE}'),
        svg('<defs><rect id="a" width="10" height="20" fill="#7a1f5c"/></defs><use href="#a"/>'),
        svg(f"<text> </text>{SQUARE}"),
        svg(size='width="20mm" height="20mm" viewBox="0,0,20,20"'),
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd" ['
        b'<!ENTITY ns "x">]>' + svg(),
    ],
)
def test_a_drawing_becomes_pixels(raw):
    assert pixels.examine(raw) == Examined(1600, 1600, drawing=True, ground="light")
    left, right = shown(raw)
    assert all(abs(a - b) < 8 for a, b in zip(left, (0x7A, 0x1F, 0x5C, 255), strict=True))
    assert right[3] == 0


@pytest.mark.parametrize(
    ("raw", "refused"),
    [
        (svg("<text>Marlow</text>"), LETTERS),
        (svg("<g><text><tspan>Marlow</tspan></text></g>"), LETTERS),
        (svg("<foreignObject><p>Marlow</p></foreignObject>"), FOREIGN),
        (svg('<image href="/etc/passwd" width="9" height="9"/>'), ELSEWHERE),
        (svg('<image xlink:href="https://www.example.com/a.png"/>'), ELSEWHERE),
        (svg('<use href="other.svg#a"/>'), ELSEWHERE),
        (svg('<rect fill="url(other.svg#a)"/>'), ELSEWHERE),
        (svg("<rect style=\"fill: url( 'other.svg#a')\"/>"), ELSEWHERE),
        (svg('<style>@import "a.css";</style>'), ELSEWHERE),
        (svg(f'<g><animate attributeName="x"/>{SQUARE}</g>'), MOVING),
        (svg(f"<style>rect {{ animation: a 3s }}</style>{SQUARE}"), MOVING),
        (svg(size=""), NO_SIZE),
        (svg(size='viewBox="0 0 0 20"'), NO_SIZE),
        (svg(size='width="100%" height="100%"'), NO_SIZE),
        (svg(size='viewBox="0 0 1 4"'), TOO_HIGH),
        (svg(size='viewBox="0 0 1 100000"'), TOO_HIGH),
        (b"<svg", BROKEN),
        (b"<html></html>", BROKEN),
        (b"<svg></svg>", BROKEN),
        (svg("&nothing;"), BROKEN),
        (svg("<g>" * 3000 + "</g>" * 3000), BROKEN),
    ],
)
def test_what_would_look_different_is_refused(raw, refused):
    assert pixels.examine(raw) == refused


def test_a_picture_that_is_embedded_is_drawn():
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), "#7a1f5c").save(buffer, "PNG")
    data = base64.b64encode(buffer.getvalue()).decode()
    raw = svg(f'<image href="data:image/png;base64,{data}" width="10" height="20"/>')
    assert isinstance(pixels.examine(raw), Examined)


def test_no_file_is_read_beside_the_drawing(tmp_path):
    file = tmp_path / "a.png"
    Image.new("RGB", (4, 4), "#7a1f5c").save(file)
    raw = svg(f'<image href="{file}" width="20" height="20"/>')
    assert drawings.refusal(raw) == ELSEWHERE


def test_a_drawing_is_published_as_pictures_of_pixels(tmp_path):
    content = Path(shutil.copytree(ROOT / "tests" / "bad" / "base", tmp_path / "content"))
    (content / "images" / "Our mark.svg").write_bytes(svg("<script>alert(1)</script>" + SQUARE))
    file = content / "clinic.yaml"
    file.write_text("logo: Our mark.svg\nicon: Our mark.svg\n" + file.read_text("utf-8"), "utf-8")
    with (content / "pages" / "contact.md").open("a", encoding="utf-8") as page:
        page.write("\n![A square]({static}/images/Our%20mark.svg)\n")
    built = build(content, tmp_path / "output")
    assert not list(built.output.rglob("*mark*.svg"))
    assert (built.output / "images" / "Our mark.svg.png").read_bytes().startswith(b"\x89PNG")
    home = (built.output / "index.html").read_text("utf-8")
    assert "https://www.example.com/images/Our%20mark.svg.png" in home
    assert '<link rel="apple-touch-icon" href="/assets/Our%20mark.' in home
    assert "favicon" not in home


def test_an_icon_has_to_be_square(tmp_path):
    content = Path(shutil.copytree(ROOT / "tests" / "bad" / "base", tmp_path / "content"))
    (content / "images" / "wide.svg").write_bytes(svg(size='viewBox="0 0 20 10"'))
    file = content / "clinic.yaml"
    file.write_text("icon: wide.svg\n" + file.read_text("utf-8"), "utf-8")
    site, _ = load(content, DAY)
    assert [(p.line, p.code) for p in checks.run(site)] == [(1, "icon-shape")]


def test_the_icon_of_the_kitchen_sink(kitchen_sink: Practice):
    pages = [page for page in kitchen_sink.pages if page.kind != "redirect"]
    assert all(page.text.count('rel="icon"') == 1 for page in pages)
