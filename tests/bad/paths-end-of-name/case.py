from __future__ import annotations

from pathlib import Path


def change(content: Path) -> None:
    room = (content / "images/room.png").read_bytes()
    (content / "images/x.").mkdir()
    (content / "images/y.png ").write_bytes(room)
