from __future__ import annotations

from pathlib import Path

POST = """\
---
title: A post
date: 2026-05-10
author: ana
summary: Words.
reviewed: 2026-05-10
---

Words.
"""


def change(content: Path) -> None:
    (content / "posts/con.md").write_text(POST, "utf-8")
    room = (content / "images/room.png").read_bytes()
    (content / "images/Aux.tar.png").write_bytes(room)
