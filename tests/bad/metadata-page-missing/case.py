from __future__ import annotations

from pathlib import Path


def change(content: Path) -> None:
    (content / "pages" / "contact.md").unlink()
