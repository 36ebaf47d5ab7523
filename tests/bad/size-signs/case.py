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

"""


def change(content: Path) -> None:
    text = POST + "[a] *b* `c` " * 8_000
    (content / "posts/x.md").write_text(text, "utf-8")
