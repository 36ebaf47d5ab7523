"""Texts come out as readers of CommonMark show them, or their lines are named.

Not tested here: callouts (`test_body.py`), bare addresses (`test_bare_addresses.py`).
"""

from __future__ import annotations

from collections import Counter

import marko.ext.gfm
import pyromark
import pytest
import specification
import structures
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.content.body_parser import parse
from practice.content.commonmark import OPTIONS
from practice.content.reader import decode

GITHUB = {"table", "autolink"}


def test_every_example_of_the_specifications_comes_out_or_is_named(figure):
    for name, wanted in (("CommonMark", 652), ("GitHub", 19)):
        found = specification.examples("gfm" if name == "GitHub" else "commonmark")
        found = [example for example in found if name == "CommonMark" or example.kind in GITHUB]
        assert len(found) == wanted
        outcomes = Counter(structures.outcome(example.text, example.html) for example in found)
        counted = ", ".join(f"{outcome} {count}" for outcome, count in sorted(outcomes.items()))
        figure(f"examples of {name}: {len(found)}, of which {counted}; silent {outcomes['silent']}")
        assert not outcomes["silent"]
        assert outcomes["same"] > len(found) * 0.8


FOLDERS = ("content", "docs", "tests/kitchen-sink", "tests/fixtures", "tests/bad")
TABLE_BELOW_TEXT = "Prices:\n| Visit"
"""Here marko sees no table, but GitHub does."""


def test_our_texts_come_out_as_another_parser_reads_them():
    """marko is a parser of its own, so it also shows where pyromark would be wrong."""
    files = [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.md"))]
    texts = [text for file in files if (text := decode(file.read_bytes(), file.name)[0])]
    found = {
        piece: structures.outcome(piece, marko.ext.gfm.gfm.convert(piece))
        for text in texts
        for piece in structures.pieces(text)
        if TABLE_BELOW_TEXT not in piece
    }
    assert len(found) > 400
    assert [piece for piece, outcome in found.items() if outcome == "silent"] == []
    assert Counter(found.values())["same"] > len(found) * 0.8


SIGNS = st.sampled_from("ab1 \n\\`*_{}[]()<>#+-.!|&;:'\"/~^=@\u2019\xa0")
PIECES = st.sampled_from(
    ["\n\n", "\n- ", "  - ", "    ", "a | b\n---|---\n", "word ", "&amp;", "\n```\n", "\n1. ", "> ",
     "**", "  \n", "\\\n", "[x](y)", "![x](y 'z')", "[x][y]", "\n\n[y]: z\n\n", "<b>", "***", "__",
     "1) ", "\n===\n", "https://a.example/", "b@c.example", "`` ` ``"]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.one_of(SIGNS, SIGNS, PIECES), max_size=60))
def test_any_text_has_the_structure_that_pyromark_writes(signs):
    text = "".join(signs)
    assert structures.outcome(text, pyromark.html(text, options=OPTIONS)) != "silent"


def notes(text):
    """The codes of a text's problems with their lines."""
    return [(problem.line, problem.code) for problem in sorted(parse("x.md", "x.md", text, 1)[1])]


