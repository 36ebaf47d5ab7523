"""Text that can be read: its contrast and its size, with more contrast where a reader asks for it.

Contrast is measured by WCAG 2.2 in `test_brand.py`, and here by APCA, which knows that light text
on dark grounds needs more.

Not tested here: other browsers than Chromium.
"""

from __future__ import annotations

import browsers
import pytest
from browsers import launched
from conftest import CONTENT, ROOT, page_kinds

from practice.rendering import brand

SHEET = (ROOT / "theme/static/css/tokens.css").read_text("utf-8")
LEAST_APCA = 75
"""APCA's least for text that is read (https://readtech.org/ARC/, “preferred level for columns”)."""
LEAST_PIXELS = 14
SMALL = """(least) => {
  // Texts that are smaller than `least` pixels.
  const wrong = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || parent.closest("script, style")) continue;
    const size = parseFloat(getComputedStyle(parent).fontSize);
    if (size < least) wrong.push(`${size}: ${walker.currentNode.data.trim().slice(0, 40)}`);
  }
  return wrong;
}"""


def apca(text: str, ground: str) -> float:
    """The lightness contrast of two colors, `#rrggbb`, by APCA 0.0.98G-4g; from 0 to 106."""

    def luminance(color: str) -> float:
        parts = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
        weights = (0.2126729, 0.7151522, 0.0721750)
        found = sum(weight * part**2.4 for weight, part in zip(weights, parts, strict=True))
        return found if found > 0.022 else found + (0.022 - found) ** 1.414

    front, behind = luminance(text), luminance(ground)
    if behind > front:
        return ((behind**0.56 - front**0.57) * 1.14 - 0.027) * 100
    return ((front**0.62 - behind**0.65) * 1.14 - 0.027) * 100


def test_apca_is_measured_as_published():
    """The examples of https://github.com/Myndex/apca-w3."""
    assert round(apca("#888888", "#ffffff"), 1) == 63.1
    assert round(apca("#ffffff", "#888888"), 1) == 68.5
    assert round(apca("#000000", "#aaaaaa"), 1) == 58.1
    assert round(apca("#aaaaaa", "#000000"), 1) == 56.2


@pytest.mark.parametrize("color", [None, "#7a1f5c", "#003f88", "#8a5a00"])
@pytest.mark.parametrize("scheme", [0, 1])
def test_secondary_text_is_strong_in_both_schemes(color, scheme):
    sheet = brand.tokens(SHEET, color) if color else SHEET
    colors = {name: both[scheme].hex for name, *both in brand.colors(sheet)}
    for text in ("ink", "ink-soft", "link"):
        for ground in ("canvas", "surface", "tint"):
            assert apca(colors[text], colors[ground]) >= LEAST_APCA, (text, ground)


@pytest.fixture(scope="module")
def tab(practices):  # noqa: ARG001  # what forks is built before the browser's threads start
    with launched() as browser:
        yield browsers.page_of(browser, reduced_motion="reduce")


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_no_text_is_smaller_than_14_pixels(practices, served, tab, width):
    tab.set_viewport_size({"width": width, "height": 800})
    for name in CONTENT:
        for kind in page_kinds():
            for page in practices[name].longest(kind):
                tab.goto(served[name] + page.path)
                assert tab.evaluate(SMALL, LEAST_PIXELS) == [], page


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_more_contrast_for_those_who_ask_for_it(practices, served, tab, scheme):
    page = practices["sample"].longest("treatment")[0]
    color = "e => getComputedStyle(e).color"
    found = {}
    for contrast in ("no-preference", "more"):
        tab.emulate_media(color_scheme=scheme, contrast=contrast)
        tab.goto(served["sample"] + page.path)
        parts = {"text": "body", "soft": ".lead", "link": "main .prose a[href]"}
        found[contrast] = {
            name: tab.locator(selector).first.evaluate(color) for name, selector in parts.items()
        }
    assert found["more"]["soft"] == found["more"]["text"] == found["no-preference"]["text"]
    assert found["no-preference"]["soft"] != found["no-preference"]["text"]
    assert found["more"]["link"] != found["no-preference"]["link"]
    tab.emulate_media(color_scheme="light", contrast="no-preference")


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 360])
def test_a_table_of_four_columns_breaks_no_words(served, tab, width):
    """A word on two lines has two boxes."""
    tab.set_viewport_size({"width": width, "height": 800})
    tab.goto(served["sample"] + "/blog/returning-to-running/")
    broken = """() => [...document.querySelectorAll(".prose > table :is(th, td)")].flatMap((cell) =>
      [...cell.textContent.matchAll(/\\S+/g)].filter((word) => {
        const range = document.createRange();
        range.setStart(cell.firstChild, word.index);
        range.setEnd(cell.firstChild, word.index + word[0].length);
        return range.getClientRects().length > 1;
      }).map((word) => word[0]))"""
    assert tab.locator(".prose > table tr > *").count() == 20
    assert tab.evaluate(broken) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
