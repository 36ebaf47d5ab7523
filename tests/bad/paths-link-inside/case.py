from __future__ import annotations

from pathlib import Path


def change(content: Path) -> None:
    (content / "posts/x.md").symlink_to("first.md")
