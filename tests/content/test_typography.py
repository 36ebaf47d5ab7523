"""Typographic signs take the place of those on a keyboard."""

from __future__ import annotations

import pytest

from practice.content import body_parser


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\"Yes,\" she said, \"it's 'fine'.\"", "“Yes,” she said, “it’s ‘fine’.”"),
        ("the '80s -- and now --- so...", "the ’80s – and now — so…"),
        ("the patients' rights; Ben's", "the patients’ rights; Ben’s"),
        ("\"'Quoted' words\"", "“‘Quoted’ words”"),
        ('*"bold"* ---- ....', "<em>“bold”</em> ---- ...."),
        ("\\\"as\\' it\\\" is", '"as\' it" is'),
        ('`"code" -- ...`', '<code>"code" -- ...</code>'),
        ("<https://a.example/--'x'>", '<a href="https://a.example/--\'x\'">https://a.example/--\'x\'</a>'),
        ('["x"](https://a.example/--x)', '<a href="https://a.example/--x">“x”</a>'),
    ],
)  # fmt: skip
def test_typographic_signs(written, shown):
    body, problems = body_parser.parse("x.md", "posts/x.md", written, 1)
    assert problems == []
    assert body.parts == (f"<p>{shown}</p>",)


def test_code_blocks_keep_their_signs():
    body, problems = body_parser.parse("x.md", "posts/x.md", "```\n\"x\" -- '...'\n```\n", 1)
    assert problems == []
    assert "\"x\" -- '...'" in body.parts[0]
