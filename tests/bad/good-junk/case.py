from __future__ import annotations

from pathlib import Path


def change(content: Path) -> None:
    (content / ".git").mkdir()
    (content / ".git/config").write_text("[core]\n", "utf-8")
