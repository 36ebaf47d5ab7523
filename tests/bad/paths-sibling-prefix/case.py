from __future__ import annotations

from pathlib import Path


def change(content: Path) -> None:
    private = content.parent / "content-private"
    private.mkdir()
    (private / "x.pdf").write_bytes(b"%PDF-1.4\n")
