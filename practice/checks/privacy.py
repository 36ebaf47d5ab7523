"""What a page, style sheet or script would load from other sites, where a visit would be seen."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

TAG = re.compile(r"<(?P<tag>[a-zA-Z][\w:-]*+)(?P<attributes>(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
ATTRIBUTE = re.compile(r"([^\s\"'>/=]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
ELSEWHERE = re.compile(
    r"(?:^|[\s,(\"'=;])(?P<url>(?:[a-z][a-z0-9+.-]*:)?//[^\s,)\"']+)", re.IGNORECASE
)
CSS_LOADS = re.compile(
    r"(?:url\(\s*|@import\s+|image-set\(\s*)[\"']?(?P<url>(?:[a-z][a-z0-9+.-]*:)?//[^\"')\s]+)",
    re.IGNORECASE,
)
SCRIPT_LOADS = re.compile(
    r"(?:\bimport|\bfetch\(|importScripts\(|sendBeacon\(|\bWebSocket\(|EventSource\(|\.open\([^)]*)"
    r"[\s(]*[\"'`](?P<url>(?:https?:|wss?:)?//[^\"'`\s]+)"
)
STYLE = re.compile(r"<style\b[^>]*>(.*?)</style>", re.IGNORECASE | re.DOTALL)
NO_REQUEST = {
    "a": {"href", "data-player"},
    "area": {"href"},
    "meta": {"content"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "ins": {"cite"},
    "del": {"cite"},
}
"""Attributes that may name another site: a browser asks nothing of it by itself.

`data-player` is the player that a video's link makes way for; the page's policy names its host.
"""
LINKS = {"alternate", "author", "canonical", "help", "license", "me", "next", "prev", "search"}
"""Values of `rel` with which a browser loads nothing (https://html.spec.whatwg.org/#linkTypes)."""


def in_page(text: str, tags: Iterable[re.Match[str]] | None = None) -> Iterator[tuple[str, str]]:
    """What a browser would load from elsewhere for an HTML page or SVG: (where it stands, URL).

    ``tags`` are those of the text, if they have been found before.
    """
    for match in TAG.finditer(text) if tags is None else tags:
        tag, attributes = match.groups()
        if "//" not in attributes:
            continue
        tag = tag.lower()
        values = {
            name.lower(): html.unescape(a or b or c)
            for name, a, b, c in ATTRIBUTE.findall(attributes)
        }
        for name, value in values.items():
            if not _may_name_others(tag, name, values):
                for found in ELSEWHERE.finditer(value):
                    yield match[0], found["url"]
    for style in STYLE.finditer(text):
        for found in CSS_LOADS.finditer(style[1]):
            yield found[0], found["url"]


def _may_name_others(tag: str, name: str, values: dict[str, str]) -> bool:
    if name.startswith(("xmlns", "aria-")) or name in {"alt", "title"}:
        return True
    if tag == "form" and name == "action" and "form" in values.get("class", "").split():
        return True  # that of a callout: the page's policy names its host
    if tag == "link" and name == "href":
        return set(values.get("rel", "").lower().split()) <= LINKS
    if tag == "meta" and name == "content":
        return values.get("http-equiv", "").lower() != "refresh"
    return name in NO_REQUEST.get(tag, ())


def in_style_sheet(text: str) -> Iterator[tuple[str, str]]:
    """What a browser would load from elsewhere for a style sheet."""
    for found in CSS_LOADS.finditer(text):
        yield found[0], found["url"]


def in_script(text: str) -> Iterator[tuple[str, str]]:
    """What a script asks of another site, where it says so in so many words."""
    for found in SCRIPT_LOADS.finditer(text):
        yield found[0], found["url"]
