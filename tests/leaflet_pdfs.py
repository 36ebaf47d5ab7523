"""Leaflets in tests: how one is made, and what is in its PDF."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pikepdf
import pypdfium2
import zxingcpp
from conftest import ROOT

from practice.build.prepare import prepare
from practice.build.settings import load_settings
from practice.site.leaflets import leaflets_of

DPI_SCALE = 2
"""144 dots an inch, less than any printer has."""


class Pdf:
    """A leaflet as a reader, a scanner and a screen reader find it."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.pdf = pikepdf.open(io.BytesIO(content))
        self.pages = pypdfium2.PdfDocument(content)

    @property
    def text(self) -> str:
        return "".join(page.get_textpage().get_text_range() for page in self.pages)

    def codes(self) -> list[str]:
        found = []
        for page in self.pages:
            picture = page.render(scale=DPI_SCALE).to_pil()
            found += [code.text for code in zxingcpp.read_barcodes(picture)]
        return found

    def elements(self):
        """Every element of the structure, in reading order."""
        return list(elements_of(self.pdf.Root.StructTreeRoot.K))


def elements_of(node):
    if isinstance(node, pikepdf.Array):
        for item in node:
            yield from elements_of(item)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield node
        yield from elements_of(node.get("/K", pikepdf.Array()))


def squeezed(text: str) -> str:
    """A text without spaces and hyphens at the ends of lines, which a layout may change."""
    return re.sub(r"[\s\u00ad\ufffe\u0002]+", "", text)


def renderer_of(content: Path):
    return prepare(load_settings(ROOT / "pelicanconf.py", content, None))


def make(content: Path, number: int = 0) -> bytes:
    """Make one leaflet of a practice."""
    renderer = renderer_of(content)
    return renderer.leaflets.make(list(leaflets_of(renderer.site))[number])


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
