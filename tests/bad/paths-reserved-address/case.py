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
    (content / "posts/con!.md").write_text(POST, "utf-8")
