"""The theme's style sheet, script and icons, each under a name that changes with its content."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from practice.paths import display_path_of
from practice.problems import Problem, ProblemsFound

IMPORT = re.compile(r'@import url\("(?P<file>[^"]+)"\) layer\((?P<layer>[\w.-]+)\);\s*')
SPACE = re.compile(r"""(?P<text>"[^"]*"|'[^']*')|\s*(?P<sign>[{};,])\s*|(?P<colon>:)?\s+""")
"""White space without meaning; text between quotes is kept."""
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class Assets:
    """The files that templates link to, and their addresses."""

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
    """Return a theme's assets: one style sheet, one script, and the icons unchanged."""
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
    """Return a path with a hash, ``assets/site.3f2a9c01.css``, which can be cached for ever."""
    stem, dot, ending = name.rpartition(".")
    return f"assets/{stem}.{hashlib.sha256(content).hexdigest()[:8]}{dot}{ending}"


def style_sheet(entry: Path) -> str:
    """The entry file with every ``@import … layer(x)`` replaced by that file in its layer."""

    def inline(match: re.Match[str]) -> str:
        content = _read(entry.parent / match["file"], f"`{entry.name}` imports it")
        return f"@layer {match['layer']} {{\n{_plain(content)}}}\n"

    return IMPORT.sub(inline, _plain(_read(entry, "every theme has this style sheet")))


def _read(file: Path, why: str) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"the style sheet cannot be read: {error}"
        raise ProblemsFound(
            [Problem(display_path_of(file), 1, "style-sheet", message, why)]
        ) from error


def script(folder: Path) -> str:
    """Return all scripts of a folder as one, in the order of their names."""
    return "".join(file.read_text(encoding="utf-8-sig") for file in sorted(folder.glob("*.js")))


def _plain(css: str) -> str:
    """A style sheet without comments and without the space around its signs."""
    return SPACE.sub(_without_space, COMMENT.sub("", css)).strip() + "\n"


def _without_space(match: re.Match[str]) -> str:
    return match["text"] or match["sign"] or match["colon"] or " "
