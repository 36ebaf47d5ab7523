"""Typst: makes a PDF of a template and data, in a process that can be ended.

Typst (https://typst.app) reads its files from memory and the fonts from a folder, so that a PDF
depends on nothing else. It never evaluates data. Network packages are refused.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from pikepdf import ObjectStreamMode, Pdf

FONTS = "fontpkg_atkinson_hyperlegible"
NEEDED = ("typst", "segno", FONTS)
"""Packages without which no leaflet is made; they are the extra `leaflets`."""
PAGES = re.compile(rb"<xmpTPg:NPages>(\d+)</xmpTPg:NPages>")
"""The number of pages, in the metadata of a PDF."""
DIAGNOSTIC = re.compile(
    r"^(?:error|warning): (?P<message>.*?)\n *(?:┌─ (?P<file>[^\n]+):(?P<line>\d+):\d+\n|=|$)",
    re.MULTILINE | re.DOTALL,
)
"""How Typst reports a mistake."""
NO_GLYPH = re.compile(r'the text `"(?P<text>.+?)"` could not be displayed')
NETWORK = re.compile(r'"@[\w-]+/')
"""A package that Typst would load from the Internet."""


@dataclass(frozen=True)
class Typeset:
    """A PDF, or what is wrong with the template or the texts."""

    pdf: bytes = b""
    pages: int = 0
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True)
class Mistake:
    """A mistake that Typst has found."""

    file: str
    """The name of the template; empty if Typst does not say it."""
    line: int
    message: str
    missing: str = ""
    """Text that no font can show, if that is the mistake."""


def missing_package() -> str | None:
    """Return the first package that is needed and not installed, or None."""
    return next((name for name in NEEDED if find_spec(name) is None), None)


def typeset(
    entry: str, files: Mapping[str, bytes], data: Sequence[bytes], most_pages: int | None
) -> Typeset:
    """Return the PDF of the first data that fits into ``most_pages``, else of the last.

    ``entry`` is the name of the template in ``files``, which also holds what it reads. The template
    finds the data as `/data.json`.
    """
    mistakes = tuple(_refused(files))
    if mistakes:
        return Typeset(mistakes=mistakes)
    made = Typeset()
    for content in data:
        made = _compiled(entry, {**files, "data.json": content})
        if made.mistakes or most_pages is None or made.pages <= most_pages:
            break
    return replace(made, pdf=_compact(made.pdf)) if made.pdf else made


def _refused(files: Mapping[str, bytes]) -> Iterator[Mistake]:
    message = "a package would be loaded from the Internet: put what you need into the template"
    for name, content in files.items():
        if name.endswith(".typ"):
            for number, line in enumerate(content.decode().split("\n"), 1):
                if NETWORK.search(line):
                    yield Mistake(name, number, message)


def _compiled(entry: str, files: Mapping[str, bytes]) -> Typeset:
    import typst  # noqa: PLC0415  # an extra: a site can be built without it

    folder = _fonts()
    main = f'#include "{entry}"'.encode()
    try:
        pdf, warnings = typst.compile_with_warnings(  # type: ignore[call-overload]  # its stubs know no files in memory
            {"main.typ": main, **files},
            root=folder,  # no file but those in memory
            font_paths=[folder],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],  # what is not accessible is a mistake
        )
    except typst.TypstError as error:
        return Typeset(mistakes=tuple(_mistakes(error.diagnostic, files)) or (_unplaced(error),))
    mistakes = [found for warning in warnings for found in _mistakes(warning.diagnostic, files)]
    if mistakes:
        return Typeset(mistakes=tuple(mistakes))
    pages = PAGES.search(pdf)
    return Typeset(pdf, int(pages[1]) if pages else 0)


def _fonts() -> Path:
    """Return the folder of the fonts, which are a package without code of their own."""
    found = find_spec(FONTS)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(FONTS, name=FONTS)
    return Path(found.origin).parent / "files"


def _compact(pdf: bytes) -> bytes:
    """Return a PDF with its tags compressed, which otherwise are half of it; always the same."""
    out = io.BytesIO()
    with Pdf.open(io.BytesIO(pdf)) as opened:
        opened.save(out, object_stream_mode=ObjectStreamMode.generate, deterministic_id=True)
    return out.getvalue()


def _mistakes(diagnostic: str, files: Iterable[str]) -> Iterator[Mistake]:
    for found in DIAGNOSTIC.finditer(diagnostic):
        message = " ".join(found["message"].split())
        missing = NO_GLYPH.search(message)
        place = (found["file"] or "").replace("\\", "/")  # of a list of words, with its folder
        yield Mistake(
            next((name for name in files if place.endswith(name)), ""),
            int(found["line"] or 1),
            message,
            missing["text"] if missing else "",
        )


def _unplaced(error: Exception) -> Mistake:
    return Mistake("", 1, str(error))
