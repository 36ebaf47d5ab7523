"""Addresses, paths and commands: slugs, output files, and what differs between systems."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path, PurePath
from typing import TypeVar

P = TypeVar("P", bound=PurePath)

PACKAGE = Path(__file__).parent
INSTALLED = (PACKAGE / "theme").is_dir()
"""Whether this is an installed package, whose wheel carries the theme; else it is a checkout."""
HOME = "/"
NOT_FOUND = "/404.html"
"""What a host shows for an address that does not exist."""
DEVICE = re.compile(r"con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]", re.IGNORECASE)


def slug(text: str) -> str:
    """The address of a heading: its words in small letters, joined by hyphens."""
    words = re.findall(r"[^\W_]+", text.lower().replace("’", "").replace("'", ""))
    return "-".join(words) or "section"


def slug_without_accents(text: str) -> str:
    """The address of a page: as ``slug``, with letters such as é written as e."""
    letters = unicodedata.normalize("NFKD", text)
    return slug("".join(letter for letter in letters if not unicodedata.combining(letter)))


def save_as(path: str) -> str:
    """The file, below the output folder, that answers at an address of the site."""
    return f"{path}index.html".lstrip("/") if path.endswith("/") else path.lstrip("/")


def published_picture(name: str) -> str:
    """The path below `images/` at which a picture is published; a drawing (SVG) becomes a PNG."""
    return f"{name}.png" if name.lower().endswith(".svg") else name


def below(folder: P, path: P) -> str | None:
    """The path from a folder to something in it, with `/` on every system; None if it is not in it.

    Windows compares names without regard to case, and knows drives (``C:``) and shares
    (``//server/share``): a path on another one is not in the folder.
    """
    try:
        return path.relative_to(folder).as_posix()
    except ValueError:
        return None


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path is a folder, or lies in it, however the two are spelled.

    Symbolic links are followed; names that differ only by case are one on file systems that do not
    tell them apart.
    """
    real, wanted = path.resolve(), folder.resolve()
    return any(place == wanted or is_same(place, wanted) for place in (real, *real.parents))


def is_same(one: Path, other: Path) -> bool:
    """Whether two names are one file, as `A.pdf` and `a.pdf` are on Windows and macOS."""
    try:
        return one.samefile(other)
    except OSError:  # one of them does not exist yet
        return False


def folded(path: str) -> str:
    """What file systems of Windows and macOS compare: two names with one value are one file there.

    They ignore case, and macOS the way in which an accent is encoded (NFC or NFD).
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).lower())


def is_reserved(name: str) -> bool:
    """Whether Windows takes a name for a device, with any ending: `con.md`, `AUX`, `com1.pdf`.

    https://learn.microsoft.com/windows/win32/fileio/naming-a-file
    """
    return DEVICE.fullmatch(name.partition(".")[0].rstrip(" ")) is not None


def files_below(folder: Path) -> list[str]:
    """Every file below a folder, by its path from there, in one fixed order."""
    found: list[str] = []
    for here, _, names in os.walk(folder):
        start = below(folder, Path(here))
        found.extend(name if start == "." else f"{start}/{name}" for name in names)
    return sorted(found)


def display_path_of(path: Path) -> str:
    """Return a path as messages show it: relative to the working folder if inside, with `/`."""
    real, here = path.resolve(), Path.cwd()
    return below(here, real) or below(here.resolve(), real) or path.as_posix()


def theme_folder() -> Path:
    """Return the folder of the theme: in the installed package, or beside it in a checkout."""
    return (PACKAGE if INSTALLED else PACKAGE.parent) / "theme"


def command_of(task: str) -> str:
    """Return a command as the user types it; ``task`` is its name with its arguments.

    An installed package has `practice build`; a checkout has `uv run inv build`.
    """
    return f"practice {task}" if INSTALLED else f"uv run inv {task}"
