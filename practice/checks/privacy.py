"""Privacy: a visit is nobody else's business, and files say nothing of who made them."""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Iterable, Iterator

from practice.paths import display_path_of
from practice.problems import Problem
from practice.site.site import Site

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
    "a": {"href"},
    "area": {"href"},
    "meta": {"content"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "ins": {"cite"},
    "del": {"cite"},
}
"""Attributes that may name another site: a browser asks nothing of it by itself."""
LINKS = {"alternate", "author", "canonical", "help", "license", "me", "next", "prev", "search"}
"""Values of `rel` with which a browser loads nothing (https://html.spec.whatwg.org/#linkTypes)."""

STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
LARGEST_STREAM = 5_000_000
PERSONAL = re.compile(
    rb"/Author\s*(?:\(\s*[^\s)]|<\s*[0-9A-Fa-f])|<dc:creator>|<pdf:Author>|<exif:GPS|<photoshop:"
)
ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia)\b")


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


def documents(site: Site) -> Iterator[Problem]:
    """PDFs are published as they are, so they may not say who wrote them, nor run anything."""
    for path in sorted(site.static):
        if not path.lower().endswith(".pdf"):
            continue
        display_path = f"{display_path_of(site.content)}/{path}"
        try:
            raw = (site.content / path).read_bytes()
        except OSError as error:
            hint = "check that the file may be read"
            yield Problem(display_path, 1, "file-unreadable", str(error.strerror), hint)
            continue
        yield from _pdf(display_path, raw)


def _pdf(display_path: str, raw: bytes) -> Iterator[Problem]:
    if b"%PDF-" not in raw[:1024] or b"/Encrypt" in raw:
        message = "this is no PDF that everyone can open"
        yield Problem(
            display_path, 1, "pdf-broken", message, "export it as PDF anew, without a password"
        )
        return
    parts = [raw, *_unpacked(raw)]
    if any(PERSONAL.search(part) for part in parts):
        message = "the file says who made it"
        hint = "empty author and keywords in its properties, and export it as PDF anew"
        yield Problem(display_path, 1, "pdf-data", message, hint)
    if any(ACTIVE.search(part) for part in parts):
        message = "the file can run something, or carries other files"
        hint = "print it to PDF, which leaves only what is seen"
        yield Problem(display_path, 1, "pdf-active", message, hint)


def _unpacked(raw: bytes) -> Iterator[bytes]:
    """The streams of a PDF that hold objects or metadata, unpacked (ISO 32000-1, 7.5.7)."""
    for match in STREAM.finditer(raw):
        try:
            yield zlib.decompressobj().decompress(match[1], LARGEST_STREAM)
        except zlib.error:
            continue
