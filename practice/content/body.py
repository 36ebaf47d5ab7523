"""A Markdown body: text, callouts, headings and links, each with its place.

One Markdown instance reads every file. What comes out depends on the file alone, so it can be
kept by the file's content: links to other files stay ``{filename}/posts/x.md``, written from
the content folder, until ``practice.links`` knows every address.
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
    """A link or picture and the line it stands on; ``alt`` is set for a picture only."""

    target: str
    line: int
    text: str
    alt: str | None = None


@dataclass(frozen=True)
class CalloutPart:
    """A callout at its place: ``level`` is the heading level that its own heading takes."""

    callout: Callout | SideEffectList
    line: int
    level: int
    options: Mapping[str, int] = field(default_factory=dict, hash=False)
    """The line of each field that is written behind the bar or as an option."""

    def line_of(self, name: str) -> int:
        """The line of a field; the callout's first where it is not written."""
        return self.options.get(name, self.line)


@dataclass(frozen=True)
class Body:
    """What a Markdown body holds, in reading order."""

    parts: tuple[str | CalloutPart, ...] = ()
    callouts: tuple[CalloutPart, ...] = ()
    outline: tuple[Heading, ...] = ()
    ids: frozenset[str] = frozenset()
    links: tuple[Link, ...] = ()
    words: int = 0
    failed: frozenset[str] = frozenset()
    """The names of callouts that were written and could not be read."""

    def of_type(self, model: type[C]) -> tuple[C, ...]:
        """Every callout of one kind, in reading order."""
        found = (placed.callout for placed in self.callouts)
        return tuple(callout for callout in found if isinstance(callout, model))

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question that is written in the text, in reading order."""
        return tuple(question for faq in self.of_type(Faq) for question in faq.questions)

    def section(self, heading: str) -> str | None:
        """The text under a level-2 heading, without its callouts; None where there is none."""
        wanted = next((h.id for h in self.outline if h.level == 2 and h.text == heading), None)
        if wanted is None:
            return None
        text = "".join(part for part in self.parts if isinstance(part, str))
        after = text.split(f'<h2 id="{wanted}">', 1)[1].split("</h2>", 1)[1]
        return after.split("<h2 ", 1)[0].strip()
