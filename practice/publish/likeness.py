"""Which page of the new site says most of what a page said that is gone.

Only words count that few pages have, and the more, the fewer: what many pages share (the menu, an
author's name, "book a visit") makes no two pages alike. Two texts are as alike as the weight of the
words that both have, divided by the weight of all words of either (weighted Jaccard index).
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Mapping
from math import log

ALIKE = 0.3
"""The least likeness of a page and its successor. Different pages of the sample practice have less
than 0.2, a treatment and an article about it 0.27, a page and its edited version more than 0.5."""
FEW = 0.07
"""The share of the pages that may have a word that counts; two pages always may."""
PART = re.compile(r"<title>.*?</title>|<main\b.*?</main>", re.DOTALL)
TAG = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", re.DOTALL)
WORD = re.compile(r"[^\W_]{3,}")


def successor(gone: str, pages: Mapping[str, str]) -> str | None:
    """Return the address of the page that is most like one that is gone; None if none is alike.

    ``gone`` is the HTML of that page, ``pages`` the HTML of the pages that there are, by address.
    """
    before = _words(gone)
    texts = {address: _words(page) for address, page in pages.items()}
    count = Counter(word for words in texts.values() for word in words)
    few = max(2, int(len(texts) * FEW))
    weight = {
        word: log((len(texts) + 1) / max(count[word], 1))
        for word in before | count.keys()
        if count[word] <= few
    }

    def likeness(words: set[str]) -> float:
        if words and words == before:
            return 1.0
        every = sum(weight.get(word, 0) for word in before | words)
        return sum(weight.get(word, 0) for word in before & words) / every if every else 0.0

    found = {address: likeness(words) for address, words in texts.items()}
    best = max(sorted(found), key=found.__getitem__, default="")
    return best if best and found[best] >= ALIKE else None


def _words(page: str) -> set[str]:
    """Return the words of a page's title and main part, in small letters."""
    text = " ".join(PART.findall(page))
    return set(WORD.findall(html.unescape(TAG.sub(" ", text)).lower()))
