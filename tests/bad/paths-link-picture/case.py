from __future__ import annotations

from pathlib import Path


def change(content: Path) -> None:
    (content / "images/x.png").symlink_to("/etc/passwd")
