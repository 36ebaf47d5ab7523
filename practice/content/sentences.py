"""Where sentences end."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Each repetition cannot begin anew inside itself, so that the time grows with the length of a text
# and not with its square.
ENDS = re.compile(r"(?<![.!?…])(?P<mark>[.!?…]+[\"”’)\]]*)\s+(?=[\"“(\[]*[A-Z0-9ÁÉÍÑÓÚ¿¡])")
ABBREVIATION = re.compile(
    r"(?:\b(?:Dr|Drs|Mr|Mrs|Ms|St|Jr|Sr|No|vs|approx|etc|al|Inc|Ave|Blvd|Ste|Fig|e\.g|i\.e)"
    r"|\b[A-Za-z]\.[A-Za-z]|\b[A-Z])\.$"
)
LONGEST = 10
"""The longest abbreviation to look for, in characters."""


def sentence_starts(text: str) -> Iterator[int]:
    """Yield the position of each sentence of a text but the first."""
    for match in ENDS.finditer(text):
        end = match.end("mark")
        if not ABBREVIATION.search(text, max(0, end - LONGEST), end):
            yield match.end()


def first_sentence(text: str) -> str:
    """Return the first sentence of a text."""
    return text[: next(sentence_starts(text), len(text))].strip()
