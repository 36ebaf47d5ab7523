from __future__ import annotations

from pathlib import Path


def change(content: Path) -> None:
    (content / "images/out").symlink_to("/etc")
