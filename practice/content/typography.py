"""Typographic signs: curly quotes, primes, dashes and ellipses in place of those on a keyboard.

The rules of quotes and dashes are those of Python-Markdown's extension ``smarty``; feet and inches,
years and contractions are added.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import ETX, STX, AtomicString

SIGNS = re.compile(r"['\"]|--|\.\.\.")
"""What a text contains if any rule applies to it."""
QUOTE = re.compile(r"['\"]")
AFTER_FIGURE = re.compile(r"\d['\"]")
INCHES = re.compile(r"\d{1,2}(?P<sign>\"|\b(?!'))")
"""What follows the sign for feet: 6'2\"."""
DONE = "\4"
"""Stands on both sides of each replacement, so that later rules do not see it as written text."""
AFTER_TEXT = rf"(?<=[^ \t\r\n\[{{(\-{STX}{ETX}{DONE}])"
OPENING_PLACE = r"(\s|--|[–—])"
PUNCTUATION = r"[!-%'-/:-@\[-`{-~]"

RULES = [
    (re.compile(pattern), f"{DONE}{sign}{DONE}{after}")
    for pattern, sign, after in (
        # Dashes.
        (r"(?<!-)---(?!-)", "—", ""),
        (r"(?<!-)--(?!-)", "–", ""),
        # A quote that begins the text, before punctuation.
        (rf"^'(?={PUNCTUATION}\B)", "’", ""),
        (rf'^"(?={PUNCTUATION}\B)', "”", ""),
        # Two quotes together.
        (r""""'(?=\w)""", "“‘", ""),
        (r"""'"(?=\w)""", "‘“", ""),
        (rf"""{AFTER_TEXT}'"((?:'")?)""", "’”", r"\1"),
        (rf"""{AFTER_TEXT}"'((?:"')?)""", "”’", r"\1"),
        # Single quotes: years ('09, the '80s), contractions, opening, closing, all others.
        (r"(?<!\w)'(?=\d{2}(?!\d))", "’", ""),
        (r"(?<!\w)'(?=(?i:em|tis|twas|til)\b)", "’", ""),
        (r"(?<!\w)'(?=n'(?!\w))", "’", ""),
        (rf"{OPENING_PLACE}'(?=\w)", r"\1‘", ""),
        (rf"{AFTER_TEXT}'(?!\s|s\b|\d)('?)", "’", r"\1"),
        (r"'(\s|s\b)", r"’\1", ""),
        (r"'", "‘", ""),
        # Double quotes: opening, closing, all others.
        (rf'{OPENING_PLACE}"(?=\w)', r"\1“", ""),
        (r'"(?=\s)', "”", ""),
        (rf'{AFTER_TEXT}"("?)', "”", r"\1"),
        (r'"', "“", ""),
        # Ellipses.
        (r"(?<!\.)\.{3}(?!\.)", "…", ""),
    )
]
"""Patterns and their replacements, applied in this order.

Where a pattern ends in an optional group, that group is the next quote of the same kind: it is left
for a later rule, because the sign before it is a replacement by then.
"""


def _primes(text: str) -> str:
    """Return a text with the signs for feet and inches.

    Behind a figure stands a prime, unless a quotation is open that may end there.
    """
    parts, written, inches = [], 0, -1
    is_open = {"'": False, '"': False}
    for quote in QUOTE.finditer(text):
        place, sign = quote.start(), quote[0]
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        prime = ""
        if before.isdigit():
            follows = INCHES.match(text, place + 1) if sign == "'" else None
            if follows or place == inches or not (is_open[sign] or after.isalnum()):
                prime = "′" if sign == "'" else "″"
                inches = follows.start("sign") if follows else -1
        if prime:
            parts += [text[written:place], f"{DONE}{prime}{DONE}"]
            written = place + 1
        elif not (before.isalnum() and after.isalnum()):  # no apostrophe
            is_open[sign] = after.isalnum() if sign == "'" else not is_open[sign]
    return "".join([*parts, text[written:]])


def typographic(text: str) -> str:
    """Return a text with typographic signs."""
    if not SIGNS.search(text):
        return text
    if AFTER_FIGURE.search(text):
        text = _primes(text)
    for pattern, replacement in RULES:
        text = pattern.sub(replacement, text)
    return text.replace(DONE, "")


class _Typography(Treeprocessor):
    """Sets the texts of the finished tree. Code and addresses are ``AtomicString``s there."""

    def run(self, root: ET.Element) -> None:
        for element in root.iter():
            if element.text and not isinstance(element.text, AtomicString):
                element.text = typographic(element.text)
            if element.tail and not isinstance(element.tail, AtomicString):
                element.tail = typographic(element.tail)


class TypographyExtension(Extension):
    r"""Adds typographic signs to Markdown. ``\"`` and ``\'`` stay as they are."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  # Python-Markdown's name
        """Register the tree processor and make quotation marks escapable."""
        md.ESCAPED_CHARS.extend(['"', "'"])
        # Before `unescape` (0): escaped signs are still placeholders.
        md.treeprocessors.register(_Typography(md), "typography", 6)
