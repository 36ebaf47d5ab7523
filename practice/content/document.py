"""Document: one text of the practice. What a page reads of it is recorded as a dependency."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import splitext
from typing import Generic

from typing_extensions import TypeIs, TypeVar

from practice.content.body import Body, Heading
from practice.content.dependencies import RecordedField
from practice.content.front_matter import Data
from practice.content.models import (
    Entry,
    Page,
    Post,
    Question,
    SideEffect,
)
from practice.paths import HOME, NOT_FOUND, slug_without_accents
from practice.problems import Problem

WORDS_A_MINUTE = 200
"""Silent reading of English, rounded down (Brysbaert 2019, doi:10.1016/j.jml.2019.104047)."""

M = TypeVar("M", bound=Entry)
M_co = TypeVar("M_co", bound=Entry, covariant=True, default=Entry)
"""The model of a document. `Document` alone means one of any kind."""


@dataclass(frozen=True)
class Listing:
    """What lists may show of a document's text.

    All of it is in the document's ``listing_digest``, so reading it records no dependency.
    """

    minutes: int = 1
    """Reading time in whole minutes."""
    questions: tuple[Question, ...] = ()
    """The questions of a page. A treatment has them as a field; a post's stay on its own page."""
    effect_sources: tuple[str, ...] = ()
    """The ids of the sources that side effects in the text cite, without duplicates."""


@dataclass(frozen=True)
class Document(Generic[M_co]):
    """One text of the practice: its front matter, its body, its file and its address.

    `Document[Post]` is a document whose front matter is a `Post`; `is_of` and `of_kind` narrow.

    Any page may show ``meta`` and ``listing``. Reading ``body``, ``data``, ``digest`` or anything
    computed from them is recorded as a dependency of the page that is being rendered.
    """

    source: str
    """Its file below the content folder: ``treatments/dry-needling.md``."""
    display_path: str
    """Its file as messages name it: ``content/treatments/dry-needling.md``."""
    slug: str
    meta: M_co
    """Its front matter."""
    listing: Listing
    body: Body
    data: Data = field(repr=False)
    digest: bytes = field(repr=False)
    """The SHA-256 of its file."""
    listing_digest: bytes = field(repr=False)
    """A digest of ``meta`` and ``listing``, made by ``listing_digest_of``."""

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
    def above(self) -> str:
        """The slug of the page that this page is below, or an empty string."""
        return self.slug.rpartition("/")[0]

    @property
    def outline(self) -> tuple[Heading, ...]:
        """The headings of its text."""
        return self.body.outline

    @property
    def words(self) -> int:
        """The number of words of its text."""
        return self.body.words

    @property
    def minutes(self) -> int:
        """The reading time in whole minutes, at least one."""
        return self.listing.minutes

    def line_of(self, *location: str | int) -> int:
        """Return the line of a field of the front matter."""
        return self.data.line_of(location)

    def take_text_of(self, newer: Document) -> None:
        """Take over the text of a newer version of the same file, in every list with this document.

        Only for a reading with the same ``listing_digest``, so that no list has to be made again.
        Raises ``ValueError`` for any other.
        """
        if (newer.source, newer.listing_digest) != (self.source, self.listing_digest):
            raise ValueError(f"lists show something else of `{newer.source}`")
        vars(self).update(vars(newer))


for _name in ("body", "data", "digest"):
    setattr(Document, _name, RecordedField(_name))


@dataclass(frozen=True)
class InvalidDocument:
    """A text with invalid front matter. Checks can still look at its references."""

    source: str
    display_path: str
    body: Body
    data: Data = field(repr=False)

    def line_of(self, *location: str | int) -> int:
        """Return the line of a field of the front matter."""
        return self.data.line_of(location)


def is_draft(text: Document | InvalidDocument) -> bool:
    """Return whether somebody is still writing a text, valid or not."""
    if isinstance(text, Document):
        return text.meta.status == "draft"
    return text.data.values.get("status") == "draft"


ReadResult = tuple[Document | InvalidDocument | None, list[Problem]]
"""What was read of a file, and its problems; None if the file has no text at all."""


def is_of(document: Document, model: type[M]) -> TypeIs[Document[M]]:
    """Return whether a document is of one kind; type checkers then know its fields."""
    return isinstance(document.meta, model)


def of_kind(documents: Iterable[Document], model: type[M]) -> tuple[Document[M], ...]:
    """Return the documents of one kind, in the given order."""
    return tuple(document for document in documents if is_of(document, model))


def listing_of(meta: Entry, body: Body) -> Listing:
    """Return what lists may show of a text."""
    cited = (id for effect in body.of_type(SideEffect) for id in effect.sources)
    return Listing(
        minutes=max(1, round(body.words / WORDS_A_MINUTE)),
        questions=body.questions if isinstance(meta, Page) else (),
        effect_sources=tuple(dict.fromkeys(cited)),
    )


def listing_digest_of(meta: Entry, listing: Listing) -> bytes:
    """Return the SHA-256 of everything that lists may show of a document."""
    return hashlib.sha256(repr((meta, listing)).encode()).digest()


def address_of(model: type[Entry], slug: str) -> str:
    """Return the address of a document of one kind."""
    if model is Page:
        return {"home": HOME, "not-found": NOT_FOUND}.get(slug, f"/{slug}/")
    return f"/blog/{slug}/" if model is Post else f"/{model.FOLDER}/{slug}/"


def slug_of(source: str) -> str:
    """Return the slug of a document: its file name in ASCII letters.

    The slug of a page below another page starts with the slug of that page: ``services/sports``.
    """
    folders = splitext(source)[0].split("/")[1:]
    return "/".join(map(slug_without_accents, folders))
