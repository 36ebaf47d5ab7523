from __future__ import annotations

from pathlib import Path


def change(content: Path) -> None:
    (content / "clinic.yaml").unlink()
    (content / "clinic.yaml").symlink_to("/etc/hostname")
