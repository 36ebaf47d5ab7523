from __future__ import annotations

import os
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
    text = POST + "Words.\n"
    Path(os.fsdecode(os.fsencode(content) + b"/posts/caf\xe9.md")).write_text(text, "utf-8")
