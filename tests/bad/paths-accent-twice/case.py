from __future__ import annotations

import unicodedata
from pathlib import Path


def change(content: Path) -> None:
    room = (content / "images/room.png").read_bytes()
    for form in ("NFC", "NFD"):
        (content / "images" / unicodedata.normalize(form, "café.png")).write_bytes(room)
