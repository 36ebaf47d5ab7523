"""Finds invisible characters that a text does not need.

Invisible characters are control characters and those that Unicode calls default-ignorable
(https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point). Some scripts need a few of
them: emoji, Arabic and Hindi use joiners, and lines of Arabic or Hebrew use direction marks. In
other texts they can hide words, or make a text look different from what it says (Unicode TR 36).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, but for tab and line feed
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
MARKS = "\u061c\u200e\u200f"
"""Marks of direction, which a line with letters from right to left may need."""
JOINERS = "\u200c\u200d"
BLACK_FLAG = "\U0001f3f4"
"""The emoji that tag characters can follow, as in the flag of Scotland."""
RIGHT_TO_LEFT = ("R", "AL")
"""Classes of letters (`Bidi_Class`)."""
COMPLEX_SCRIPTS = "\u0590"
"""The first character of the scripts, from Hebrew on, whose letters joiners can follow."""


def find(line: str) -> Iterator[tuple[int, str]]:
    """Yield each invisible character that a line does not need, with its index."""
    found = list(INVISIBLE.finditer(line))
    from_right = bool(found) and any(
        unicodedata.bidirectional(sign) in RIGHT_TO_LEFT and sign not in MARKS for sign in line
    )
    for match in found:
        character, before = match[0], line[match.start() - 1 : match.start()]
        if not (from_right and character in MARKS) and not _follows(character, before):
            yield match.start(), character


def without(text: str) -> str:
    """Return a text without the characters that ``find`` yields."""
    places = {place for place, _ in find(text)}
    return "".join(sign for place, sign in enumerate(text) if place not in places)


def name_of(character: str) -> str:
    """Return the number of a character as Unicode writes it, such as `U+200B`."""
    return f"U+{ord(character):04X}"


def _follows(character: str, before: str) -> bool:
    """Return whether a character belongs to the one before it, as in an emoji of several."""
    if not before:
        return False
    kind = unicodedata.category(before)
    if character in JOINERS:
        letter = before >= COMPLEX_SCRIPTS and kind in ("Lo", "Mn", "Mc")
        return letter or kind in ("So", "Sk") or before == "\ufe0f"
    if "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return before > "\xa0" or before in "#*0123456789"
    if "\U000e0020" <= character <= "\U000e007f":
        return before == BLACK_FLAG or "\U000e0020" <= before <= "\U000e007e"
    return False
