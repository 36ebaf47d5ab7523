from __future__ import annotations

from pathlib import Path

POST = """\
---
title: A post
date: 2026-05-10
author: nobody
summary: Words.
reviewed: 2026-05-10
---

Call [the front desk]({filename}/pages/desk.md) at 555-555-0199.
"""


def change(content: Path) -> None:
    clinic = content / "clinic.yaml"
    clinic.write_text(clinic.read_text("utf-8").replace("phone:", "phone: [", 1), "utf-8")
    (content / "posts/x.md").write_text(POST, "utf-8")