def html(text):
    """The HTML of a text without problems."""
    body, problems = parse("x.md", "x.md", text, 1)
    assert problems == []
    return "".join(part for part in body.parts if isinstance(part, str))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. a\n2. b\n3. c", []),
        ("1. a\n1. b\n1. c", []),
        ("0. a\n0. b", []),
        ("7) a\n8) b", []),
        ("1. a\n3. b\n4. c", [(2, "list-number")]),
        ("1. a\n1. b\n2. c", [(3, "list-number")]),
        ("2. a\n1. b", [(2, "list-number")]),
        ("1. a\n   1. b\n   3. c\n2. d", [(3, "list-number")]),
        ("- a\n- 2. b\n- 4. c", []),
        ("3*10 and 2*15", [(1, "star-figures")]),
        ("é 3*10 and 2*15", [(1, "star-figures")]),
        ("a*10 and 2*b, 3 * 4, *5* **6**", []),
        ("$80*, $40*", []),
        ("3**10 and 2**15", [(1, "star-figures")]),
        ("a *3*4", [(1, "star-figures")]),
        ("2_3_4 and *5* and **6** 7a", []),
        ("x\n\n[Fee]: $150", [(3, "link-unused")]),
        ("[x][Fee]\n\n[fee]: https://a.example/", []),
        ("- [Fee]: $150", [(1, "link-unused")]),
        ("https://a.example/`x`", [(1, "address-cut")]),
        ("a@b.example **x**", []),
        ("x\n\ny https://a.example/**x**", [(3, "address-cut")]),
        ("[a](b c)", [(1, "markup-unknown")]),
        ("\\[a\\](b c)", []),
        ("| a | b |\n|---|---|\n| `c|d` | e |", [(3, "table-cells")]),
        ("> | a |\n> |---|\n> | b | c |", [(3, "table-cells")]),
        ("| a |\n| b |", [(1, "table-rule")]),
        ("Words\n=====", [(1, "heading-level")]),
        ("two\nlines\n---", [(1, "heading-level")]),
        ("<div>\n\nwords\n\n</div>", [(1, "raw-html")]),
        ("words\n</div>", [(2, "raw-html")]),
        ("a <!-- b\nc --> d", [(1, "raw-html")]),
        ("1 < 2 and <3 and a <b, c> d", []),
    ],
)
def test_what_would_not_be_shown_as_written_is_named(text, expected):
    assert notes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('\\"a\\" &quot;b&quot; "c"', '<p>"a" "b" “c”</p>'),
        ('`"a" &amp;`', '<p><code>"a" &amp;amp;</code></p>'),
        ("&lt;b&gt; &amp;lt; &copy;", "<p>&lt;b&gt; &amp;lt; ©</p>"),
        ("| a | b |\n|:-:|--:|\n| c | |",
         ('<table>\n<thead>\n<tr>\n<th class="center">a</th>\n<th class="right">b</th>\n</tr>\n'
         '</thead>\n<tbody>\n<tr>\n<td class="center">c</td>\n<td class="right"></td>\n</tr>\n'
         "</tbody>\n</table>")),
        ("a\\\nb  \nc", "<p>a<br>\nb<br>\nc</p>"),
        ('![a *b* `c` [d](e)](f "g & \'h\'")',
         '<figure><img alt="a b c d" src="f"><figcaption>g &amp; ‘h’</figcaption>\n</figure>'),
        ("![None](f)", '<p><img alt="" src="f"></p>'),
        ("![a ![b](c) d](e)", '<p><img alt="a b d" src="e"></p>'),
        ("<tel:+15555550123>", '<p><a href="tel:+15555550123">tel:+15555550123</a></p>'),
        ("[x](https://a.example/?b=1&c=2)", '<p><a href="https://a.example/?b=1&amp;c=2">x</a></p>'),
        ("[https://a.example/](https://b.example/)",
         '<p><a href="https://b.example/">https://a.example/</a></p>'),
    ],
)  # fmt: skip
def test_signs_come_out(text, expected):
    assert html(text) == expected


def test_links_and_pictures_have_the_lines_of_their_addresses():
    text = (
        "é [a](https://a.example/1)\n[b\nc](https://a.example/2)\n\n- > ![d](https://a.example/3)\n"
        "- [e][f] https://a.example/5\n  https://a.example/6\n\n[f]: https://a.example/4"
    )
    links = parse("x.md", "x.md", text, 1)[0].links
    assert {link.target[-1]: link.line for link in links} == {
        "1": 1, "2": 3, "3": 5, "4": 9, "5": 6, "6": 7
    }  # fmt: skip


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("{static}/files/a form.pdf", "{static}/files/a form.pdf"),
        ("{static}/files/Form (new).pdf", "{static}/files/Form (new).pdf"),
        ("{filename}/posts/a b.md#c", "{filename}/posts/a b.md#c"),
        ('{static}/files/a.pdf "A form"', "{static}/files/a.pdf"),
        ("<{static}/files/a form.pdf>", "{static}/files/a form.pdf"),
    ],
)
def test_the_name_of_a_file_can_contain_spaces(address, target):
    body, problems = parse(
        "x.md", "x.md", f"See [our form]({address}) and [b](https://b.example).", 1
    )
    assert problems == []
    assert [link.target for link in body.links] == [target, "https://b.example"]


def test_a_definition_counts_in_every_part_of_a_text():
    text = "/// key-point | Look\n\nSee [a] and ![b][a].\n///\n\n[a]: https://a.example/"
    body, problems = parse("x.md", "x.md", text, 1)
    assert problems == []
    assert [(link.target, link.line) for link in body.links] == [("https://a.example/", 6)] * 2


@pytest.mark.parametrize(
    "unit", ["*_", "[a] *b* `c` ", "`a", "<", "![a]", "&amp;", "\"'", "[a](b) ", "1. a\n", "> a\n"]
)
def test_a_long_text_takes_no_longer_than_its_length(unit):
    """A quadratic step would take minutes for this many signs."""
    parse("x.md", "x.md", unit * (150_000 // len(unit)), 1)
