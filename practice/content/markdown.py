"""The Markdown parser as this project sets it up, and the cleaning of its HTML."""

from __future__ import annotations

import functools
import html
import re
import xml.etree.ElementTree as ET

import markdown
import nh3
from markdown.blockprocessors import BlockProcessor
from markdown.extensions.smarty import SmartyExtension
from markdown.inlinepatterns import InlineProcessor, Pattern
from markdown.treeprocessors import InlineProcessor as InlineTree
from markdown.util import AtomicString
from typing_extensions import override

from practice.content import callouts

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TAG = re.compile(r"<[^>]+>")
BLOCK_END = re.compile(r"</(?:p|li|h\d|t[dhr]|ul|ol|table|blockquote|pre)>|<br>")
SAFE_TAGS = {
    *HEADINGS[1:], "p", "ul", "ol", "li", "strong", "em", "a", "code", "pre", "blockquote", "br",
    "hr", "img", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
SAFE_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    **{heading: {"id"} for heading in HEADINGS},
}
SAFE_SCHEMES = {"https", "http", "mailto", "tel"}
BARE = re.compile(
    rf"(?:[^<>&\x00\r\xa0]++|</?(?:{'|'.join(sorted(SAFE_TAGS - {'img'}))})>|<h[2-6] id=\"[\w-]*\">"
    r"|&(?:amp|lt|gt);)*+"
)
"""HTML of safe tags without attributes, but for the ids of headings: nothing in it can act."""
PARAGRAPH = re.compile(r"[^\W\d_].*(?:\n[^\W\d_].*)*")
"""Lines that all begin with a letter: no kind of block but a paragraph does."""
STX = "\x02"
"""The sign with which Markdown begins what stands for something else."""
NEEDED = {
    "backtick": "`",
    "escape": "\\",
    "reference": "[",
    "link": "[",
    "image_link": "![",
    "image_reference": "![",
    "short_reference": "[",
    "short_image_ref": "![",
    "autolink": "<",
    "automail": "<",
    "linebreak": "  \n",
    "html": "<",
    "entity": "&",
    "smarty-ellipses": "...",
    "smarty-en-dashes": "--",
    "smarty-em-dashes": "---",
    "smarty-quotes-0": "'",
    "smarty-quotes-1": '"',
    "smarty-quotes-2": "\"'",
    "smarty-quotes-3": "'\"",
    "smarty-quotes-4": "'\"",
    "smarty-quotes-5": "\"'",
    **{f"smarty-quotes-{number}": "'" for number in range(6, 11)},
    **{f"smarty-quotes-{number}": '"' for number in range(11, 15)},
}
"""Inline patterns of Markdown, and what a text must hold for one of them to match."""


def forget() -> None:
    """Begin anew with the parser, after an exception has left it in the middle of a text."""
    markdown_parser.cache_clear()


def clean(fragment: str) -> str:
    """The second wall: a piece of HTML with nothing in it that could act, whatever it was."""
    if BARE.fullmatch(fragment):
        return fragment
    return nh3.clean(
        fragment,
        tags=SAFE_TAGS,
        attributes=SAFE_ATTRIBUTES,
        url_schemes=SAFE_SCHEMES,
        link_rel=None,
    )


def plain(fragment: str) -> str:
    """The words of a piece of HTML on one line; two blocks never run into one word."""
    if "<" in fragment:
        fragment = TAG.sub("", BLOCK_END.sub(" ", fragment))
    return " ".join(html.unescape(fragment).split())


class _RawHtml(InlineProcessor):
    """Collects raw HTML, which is shown as the text it is."""

    @override
    def handleMatch(  # type: ignore[override]  # a string is allowed in place of an element
        self, m: re.Match[str], data: str
    ) -> tuple[AtomicString, int, int]:
        self.md.practice_raw_html.append(m.group(0))  # type: ignore[attr-defined]  # see `body_parser`
        return AtomicString(m.group(0)), m.start(0), m.end(0)


class _Paragraph(BlockProcessor):
    """Takes what can be nothing but a paragraph, before every kind of block is asked for it.

    In a tight list, and where a callout waits for the rest of its text, others decide.
    """

    @override
    def test(self, parent: ET.Element, block: str) -> bool:
        blocks = self.parser.blockprocessors["blocks"]
        stack = blocks.stack  # type: ignore[attr-defined]  # it is pymdownx's
        waiting = stack and stack[-1].hungry
        plain = PARAGRAPH.fullmatch(block)
        return bool(plain and not waiting and not self.parser.state.isstate("list"))

    def run(self, parent: ET.Element, blocks: list[str]) -> None:
        ET.SubElement(parent, "p").text = blocks.pop(0)


class _Inline(InlineTree):
    """Markdown's inline step, passing over text and patterns that cannot meet.

    Most text has no sign of any, and looking for 30 patterns in it takes longer than all else.
    """

    def __init__(
        self, md: markdown.Markdown, patterns: markdown.util.Registry[Pattern], signs: str
    ) -> None:
        super().__init__(md)
        self.inlinePatterns = tuple(patterns)  # type: ignore[assignment]  # none is added later
        names = {id(patterns[name]): name for name in NEEDED if name in patterns}
        self.needed = [NEEDED.get(names.get(id(pattern), ""), "") for pattern in patterns]
        self.signs = re.compile(signs)

    def run(self, tree: ET.Element, ancestors: list[str] | None = None) -> ET.Element:
        if any(child.tail and self.signs.search(child.tail) for child in tree):
            return super().run(tree, ancestors)
        some = ET.Element(tree.tag)
        some.extend(c for c in tree if self.signs.search("\0".join(c.itertext())))
        super().run(some, ancestors)  # it changes what stands in them, not which there are
        return tree

    def _InlineProcessor__handleInline(  # noqa: N802  # a private name of Python-Markdown
        self,
        data: str,
        patternIndex: int = 0,  # noqa: N803  # as above
    ) -> str:
        if isinstance(data, AtomicString) or not self.signs.search(data):
            return data
        index, start = patternIndex, 0
        while index < len(self.needed):
            if self.needed[index] not in data:
                index, start = index + 1, 0
                continue
            data, matched, start = self._InlineProcessor__applyPattern(  # type: ignore[attr-defined]  # private
                self.inlinePatterns[index], data, index, start
            )
            index += not matched
        return data


@functools.cache
def markdown_parser() -> markdown.Markdown:
    """Return the parser; call ``forget`` after an exception from it."""
    md = markdown.Markdown(
        extensions=[
            "tables",
            "sane_lists",
            "fenced_code",
            SmartyExtension(smart_angled_quotes=False),
            callouts.Extension(),
        ],
        output_format="html",
    )
    md.preprocessors.deregister("html_block")
    md.parser.blockprocessors.register(_Paragraph(md.parser), "practice-paragraph", 200)
    pattern = md.inlinePatterns["html"].pattern
    md.inlinePatterns.register(_RawHtml(pattern, md), "html", 90)
    quotes = md.treeprocessors["smarty"].inlinePatterns  # type: ignore[attr-defined]  # of smarty's own class
    inline = _Inline(md, md.inlinePatterns, r"[\\`\[\]!<>&*_\x02]|  \n")
    md.treeprocessors.register(inline, "inline", 20)
    md.treeprocessors.register(_Inline(md, quotes, r"['\"]|--|\.\.\."), "smarty", 6)
    return md
