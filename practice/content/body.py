"""A parsed Markdown body: text, callouts, headings and links, each with its line.

A body depends on its file alone, so it can be cached by the file's content. Links to other
files stay ``{filename}/posts/x.md``, relative to the content folder, until
``practice.rendering.links`` replaces them by addresses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from practice.content.models import Callout, Faq, Question, SideEffectList

C = TypeVar("C", bound=Callout)
INTERNAL = re.compile(r"\{(?P<what>filename|static)\}(?P<path>[^#?]*)(?P<rest>.*)", re.DOTALL)


@dataclass(frozen=True)
class Heading:
    """A heading of the text; ``level`` 2 to 6."""

    level: int
    id: str
    text: str
    line: int = 0


@dataclass(frozen=True)
class Link:
    """A link or picture with its line; only a picture has ``alt``."""

    target: str
    line: int
    text: str
    alt: str | None = None


@dataclass(frozen=True)
class CalloutPart:
    """A callout in its place in the text; ``level`` is the level of its own heading."""

    callout: Callout | SideEffectList
    line: int
    level: int
    options: Mapping[str, int] = field(default_factory=dict, hash=False)
    """The line of each field that is written after the bar or as an option."""

    def line_of(self, name: str) -> int:
        """Return the line of a field, or the callout's first line where it is not written."""
        return self.options.get(name, self.line)


@dataclass(frozen=True)
class Body:
    """The content of a Markdown body, in reading order."""

    parts: tuple[str | CalloutPart, ...] = ()
    callouts: tuple[CalloutPart, ...] = ()
    outline: tuple[Heading, ...] = ()
    ids: frozenset[str] = frozenset()
    links: tuple[Link, ...] = ()
    words: int = 0
    failed: frozenset[str] = frozenset()
    """The names of callouts that are in the text but could not be parsed."""

    def of_type(self, model: type[C]) -> tuple[C, ...]:
        """Return every callout of one type, in reading order."""
        found = (placed.callout for placed in self.callouts)
        return tuple(callout for callout in found if isinstance(callout, model))

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question that the text contains, in reading order."""
        return tuple(question for faq in self.of_type(Faq) for question in faq.questions)

    @property
    def first_question(self) -> Question | None:
        """The first question of the first list of questions; None if it is alone in its list."""
        first = next(iter(self.of_type(Faq)), None)
        return first.questions[0] if first and len(first.questions) > 1 else None

    def section(self, heading: str) -> str | None:
        """Return the HTML below a level-2 heading, without callouts; None if it is missing."""
        parts = self.section_parts(heading)
        if parts is None:
            return None
        return "".join(part for part in parts if isinstance(part, str)).strip()

    def section_parts(self, heading: str) -> tuple[str | CalloutPart, ...] | None:
        """Return HTML and callouts below a level-2 heading; None if it is missing."""
        wanted = next((h.id for h in self.outline if h.level == 2 and h.text == heading), None)
        if wanted is None:
            return None
        inside, found = False, list[str | CalloutPart]()
        for part in self.parts:
            if isinstance(part, CalloutPart):
                found += [part] if inside else []
                continue
            text, *sections = part.split('<h2 id="')
            found += [text] if inside else []
            for section in sections:
                id, text = section.split('">', 1)
                inside = id == wanted
                found += [text.split("</h2>", 1)[1]] if inside else []
        return tuple(found)
