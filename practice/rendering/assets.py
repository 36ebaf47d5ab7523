"""The theme's style sheet, script and icons, each under a name that changes with its content."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import lightningcss

from practice.content.folder import JUNK
from practice.paths import display_path_of, slug
from practice.problems import Problem, ProblemsFound
from practice.rendering import brand, theme_file
from practice.rendering.fonts import NO_FONTS, Face, UsableFonts

PLACE = re.compile(r"(?P<message>.*) at (?P<file>.+):(?P<line>\d+):\d+", re.DOTALL)
"""How Lightning CSS ends a message."""
FALLBACK = {"text": "system-ui,sans-serif", "heading": "Georgia,serif"}
"""The fonts of the computer that stand in for the practice's, by their use."""
HINT = "correct this line, or put the file there that it imports"


@dataclass(frozen=True)
class Assets:
    """The files that templates link to, and their addresses."""

    files: dict[str, bytes]
    """Output path -> content."""
    names: dict[str, str]
    """Plain name (`site.css`) -> address, the site's base path included."""
    preloaded_fonts: tuple[str, ...] = ()
    """The addresses of fonts that nearly every page needs."""
    canvas: tuple[str, str] = ("#ffffff", "#000000")
    """The color behind the text, in the light and the dark color scheme."""
    colors: Mapping[str, str] = field(default_factory=dict)
    """Every color of `tokens.css` in the light color scheme: name -> `#rrggbb`."""

    @property
    def css(self) -> str:
        """The address of the style sheet."""
        return self.names["site.css"]

    @property
    def js(self) -> str:
        """The address of the script."""
        return self.names["site.js"]

    def file(self, name: str) -> str:
        """The address of an icon."""
        return self.names[name]


def collect(
    theme: Path, base: str, color: str | None = None, fonts: UsableFonts = NO_FONTS
) -> Assets:
    """Return a theme's assets: one style sheet, one script, the icons, and the practice's fonts.

    ``color`` is the practice's own (`#rrggbb`); without one, icons are unchanged.
    """
    static = theme / "static"
    sheet = style_sheet(static / "css" / "site.css")
    sheet = brand.tokens(sheet, color) if color else sheet
    contents = {
        "site.css": (sheet + _font_faces(fonts)).encode(),
        "site.js": script(static / "js").encode(),
    }
    for icon in sorted((static / "icons").glob("*")):
        if icon.is_file() and not JUNK.fullmatch(icon.name):
            contents[icon.name] = theme_file.read_bytes(icon)
            if color and icon.suffix == ".svg":
                contents[icon.name] = brand.icon(contents[icon.name], sheet)
    files: dict[str, bytes] = {}
    names: dict[str, str] = {}
    for name, content in contents.items():
        path = fingerprinted(name, content)
        files[path] = content
        names[name] = f"{base}/{path}"
    files |= {_font_file(face): face.content for face in fonts.faces}
    preloaded = tuple(f"{base}/{_font_file(face)}" for face in fonts.faces if face.is_basic)
    canvas = brand.color(sheet, "canvas") or Assets.canvas
    colors = {name: light.hex for name, light, _ in brand.colors(sheet)}
    return Assets(files, names, preloaded, canvas, colors)


def fingerprinted(name: str, content: bytes) -> str:
    """Return a path with a hash, ``assets/site.3f2a9c01.css``, which can be cached for ever."""
    stem, dot, ending = name.rpartition(".")
    return f"assets/{stem}.{hashlib.sha256(content).hexdigest()[:8]}{dot}{ending}"


def style_sheet(entry: Path) -> str:
    """Return a style sheet, minified, with what it imports in its place; layers keep their order.

    Nothing is written in older CSS: the theme names the browsers that it is made for. Do not call
    it in a forked process, which lacks the threads that Lightning CSS has started. Raises
    ``ProblemsFound`` with file and line for a mistake, or for a file that cannot be read.
    """
    static = entry.parent.parent
    with _without_marks(static) as folder:
        try:
            return lightningcss.bundle_css(str(folder / entry.relative_to(static))) + "\n"
        except (OSError, ValueError) as error:
            message = str(error).replace(str(folder), str(static))
            raise ProblemsFound([_problem(message, entry)]) from error


def _font_faces(fonts: UsableFonts) -> str:
    """Return the rules for the practice's fonts, which win over the theme's cascade layers."""
    rules = []
    for use, faces in (("text", fonts.text), ("heading", fonts.headings)):
        for face in faces:
            address = _font_file(face).rpartition("/")[2]  # beside the style sheet
            rules.append(
                f'@font-face{{font-family:"practice {use}";font-weight:{face.weight};'
                f"font-style:{face.style};font-display:optional;"
                f'src:url("{address}") format("woff2")}}'
            )
        if faces:
            rules.append(f':root{{--font-{use}:"practice {use}",{FALLBACK[use]}}}')
    return "".join(f"{rule}\n" for rule in rules)


def _font_file(face: Face) -> str:
    return fingerprinted(f"{slug(Path(face.name).stem)}.woff2", face.content)


@contextmanager
def _without_marks(folder: Path) -> Iterator[Path]:
    """Yield a folder with the style sheets without byte order marks, which some editors write.

    Lightning CSS would read such a mark as a part of the first selector.
    """
    sheets = (file for file in folder.rglob("*.css") if file.is_file())
    marked = [file for file in sheets if theme_file.read_bytes(file).startswith(BOM_UTF8)]
    if not marked:
        yield folder
        return
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / folder.name
        shutil.copytree(folder, copy)
        for file in marked:
            content = file.read_bytes().removeprefix(BOM_UTF8)
            (copy / file.relative_to(folder)).write_bytes(content)
        yield copy


def _problem(said: str, entry: Path) -> Problem:
    """Return the problem for a message of Lightning CSS, with its file and line."""
    said = said.removeprefix("Bundling failed: ")
    place = PLACE.fullmatch(said)
    if not place:
        return Problem(display_path_of(entry), 1, "style-sheet", said, HINT)
    file, line = Path(place["file"]), int(place["line"]) + 1  # it counts from 0
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    written = lines[line - 1].strip() if line <= len(lines) else "the end of the file"
    message = f"`{written[:80]}` cannot be read: {place['message']}"
    return Problem(display_path_of(file), line, "style-sheet", message, HINT)


def script(folder: Path) -> str:
    """Return all scripts of a folder as one, in the order of their names."""
    texts = map(theme_file.read_text, sorted(folder.glob("*.js")))
    return "\n".join(texts)  # a last line can be a comment
