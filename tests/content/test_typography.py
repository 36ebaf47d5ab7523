"""Typographic signs take the place of those on a keyboard."""

from __future__ import annotations

import pytest

from practice.content import body_parser


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\"Yes,\" she said, \"it's 'fine'.\"", "“Yes,” she said, “it’s ‘fine’.”"),
        ("the '80s -- and now --- so...", "the ’80s – and now — so…"),
        ("6'2\" tall, 5'10\" or 5' 4\"", "6′2″ tall, 5′10″ or 5′ 4″"),
        ("a 12\" band and 3' of floor", "a 12″ band and 3′ of floor"),
        ('He is "6\'2" tall".', "He is “6′2″ tall”."),
        ('born "in 1995", "size 12"', "born “in 1995”, “size 12”"),
        ("born 'in 1995' and 'after 2'", "born ‘in 1995’ and ‘after 2’"),
        ("the 1990's, 2's and it's 5'", "the 1990’s, 2’s and it’s 5′"),
        ("since '09, in '98 and the '80s", "since ’09, in ’98 and the ’80s"),
        ("'em, 'Tis, 'twas, rock 'n' roll", "’em, ’Tis, ’twas, rock ’n’ roll"),
        ("'emergency' and 'tissue'", "‘emergency’ and ‘tissue’"),
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
