"""Addresses: how words become one, and the file that answers at it."""

from __future__ import annotations

import re


def slug(text: str) -> str:
    """The address of a heading: its words in small letters, joined by hyphens."""
    words = re.findall(r"[^\W_]+", text.lower().replace("’", "").replace("'", ""))
    return "-".join(words) or "section"


def save_as(path: str) -> str:
    """The file, below the output folder, that answers at an address of the site."""
    return f"{path}index.html".lstrip("/") if path.endswith("/") else path.lstrip("/")
