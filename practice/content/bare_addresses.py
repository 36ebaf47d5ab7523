"""Finds bare addresses of websites and mail in a text, by the rules of GitHub.

The rules: https://github.github.com/gfm/#autolinks-extension-
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

ADDRESS = re.compile(
    r"(?<![^\s*_~(])(?P<web>(?:(?:https?|ftp)://|www\.)(?:[\w-]+\.)+[^\W_]+(?::[0-9]+)?(?:[/?#][^\s<\x02]*)?)"
    r"|(?<![\w.+-])(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[^\W_]+)(?![\w@-])",
    re.ASCII | re.IGNORECASE,
)
AFTER = "?!.,:*_~'\""
"""What can follow an address without being a part of it."""
REFERENCE = re.compile(r"&[A-Za-z0-9]+;")
"""A character reference, such as `&amp;`."""
SIGNS = ("://", "www.", "WWW.", "@")
"""What a text contains if there is an address in it."""


class BareAddress(NamedTuple):
    """A bare address: its place in the text, and what it leads to."""

    start: int
    end: int
    target: str


def find(text: str, start: int = 0) -> Iterator[BareAddress]:
    """Yield the addresses of a text behind ``start``; the character before it counts as well."""
    if not any(sign in text for sign in SIGNS):
        return
    for found in ADDRESS.finditer(text, start):
        if found["mail"]:
            yield BareAddress(*found.span(), f"mailto:{found[0]}")
            continue
        address = _without_end(found[0])
        begins = "" if "://" in address else "http://"
        yield BareAddress(found.start(), found.start() + len(address), begins + address)


def _without_end(address: str) -> str:
    """Return an address without the punctuation of the sentence around it."""
    before = ""
    while address != before:
        before = address
        address = address.rstrip(AFTER)
        if REFERENCE.fullmatch(address, max(address.rfind("&"), 0)):
            address = address[: address.rfind("&")]
        if address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1]
    return address
