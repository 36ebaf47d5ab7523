def change(content):
    with (content / "topics.yaml").open("a", encoding="utf-8") as file:
        file.write(f"{'a' * 300}:\n  name: Long\n  summary: Words.\n")
    (content / "posts" / "x.md").write_text(
        "---\ntitle: A post\ndate: 2026-05-10\nauthor: ana\nsummary: Words.\nreviewed: 2026-05-10\n"
        f"topics: [{'a' * 300}]\n---\n\nWords.\n",
        "utf-8",
    )
