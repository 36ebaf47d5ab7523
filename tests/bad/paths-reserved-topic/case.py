from __future__ import annotations

from pathlib import Path


def change(content: Path) -> None:
    with (content / "topics.yaml").open("a", encoding="utf-8") as file:
        file.write("nul:\n  name: Nothing\n  summary: Words.\n")
    post = content / "posts/first.md"
    post.write_text(post.read_text("utf-8").replace("[pain]", "[pain, nul]"), "utf-8")
