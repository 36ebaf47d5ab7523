"""Document: one text of the practice, and a record of the documents that were read."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Generic

from typing_extensions import TypeIs, TypeVar

from practice.content.body import Body, Heading
from practice.content.front_matter import Data
from practice.content.models import Entry, Page, Post
from practice.paths import HOME, NOT_FOUND, slug
from practice.problems import Problem

WORDS_A_MINUTE = 200
"""Silent reading of English, rounded down (Brysbaert 2019, doi:10.1016/j.jml.2019.104047)."""

M = TypeVar("M", bound=Entry)
M_co = TypeVar("M_co", bound=Entry, covariant=True, default=Entry)
"""The model of a document. `Document` alone means one of any kind."""


@dataclass(frozen=True)
class Document(Generic[M_co]):
    """One text of the practice: what it says, where it comes from and where it goes.

    `Document[Post]` is a document whose front matter is a `Post`; `is_of` and `of_kind` narrow.
    """

    source: str
    """Its file below the content folder: ``treatments/dry-needling.md``."""
    display_path: str
    """Its file as messages name it: ``content/treatments/dry-needling.md``."""
    slug: str
    meta: M_co
    """Its front matter."""
    body: Body
    data: Data = field(repr=False)
    digest: bytes = field(repr=False)
    """The SHA-256 of its file."""
    listing_digest: bytes = field(repr=False)
    """A digest of what lists show of it, so that they need not note that they have read it."""

    @cached_property
    def kind(self) -> str:
        """`page`, `treatment`, `therapist` or `post`."""
        return self.meta.KIND

    @cached_property
    def title(self) -> str:
        """What it is called: its `title`, or the `name` of what it describes."""
        return self.meta.heading

    @cached_property
    def path(self) -> str:
        """Its address within the site."""
        return address_of(type(self.meta), self.slug)

    @property
    def outline(self) -> tuple[Heading, ...]:
        """The headings of its text."""
        return self.body.outline

    @property
    def words(self) -> int:
        """How many words its text has."""
        return self.body.words

    @property
    def minutes(self) -> int:
        """How long it takes to read, in whole minutes, at least one."""
        return minutes_of(self.listed.words)

    @property
    def listed(self) -> Body:
        """Its text, for what ``listing_digest`` covers; reading it records no dependency."""
        body: Body = vars(self)["body"]
        return body

    def line_of(self, *location: str | int) -> int:
        """The line on which a field of the front matter stands."""
        return self.data.line_of(location)


class _RecordedField:
    """A field of a document whose reading is noted, while somebody asks for notes."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, document: Document, _: type[Document]) -> object:
        if _recorders:
            _recorders[-1][document.source] = vars(document)["digest"]
        return vars(document)[self.name]

    def __set__(self, document: Document, value: object) -> None:
        vars(document)[self.name] = value


_recorders: list[dict[str, bytes]] = []
for _name in ("body", "data", "digest"):
    setattr(Document, _name, _RecordedField(_name))


@contextmanager
def record_dependencies() -> Iterator[dict[str, bytes]]:
    """Note whose text is read: the value holds, by source, the digest of each file."""
    _recorders.append({})
    try:
        yield _recorders[-1]
    finally:
        _recorders.pop()


def note(read: dict[str, bytes]) -> None:
    """Note once more what was read when something was made that is now used again."""
    if _recorders:
        _recorders[-1].update(read)


@dataclass(frozen=True)
class InvalidDocument:
    """A text whose fields are wrong: it is no document, but what it names can be looked at."""

    source: str
    display_path: str
    body: Body
    data: Data = field(repr=False)

    def line_of(self, *location: str | int) -> int:
        """The line on which a field of the front matter stands."""
        return self.data.line_of(location)


ReadResult = tuple[Document | InvalidDocument | None, list[Problem]]
"""What came out of a file, and what is wrong with it; None where it has no text at all."""


def is_of(document: Document, model: type[M]) -> TypeIs[Document[M]]:
    """Whether a document is of one kind; type checkers know its fields where the answer is yes."""
    return isinstance(document.meta, model)


def of_kind(documents: Iterable[Document], model: type[M]) -> tuple[Document[M], ...]:
    """The documents of one kind, in the order in which they are given."""
    return tuple(document for document in documents if is_of(document, model))


def minutes_of(words: int) -> int:
    """How long so many words take to read, in whole minutes, at least one."""
    return max(1, round(words / WORDS_A_MINUTE))


def address_of(model: type[Entry], slug: str) -> str:
    """The address of a document of one kind."""
    if model is Page:
        return {"home": HOME, "not-found": NOT_FOUND}.get(slug, f"/{slug}/")
    return f"/blog/{slug}/" if model is Post else f"/{model.FOLDER}/{slug}/"


def slug_of(source: str) -> str:
    """The last part of a document's address, from its file's name, in plain letters."""
    stem = unicodedata.normalize("NFKD", Path(source).stem)
    return slug("".join(c for c in stem if not unicodedata.combining(c)))
