"""Accessibility: link texts that make sense alone, and text in other languages marked as such."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from practice.checks.prose import Text
from practice.problems import Problem
from practice.site.site import Site

VAGUE = frozenset(
    {
        *("click", "click here", "continue", "details", "here", "info", "learn more", "link"),
        *("more", "more info", "page", "read more", "see here", "see more", "this", "this link"),
        *("this page", "website"),
    }
)
"""Link texts that do not say where the link leads."""
SPANISH = """al con como cuando de del el en es esta este gratis habla la las le llame los más no o
para pero por que se servicios si sin son su sus tiene un una usted y ya"""
FRENCH = """avec ce dans des du est et gratuit il je le les nous ou par pas pour qui sont sur une
vous"""
GERMAN = """auf das dem den der die ein eine für ist kostenlos mit nicht oder sie sind und von zu"""
SMALL_ENGLISH = """a all also an and any are as at be but by call can do for from has have how i if
in is it may more not of on or our than that the they this to us was we what when who will with you
your"""
ENGLISH = frozenset(SMALL_ENGLISH.split())
FOREIGN = frozenset(f"{SPANISH} {FRENCH} {GERMAN}".split()) - ENGLISH
"""Short, frequent words that are typical of one language."""
SOME_LETTERS, SOME_WORDS = 4, 3
"""Thresholds for a foreign paragraph: letters that English lacks, different typical words."""
WORD = re.compile(r"[^\W\d_]+")


def link_texts(site: Site) -> Iterator[Problem]:
    """A link text says where the link leads (WCAG 2.2, 2.4.4 and 2.4.9)."""
    for document in site.valid:
        for link in document.body.links:
            if link.alt is not None:
                continue
            if link.text.strip(" .…>»→").lower() in VAGUE:
                message = f"the link text “{link.text}” does not say where the link goes"
                hint = "use the name of the page as the link text"
                yield Problem(document.display_path, link.line, "link-text", message, hint)


def languages(text: Text) -> Iterator[Problem]:
    """Text in another language is marked as such (WCAG 2.2, 3.1.2)."""
    if not _has_signs(" ".join(block.text for block in text.prose.blocks)):
        return
    for block in text.prose.blocks:
        if block.callout != "in-language" and is_foreign(block.text):
            message = "this text does not seem to be English"
            hint = "wrap it in `/// in-language | es`, with the code of its language"
            line = block.lines[0][0]
            yield Problem(text.document.display_path, line, "lang-missing", message, hint)


def is_foreign(words: str) -> bool:
    """Return whether a paragraph uses another script or many typical words of another language."""
    others = _other_letters(words)
    if len(others) >= SOME_LETTERS:
        share = sum(map(str.isalpha, words)) / 5
        latin = sum("LATIN" in unicodedata.name(letter, "") for letter in others)
        if len(others) - latin >= SOME_LETTERS and len(others) > share:
            return True
        if latin >= SOME_LETTERS and latin > share:
            return True
    found = WORD.findall(words.lower())
    if len(FOREIGN.intersection(found)) < SOME_WORDS:
        return False
    return sum(map(FOREIGN.__contains__, found)) > sum(map(ENGLISH.__contains__, found))


def _has_signs(words: str) -> bool:
    """Return whether a text can contain foreign paragraphs at all; quick, and mostly false."""
    return (
        len(_other_letters(words)) >= SOME_LETTERS
        or len(FOREIGN.intersection(WORD.findall(words.lower()))) >= SOME_WORDS
    )


def _other_letters(words: str) -> list[str]:
    if words.isascii():
        return []
    return [letter for letter in words if letter > "\x7f" and letter.isalpha()]
