"""The prose of a Markdown file: its sentences, and the lines on which they start."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from practice.checks.settings import CheckSettings
from practice.content.callouts import FENCE, outside_code
from practice.content.document import Document
from practice.content.sentences import sentence_starts

# Each repetition has a limit or cannot begin anew inside itself, so that the time grows with the
# length of a line and not with its square.
MARKUP = (
    (re.compile(r"!\[[^\]\n]{0,500}\]\([^)\n]{0,500}\)"), ""),
    (re.compile(r"\]\([^)\n]{0,500}\)|[\[\]]"), ""),  # links keep their words
    (re.compile(r"`[^`\n]*`"), "…"),
    (re.compile(r"<[^<>\s]*>|https?://\S+"), "…"),
    (re.compile(r"\\(.)"), r"\1"),
    (re.compile(r"\*+|(?<!\w)_+|_+(?!\w)"), ""),
)
SIGNS = re.compile(r"[\[\]`<\\*_]|https?://")
"""A line without any of these characters has no markup."""
ITEM = re.compile(r"^[ ]*(?:[-*+]|\d+[.)])[ ]+")
QUOTATION = re.compile(r"^[ ]*(?:>[ ]*)+")
WORD = re.compile(r"[^\W_]+(?:[-’'.,][^\W_]+)*")


@dataclass
class Block:
    """A paragraph, list item or heading without its markup."""

    callout: str
    """The name of the callout that contains it, or an empty string."""
    heading: bool = False
    lines: list[tuple[int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join(text for _, text in self.lines)

    def line_at(self, offset: int) -> int:
        """Return the line of the file that holds the character of ``text`` at a position."""
        if len(self.lines) == 1:
            return self.lines[0][0]
        starts, at = [], 0
        for _, text in self.lines:
            starts.append(at)
            at += len(text) + 1
        return self.lines[max(bisect.bisect_right(starts, offset) - 1, 0)][0]

    def sentences(self) -> Iterator[tuple[int, str]]:
        """Yield every sentence with the line on which it starts."""
        text = self.text
        for start, end in pairwise([0, *sentence_starts(text), len(text)]):
            sentence = text[start:end].strip()
            if sentence:
                yield self.line_at(start), sentence


def words(text: str) -> list[str]:
    """Return the words of a text; ``1,024`` and ``self-care`` are one word each."""
    return WORD.findall(text)


@dataclass(frozen=True, eq=False)
class Prose:
    """The text blocks of a file, in order."""

    lines: tuple[str, ...]
    blocks: tuple[Block, ...]
    sentences: tuple[tuple[int, str, list[str]], ...]
    """The line, text and words of every sentence, headings left out."""


@dataclass(frozen=True)
class Text:
    """A document with everything that the checks of a single document need."""

    document: Document
    prose: Prose
    settings: CheckSettings
    phones: tuple[str, ...]
    """The clinic's."""
    public: bool
    """Whether it is published now: not a draft, and not dated in the future."""


def prose(text: str) -> Prose:
    """Return the prose of a file's text; line numbers count from the start of the file."""
    lines = text.split("\n")
    blocks = tuple(_blocks(lines))
    sentences = tuple(
        (line, sentence, words(sentence))
        for block in blocks
        if not block.heading
        for line, sentence in block.sentences()
    )
    return Prose(tuple(lines), blocks, sentences)


def _blocks(lines: list[str]) -> Iterator[Block]:
    """Yield the blocks of a file's text, without front matter, code, tables and options."""
    start = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0) + 1
    callout, options = "", False
    block = Block("")
    for index in outside_code(lines[start:]):
        number, line = start + index + 1, lines[start + index].expandtabs(4)
        first = line.strip()[:1]
        fence = FENCE.fullmatch(line) if first == "/" else None
        ends = fence or not first or line.startswith(("#", "|")) or _item(line)
        if ends and block.lines:
            yield block
        if ends:
            block = Block(callout, heading=line.startswith("#"))
        if fence:
            name = fence["rest"].strip()
            callout, options = (name.split()[0] if name else ""), bool(name)
            block.callout = callout
            continue
        options = options and line.startswith("    ")
        if options or not first or first == "|":
            continue
        block.lines.append((number, plain(line)))
    if block.lines:
        yield block


def plain(line: str) -> str:
    """Return a line of Markdown without its markup."""
    if ">" in line:
        line = QUOTATION.sub("", line)
    item = _item(line)
    line = line[item.end() if item else 0 :].lstrip("# ")
    if SIGNS.search(line):
        for pattern, replacement in MARKUP:
            line = pattern.sub(replacement, line)
    return line.strip()


def _item(line: str) -> re.Match[str] | None:
    """Return the list marker at the start of a line, or an empty string."""
    first = line.lstrip(" ")[:1]
    return ITEM.match(line) if first in {"-", "*", "+"} or first.isdecimal() else None
