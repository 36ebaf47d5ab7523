"""The Markdown parser as this project sets it up, and the cleaning of its HTML."""

from __future__ import annotations

import functools
import html
import re
import xml.etree.ElementTree as ET

import markdown
import nh3
from markdown.inlinepatterns import HTML_RE, InlineProcessor
from markdown.treeprocessors import InlineProcessor as InlineTree
from markdown.util import AtomicString
from typing_extensions import override

from practice.content import callouts
from practice.content.typography import TypographyExtension

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
CLEANER = nh3.Cleaner(
    tags=SAFE_TAGS, attributes=SAFE_ATTRIBUTES, url_schemes=SAFE_SCHEMES, link_rel=None
)
"""Made once: each call of ``nh3.clean`` takes four times as long."""
STX = "\x02"
"""Markdown's placeholders begin with this character."""
INLINE_SIGNS = re.compile(r"[\\`\[\]!<>&*_]|  \n")
"""What a block contains if any of Markdown's inline patterns applies to it."""


def forget() -> None:
    """Discard the parser after an exception has left it in the middle of a text."""
    markdown_parser.cache_clear()


def clean(fragment: str) -> str:
    """Return a piece of HTML with the safe tags, attributes and schemes only.

    This is the second line of defence: raw HTML is refused before Markdown runs.
    """
    return CLEANER.clean(fragment)


def plain(fragment: str) -> str:
    """Return the words of a piece of HTML on one line, with a space between blocks."""
    if "<" in fragment:
        fragment = TAG.sub("", BLOCK_END.sub(" ", fragment))
    return " ".join(html.unescape(fragment).split())


class _RawHtml(InlineProcessor):
    """Collects raw HTML for a message, and shows it as text."""

    @override
    def handleMatch(  # type: ignore[override]  # a string is allowed in place of an element
        self, m: re.Match[str], data: str
    ) -> tuple[AtomicString, int, int]:
        self.md.practice_raw_html.append(m.group(0))  # type: ignore[attr-defined]  # see `body_parser`
        return AtomicString(m.group(0)), m.start(0), m.end(0)


class _Inline(InlineTree):
    """Markdown's inline step, for those blocks only that contain any inline sign.

    Without it, reading a post takes a quarter longer: each of 20 patterns searches every text.
    """

    def run(self, tree: ET.Element, ancestors: list[str] | None = None) -> ET.Element:
        box = ET.Element(tree.tag)
        box.extend(block for block in tree if INLINE_SIGNS.search("".join(block.itertext())))
        super().run(box, ancestors)  # changes the blocks in place
        return tree


@functools.cache
def markdown_parser() -> markdown.Markdown:
    """Return the parser; call ``forget`` after an exception from it."""
    md = markdown.Markdown(
        extensions=[
            "tables",
            "sane_lists",
            "fenced_code",
            TypographyExtension(),
            callouts.Extension(),
        ],
        output_format="html",
    )
    md.preprocessors.deregister("html_block")
    md.inlinePatterns.register(_RawHtml(HTML_RE, md), "html", 90)
    md.treeprocessors.register(_Inline(md), "inline", 20)
    return md
