"""HTML as a tree of plain lists and dictionaries, for templates that are no HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

Node = str | dict[str, Any]
"""Words, or an element: its tag `t`, its children `c`, and `href`, `start` or `lang`."""

SPACE = re.compile(r"[ \t\r\n]+")
VOID = ("br", "hr", "img")
BLOCKS = {
    "p", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "pre", "hr",
    "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
KEPT = ("href", "start")
"""Attributes that mean something on paper."""
PICTURES = ("img", "figure")
"""Elements that are left out, with all that is in them."""


def tree_of(text: str) -> list[Node]:
    """Return our own Markdown's HTML as a tree, without its pictures."""
    parser = _Parser()
    parser.feed(text)
    parser.close()
    return _tidied(parser.root)


class _Parser(HTMLParser):
    """Builds the tree; our own HTML is always well formed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: list[Node] = []
        self._open: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        element: dict[str, Any] = {"t": tag, "c": []}
        element |= {name: value for name, value in attrs if name in KEPT}
        self._inside.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if self._open and self._open[-1]["t"] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Add words."""
        in_code = any(element["t"] == "pre" for element in self._open)
        self._inside.append(data if in_code else SPACE.sub(" ", data))

    @property
    def _inside(self) -> list[Node]:
        inside: list[Node] = self._open[-1]["c"] if self._open else self.root
        return inside


def _tidied(nodes: list[Node]) -> list[Node]:
    """Return nodes without pictures, empty paragraphs, and spaces between blocks."""
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, str):
            found.append(node)
        elif node["t"] not in PICTURES:
            inside = _tidied(node["c"])
            if inside or node["t"] in VOID:
                found.append(node | {"c": inside})
    if any(isinstance(node, dict) and node["t"] in BLOCKS for node in found):
        return [node for node in found if not isinstance(node, str) or node.strip()]
    if all(isinstance(node, str) and not node.strip() for node in found):
        return []
    return found
