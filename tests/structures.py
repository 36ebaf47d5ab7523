"""Compares what a text says on our pages with what a reader of CommonMark shows of it."""

from __future__ import annotations

import re
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from practice.content import callouts
from practice.content.body_parser import parse
from practice.content.markdown import SAFE_SCHEMES

SIGNS = str.maketrans(
    {"“": '"', "”": '"', "‘": "'", "’": "'", "–": "--", "—": "---", "…": "...", "′": "'", "″": '"'}
)
"""Typographic signs, which are deliberate, and what an editor types for them."""
INTERNAL = re.compile(r"^\{(?:filename|static)\}(?:[^#]*/)?")
"""What is made anew in the address of a link to another file."""
BARE = re.compile(r'<a href="(?:mailto:|http://)?([^"]+)">\1</a>')
CAPTION = re.compile(
    r"<figure>\s*(?P<picture><img[^>]*)>\s*<figcaption>(?P<caption>[^<]*)</figcaption>\s*</figure>"
)
SHOWN = {"alt", "href", "src", "start", "title"}
"""The attributes that are compared; others, such as the language of code, have no meaning here."""


class _Structure(HTMLParser):
    """Collects the tags of a piece of HTML, and its words between them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Add a tag with the attributes that matter."""
        shown = {name: INTERNAL.sub("", unquote(value or "")) for name, value in attributes}
        shown = {name: " ".join(value.translate(SIGNS).split()) for name, value in shown.items()}
        kept = [f"{name}={shown[name]}" for name in sorted(shown.keys() & SHOWN) if shown[name]]
        self.found.append(" ".join([tag, *kept]))

    def handle_endtag(self, tag: str) -> None:
        """Add the end of a tag."""
        if tag not in ("br", "hr", "img"):
            self.found.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        """Add words."""
        words = " ".join(data.translate(SIGNS).split())
        if not words:
            return
        if self.found and self.found[-1].startswith("= "):
            self.found[-1] += f" {words}"
        else:
            self.found.append(f"= {words}")


def structure(html: str) -> list[str]:
    """Return the tags and words of a piece of HTML, in order."""
    parser = _Structure()
    parser.feed(html)
    parser.close()
    return "\n".join(parser.found).replace("\ntbody\n/tbody\n", "\n").split("\n")


def ours(text: str) -> tuple[str, set[str]]:
    """Return the HTML of a text without callouts, and the codes of its problems.

    A link of a kind that is not allowed is named later, by the checks of links.
    """
    body, problems = parse("x.md", "x.md", text, 1)
    codes = {problem.code for problem in problems}
    for link in body.links:
        try:
            scheme = urlsplit(link.target).scheme.lower()
        except ValueError:
            codes.add("link-broken")
        else:
            codes |= {"link-scheme"} if scheme and scheme not in SAFE_SCHEMES else set()
    html = "".join(part for part in body.parts if isinstance(part, str))
    return html.replace('="{filename}/x.md#', '="#'), codes


def outcome(text: str, expected: str) -> str:
    """Return how a text comes out, given what a reader of CommonMark shows of it.

    `same`; `named` if it has a problem; `deliberate` if only bare addresses differ, which are links
    on GitHub, but not in CommonMark, or the titles of pictures, which are captions here, or the
    description `none`; else `silent`.
    """
    html, codes = ours(text)
    if structure(html) == structure(expected):
        return "same"
    if codes:
        return "named"
    plain = structure(BARE.sub(r"\1", CAPTION.sub(_title, html)))
    wanted = structure(BARE.sub(r"\1", expected.replace('alt="none"', 'alt=""')))
    return "deliberate" if plain == wanted else "silent"


def _title(figure: re.Match[str]) -> str:
    """Return a picture with its caption as a title."""
    return f'<p>{figure["picture"]} title="{escape(unescape(figure["caption"]))}"></p>'


def pieces(text: str) -> list[str]:
    """Return the parts of a file between the lines of front matter, callouts and their options."""
    found: list[list[str]] = [[]]
    lines = text.split("\n")
    if lines[0] == "---" and "---" in lines[1:]:
        lines = lines[lines.index("---", 1) + 1 :]
    outside = set(callouts.outside_code(lines))
    in_options = False
    for index, line in enumerate(lines):
        if index in outside and line.startswith("///"):
            found.append([])
            in_options = True
        elif in_options and line.startswith("    "):
            continue
        else:
            in_options = False
            found[-1].append(line)
    return ["\n".join(part) for part in found if any(part)]
