"""Reads a text as CommonMark: blocks and inline elements, each with its line.

pyromark parses the text by the same rules as other tools that editors use: CommonMark 0.31
(https://spec.commonmark.org/0.31.2/) with GitHub's tables and bare addresses
(https://github.github.com/gfm/). This module turns its events into the element tree that
Python-Markdown's tree processors and serializer expect.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyromark
from markdown.util import ETX, STX, AtomicString, code_escape
from pyromark.event import BrokenLink

from practice.content import bare_addresses, lint

OPTIONS = pyromark.Options.ENABLE_TABLES
ELEMENTS = {
    "BlockQuote": ["blockquote"],
    "CodeBlock": ["pre", "code"],
    "HtmlBlock": [],
    "Paragraph": ["p"],
    "TableHead": ["thead", "tr"],
}
"""The elements of an event that needs nothing else, from the outermost to the innermost."""
QUOTES = re.compile("[\"']")
NUMBER = re.compile(rb"[0-9]+")
STARS = re.compile(rb"[0-9]\*+[0-9]")
TAG = re.compile(r"<!--.*?(?:-->|$)|<(?:[/!?]|\w)[^>]*>?", re.DOTALL)
UNREAD_LINK = re.compile(rb"[^\\]\]")
"""What stands before the `(` of a link that cannot be read."""
NEARLY_TAG = re.compile(
    rb"<(?:a|audio|base|body|button|div|embed|form|iframe|img|input|link|meta|object|script|span"
    rb"|style|svg|table|video)(?:[ ]+[\w<-]|[/>]|[ ]*$)[^>\n]{0,40}>?",
    re.IGNORECASE | re.MULTILINE,
)
"""What would be an HTML tag with a sign more or less."""
INLINE = {"a", "code", "em", "img", "strong"}
NO_HTML = "delete it, or write Markdown or a callout: HTML is not allowed in a text"


@dataclass(frozen=True)
class Note:
    """Something in a text that would not be shown as it is written."""

    index: int
    """That of its line."""
    code: str
    message: str
    hint: str


@dataclass(frozen=True)
class Definition:
    """What a label of reference links stands for, and the index of the line that says so."""

    index: int
    address: str
    title: str


@dataclass
class TextTree:
    """The element tree of a text, to which the parts between callouts are added in turn."""

    lines: Sequence[str]
    root: ET.Element = field(default_factory=lambda: ET.Element("div"))
    indices: dict[ET.Element, int] = field(default_factory=dict)
    """The index of the line of each heading, link and picture."""
    notes: list[Note] = field(default_factory=list)
    definitions: dict[str, Definition] = field(default_factory=dict)
    """By label, case-folded."""
    used: set[str] = field(default_factory=set)
    """The labels that links name."""

    def define(self, start: int, end: int) -> None:
        """Find the labels that are defined in the lines from ``start`` to before ``end``."""
        text = "\n".join(self.lines[start:end])
        if "]:" not in text:
            return
        source, index, counted = text.encode(), start, 0
        for label, found in pyromark.reference_definitions(text, options=OPTIONS).items():
            place = found["span"]["start"]
            index += source.count(b"\n", counted, place)
            counted = place
            definition = Definition(index, found["dest"], found["title"] or "")
            self.definitions.setdefault(label.casefold(), definition)

    def add(self, parent: ET.Element, start: int, end: int) -> None:
        """Add the elements of the lines from ``start`` to before ``end`` to ``parent``."""
        text = "\n".join(self.lines[start:end])
        if text.strip(" \n"):
            _Builder(self, parent, text, start).run(text)

    def finish(self) -> None:
        """Note the definitions that no link uses: they would vanish from the page."""
        for label, definition in self.definitions.items():
            if label not in self.used:
                written = self.lines[definition.index].strip()[:60]
                message = f"`{written}` would not be shown: no link uses this address"
                hint = f"write `\\{written}` to show it as text, or delete the line"
                self.notes.append(Note(definition.index, "link-unused", message, hint))


class _Builder:
    """Adds the elements of one part of a text to the tree."""

    def __init__(self, tree: TextTree, parent: ET.Element, text: str, start: int) -> None:
        self.tree = tree
        self.source = text.encode()
        self.start = start
        self.line_starts = [0, *(match.end() for match in re.finditer(b"\n", self.source))]
        self.open = [parent]
        """The elements that are not closed yet, from the outermost to the innermost."""
        self.depths: list[int] = []
        """How many of them were open before each event that has not ended yet."""
        self.words: list[str] = []
        """The text that is not written into an element yet."""
        self.before = " "
        """The character before that text."""
        self.line = start
        """The index of the line where that text begins."""
        self.pictures: list[ET.Element] = []
        """The pictures whose descriptions are being read."""
        self.columns: tuple[str, ...] = ()
        """The alignment of each column of the open table."""
        self.numbers: list[list[int]] = []
        """The numbers of the items of each open list; bullets have none."""
        self.verbatim: ET.Element | None = None
        """The last link whose text is its address."""
        self.tags = 0
        """How many HTML tags are open."""

    def run(self, text: str) -> None:
        events = pyromark.events_with_range(
            text, options=OPTIONS, broken_link_callback=self._defined_elsewhere
        )
        for event, span in events:
            start = span["start"]
            if isinstance(event, str):
                self._sign(event)
            elif "Text" in event:
                self._text(event["Text"], start, span["end"])
            elif "Start" in event:
                self._start(event["Start"], start, span["end"])
            elif "End" in event:
                self._end(is_picture=event["End"] == "Image")
            elif "Code" in event:
                self._code(event["Code"])
            elif "Html" in event:
                self._html(event["Html"], start)
            elif "InlineHtml" in event:
                self._html(event["InlineHtml"], start)
        self._write()

    def _defined_elsewhere(self, link: BrokenLink) -> tuple[str, str] | None:
        """Return what a label stands for that is defined in another part of the text."""
        found = self.tree.definitions.get(link["reference"].casefold())
        return (found.address, found.title) if found else None

    def _index(self, offset: int) -> int:
        """Return the index of the line of a place in this part, given in bytes."""
        return self.start + bisect_right(self.line_starts, offset) - 1

    def _note(self, index: int, code: str, message: str, hint: str) -> None:
        self.tree.notes.append(Note(index, code, message, hint))

    # --- Elements ---

    def _start(self, tag: object, start: int, end: int) -> None:
        """Open the elements of an event; a picture's description consists of words alone."""
        self.depths.append(len(self.open))
        [(kind, data)] = tag.items() if isinstance(tag, dict) else [(tag, None)]
        if kind == "Image" or not self.pictures:
            self._begin(str(kind), data, start, end)

    def _begin(self, kind: str, data: object, start: int, end: int) -> None:
        match kind, data:
            case (("Image" | "Link"), dict(link)):
                self._link(kind, link, end)
            case "Heading", {"level": str(level)}:
                self._heading(level, start)
            case "List", number:
                self._list(number)
            case "Item", _:
                self._item(start)
            case (("Emphasis" | "Strong"), _):
                self._emphasis(kind, start, end)
            case "TableRow", _:
                self._row(start, end)
            case "Table", tuple(columns):
                self.columns = columns
                self._open("table")
            case "TableCell", _:
                self._cell()
            case _:
                for name in ELEMENTS[kind]:
                    self._open(name)

    def _end(self, *, is_picture: bool) -> None:
        """Close the elements of an event."""
        depth = self.depths.pop()
        if is_picture:
            picture, words = self.pictures.pop(), "".join(self.words)
            if self.pictures:
                return  # of a picture in a description, the words are left
            picture.set("alt", code_escape(" ".join(words.split())))
            self.words = []
        elif self.pictures:
            return
        else:
            self._write()
        if self.open[-1].tag in ("ul", "ol"):
            self.numbers.pop()
        del self.open[depth:]

    def _open(self, name: str, **attributes: str) -> ET.Element:
        element = self._add(name, **attributes)
        self.open.append(element)
        return element

    def _add(self, name: str, **attributes: str) -> ET.Element:
        cut = self._write()
        if cut and name in INLINE:
            message = f"the link `{cut}` ends where the formatting behind it begins"
            self._note(
                self.line, "address-cut", message, "put the whole address between `<` and `>`"
            )
        return ET.SubElement(self.open[-1], name, attributes)

    def _sign(self, kind: str) -> None:
        """Add a line break or a thematic break."""
        if kind == "SoftBreak" or self.pictures:
            self.words.append("\n")
        else:
            self._add("br" if kind == "HardBreak" else "hr")

    def _link(self, kind: str, link: Mapping[str, str], end: int) -> None:
        """Open a link or a picture; its line is the one on which its address stands."""
        label = link["id"].casefold()
        self.tree.used.add(label)
        if self.pictures:
            self.pictures.append(self.pictures[-1])
            return
        address = _escaped(link["dest_url"])
        if kind == "Image":
            element = self._add("img", src=address)
            self.pictures.append(element)
        else:
            mail = "mailto:" if link["link_type"] == "Email" else ""
            element = self._open("a", href=mail + address)
            if link["link_type"] in ("Autolink", "Email"):
                self.verbatim = element
        if link["title"]:
            element.set("title", _escaped(link["title"]))
        definition = self.tree.definitions.get(label)
        self.tree.indices[element] = definition.index if definition else self._index(end - 1)

    def _heading(self, level: str, start: int) -> None:
        self.tree.indices[self._open(level.lower())] = self._index(start)
        if self.source[start : start + 1] != b"#":
            message = "the line below turns this line into a heading"
            hint = "write `## ` before a heading, or add a blank line between the two"
            self._note(self._index(start), "heading-level", message, hint)
        elif level == "H1":
            message, hint = "`#` is reserved for the page's title", "start the heading with `##`"
            self._note(self._index(start), "heading-level", message, hint)

    def _list(self, number: object) -> None:
        self.numbers.append([])
        if number is None:
            self._open("ul")
        else:
            self._open("ol", **({} if number == 1 else {"start": str(number)}))

    def _item(self, start: int) -> None:
        """Note a number that is not the next one: it would be shown as the next."""
        self._open("li")
        number, numbers = NUMBER.match(self.source, start), self.numbers[-1]
        if not number:
            return
        numbers.append(int(number[0]))
        if len(numbers) == 1:
            return
        step = numbers[1] - numbers[0] if numbers[1] - numbers[0] in (0, 1) else 1
        if numbers[-1] - numbers[-2] != step:
            message = f"`{numbers[-1]}` would be shown as `{numbers[0] + len(numbers) - 1}`"
            hint = "number the items of a list without a gap"
            self._note(self._index(start), "list-number", message, hint)

    def _row(self, start: int, end: int) -> None:
        """Note a row with more or fewer cells than the first one: it would be cut or padded."""
        table = self.open[-1]
        self.open.append(table[1] if len(table) > 1 else ET.SubElement(table, "tbody"))
        self._open("tr")
        row, columns = self.source[start:end].decode(), len(table[0][0])
        if lint.cells(row) != columns:
            self._note(self._index(start), "table-cells", *lint.different_cells(row, columns))

    def _cell(self) -> None:
        alignment = self.columns[len(self.open[-1])]
        cell = self._open("th" if self.open[-2].tag == "thead" else "td")
        if alignment in ("Center", "Right"):
            cell.set("class", alignment.lower())

    def _emphasis(self, kind: str, start: int, end: int) -> None:
        """Note stars between two figures, which are hardly ever meant as emphasis."""
        self._open("em" if kind == "Emphasis" else "strong")
        width = 1 if kind == "Emphasis" else 2
        for place in (start, end - width):
            found = STARS.match(self.source, max(place - 1, 0))
            if found:
                message = f"the star in `{found[0].decode()}` would not be shown"
                hint = "write `×` for “times”, or `\\*` for a star"
                self._note(self._index(place), "star-figures", message, hint)
                break

    # --- Text ---

    def _text(self, words: str, start: int, end: int) -> None:
        parent = self.open[-1]
        if not self.words:
            begins = not len(parent) and not parent.text
            before = self.source[start - 1 : start].decode(errors="replace")
            self.before = " " if begins else before
            self.line = self._index(start)
        if parent.tag != "code" and not self.pictures:
            if words.startswith("(") and UNREAD_LINK.fullmatch(self.source[start - 2 : start]):
                message = f"`]{words[:40]}` would be shown with its brackets instead of as a link"
                hint = "write `%20` for each space of the address, or put it between `<` and `>`"
                self._note(self._index(start), "markup-unknown", message, hint)
            if words == "<" and (tag := NEARLY_TAG.match(self.source, start)):
                self._nearly_tag(tag[0].decode(errors="replace")[:40].strip(), self._index(start))
            if QUOTES.search(words):
                words = self._as_written(words, start, end)
        self.words.append(words)

    def _nearly_tag(self, tag: str, index: int) -> None:
        """Note what looks like a tag, once in a line."""
        if not any(note.index == index for note in self.tree.notes[-1:]):
            self._note(index, "raw-html", f"`{tag}` is HTML", NO_HTML)

    def _as_written(self, words: str, start: int, end: int) -> str:
        """Keep quotes straight that are escaped or written as a character reference."""
        if self.source[start:end] != words.encode():
            return QUOTES.sub(_placeholder, words)
        if self.source[start - 1 : start] == b"\\":
            return QUOTES.sub(_placeholder, words[0]) + words[1:]
        return words

    def _code(self, code: str) -> None:
        if self.pictures:
            self.words.append(code)
        else:
            self._add("code").text = AtomicString(code_escape(code))

    def _html(self, html: str, start: int) -> None:
        """Note raw HTML, once for each pair of tags."""
        for tag in TAG.findall(html):
            if tag.startswith("</") and self.tags:
                self.tags -= 1
                continue
            self.tags += not tag.startswith("</")
            message = f"`{tag.splitlines()[0]}` is HTML"
            self._note(self._index(start), "raw-html", message, NO_HTML)
        self.words.append(html)

    def _write(self) -> str:
        """Write the text into the innermost open element; return the bare address that ends it."""
        text, self.words = "".join(self.words), []
        element = self.open[-1]
        if element.tag == "code" or element is self.verbatim:
            element.text = AtomicString(code_escape(text))
            return ""
        in_link = any(parent.tag == "a" for parent in self.open)
        found = [] if in_link else list(bare_addresses.find(self.before + text, 1))
        written, address, index = 0, "", self.line
        for start, end, target in found:
            address = text[start - 1 : end - 1]
            index += text.count("\n", written, start - 1)
            _append(element, text[written : start - 1])
            link = ET.SubElement(element, "a", href=_escaped(target))
            link.text = AtomicString(_escaped(address))
            self.tree.indices[link] = index
            written = end - 1
        _append(element, text[written:])
        return address if written == len(text) else ""


def _escaped(text: str) -> str:
    """Escape `&`, because Python-Markdown's serializer leaves character references as they are."""
    return text.replace("&", "&amp;")


def _placeholder(sign: re.Match[str]) -> str:
    """Return what Python-Markdown's tree processor ``unescape`` replaces by a character."""
    return f"{STX}{ord(sign[0])}{ETX}"


def _append(element: ET.Element, text: str) -> None:
    """Add text behind what an element contains."""
    if len(element):
        element[-1].tail = (element[-1].tail or "") + _escaped(text)
    elif text:
        element.text = (element.text or "") + _escaped(text)
