"""Our Markdown parser writes what Python-Markdown's own parts would write.

Not tested here: callouts, headings and links (`test_body.py`).
"""

from __future__ import annotations

import markdown
import pytest
from conftest import ROOT
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown.extensions.smarty import SmartyExtension
from markdown.treeprocessors import InlineProcessor

from practice.content import body_parser, callouts
from practice.content.markdown import markdown_parser

TRICKY = """\
Plain text. It's "quoted" -- and 'so' --- on... `code` \\* not *this* __that__ ![a](b) [c](d)
line  \nbreak & &amp; <https://a.example> <b>x</b> a_b_c * alone * http://x.example _ _ 1 < 2 > 0

- item ... one
- "item" -- two

| a | "b" |
|---|---|
| *c* | d... |
"""


@pytest.fixture(scope="module")
def stock():
    """A parser made of Python-Markdown's own parts: its inline step and its `smarty`."""
    smarty = SmartyExtension(smart_angled_quotes=False)
    md = markdown.Markdown(
        extensions=["tables", "sane_lists", "fenced_code", smarty, callouts.Extension()],
        output_format="html",
    )
    md.preprocessors.deregister("html_block")
    ours = markdown_parser()
    raw_html = type(ours.inlinePatterns["html"])
    md.inlinePatterns.register(raw_html(ours.inlinePatterns["html"].pattern, md), "html", 90)
    assert type(md.treeprocessors["inline"]) is InlineProcessor
    return md


@pytest.fixture(scope="module")
def same_as_stock(stock):
    """Asserts that a text is read in the same way by our parser and by the stock parser."""

    def check(text):
        ours, problems = body_parser.parse("x.md", "posts/x.md", text, 1)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(body_parser, "markdown_parser", lambda: stock)
            theirs, their_problems = body_parser.parse("x.md", "posts/x.md", text, 1)
        assert problems == their_problems
        assert problems or ours == theirs  # a text with problems is never shown

    return check


def test_our_texts_are_read_as_the_stock_parser_reads_them(same_as_stock):
    files = [
        file
        for folder in ("content", "docs", "tests/kitchen-sink", "tests/fixtures")
        for file in sorted((ROOT / folder).rglob("*.md"))
    ]
    assert len(files) > 40
    for text in [TRICKY, *(file.read_text("utf-8") for file in files)]:
        same_as_stock(text)


SIGNS = st.sampled_from("ab \n\\`*_{}[]()<>#+-.!|&;:'\"/~^=@1\u2019\xa0")
PIECES = st.sampled_from(
    ["\n\n", "\n- ", "    ", "\n/// key-point\n\n", "\n///\n", "a | b\n---|---\n", "word ", "&amp;",
     "\n```\n", "\n1. ", "> ", "**", "  \n", "[x](y)", "![x](y)", "<b>", "Two words\n"]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.one_of(SIGNS, SIGNS, PIECES), max_size=60))
def test_any_text_is_read_as_the_stock_parser_reads_it(same_as_stock, signs):
    same_as_stock("".join(signs))


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from("'\"'\"-. "),
            st.sampled_from(
                ["'s", "'80s", "'09", "6'2\"", "--", "---", "...", "—", "&amp;", "`'x'`", "\\'",
                 '\\"', "*", "**", "(", "[", ")", ".", ",", "&", "!", "word", "s", "1", "\n",
                 "\xa0"]
            ),
        ),
        max_size=30,
    )
)  # fmt: skip
@example(["'", "'", "'", "'"])
@example(["a", "'", '"', "'", '"', "'", '"'])
@example(['"', " ", "'", "x"])
def test_any_quotes_are_set_as_the_stock_parser_sets_them(same_as_stock, signs):
    same_as_stock("x " + "".join(signs))
    same_as_stock("".join(signs))


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
