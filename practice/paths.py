"""Addresses, files and commands: how each is found, and how messages name it."""

from __future__ import annotations

import os
import re
from pathlib import Path

PACKAGE = Path(__file__).parent
INSTALLED = (PACKAGE / "theme").is_dir()
"""Whether this is an installed package, whose wheel carries the theme; else it is a checkout."""
HOME = "/"
NOT_FOUND = "/404.html"
"""What a host shows for an address that does not exist."""


def slug(text: str) -> str:
    """The address of a heading: its words in small letters, joined by hyphens."""
    words = re.findall(r"[^\W_]+", text.lower().replace("’", "").replace("'", ""))
    return "-".join(words) or "section"


def save_as(path: str) -> str:
    """The file, below the output folder, that answers at an address of the site."""
    return f"{path}index.html".lstrip("/") if path.endswith("/") else path.lstrip("/")


def files_below(folder: Path) -> list[str]:
    """Every file below a folder, by its path from there, in one fixed order."""
    root = str(folder)
    found: list[str] = []
    for here, _, names in os.walk(root):
        start = f"{here[len(root) + 1 :]}/" if here != root else ""
        found.extend(f"{start}{name}" for name in names)
    return sorted(found)


def display_path_of(path: Path) -> str:
    """A path as messages name it: from the working folder where it lies below it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def theme_folder() -> Path:
    """The folder of the theme: in the installed package, or beside it in a checkout."""
    return (PACKAGE if INSTALLED else PACKAGE.parent) / "theme"


def command_of(task: str) -> str:
    """How a command is called here: `practice build` installed, `uv run inv build` in a checkout.

    ``task`` is the name of the command and its arguments.
    """
    return f"practice {task}" if INSTALLED else f"uv run inv {task}"
