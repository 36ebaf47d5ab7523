from __future__ import annotations

from pathlib import Path


def change(content: Path) -> None:
    (content / "images/loop").symlink_to(".")
