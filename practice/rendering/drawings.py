"""Drawings (SVG 1.1 and 2): each becomes pixels, so that nothing in one can act in a page.

An SVG is a document, which may hold scripts, load other files, and ask for fonts that only some
computers have. Of its pixels none of this is left. Drawings are read with the parser and renderer
of an installed library; call these functions in a helper process (``practice.support.time_limit``).
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

import resvg_py

from practice.rendering.refused import BROKEN, HIGHEST, MOVING, TOO_HIGH, WIDEST, Refused

RECIPE = f"{resvg_py.__version__}"
"""The version of what makes the pixels."""
SVG = "{http://www.w3.org/2000/svg}"
HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
MOVES = ("animate", "animateMotion", "animateTransform", "set")
OF_WEB_PAGES = ("foreignObject", "iframe", "video", "audio", "canvas")
STYLE_MOVES = re.compile(r"@keyframes\b|\banimation(?:-name)?\s*:")
LOADED = re.compile(r"@import\s|url\(\s*[\"']?(?!\s*[#\"']|data:)")
NUMBER = re.compile(r"\s*(?P<value>\d+(?:\.\d+)?|\.\d+)\s*(?:px|pt|pc|mm|cm|in)?\s*")
AGAIN = "in the drawing program, or export it as PNG, 1600 pixels wide"
NO_SIZE = Refused(
    "picture-drawing",
    "the drawing does not say how large it is",
    f"save it again with a `viewBox` {AGAIN}",
)
LETTERS = Refused(
    "picture-drawing",
    "the drawing has letters that are not drawn: their font may be missing elsewhere",
    f"turn the text into paths (outlines) {AGAIN}",
)
FOREIGN = Refused(
    "picture-drawing",
    "a part of the drawing is a piece of a web page, which only browsers show",
    f"draw that part {AGAIN}",
)
ELSEWHERE = Refused(
    "picture-drawing",
    "the drawing shows another file or another site's picture",
    f"embed that picture {AGAIN}",
)


def is_drawing(raw: bytes) -> bool:
    """Return whether the content of a picture file is XML, as no other format is."""
    return raw.startswith((BOM_UTF16_BE, BOM_UTF16_LE)) or (
        raw.removeprefix(BOM_UTF8).lstrip().startswith(b"<")
    )


def refusal(raw: bytes) -> Refused | None:
    """Return why a drawing cannot be published as it looks, or None."""
    try:
        root = _parsed(raw)
    except ET.ParseError:
        return BROKEN
    if root.tag != f"{SVG}svg":
        return BROKEN
    shape = _shape(root)
    if shape is None:
        return NO_SIZE
    if shape * WIDEST > HIGHEST:
        return TOO_HIGH
    return next(filter(None, map(_refusal_of_part, root.iter())), None)


def to_png(raw: bytes) -> bytes:
    """Return a drawing as a PNG, ``WIDEST`` pixels wide; call `refusal` first.

    No font of the system is used, so every computer makes the same pixels.
    """
    text = ET.tostring(_parsed(raw), encoding="unicode")
    return resvg_py.svg_to_bytes(svg_string=text, width=WIDEST, dpi=96, skip_system_fonts=True)


def _parsed(raw: bytes) -> ET.Element:
    return ET.fromstring(raw)  # noqa: S314  # Expat (2.4.1) limits what entities become


def _shape(root: ET.Element) -> float | None:
    """Return how high a drawing is for its width; None if it does not say so."""
    sides = [NUMBER.fullmatch(root.get(name, "")) for name in ("width", "height")]
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    numbers = [NUMBER.fullmatch(part) for part in box[2:]] if len(box) == 4 else []
    for width, height in (sides, numbers or [None, None]):
        if width and height and float(width["value"]) > 0 and float(height["value"]) > 0:
            return float(height["value"]) / float(width["value"])
    return None


def _refusal_of_part(element: ET.Element) -> Refused | None:
    name = str(element.tag).removeprefix(SVG)  # a comment has a function here
    if name == "text" and "".join(element.itertext()).strip():
        return LETTERS
    if name in OF_WEB_PAGES:
        return FOREIGN
    style = " ".join((*element.attrib.values(), (element.text or "") if name == "style" else ""))
    if name in MOVES or STYLE_MOVES.search(style):
        return MOVING
    loads = name != "a" and any(
        not element.get(href, "#").strip().startswith(("#", "data:")) for href in HREFS
    )
    return ELSEWHERE if loads or LOADED.search(style) else None
