from __future__ import annotations

from pathlib import Path


def change(content: Path) -> None:
    (content / "redirects.yaml").write_text("/Team/: /contact/\n", "utf-8")
