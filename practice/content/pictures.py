"""Pictures in a text: captions, pictures without a description, and galleries."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

DECORATIVE = "none"
"""The description of a picture that shows nothing of use to a reader."""


def shown_alt(alt: str | None) -> str:
    """Return the `alt` attribute for a description (WCAG 2.2, 1.1.1; HTML 4.8.4.4.2)."""
    alt = alt or ""
    return "" if alt.strip().lower() == DECORATIVE else alt


def captioned(root: ET.Element) -> Iterator[ET.Element]:
    """Make a figure of each paragraph that holds a picture with a title and nothing else.

    Yield the pictures whose titles have no place: they stand beside words, in a list or a table.
    """
    for paragraph in list(root.iter("p")):
        picture = paragraph[0] if len(paragraph) == 1 else None
        alone = not (paragraph.text or "").strip()
        if picture is None or picture.tag != "img" or not alone or (picture.tail or "").strip():
            continue
        if "title" in picture.attrib:
            paragraph.tag, picture.tail = "figure", None
            _add_caption(paragraph, picture)
    yield from (picture for picture in root.iter("img") if "title" in picture.attrib)


def figures(gallery: ET.Element) -> bool:
    """Make a figure of each picture of a gallery; return False if there are words beside them."""
    found: list[ET.Element] = []
    for element in gallery.iter():
        words = (element.text or "") + ("" if element is gallery else element.tail or "")
        if words.strip() or element.tag not in (gallery.tag, "ul", "ol", "li", "p", "img", "br"):
            return False
        if element.tag == "img":
            found.append(element)
    for child in list(gallery):
        gallery.remove(child)
    for picture in found:
        figure = ET.SubElement(gallery, "figure")
        figure.append(picture)
        picture.tail = None
        if "title" in picture.attrib:
            _add_caption(figure, picture)
    return True


def _add_caption(figure: ET.Element, picture: ET.Element) -> None:
    ET.SubElement(figure, "figcaption").text = picture.attrib.pop("title")
