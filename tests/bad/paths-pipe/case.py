from __future__ import annotations

import os
from pathlib import Path


def change(content: Path) -> None:
    os.mkfifo(content / "posts/x.md")
