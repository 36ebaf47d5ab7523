"""Python-Markdown as this project sets it up, and the cleaning of its HTML."""

from __future__ import annotations

import functools
import html
import re

import markdown
import nh3

from practice.content.typography import TypographyExtension

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TAG = re.compile(r"<[^>]+>")
BLOCK_END = re.compile(r"</(?:p|li|h\d|t[dhr]|ul|ol|table|blockquote|pre|figcaption)>|<br>")
SAFE_TAGS = {
    *HEADINGS[1:], "p", "ul", "ol", "li", "strong", "em", "a", "code", "pre", "blockquote", "br",
    "hr", "img", "figure", "figcaption", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
SAFE_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    **{heading: {"id"} for heading in HEADINGS},
}
SAFE_SCHEMES = {"https", "http", "mailto", "tel"}
SCHEME_HINT = "begin it with `https:` for a page, `mailto:` for mail or `tel:` for a phone"
ALIGNMENTS = {"center", "right"}
"""The classes of a cell whose column is not aligned to the left."""
CLEANER = nh3.Cleaner(
    tags=SAFE_TAGS,
    attributes=SAFE_ATTRIBUTES,
    url_schemes=SAFE_SCHEMES,
    link_rel=None,
    allowed_classes={"td": ALIGNMENTS, "th": ALIGNMENTS},
)
"""Made once: each call of ``nh3.clean`` takes four times as long."""


def clean(fragment: str) -> str:
    """Return a piece of HTML with the safe tags, attributes and schemes only.

    This is the second line of defence: raw HTML is refused when a text is read.
    """
    return CLEANER.clean(fragment)


def plain(fragment: str) -> str:
    """Return the words of a piece of HTML on one line, with a space between blocks."""
    if "<" in fragment:
        fragment = TAG.sub("", BLOCK_END.sub(" ", fragment))
    return " ".join(html.unescape(fragment).split())


@functools.cache
def python_markdown() -> markdown.Markdown:
    """Return Python-Markdown's tree processors and serializer, as this project sets them up.

    Its own block and inline steps are not used: `practice.content.commonmark` builds the tree.
    """
    md = markdown.Markdown(extensions=[TypographyExtension()], output_format="html")
    md.treeprocessors.deregister("inline")
    return md
