def change(content):
    (content / "redirects.yaml").write_text(f"/{'a' * 300}/: /\n", "utf-8")
