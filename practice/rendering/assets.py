"""The theme's style sheet, script and icons, each under a name that changes with its content."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import lightningcss

from practice.paths import display_path_of
from practice.problems import Problem, ProblemsFound

PLACE = re.compile(r"(?P<message>.*) at (?P<file>.+):(?P<line>\d+):\d+", re.DOTALL)
"""How Lightning CSS ends a message."""
HINT = "correct this line, or put the file there that it imports"


@dataclass(frozen=True)
class Assets:
    """What templates link to, and the files behind it."""

    files: dict[str, bytes]
    """Output path -> content."""
    names: dict[str, str]
    """Plain name (`site.css`) -> address, the site's base path included."""

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


def collect(theme: Path, base: str) -> Assets:
    """Gather a theme's assets: one style sheet, one script, and the icons as they are."""
    static = theme / "static"
    contents = {
        "site.css": style_sheet(static / "css" / "site.css").encode(),
        "site.js": script(static / "js").encode(),
    }
    for icon in sorted((static / "icons").glob("*")):
        contents[icon.name] = icon.read_bytes()
    files: dict[str, bytes] = {}
    names: dict[str, str] = {}
    for name, content in contents.items():
        path = fingerprinted(name, content)
        files[path] = content
        names[name] = f"{base}/{path}"
    return Assets(files, names)


def fingerprinted(name: str, content: bytes) -> str:
    """``assets/site.3f2a9c01.css``: a path that can be cached for ever."""
    stem, dot, ending = name.rpartition(".")
    return f"assets/{stem}.{hashlib.sha256(content).hexdigest()[:8]}{dot}{ending}"


def style_sheet(entry: Path) -> str:
    """Return a style sheet, minified, with what it imports in its place; layers keep their order.

    Nothing is written in older CSS: the theme names the browsers that it is made for. Raises
    ``ProblemsFound`` with file and line for a mistake, or for a file that cannot be read.
    """
    try:
        return lightningcss.bundle_css(str(entry)) + "\n"
    except (OSError, ValueError) as error:
        raise ProblemsFound([_problem(str(error), entry)]) from error


def _problem(said: str, entry: Path) -> Problem:
    """What Lightning CSS says of a style sheet, with the line that it is about."""
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
    """All scripts of a folder in the order of their names."""
    return "".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.js")))
