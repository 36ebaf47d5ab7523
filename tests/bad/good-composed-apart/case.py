from __future__ import annotations

import unicodedata
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
    name = unicodedata.normalize("NFD", "café")
    (content / f"images/{name}.png").write_bytes((content / "images/room.png").read_bytes())
    text = POST + f"![A cup]({{static}}/images/café.png)\n\n[x]({{filename}}{name}.md)\n"
    (content / f"posts/{name}.md").write_text(text, "utf-8")
