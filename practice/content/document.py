"""Document: one text of the practice. What a page reads of it is recorded as a dependency."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

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
from practice.paths import HOME, NOT_FOUND, slug
from practice.problems import Problem

WORDS_A_MINUTE = 200
"""Silent reading of English, rounded down (Brysbaert 2019, doi:10.1016/j.jml.2019.104047)."""


@dataclass(frozen=True)
class Listing:
    """What lists may show of a document's text.

    Everything here is in the document's ``listing_digest``, so reading it records nothing.
    """

    minutes: int = 1
    """Reading time in whole minutes."""
    questions: tuple[Question, ...] = ()
    """The questions of a page. A treatment has them as a field; those of a post are its own."""
    effect_sources: tuple[str, ...] = ()
    """The ids of the sources that side effects in the text cite, each once."""


@dataclass(frozen=True)
class Document:
    """One text of the practice: what it says, where it comes from and where it goes.

    ``meta`` and ``listing`` may be shown by any page. ``body``, ``data``, ``digest`` and all that
    is computed from them are recorded as dependencies of the page that reads them.
    """

    source: str
    """Its file below the content folder: ``treatments/dry-needling.md``."""
    display_path: str
    """Its file as messages name it: ``content/treatments/dry-needling.md``."""
    slug: str
    meta: Any
    """Its model: a Treatment, Therapist, Post or Page."""
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
        return str(self.meta.KIND)

    @cached_property
    def title(self) -> str:
        """What it is called: its `title`, or the `name` of what it describes."""
        return str(getattr(self.meta, "title", None) or self.meta.name)

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
        return self.listing.minutes

    def line_of(self, *location: str | int) -> int:
        """The line on which a field of the front matter stands."""
        return self.data.line_of(location)

    def take_text_of(self, newer: Document) -> None:
        """Become a newer reading of the same file, in every list that holds this document.

        Only for a reading with the same ``listing_digest``: no list then has to be made anew.
        Raises ``ValueError`` for any other.
        """
        if (newer.source, newer.listing_digest) != (self.source, self.listing_digest):
            raise ValueError(f"lists show something else of `{newer.source}`")
        vars(self).update(vars(newer))


for _name in ("body", "data", "digest"):
    setattr(Document, _name, RecordedField(_name))


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


def listing_of(meta: Entry, body: Body) -> Listing:
    """What lists may show of a text."""
    cited = (id for effect in body.of_type(SideEffect) for id in effect.sources)
    return Listing(
        minutes=max(1, round(body.words / WORDS_A_MINUTE)),
        questions=body.questions if isinstance(meta, Page) else (),
        effect_sources=tuple(dict.fromkeys(cited)),
    )


def listing_digest_of(meta: Entry, listing: Listing) -> bytes:
    """The SHA-256 of all that lists may show of a document."""
    return hashlib.sha256(repr((meta, listing)).encode()).digest()


def address_of(model: type[Entry], slug: str) -> str:
    """The address of a document of one kind."""
    if model is Page:
        return {"home": HOME, "not-found": NOT_FOUND}.get(slug, f"/{slug}/")
    return f"/blog/{slug}/" if model is Post else f"/{model.FOLDER}/{slug}/"


def slug_of(source: str) -> str:
    """The last part of a document's address, from its file's name, in plain letters."""
    stem = unicodedata.normalize("NFKD", Path(source).stem)
    return slug("".join(c for c in stem if not unicodedata.combining(c)))
